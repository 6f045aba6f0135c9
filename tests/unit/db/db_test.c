/* Named queries against a real database: what is answered, tried again, set aside and thrown away. */
#include "../base/test.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "db/db.h"
#include "test_database.h"

#define STATEMENT_MS 600
#define LENT_NS 2000000

static const char *const no_params[] = {NULL};
static const char *const one_param[] = {"value", NULL};
static const char *const viewer_params[] = {"viewer", "viewer_staff", "value", NULL};
static const char *const two_params[] = {"value", "seconds", NULL};

#define QUERY(text, parameters, changes) {.name = #text, .prefix = "", .main = text, .params = parameters, .nullable = "", .not_null = "", .types = "", .writes = changes}

static const struct query select_value = QUERY("select $1::text as value", one_param, false);
static const struct query select_number = QUERY("select $1::int as value", one_param, false);
static const struct query select_slowly = QUERY("select $1::text as value, pg_sleep($2::float8), nextval('asked') as times", two_params, false);
static const struct query count_things = QUERY("select count(*) from things", no_params, false);
static const struct query select_by_viewer =
    QUERY("select concat_ws(' ', ($1::uuid is null)::text, $2::boolean::text, $3::text)", viewer_params, false);
static const struct query insert_thing = QUERY("insert into things (name) values ($1) returning id, name", one_param, true);
static const struct query update_one = QUERY("update things set name = name where id = 1", no_params, true);
static const struct query update_two = QUERY("update things set name = name where id = 2", no_params, true);
static const struct query break_off_here = QUERY("select pg_terminate_backend(pg_backend_pid()) where nextval('asked') % 2 = 1", no_params, false);
static const struct query change_and_break_off = QUERY("select pg_terminate_backend(pg_backend_pid()) where nextval('asked') > 0", no_params, true);
static const struct query tell_name = QUERY("select tell($1)", one_param, true);
static const struct query_sort things_sorts[] = {{NULL, {{"id", "id"}, {"upper(name)", NULL}}, false}, {0}};
static const struct query_filter things_filters[] = {{"name", NULL, false, "name <> $1", false}, {0}};
static const struct query_list things_list = {"id, name", "from things where id > 2", things_sorts, things_filters};
static const struct query list_things = {.name = "list_things", .prefix = "", .main = "select id, name from things where id > 2", .list = &things_list,
                                         .params = one_param, .nullable = "", .not_null = "", .types = ""};

/* Runs the query with `value` and compares the first column of its first row. */
static void
expect(const struct query *query, const char *value, const char *wanted)
{
    const struct db_arg args[] = {{"value", value}, {"seconds", "0.1"}, {0}};
    PGresult *result = NULL;

    assert_int_equal(db_run(query, args, &result, NULL), DB_OK);
    assert_string_equal(PQgetvalue(result, 0, 0), wanted);
    PQclear(result);
}

static enum db_status
run(const struct query *query, const char *value, struct db_error *error)
{
    const struct db_arg args[] = {{"value", value}, {"seconds", "0.1"}, {0}};
    PGresult *result = NULL;
    enum db_status status = db_run(query, args, &result, error);

    if (status == DB_OK)
        PQclear(result);
    return status;
}

static void
a_null_is_a_null_and_bytes_of_sql_are_only_a_value(void **state)
{
    const struct db_arg null[] = {{"value", NULL}, {0}};
    PGresult *result = NULL;

    (void)state;
    expect(&select_value, "'; drop table things; --", "'; drop table things; --");
    assert_int_equal(db_run(&select_value, null, &result, NULL), DB_OK);
    assert_true(PQgetisnull(result, 0, 0));
    PQclear(result);
}

static void
each_failure_has_its_status(void **state)
{
    struct db_error error;
    const struct db_arg nothing[] = {{0}}, long_wait[] = {{"value", "x"}, {"seconds", "5"}, {0}};
    PGresult *result = NULL;

    (void)state;
    assert_int_equal(run(&insert_thing, "one", &error), DB_CONSTRAINT);
    assert_string_equal(error.constraint, "things_name_key");
    assert_string_equal(error.table, "things");
    assert_null(strstr(error.message, "one")); /* the row is not for the log */
    assert_int_equal(run(&select_number, "secret words", &error), DB_INPUT);
    assert_null(strstr(error.message, "secret"));
    assert_int_equal(db_run(&select_slowly, long_wait, &result, &error), DB_TIMEOUT);
    assert_int_equal(db_run(&select_value, nothing, &result, &error), DB_FAILED);
    assert_non_null(strstr(error.message, ":value"));
    expect(&select_value, "good again", "good again");
}

