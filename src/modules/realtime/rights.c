#include "modules/realtime/internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "db/db.h"
#include "realtime.queries.h"

#define AT_ONCE 500 /* that one statement asks for */

const struct topic_kind *
rights_topic_kind(const char *topic, const char **ret_id)
{
    const char *colon = strchr(topic, ':');
    char name[REALTIME_TOPIC_MAX + 1];

    if (!colon || (size_t)(colon - topic) >= sizeof name || !uuid_valid(colon + 1))
        return NULL;
    for (const char *p = colon + 1; *p; p++)
        if (*p >= 'A' && *p <= 'F')
            return NULL; /* one topic has one name */
    snprintf(name, sizeof name, "%.*s", (int)(colon - topic), topic);
    *ret_id = colon + 1;
    return topic_find(realtime_modules, name);
}

/* Asks `query` about `count` pairs; `ret_yes` tells for each, and so does `ret_quiet`, which may be NULL and begins with NULLs. */
static bool
rights_ask(const struct query *query, const char *const *ids, const char *const *viewers, size_t count, bool *ret_yes, char **ret_quiet)
{
    scoped_buf id_list = BUF_INIT(AT_ONCE * UUID_TEXT + 8), viewer_list = BUF_INIT(AT_ONCE * UUID_TEXT + 8);
    PGresult *result;
    int quiet;

    for (size_t i = 0; i < count; i++) {
        buf_printf(&id_list, "%c%s", i ? ',' : '{', ids[i]);
        buf_printf(&viewer_list, "%c%s", i ? ',' : '{', viewers[i]);
        ret_yes[i] = false;
    }
    buf_add(&id_list, STR("}"));
    buf_add(&viewer_list, STR("}"));
    if (id_list.failed || viewer_list.failed)
        return false;
    const struct db_arg args[] = {{"ids", buf_str(&id_list).ptr}, {"viewers", buf_str(&viewer_list).ptr}, {0}};
    if (db_run(query, args, &result, NULL))
        return false;
    quiet = PQfnumber(result, "quiet");
    for (int i = 0; i < PQntuples(result); i++) {
        int64_t n;

        if (!text_to_int64(PQgetvalue(result, i, 0), 1, (int64_t)count, &n))
            continue;
        ret_yes[n - 1] = true;
        if (quiet >= 0 && ret_quiet && !ret_quiet[n - 1] && !PQgetisnull(result, i, quiet))
            ret_quiet[n - 1] = strdup(PQgetvalue(result, i, quiet));
    }
    PQclear(result);
    return true;
}

bool
rights_may_subscribe(const struct topic_kind *kind, const char *id, const struct client *client, bool *ret_may, char **ret_quiet)
{
    const char *viewer = client_user_id(client);

    *ret_quiet = NULL;
    *ret_may = kind->open || (kind->own && text_equal(id, viewer));
    return !kind->may_subscribe || rights_ask(kind->may_subscribe, &id, &viewer, 1, ret_may, ret_quiet);
}

static bool
rights_check_sessions(struct client **clients, size_t count)
{
    const char *ids[AT_ONCE] = {0};
    bool stands[AT_ONCE];

    for (size_t i = 0; i < count; i++)
        ids[i] = clients[i]->session_id;
    if (!rights_ask(&q_realtime_sessions, ids, ids, count, stands, NULL))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!stands[i])
            websocket_close(clients[i]->ws, REALTIME_CLOSE_ENDED, "the session has ended");
    return true;
}

/* All of one kind. */
static bool
rights_check_subscriptions(const struct query *query, struct topic_subscription **list, size_t count)
{
    const char *ids[AT_ONCE] = {0}, *viewers[AT_ONCE] = {0};
    char *quiet[AT_ONCE] = {0};
    bool may[AT_ONCE];

    for (size_t i = 0; i < count; i++) {
        ids[i] = strchr(list[i]->topic->name, ':') + 1;
        viewers[i] = client_user_id(list[i]->client);
    }
    if (!rights_ask(query, ids, viewers, count, may, quiet))
        return false;
    for (size_t i = 0; i < count; i++) {
        free(list[i]->quiet);
        list[i]->quiet = quiet[i];
        if (!may[i])
            dispatcher_end_subscription(list[i]);
    }
    return true;
}

static bool
rights_check_kind(const struct topic_kind *kind, struct client **clients, size_t count)
{
    struct topic_subscription *list[AT_ONCE], *subscription, *next;
    size_t listed = 0;
    bool good = true;

    for (size_t i = 0; good && i < count; i++) {
        for (subscription = LIST_FIRST(&clients[i]->subscriptions); good && subscription; subscription = next) {
            next = LIST_NEXT(subscription, of_client); /* those of the list are ended, never the one after */
            if (subscription->topic->kind != kind)
                continue;
            list[listed++] = subscription;
            if (listed == AT_ONCE) {
                good = rights_check_subscriptions(kind->may_subscribe, list, listed);
                listed = 0;
            }
        }
    }
    return good && (!listed || rights_check_subscriptions(kind->may_subscribe, list, listed));
}

bool
rights_check(struct client **clients, size_t count)
{
    bool good = true;

    for (size_t i = 0; good && i < count; i += AT_ONCE)
        good = rights_check_sessions(clients + i, count - i < AT_ONCE ? count - i : AT_ONCE);
    for (module_list module = realtime_modules; good && *module; module++)
        for (const struct topic_kind *kind = (*module)->topics; good && kind && kind->name; kind++)
            good = !kind->may_subscribe || rights_check_kind(kind, clients, count);
    return good;
}
