/* Rows as JSON: as PostgreSQL itself would write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "db/row_json.h"
#include "test_database.h"

static const struct query plain = {.name = "plain"}, refusing = {.name = "refusing", .problems = " conflict "};

static void
expect(const struct query *query, const char *sql, const char *wanted)
{
    PGconn *connection = PQconnectdb(test_database_url());
    struct buf out = BUF_INIT(65536);
    struct row_json json;
    PGresult *result;

    PQclear(PQexec(connection, "set timezone = 'UTC'; set datestyle = 'ISO'"));
    result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s", PQresultErrorMessage(result));
    assert_true(row_json_begin(&json, result, query));
    for (int i = 0; i < PQntuples(result); i++)
        row_json_write(&json, i, &out);
    PQclear(result);
    assert_string_equal(buf_str(&out).ptr, wanted);
    buf_free(&out);
    PQfinish(connection);
}

static void
each_type_is_written_as_postgresql_writes_it(void **state)
{
    static const char *const values[] = {
        "true", "false", "null::boolean", "(-1)::int2", "2147483647", "(-9223372036854775808)::int8", "1.5::float4", "0.1::float8", "1e300::float8",
        "'NaN'::float8", "'-Infinity'::float4", "12345678901234567890.123::numeric", "'NaN'::numeric", "''::text", "'a \"quoted\" back\\slash / text'",
        "E'tab\\tnew\\nline\\rfeed\\fback\\b\\x01\\x1f\\x7f'", "'Ünïcödé 音楽 🎵'", "'x'::char(3)", "'v'::varchar", "'2026-11-28'::date", "'23:07:07.5'::time",
        "'2026-11-28 23:07:07.120001+01'::timestamptz", "'2026-11-28 23:07:07'::timestamp", "'infinity'::timestamptz", "'00000000-0000-4000-8000-000000000000'::uuid",
        "'{\"a\": [1, null]}'::jsonb", "'{\"b\":  2}'::json", "'192.0.2.1'::inet", "'2001:db8::/32'::inet", "'1 day 02:03'::interval", "'\\x00ff'::bytea",
        "'{}'::text[]", "array['a', 'b c', 'q\"', 'back\\', 'a,b', '{c}', '', 'null', null]", "array[[1, 2], [3, null]]", "array[true, false, null]",
        "array['00000000-0000-4000-8000-000000000000']::uuid[]", "array['2026-11-28 23:07:07+00']::timestamptz[]", "array[1.5, 'NaN']::float8[]",
        "array['{\"a\": \"b, c\"}']::jsonb[]", "array['v', null]::varchar[]", "array['2026-11-28']::date[]"};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char sql[512], wanted[512];

        snprintf(sql, sizeof sql, "select row_to_json(x) from (select %s as value) x", values[i]);
        snprintf(wanted, sizeof wanted, "%s", test_database_ask(sql));
        snprintf(sql, sizeof sql, "select %s as value", values[i]);
        expect(&plain, sql, wanted);
    }
}

static void
columns_with_a_dot_are_objects_which_are_null_when_the_first_is(void **state)
{
    (void)state;
    expect(&plain, "select 1 as \"a.id\", null as \"a.name\", 2 as \"b.id\", null::int as \"c.id\", 'x' as \"c.name\", 3 as d, 4 as \"e.id\"",
           "{\"a\":{\"id\":1,\"name\":null},\"b\":{\"id\":2},\"c\":null,\"d\":3,\"e\":{\"id\":4}}");
}

static void
keys_and_refusals_are_no_part_of_the_reply(void **state)
{
    (void)state;
    expect(&refusing, "select 1 as key1_, 2 as id, null as problem, 3 as total_", "{\"id\":2}");
    expect(&plain, "select 'mine' as problem", "{\"problem\":\"mine\"}");
}

static int
start(void **state)
{
    (void)state;
    test_database_start(10000);
    test_database_ask("set timezone = 'UTC'");
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
        cmocka_unit_test(each_type_is_written_as_postgresql_writes_it),
        cmocka_unit_test(columns_with_a_dot_are_objects_which_are_null_when_the_first_is),
        cmocka_unit_test(keys_and_refusals_are_no_part_of_the_reply),
    };

    return cmocka_run_group_tests_name("row_json", tests, start, stop);
}