static void
a_read_is_asked_again_when_its_connection_ends_and_a_change_is_not(void **state)
{
    (void)state;
    test_database_ask("select setval('asked', 2)");
    assert_int_equal(run(&break_off_here, NULL, NULL), DB_OK);
    assert_string_equal(test_database_ask("select last_value from asked"), "4");
    assert_int_equal(run(&change_and_break_off, NULL, NULL), DB_UNAVAILABLE);
    assert_string_equal(test_database_ask("select last_value from asked"), "5"); /* once only: whether it happened is not known */
    expect(&select_value, "good again", "good again");
}

static void
a_transaction_is_kept_as_a_whole_or_not_at_all(void **state)
{
    const char *before;
    char kept[32];

    (void)state;
    before = test_database_ask("select count(*) from things");
    snprintf(kept, sizeof kept, "%s", before);
    assert_int_equal(db_begin(), DB_OK);
    assert_true(db_in_transaction());
    assert_int_equal(run(&insert_thing, "of a transaction", NULL), DB_OK);
    assert_int_equal(db_end(false), DB_OK);
    assert_string_equal(test_database_ask("select count(*) from things"), kept);
    assert_int_equal(db_begin(), DB_OK);
    assert_int_equal(run(&insert_thing, "of a transaction", NULL), DB_OK);
    assert_int_equal(run(&insert_thing, "one", NULL), DB_CONSTRAINT);
    assert_int_equal(db_end(true), DB_FAILED); /* PostgreSQL calls it a success: it rolled back */
    assert_string_equal(test_database_ask("select count(*) from things"), kept);
}

/* Takes the rows 2 and 1 in this order, while the test takes 1 and 2: one of both is undone. */
static void *
take_the_other_way_round(void *argument)
{
    pthread_barrier_t *barrier = argument;
    bool again;

    do {
        again = false;
        assert_int_equal(db_begin(), DB_OK);
        if (run(&update_two, NULL, NULL) == DB_OK) {
            if (barrier)
                pthread_barrier_wait(barrier);
            barrier = NULL;
            again = run(&update_one, NULL, NULL) == DB_RETRY;
        }
        assert_true(!again || db_transaction_lost());
        db_end(!again);
    } while (again);
    db_disconnect();
    return NULL;
}

static void
a_transaction_that_lost_a_deadlock_says_so_and_can_be_repeated(void **state)
{
    pthread_barrier_t barrier;
    pthread_barrier_t *first = &barrier;
    pthread_t thread;
    bool again;

    (void)state;
    pthread_barrier_init(&barrier, NULL, 2);
    assert_int_equal(pthread_create(&thread, NULL, take_the_other_way_round, &barrier), 0);
    do {
        again = false;
        assert_int_equal(db_begin(), DB_OK);
        assert_int_equal(run(&update_one, NULL, NULL), DB_OK);
        if (first)
            pthread_barrier_wait(first);
        first = NULL;
        again = run(&update_two, NULL, NULL) == DB_RETRY;
        assert_true(!again || db_transaction_lost());
        db_end(!again);
    } while (again);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&barrier);
}

static bool
add_row(void *context, struct str json)
{
    struct buf *all = context;

    buf_add(all, json);
    return all->len < 60;
}

static void
rows_are_handed_out_one_by_one_until_no_more_is_wanted(void **state)
{
    static const struct query many = QUERY("select n from generate_series(1, 1000000) n", no_params, false);
    static const struct query few = QUERY("select n from generate_series(1, 3) n", no_params, false);
    struct buf all = BUF_INIT(4096);

    (void)state;
    assert_int_equal(db_each(&few, NULL, add_row, &all, NULL), DB_OK);
    buf_add(&all, (struct str){"", 1});
    assert_string_equal(all.ptr, "{\"n\":1}{\"n\":2}{\"n\":3}");
    assert_int_equal(db_each(&many, NULL, add_row, &all, NULL), DB_OK);
    assert_true(all.len < 80);
    expect(&select_value, "good again", "good again");
    buf_free(&all);
}

static bool
bind_page(void *context, const char *name, const char **ret_text)
{
    (void)context;
    *ret_text = text_equal(name, "limit_") ? "2" : text_equal(name, "offset_") ? "2" : text_equal(name, "key1_") ? "3" : text_equal(name, "key2_") ? "THREE" : "five";
    return true;
}

