#include "api/module.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/runner.h"
#include "base/log.h"
#include "base/str.h"

static unsigned
module_count(module_list modules)
{
    unsigned count = 0;

    while (modules[count])
        count++;
    return count;
}

/* Adds a module's tables to `list` (NULL: only counts them), each once. Returns how many the list has then. */
static size_t
module_add_tables(const struct route **list, size_t count, route_tables tables)
{
    for (; tables && *tables; tables++) {
        size_t at = 0;

        while (list && at < count && list[at] != *tables)
            at++;
        if (list)
            list[at] = *tables;
        count = list && at < count ? count : count + 1;
    }
    return count;
}

route_tables
module_routes(module_list modules, unsigned servers)
{
    static const struct route **made[(MODULE_API | MODULE_STREAM) + 1];
    size_t most = 0, count = 0;

    if (made[servers])
        return made[servers];
    for (module_list module = modules; *module; module++)
        most = module_add_tables(NULL, module_add_tables(NULL, most, (*module)->routes), (*module)->stream_routes);
    made[servers] = calloc(most + 1, sizeof *made[servers]);
    for (module_list module = modules; made[servers] && *module; module++) {
        if (servers & MODULE_API)
            count = module_add_tables(made[servers], count, (*module)->routes);
        if (servers & MODULE_STREAM)
            count = module_add_tables(made[servers], count, (*module)->stream_routes);
    }
    return made[servers];
}

const struct job_handler *
module_jobs(module_list modules)
{
    static struct job_handler *made;
    size_t count = 0;

    for (module_list module = modules; *module; module++)
        for (const struct job_handler *job = (*module)->jobs; job && job->kind; job++)
            count++;
    if (!made)
        made = calloc(count + 1, sizeof *made);
    count = 0;
    for (module_list module = modules; made && *module; module++)
        for (const struct job_handler *job = (*module)->jobs; job && job->kind; job++)
            made[count++] = *job;
    return made;
}

bool
module_load_settings(module_list modules, char *error, size_t error_size)
{
    for (; *modules; modules++)
        if ((*modules)->settings && !setting_load((*modules)->settings, error, error_size))
            return false;
    return true;
}

void
module_print_settings(module_list modules, FILE *to)
{
    setting_print_help(config_settings(), to);
    for (; *modules; modules++)
        if ((*modules)->settings)
            setting_print_help((*modules)->settings, to);
}

struct near_name {
    const char *name, *nearest;
    unsigned distance;
};

static void
module_compare_name(struct near_name *near, const struct setting *table)
{
    const char *found = NULL;
    unsigned distance = table ? setting_distance(table, near->name, &found) : SETTING_UNLIKE;

    if (distance >= near->distance)
        return;
    near->distance = distance;
    near->nearest = found;
}

void
module_check_names(module_list modules, void (*tell)(void *context, const char *name, const char *nearest), void *context)
{
    /* In no table, since they are read before or beside them. */
    static const struct setting more[] = {{"VEZA_ENV_FILE"}, {"VEZA_READY_FILE"}, {0}};
    struct near_name near = {0};

    for (unsigned n = 0; (near.name = config_dotenv_name(n)); n++) {
        near.distance = SETTING_UNLIKE;
        near.nearest = NULL;
        module_compare_name(&near, more);
        module_compare_name(&near, config_settings());
        for (module_list module = modules; *module; module++)
            module_compare_name(&near, (*module)->settings);
        if (near.distance && (near.nearest || text_starts_with(near.name, "VEZA_")))
            tell(context, near.name, near.nearest);
    }
}

unsigned
module_weak_settings(module_list modules, const struct config *config, setting_tell_weak *tell, void *context)
{
    unsigned count = config_weak_settings(config, tell, context);

    for (; config_is_production(config) && *modules; modules++)
        count += (*modules)->settings ? setting_weak((*modules)->settings, tell, context) : 0;
    return count;
}

void
module_subscribe(module_list modules)
{
    for (; *modules; modules++)
        for (const struct subscription *s = (*modules)->subscriptions; s && s->name; s++)
            bus_subscribe(s);
}

bool
module_setup(const struct module_setup *with, char *error, size_t error_size)
{
    runner_use_settings(with->modules);
    if (!runner_check(with->modules, error, error_size))
        return false;
    for (module_list module = with->modules; *module; module++)
        if ((*module)->setup && !(*module)->setup(with, error, error_size))
            return false;
    return true;
}

bool
module_start(module_list modules)
{
    for (; *modules; modules++)
        if ((*modules)->start && !(*modules)->start()) {
            log_error("module not started", LOG_TEXT("module", (*modules)->name));
            return false;
        }
    return true;
}

void
module_stop(module_list modules)
{
    for (unsigned i = module_count(modules); i-- > 0;)
        if (modules[i]->stop)
            modules[i]->stop();
}

void
module_teardown(module_list modules)
{
    for (unsigned i = module_count(modules); i-- > 0;)
        if (modules[i]->teardown)
            modules[i]->teardown();
}
