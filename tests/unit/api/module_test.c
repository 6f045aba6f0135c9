/* What the lists of modules give. */
#include "../base/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/module.h"
#include "base/str.h"

static char order[64];

static void
module_test_note(const char *what)
{
    snprintf(order + strlen(order), sizeof order - strlen(order), "%s ", what);
}

static bool
module_test_setup_a(const struct module_setup *with, char *error, size_t error_size)
{
    (void)with, (void)error, (void)error_size;
    module_test_note("+a");
    return true;
}

static bool
module_test_setup_b(const struct module_setup *with, char *error, size_t error_size)
{
    (void)with;
    module_test_note("+b");
    snprintf(error, error_size, "b is missing something");
    return false;
}

static void
module_test_teardown_a(void)
{
    module_test_note("-a");
}

static void
module_test_teardown_b(void)
{
    module_test_note("-b");
}

static const struct route own[] = {{GET, "/own"}, ROUTE_END}, shared[] = {{GET, "/shared"}, ROUTE_END}, streams[] = {{GET, "/stream"}, ROUTE_END};
static const struct setting settings[] = {{.section = "A"}, {"LYRICS_DAYS", .help = "how long"}, {0}};
static const struct module a = {.name = "a",
                                .routes = ROUTE_TABLES(own, shared),
                                .stream_routes = ROUTE_TABLES(shared),
                                .jobs = (const struct job_handler[]){{"a.first"}, {"a.second"}, {0}},
                                .settings = settings,
                                .setup = module_test_setup_a,
                                .teardown = module_test_teardown_a};
static const struct module b = {.name = "b",
                                .stream_routes = ROUTE_TABLES(streams),
                                .jobs = (const struct job_handler[]){{"b.first"}, {0}},
                                .setup = module_test_setup_b,
                                .teardown = module_test_teardown_b};
static const struct module nothing = {.name = "nothing"};
static const struct module *const modules[] = {&a, &nothing, &b, NULL};

static void
a_table_that_both_servers_answer_is_listed_once(void **state)
{
    const struct route *const both[] = {own, shared, streams}, *const api[] = {own, shared}, *const stream[] = {shared, streams};
    const struct {
        unsigned servers;
        const struct route *const *tables;
        size_t count;
    } cases[] = {{MODULE_API | MODULE_STREAM, both, COUNT_OF(both)}, {MODULE_API, api, COUNT_OF(api)}, {MODULE_STREAM, stream, COUNT_OF(stream)}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        route_tables tables = module_routes(modules, cases[i].servers);

        for (size_t j = 0; j < cases[i].count; j++)
            assert_ptr_equal(tables[j], cases[i].tables[j]);
        assert_null(tables[cases[i].count]);
    }
}

static void
jobs_of_all_modules_are_one_list(void **state)
{
    const struct job_handler *jobs = module_jobs(modules);

    (void)state;
    assert_string_equal(jobs[0].kind, "a.first");
    assert_string_equal(jobs[1].kind, "a.second");
    assert_string_equal(jobs[2].kind, "b.first");
    assert_null(jobs[3].kind);
}

static void
a_module_that_cannot_be_set_up_stops_the_start_and_all_end_in_the_opposite_order(void **state)
{
    const struct module_setup with = {.modules = modules};
    char error[64] = "";

    (void)state;
    assert_false(module_setup(&with, error, sizeof error));
    assert_string_equal(error, "b is missing something");
    module_teardown(modules);
    assert_string_equal(order, "+a +b -b -a ");
}

static void
module_test_name(void *context, const char *name, const char *nearest)
{
    snprintf(context, 64, "%s %s", name, nearest);
}

static void
a_misspelt_setting_of_a_module_is_found(void **state)
{
    char folder[] = "/tmp/veza-module-XXXXXX", path[64], told[64] = "", error[256];
    struct config config;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/env", folder);
    file = fopen(path, "w");
    fputs("LYRICS_DAYS=3\nLYRICS_DAY=3\nPATH=/bin\n", file);
    fclose(file);
    setenv("VEZA_ENV_FILE", path, 1);
    assert_true(config_load(&config, error, sizeof error));
    module_check_names(modules, module_test_name, told);
    assert_string_equal(told, "LYRICS_DAY LYRICS_DAYS");
    remove(path);
    remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_that_both_servers_answer_is_listed_once),
        cmocka_unit_test(jobs_of_all_modules_are_one_list),
        cmocka_unit_test(a_module_that_cannot_be_set_up_stops_the_start_and_all_end_in_the_opposite_order),
        cmocka_unit_test(a_misspelt_setting_of_a_module_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
