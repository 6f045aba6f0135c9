/* The description of a query's rows: what PostgreSQL says of the statement, and what rows cannot show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../db/test_database.h"
#include "api/openapi_query.h"

/* The schema of the row of a statement; a null pointer when it is refused, with the sentence in `error`. */
static json_t *
describe(const char *statement, const char *types, char *error, size_t error_size)
{
    static const char *const no_params[] = {NULL};
    const struct query query = {
        .name = "tried", .prefix = "", .main = statement, .params = no_params, .nullable = "", .not_null = " * ", .types = types};
    struct describer describer = {
        .connection = PQconnectdb(test_database_url()), .schemas = json_object(), .origins = json_object(), .error = error, .error_size = error_size};
    json_t *row;

    *error = 0;
    row = describe_row(&describer, &query);
    json_decref(describer.schemas);
    json_decref(describer.origins);
    PQfinish(describer.connection);
    return row;
}

static void
columns_that_rows_can_show_are_described(void **state)
{
    char error[512];
    json_t *row = describe("select 1 as n, array['a']::text[] as words, 'red'::colour as colour, to_jsonb(row('red', 1)::pair) as pair", "", error, sizeof error);

    (void)state;
    assert_string_equal(error, "");
    assert_string_equal(json_string_value(json_object_get(json_object_get(json_object_get(row, "properties"), "n"), "type")), "integer");
    json_decref(row);
}

static void
columns_that_rows_would_show_as_postgresqls_own_text_are_refused(void **state)
{
    static const char *const statements[] = {"select row('red', 1)::pair as odd", "select array['red']::colour[] as odd", "select array[row('red', 1)::pair] as odd"};
    char error[512];

    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        assert_null(describe(statements[i], "", error, sizeof error));
        assert_non_null(strstr(error, "Query tried"));
        assert_non_null(strstr(error, "\"odd\""));
    }
}

/* NULL, or the sentence by which the sort of a list is refused. */
static const char *
sort_refusal(const char *rest, const char *first, const char *second, bool noted, const char *not_null)
{
    static const char *const no_params[] = {NULL};
    static char error[512];
    const struct query_sort sorts[] = {{.keys = {{first, "n"}, {second, NULL}}}, {0}};
    const struct query_list list = {.columns = "1 as one", .rest = rest, .sorts = sorts, .unique = noted};
    const struct query query = {.name = "tried", .prefix = "", .main = "", .params = no_params, .nullable = "", .not_null = not_null, .types = "", .list = &list};
    struct describer describer = {.connection = PQconnectdb(test_database_url()), .error = error, .error_size = sizeof error};
    bool good = describe_check_sorts(&describer, &query);

    PQfinish(describer.connection);
    return good ? NULL : error;
}

static void
a_list_ends_with_a_unique_key_or_says_why_its_keys_are_unique(void **state)
{
    (void)state;
    assert_null(sort_refusal("from pages p where true", "p.n", "p.id", false, ""));
    assert_null(sort_refusal("from pages p join pages o on o.id = p.id where true", "p.book", "p.page", false, ""));
    assert_null(sort_refusal("from (select * from pages) p where true", "p.n", "p.id", false, ""));
    assert_non_null(strstr(sort_refusal("from pages p where true", "p.n", NULL, false, ""), "no unique index"));
    assert_non_null(strstr(sort_refusal("from pages p where true", "p.n", "p.book", false, ""), "no unique index"));
    assert_non_null(strstr(sort_refusal("from pages p where true", "p.n", "p.page", false, ""), "no unique index"));
    assert_non_null(strstr(sort_refusal("from pages p where true", "p.n", "lower(p.id::text)", false, ""), "no unique index"));
    assert_non_null(strstr(sort_refusal("from pages p where true", "p.n", "p.part", false, ""), "no unique index")); /* its index is one of some rows */
    assert_non_null(strstr(sort_refusal("from (select n, count(*) as c from pages group by n) p where true", "p.c", "p.n", false, ""), "no unique index"));
    assert_null(sort_refusal("from (select n, count(*) as c from pages group by n) p where true", "p.c", "p.n", true, ""));
}

static void
a_list_has_no_key_that_may_be_null(void **state)
{
    (void)state;
    assert_non_null(strstr(sort_refusal("from pages p where true", "p.later", "p.id", false, ""), "p.later may be null"));
    assert_null(sort_refusal("from pages p where p.later > 0", "p.later", "p.id", false, " n "));
}

static int
start(void **state)
{
    (void)state;
    test_database_start(10000);
    test_database_ask("create type colour as enum ('red', 'green'); create type pair as (colour colour, n int); "
                      "create table pages (id int primary key, book int not null, page int not null, n int not null, part int not null, later int, unique (book, page)); "
                      "create unique index on pages (part) where part > 1; select 1");
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    test_database_stop();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_that_rows_can_show_are_described),
        cmocka_unit_test(a_list_ends_with_a_unique_key_or_says_why_its_keys_are_unique),
        cmocka_unit_test(a_list_has_no_key_that_may_be_null),
        cmocka_unit_test(columns_that_rows_would_show_as_postgresqls_own_text_are_refused),
    };

    return cmocka_run_group_tests_name("openapi query", tests, start, stop);
}