/* The names of a page of things, and the total where it was asked for. */
static void
expect_page(db_form form, const char *names, const char *total)
{
    char found[128] = "";
    PGresult *result = NULL;

    assert_int_equal(db_execute(&list_things, DB_LIST | form, bind_page, NULL, &result, NULL), DB_OK);
    for (int i = 0; i < PQntuples(result); i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s ", PQgetvalue(result, i, PQfnumber(result, "name")));
    assert_string_equal(found, names);
    if (total)
        assert_string_equal(PQgetvalue(result, 0, PQfnumber(result, "total_")), total);
    else
        assert_int_equal(PQfnumber(result, "total_"), -1);
    PQclear(result);
}

static void
a_list_is_cut_into_pages_and_counted(void **state)
{
    PGresult *result = NULL;

    (void)state;
    expect_page(0, "three four ", NULL);
    expect_page(DB_LIST_NUMBERED, "five ", NULL);
    expect_page(DB_LIST_NUMBERED | DB_LIST_COUNTED, "five ", "3");
    expect_page(DB_LIST_AFTER, "four five ", NULL);
    expect_page(DB_LIST_AFTER | DB_LIST_COUNTED, "four five ", "3");
    expect_page(1u << DB_LIST_FILTER_SHIFT | DB_LIST_AFTER | DB_LIST_COUNTED, "four ", "2");
    expect_page(1u << DB_LIST_FILTER_SHIFT | DB_LIST_NUMBERED | DB_LIST_COUNTED, " ", "2"); /* an empty page tells the total all the same */
    assert_int_equal(db_execute(&list_things, DB_ROWS, bind_page, NULL, &result, NULL), DB_FAILED); /* its filters say who may see what */
}

static bool
bind_all_but_viewer(void *context, const char *name, const char **ret_text)
{
    *ret_text = context;
    return text_equal(name, "value");
}

static void
a_visitors_statement_says_who_asks_and_takes_no_parameter_for_it(void **state)
{
    PGresult *result = NULL;

    (void)state;
    assert_int_equal(db_execute(&select_by_viewer, DB_VISITOR, bind_all_but_viewer, "given", &result, NULL), DB_OK);
    assert_string_equal(PQgetvalue(result, 0, 0), "true false given");
    PQclear(result);
    assert_int_equal(db_execute(&select_by_viewer, DB_ROWS, bind_all_but_viewer, "given", &result, NULL), DB_FAILED);
}

static char told[128];

static void
note_told(const char *text)
{
    snprintf(told + strlen(told), sizeof told - strlen(told), "%s ", text);
}

static void
what_triggers_tell_is_passed_on_once_it_is_committed(void **state)
{
    (void)state;
    db_on_told(note_told);
    *told = '\0';
    assert_int_equal(run(&tell_name, "ada", NULL), DB_OK);
    assert_string_equal(told, "ada ");
    assert_int_equal(db_begin(), DB_OK);
    assert_int_equal(run(&tell_name, "ben", NULL), DB_OK);
    assert_string_equal(told, "ada ");
    assert_int_equal(db_end(true), DB_OK);
    assert_string_equal(told, "ada ben ");
    assert_int_equal(db_begin(), DB_OK);
    assert_int_equal(run(&tell_name, "eve", NULL), DB_OK);
    assert_int_equal(db_end(false), DB_OK);
    assert_string_equal(told, "ada ben ");
    db_on_told(NULL);
}

struct adopted {
    struct connection *connection;
    const char *value;
};

/* A waiter: runs the same code again. */
static void *
go_on(void *argument)
{
    const struct adopted *adopted = argument;

    db_adopt(adopted->connection);
    expect(&select_slowly, adopted->value, adopted->value);
    db_give_back();
    return NULL;
}

/* Asks slowly within a lent moment and returns what was parked. */
static struct connection *
park_slow_statement(const char *value)
{
    const struct db_arg args[] = {{"value", value}, {"seconds", "0.1"}, {0}};
    struct connection *parked = NULL;
    PGresult *result = NULL;

    expect(&select_slowly, "prepared", "prepared");
    test_database_ask("select setval('asked', 100)");
    db_lend(LENT_NS);
    assert_int_equal(db_run(&select_slowly, args, &result, NULL), DB_PARKED);
    assert_true(db_take_parked(&parked));
    assert_non_null(parked);
    return parked;
}

static void
a_parked_statement_is_answered_elsewhere_and_was_asked_once(void **state)
{
    struct adopted adopted = {.value = "slow"};
    pthread_t thread;

    (void)state;
    adopted.connection = park_slow_statement("slow");
    assert_int_equal(pthread_create(&thread, NULL, go_on, &adopted), 0);
    pthread_join(thread, NULL);
    assert_string_equal(test_database_ask("select last_value from asked"), "101");
}

static void
the_reply_of_a_parked_statement_is_for_its_values_only(void **state)
{
    struct adopted adopted = {.value = "another"};
    pthread_t thread;

    (void)state;
    adopted.connection = park_slow_statement("slow");
    assert_int_equal(pthread_create(&thread, NULL, go_on, &adopted), 0);
    pthread_join(thread, NULL);
    assert_string_equal(test_database_ask("select last_value from asked"), "102");
}

static void
a_thread_that_may_not_wait_neither_connects_nor_prepares(void **state)
{
    static const struct query never_prepared = QUERY("select 'never prepared'", no_params, false);
    struct connection *parked = NULL;
    PGresult *result = NULL;

    (void)state;
    db_disconnect();
    db_lend(LENT_NS);
    assert_int_equal(db_run(&count_things, NULL, &result, NULL), DB_PARKED);
    assert_true(db_take_parked(&parked));
    assert_null(parked);
    expect(&select_value, "connected", "connected");
    db_lend(LENT_NS);
    assert_int_equal(db_run(&never_prepared, NULL, &result, NULL), DB_PARKED);
    assert_true(db_take_parked(&parked));
    assert_non_null(parked); /* nothing was sent with it */
    db_adopt(parked);
    expect(&never_prepared, NULL, "never prepared");
}

static bool
bind_ahead(void *context, const char *name, const char **ret_text)
{
    (void)name;
    *ret_text = context;
    return true;
}

static void
what_was_asked_ahead_is_used_for_its_values_only(void **state)
{
    struct connection *parked = NULL;

    (void)state;
    for (int right = 0; right < 2; right++) {
        expect(&select_number, "1", "1"); /* both are prepared now */
        expect(&select_value, "prepared", "prepared");
        db_lend(500000000);
        db_ask_ahead(&select_value, DB_ROWS, bind_ahead, "of somebody");
        expect(&select_number, "7", "7");
        expect(&select_value, right ? "of somebody" : "of another", right ? "of somebody" : "of another");
        assert_false(db_take_parked(&parked));
        assert_null(parked);
    }
    expect(&select_value, "good again", "good again");
}

static void
a_database_that_hangs_is_left_in_time(void **state)
{
    pid_t backend;
    int64_t began_ms;

    (void)state;
    assert_int_equal(run(&update_one, NULL, NULL), DB_OK); /* prepared */
    assert_true(db_watch_start());
    backend = PQbackendPID(db_connection());
    assert_int_equal(kill(backend, SIGSTOP), 0);
    began_ms = clock_monotonic_ms();
    assert_int_equal(run(&update_one, NULL, NULL), DB_UNAVAILABLE);
    assert_true(clock_monotonic_ms() - began_ms >= STATEMENT_MS);
    assert_int_equal(kill(backend, SIGCONT), 0);
    db_watch_stop();
    expect(&select_value, "good again", "good again");
}

static void
a_network_that_went_silent_is_noticed_within_a_minute(void **state)
{
    PQconninfoOption *options = PQconninfo(db_connection());
    long idle = 0, interval = 0, count = 0;

    (void)state;
    for (const PQconninfoOption *o = options; o->keyword; o++) {
        idle = text_equal(o->keyword, "keepalives_idle") && o->val ? strtol(o->val, NULL, 10) : idle;
        interval = text_equal(o->keyword, "keepalives_interval") && o->val ? strtol(o->val, NULL, 10) : interval;
        count = text_equal(o->keyword, "keepalives_count") && o->val ? strtol(o->val, NULL, 10) : count;
    }
    PQconninfoFree(options);
    assert_true(idle > 0 && interval > 0 && count > 0);
    assert_true(idle + interval * count <= 60);
}

static int
start(void **state)
{
    (void)state;
    test_database_start(STATEMENT_MS);
    test_database_ask("create table things (id int generated always as identity primary key, name text not null unique)");
    test_database_ask("insert into things (name) values ('one'), ('two'), ('three'), ('four'), ('five')");
    test_database_ask("create sequence asked");
    test_database_ask("create function tell(who text) returns void language plpgsql as $$begin raise notice using errcode = 'VZ001', message = who; end$$");
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    db_disconnect();
    test_database_stop();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_null_is_a_null_and_bytes_of_sql_are_only_a_value),
        cmocka_unit_test(each_failure_has_its_status),
        cmocka_unit_test(a_network_that_went_silent_is_noticed_within_a_minute),
        cmocka_unit_test(a_read_is_asked_again_when_its_connection_ends_and_a_change_is_not),
        cmocka_unit_test(a_transaction_is_kept_as_a_whole_or_not_at_all),
        cmocka_unit_test(a_transaction_that_lost_a_deadlock_says_so_and_can_be_repeated),
        cmocka_unit_test(rows_are_handed_out_one_by_one_until_no_more_is_wanted),
        cmocka_unit_test(a_list_is_cut_into_pages_and_counted),
        cmocka_unit_test(a_visitors_statement_says_who_asks_and_takes_no_parameter_for_it),
        cmocka_unit_test(what_triggers_tell_is_passed_on_once_it_is_committed),
        cmocka_unit_test(a_parked_statement_is_answered_elsewhere_and_was_asked_once),
        cmocka_unit_test(the_reply_of_a_parked_statement_is_for_its_values_only),
        cmocka_unit_test(a_thread_that_may_not_wait_neither_connects_nor_prepares),
        cmocka_unit_test(what_was_asked_ahead_is_used_for_its_values_only),
        cmocka_unit_test(a_database_that_hangs_is_left_in_time),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
