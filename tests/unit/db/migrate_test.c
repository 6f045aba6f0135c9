/* Migrations against a real database: a fresh one for each test, in one embedded cluster. */
#include <libpq-fe.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/config.h"
#include "base/str.h"
#include "db/cluster.h"
#include "db/migrate.h"

static char folder[64], url[256], error[1024];
static struct cluster *cluster;
static unsigned databases;

static const struct migration good_items[] = {
    {1, "0001_people", "create table people (id int primary key);\ninsert into people values (1), (2);\n", "drop table people;", "aa"},
    {2, "0002_names", "alter table people add name text;", "alter table people drop name;", "bb"},
};
static const struct migration_list good = {good_items, 2};

/* Runs `sql` in this test's database and returns the first value, "" when there is none, NULL when it fails. */
static const char *
ask_at(const char *conninfo, const char *sql)
{
    static char answer[256];
    PGconn *connection = PQconnectdb(conninfo);
    PGresult *result = PQexec(connection, sql);
    bool worked = PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;

    snprintf(answer, sizeof answer, "%s", worked && PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    PQfinish(connection);
    return worked ? answer : NULL;
}

static const char *
ask(const char *sql)
{
    return ask_at(url, sql);
}

static int
start_cluster(void **state)
{
    struct config config;

    (void)state;
    snprintf(folder, sizeof folder, "/tmp/veza-migrate-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    setenv("VEZA_DATA_DIR", folder, 1);
    setenv("DATABASE_DURABLE", "false", 1);
    if (!config_load(&config, error, sizeof error) || cluster_start(&config, &cluster, error, sizeof error) < 0)
        fail_msg("%s", error);
    return 0;
}

static int
stop_cluster(void **state)
{
    pid_t pid;
    int status;

    (void)state;
    cluster = cluster_stop(cluster);
    pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", folder, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static int
new_database(void **state)
{
    char sql[128];

    (void)state;
    snprintf(sql, sizeof sql, "create database test%u owner veza", ++databases);
    assert_non_null(ask_at(cluster_admin_url(cluster), sql));
    /* Of two mentions of dbname, libpq takes the last. */
    snprintf(url, sizeof url, "%.200s dbname=test%u", cluster_url(cluster), databases);
    return 0;
}

static void
up_applies_what_is_missing_once(void **state)
{
    (void)state;
    assert_int_equal(migrate_up(&good, url, true, error, sizeof error), 2);
    assert_string_equal(ask("select count(name)::text || count(*) from people"), "02");
    assert_string_equal(ask("select string_agg(version || name || checksum, ' ' order by version) from schema_migrations"),
                        "10001_peopleaa 20002_namesbb");
    assert_int_equal(migrate_up(&good, url, true, error, sizeof error), 0);
    assert_int_equal(migrate_status(&good, url, NULL, error, sizeof error), 0);
}

static void
down_takes_back_the_last_steps(void **state)
{
    (void)state;
    assert_int_equal(migrate_up(&good, url, true, error, sizeof error), 2);
    assert_int_equal(migrate_down(&good, url, 1, error, sizeof error), 1);
    assert_null(ask("select name from people"));
    assert_non_null(ask("select id from people"));
    assert_int_equal(migrate_status(&good, url, NULL, error, sizeof error), 1);
    assert_int_equal(migrate_down(&good, url, 5, error, sizeof error), 1);
    assert_null(ask("select id from people"));
    assert_int_equal(migrate_up(&good, url, true, error, sizeof error), 2);
}

static void
a_failing_file_leaves_nothing_and_names_its_line(void **state)
{
    const struct migration items[] = {
        good_items[0],
        {2, "0002_broken", "create table half (id int);\n-- é\nselect nonsense\n  from half;\n", "", "cc"},
        {3, "0003_later", "create table later (id int);", "", "dd"},
    };
    const struct migration_list list = {items, 3};

    (void)state;
    assert_int_equal(migrate_up(&list, url, true, error, sizeof error), -1);
    assert_non_null(strstr(error, "0002_broken.up.sql:3: column \"nonsense\" does not exist"));
    assert_non_null(ask("select 1 from people"));
    assert_null(ask("select 1 from half"));
    assert_null(ask("select 1 from later"));
    assert_string_equal(ask("select max(version) from schema_migrations"), "1");
}

static void
a_file_that_commits_is_refused(void **state)
{
    const struct migration items[] = {{1, "0001_commits", "create table early (id int); commit;", "", "ee"}};
    const struct migration_list list = {items, 1};

    (void)state;
    assert_int_equal(migrate_up(&list, url, true, error, sizeof error), -1);
    assert_non_null(strstr(error, "must not commit"));
    assert_string_equal(ask("select count(*) from schema_migrations"), "0");
}

static void
a_changed_file_is_refused_when_strict_and_told_otherwise(void **state)
{
    const struct migration items[] = {
        good_items[0],
        {2, "0002_names", "alter table people add given_name text;", "", "changed"},
        {3, "0003_more", "create table more (id int);", "", "ff"},
    };
    const struct migration_list list = {items, 3};
    char text[512] = "";
    FILE *to = fmemopen(text, sizeof text, "w");

    (void)state;
    assert_int_equal(migrate_up(&good, url, true, error, sizeof error), 2);
    assert_int_equal(migrate_up(&list, url, true, error, sizeof error), -1);
    assert_non_null(strstr(error, "0002_names.up.sql is not the file that was applied"));
    assert_null(ask("select 1 from more"));
    assert_int_equal(migrate_status(&list, url, to, error, sizeof error), 2);
    fclose(to);
    assert_non_null(strstr(text, "its file changed since"));
    assert_non_null(strstr(text, "missing"));
    assert_int_equal(migrate_up(&list, url, false, error, sizeof error), 1);
    assert_non_null(ask("select 1 from more"));
}

static void
a_database_newer_than_the_program_is_refused_and_left_alone(void **state)
{
    const struct migration between[] = {good_items[0], {3, "0003_more", "create table more (id int);", "", "ff"}};
    const struct migration_list older = {good_items, 1}, other = {between, 2};
    char text[512] = "";
    FILE *to = fmemopen(text, sizeof text, "w");

    (void)state;
    assert_int_equal(migrate_check(&older, url, error, sizeof error), 0);
    assert_int_equal(migrate_up(&good, url, true, error, sizeof error), 2);
    assert_int_equal(migrate_check(&good, url, error, sizeof error), 0);
    for (int strict = 0; strict < 2; strict++) {
        assert_int_equal(migrate_up(&older, url, strict, error, sizeof error), -1);
        assert_non_null(strstr(error, "0002_names"));
        assert_non_null(strstr(error, "0001_people"));
        assert_int_equal(migrate_up(&other, url, strict, error, sizeof error), -1); /* a gap that a later version filled */
        assert_non_null(strstr(error, "0002_names"));
    }
    assert_int_equal(migrate_check(&older, url, error, sizeof error), -1);
    assert_int_equal(migrate_down(&older, url, 1, error, sizeof error), -1);
    assert_non_null(strstr(error, "does not know 0002_names"));
    assert_true(migrate_status(&older, url, to, error, sizeof error) >= 0);
    fclose(to);
    assert_non_null(strstr(text, "older than the database"));
    assert_non_null(ask("select name from people"));
    assert_null(ask("select 1 from more"));
    assert_true(migrate_is_newer(&older, 2, 2));
    assert_true(migrate_is_newer(&other, 3, 3));
    assert_false(migrate_is_newer(&good, 2, 2));
    assert_false(migrate_is_newer(&good, 1, 1));
}

static void
status_of_an_untouched_database_is_all_missing_and_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(migrate_status(&good, url, NULL, error, sizeof error), 2);
    assert_null(ask("select 1 from schema_migrations"));
}

static void
an_unreachable_database_is_a_sentence(void **state)
{
    (void)state;
    assert_int_equal(migrate_up(&good, "host=/nowhere dbname=x", true, error, sizeof error), -1);
    assert_non_null(strstr(error, "cannot connect to the database"));
}

static void
an_address_that_makes_no_sense_is_not_repeated_with_its_password(void **state)
{
    (void)state;
    assert_int_equal(migrate_up(&good, "veza:secret@host", true, error, sizeof error), -1);
    assert_non_null(strstr(error, "cannot connect to the database"));
    assert_null(strstr(error, "secret"));
}

static void *
migrate_in_thread(void *unused)
{
    char why[512];

    (void)unused;
    return (void *)(intptr_t)migrate_up(&good, url, true, why, sizeof why);
}

static void
nodes_that_start_at_once_migrate_once(void **state)
{
    enum { NODES = 8 };
    pthread_t nodes[NODES];
    intptr_t total = 0;

    (void)state;
    for (int i = 0; i < NODES; i++)
        assert_int_equal(pthread_create(&nodes[i], NULL, migrate_in_thread, NULL), 0);
    for (int i = 0; i < NODES; i++) {
        void *count;

        assert_int_equal(pthread_join(nodes[i], &count), 0);
        assert_true((intptr_t)count == 0 || (intptr_t)count == 2);
        total += (intptr_t)count;
    }
    assert_int_equal(total, 2);
    assert_string_equal(ask("select count(*) from people"), "2");
}

/* `first` calls `second`, which comes later. */
#define FUNCTION(name, body) "create or replace function " name "() returns text language sql as $$ select " body " $$;"

static int
up_with(const struct migration_functions *functions, unsigned count)
{
    const struct migration_list list = {good_items, 2, functions, count};

    return migrate_up(&list, url, true, error, sizeof error);
}

static void
functions_are_applied_when_their_text_changes(void **state)
{
    struct migration_functions functions[] = {{"a", FUNCTION("first", "'1' || second()"), "a1"}, {"b", FUNCTION("second", "'2'::text"), "b1"}};

    (void)state;
    assert_int_equal(up_with(functions, 2), 2);
    assert_string_equal(ask("select first()"), "12");
    assert_non_null(ask("drop function second()"));
    assert_int_equal(up_with(functions, 2), 0);
    assert_null(ask("select second()")); /* it is not applied again for nothing */
    functions[1] = (struct migration_functions){"b", FUNCTION("second", "'3'::text"), "b2"};
    assert_int_equal(up_with(functions, 2), 0);
    assert_string_equal(ask("select first()"), "13");
}

static void
functions_are_applied_again_after_a_migration_that_made_an_older_text(void **state)
{
    const struct migration items[] = {good_items[0], good_items[1], {3, "0003_old", FUNCTION("first", "'old'::text"), "", "cc"}};
    const struct migration_functions functions[] = {{"a", FUNCTION("first", "'new'::text"), "a1"}};
    const struct migration_list list = {items, 3, functions, 1};

    (void)state;
    assert_int_equal(up_with(functions, 1), 2);
    assert_int_equal(migrate_up(&list, url, true, error, sizeof error), 1);
    assert_string_equal(ask("select first()"), "new");
}

static void
functions_of_a_newer_program_are_left(void **state)
{
    struct migration_functions functions[] = {{"a", FUNCTION("first", "'new'::text"), "a1"}};

    (void)state;
    assert_int_equal(up_with(functions, 1), 2);
    assert_non_null(ask("update schema_functions set version = '999.10.0-beta'"));
    functions[0] = (struct migration_functions){"a", FUNCTION("first", "'old'::text"), "a0"};
    assert_int_equal(up_with(functions, 1), 0);
    assert_string_equal(ask("select first()"), "new");
    assert_non_null(ask("update schema_functions set version = '0.0.1'"));
    assert_int_equal(up_with(functions, 1), 0);
    assert_string_equal(ask("select first()"), "old");
}

static void
functions_that_fail_leave_the_old_ones(void **state)
{
    struct migration_functions functions[] = {{"a", FUNCTION("first", "'1'::text"), "a1"}, {"b", FUNCTION("second", "'2'::text"), "b1"}};

    (void)state;
    assert_int_equal(up_with(functions, 2), 2);
    functions[0] = (struct migration_functions){"a", FUNCTION("first", "'3'::text"), "a2"};
    functions[1] = (struct migration_functions){"b", "create or replace nonsense", "b2"};
    assert_int_equal(up_with(functions, 2), -1);
    assert_non_null(strstr(error, "b: ERROR"));
    assert_string_equal(ask("select first()"), "1");
}

static void
veza_s_own_migrations_go_up_down_and_up(void **state)
{
    int all = (int)embedded_migrations.count;
    int up = migrate_up(&embedded_migrations, url, true, error, sizeof error);

    (void)state;
    if (up < 0)
        fail_msg("%s", error);
    assert_int_equal(up, all);
    assert_true(all > 0);
    if (migrate_down(&embedded_migrations, url, all, error, sizeof error) != all)
        fail_msg("%s", error);
    assert_string_equal(ask("select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S')"),
                        "2"); /* schema_migrations, schema_functions */
    assert_int_equal(migrate_up(&embedded_migrations, url, true, error, sizeof error), all);
}

#define TEST(name) cmocka_unit_test_setup(name, new_database)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(up_applies_what_is_missing_once),
        TEST(down_takes_back_the_last_steps),
        TEST(a_failing_file_leaves_nothing_and_names_its_line),
        TEST(a_file_that_commits_is_refused),
        TEST(a_changed_file_is_refused_when_strict_and_told_otherwise),
        TEST(a_database_newer_than_the_program_is_refused_and_left_alone),
        TEST(status_of_an_untouched_database_is_all_missing_and_changes_nothing),
        TEST(an_unreachable_database_is_a_sentence),
        TEST(an_address_that_makes_no_sense_is_not_repeated_with_its_password),
        TEST(nodes_that_start_at_once_migrate_once),
        TEST(functions_are_applied_when_their_text_changes),
        TEST(functions_are_applied_again_after_a_migration_that_made_an_older_text),
        TEST(functions_of_a_newer_program_are_left),
        TEST(functions_that_fail_leave_the_old_ones),
        TEST(veza_s_own_migrations_go_up_down_and_up),
    };

    return cmocka_run_group_tests(tests, start_cluster, stop_cluster);
}
