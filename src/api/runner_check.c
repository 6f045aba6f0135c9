/* runner_check.c - what must hold of the routes before the first request (runner.h). */
#include <stdio.h>

#include "api/runner.h"

/* Beside them a request has five parameters of once_run(), or those of a page: limit_, offset_ and four keys. */
#define COLUMNS_MAX (PARAM_MAX - PARAM_DECLARED_MAX - 6)

/* Is it bound by bind_request() in runner.c itself? */
static bool
runner_is_own(const char *name)
{
    static const char *const own[] = {"viewer", "viewer_role", "viewer_staff", "session_id", "client_ip", "client_country", "user_agent", "gpc"};
    static const char *const beginnings[] = {"has_", "audit_", "setting_"};

    for (size_t i = 0; i < COUNT_OF(own); i++)
        if (text_equal(own[i], name))
            return true;
    for (size_t i = 0; i < COUNT_OF(beginnings); i++)
        if (text_starts_with(name, beginnings[i]))
            return true;
    return false;
}

/* What the query binds that is no input: columns of the one before it. */
static unsigned
runner_count_columns(const struct route *route, const struct query *query)
{
    unsigned count = 0;

    for (const char *const *name = query ? query->params : NULL; name && *name; name++)
        count += !runner_is_own(*name) && !route_has_input(route, *name);
    return count;
}

/* An input by which the query reads a track, a playlist or a person, though nothing says who may; NULL: there is none. */
static const char *
runner_open_input(const struct route *route, const struct query *query)
{
    for (const char *const *name = query && query->open && *query->open ? query->params : NULL; name && *name; name++) {
        const char *at = strstr(query->open, *name);
        size_t len = strlen(*name);

        while (at && (at[-1] != ' ' || at[len] != ' '))
            at = strstr(at + 1, *name);
        if (at && route_has_input(route, *name))
            return *name;
    }
    return NULL;
}

static bool
runner_tells_who_sees(const struct route *route, char *error, size_t error_size)
{
    const struct query *const queries[] = {route->requires, route->sql, route->then, route->file, route->replies};

    for (size_t i = 0; i < COUNT_OF(queries) && route->auth != AUTH_ADMIN && route->auth != AUTH_INTERNAL; i++) {
        const char *name = runner_open_input(route, queries[i]);

        if (!queries[i] || !name)
            continue;
        snprintf(error, error_size, "route %s %s: query %s reads by the input %s, and no fragment says who may see it; where the statement does by itself, "
                 "a note `-- sees:` tells how", method_name(route->method), route->pattern, queries[i]->name, name);
        return false;
    }
    return true;
}

/* Of the table hidings (migrations/0310). */
static bool
replica_kinds_are_known(const char *kinds)
{
    static const char *const known[] = {"comments", "playlists", "releases", "tracks", "users"};

    for (const char *word = kinds; *word;) {
        size_t length = strcspn(word, " ");
        bool found = false;

        for (size_t i = 0; i < COUNT_OF(known); i++)
            found |= strlen(known[i]) == length && memcmp(known[i], word, length) == 0;
        if (!found)
            return false;
        word += length + (word[length] == ' ');
    }
    return *kinds;
}

bool
runner_check(module_list list, char *error, size_t error_size)
{
    for (route_tables table = module_routes(list, MODULE_API | MODULE_STREAM); *table; table++) {
        for (const struct route *route = *table; route->pattern; route++) {
            unsigned columns = route->handler ? 0 : runner_count_columns(route, route->requires ? route->sql : NULL) + runner_count_columns(route, route->then);

            if (columns > COLUMNS_MAX) {
                snprintf(error, error_size, "route %s %s binds %u columns of one query to the next; there is room for %d", method_name(route->method),
                         route->pattern, columns, COLUMNS_MAX);
                return false;
            }
            if (route->replica && (!replica_kinds_are_known(route->replica) || route->method != GET || route->shape != MANY || route->handler || route->sql->writes ||
                                   (route->auth != AUTH_OPTIONAL && route->auth != AUTH_PUBLIC))) {
                snprintf(error, error_size, "route %s %s: `replica` is for lists that visitors see, and names kinds of the table hidings",
                         method_name(route->method), route->pattern);
                return false;
            }
            if (!runner_tells_who_sees(route, error, error_size))
                return false;
        }
    }
    return true;
}
