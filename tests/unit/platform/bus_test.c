/* Events against a real database: in order, once, whatever dies. */
#include "../base/test.h"
#include "../level.h"

#include <libpq-fe.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../db/test_database.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "db/migrate.h"
#include "platform/bus/bus.h"
#include "platform/bus/listener.h"

static atomic_int events_seen, failures_left;
static atomic_bool held;

#define ask test_database_ask

static void
wait_until(const char *sql, const char *wanted)
{
    int64_t until_ms = clock_monotonic_ms() + 20000;

    while (!text_equal(ask(sql), wanted)) {
        if (clock_monotonic_ms() > until_ms)
            fail_msg("%s is %s, not %s", sql, ask(sql), wanted);
        usleep(10000);
    }
}

static void
wait_for_all(void)
{
    wait_until("select count(*) from bus_waiting", "0");
}

/* Notes in the database that this subscriber acted on the event. */
static bool
note(const char *who, const struct event *event)
{
    const char *n = json_string_value(json_object_get(event->payload, "n"));
    char node[16];
    const char *const values[] = {who, event->name, event->key, n ? n : "0", event->replayed ? "t" : "f", node};
    PGresult *result;
    bool good;

    snprintf(node, sizeof node, "%d", getpid());
    result = PQexecParams(db_connection(), "insert into effects (who, name, key, n, replayed, node) values ($1, $2, $3, $4, $5, $6)", 6, NULL, values, NULL,
                          NULL, 0);
    good = PQresultStatus(result) == PGRES_COMMAND_OK;

    PQclear(result);
    return good;
}

static bool
act(const struct event *event, void *context)
{
    return note(context, event);
}

/* Acts, and then says that it failed as often as it is told, or always for an event that says so. */
static bool
act_and_fail(const struct event *event, void *context)
{
    atomic_fetch_add(&events_seen, 1);
    return note(context, event) && !json_is_true(json_object_get(event->payload, "fails")) && atomic_fetch_sub(&failures_left, 1) <= 0;
}

static bool
act_and_break_transaction(const struct event *event, void *context)
{
    note(context, event);
    if (json_is_true(json_object_get(event->payload, "fails")))
        PQclear(PQexec(db_connection(), "select 1 / 0"));
    return true;
}

static bool
act_when_let_go(const struct event *event, void *context)
{
    while (held)
        usleep(1000);
    return note(context, event);
}

/* What goes on to somewhere else that takes only a part of each batch, and at times nothing. */
static struct {
    char key[16];
    int n;
} sending[500], sent[20000];
static unsigned sending_count, settles;
static atomic_uint sent_count;

static bool
send_ready(void *context)
{
    (void)context;
    sending_count = 0;
    return !held;
}

static bool
send_later(const struct event *event, void *context)
{
    (void)context;
    snprintf(sending[sending_count].key, sizeof sending->key, "%s", event->key);
    sending[sending_count++].n = (int)strtol(json_string_value(json_object_get(event->payload, "n")), NULL, 10);
    return event->number > 0 && event->at_ms > 0;
}

static unsigned
send_some(void *context)
{
    unsigned through = settles % 5 == 0 ? 0 : settles % 5 == 1 ? (sending_count + 1) / 2 : sending_count;

    (void)context;
    settles++;
    for (unsigned i = 0; i < through && sent_count < COUNT_OF(sent); i++)
        memcpy(&sent[sent_count++], &sending[i], sizeof *sent);
    sending_count = 0;
    return through;
}

static const struct subscription sender = {"sender", BUS_EVENTS("test.*"), BUS_FROM_START, send_later, .ready = send_ready, .settle = send_some};
static const struct subscription from_now = {"from_now", BUS_EVENTS("*"), BUS_FROM_NOW, act, "from_now"};
static const struct subscription from_start = {"from_start", BUS_EVENTS("*"), BUS_FROM_START, act, "from_start"};
static const struct subscription all = {"all", BUS_EVENTS("*"), BUS_FROM_START, act, "all"};
static const struct subscription tests = {"tests", BUS_EVENTS("test.*"), BUS_FROM_START, act, "tests"};
static const struct subscription one = {"one", BUS_EVENTS("test.happened", "test_a.b"), BUS_FROM_START, act, "one"};
static const struct subscription failing = {"failing", BUS_EVENTS("test.*"), BUS_FROM_START, act_and_fail, "failing"};
static const struct subscription breaking = {"breaking", BUS_EVENTS("test.*"), BUS_FROM_START, act_and_break_transaction, "breaking"};
static const struct subscription stuck = {"stuck", BUS_EVENTS("test.*"), BUS_FROM_START, act_when_let_go, "stuck"};

static void
start_bus(const struct subscription *first, const struct subscription *second)
{
    bus_subscribe(first);
    if (second)
        bus_subscribe(second);
    assert_true(bus_start());
    assert_true(listener_start());
}

static void
stop_bus(void)
{
    bus_stop();
    listener_stop();
}

static int
clean(void **state)
{
    (void)state;
    ask("truncate outbox, bus_subscribers, bus_cursors, bus_unfinished, effects");
    ask("update bus_numbering set last = 0");
    events_seen = failures_left = 0;
    held = false;
    return 0;
}

static void
an_event_reaches_each_subscriber_of_its_name_once(void **state)
{
    (void)state;
    bus_subscribe(&one);
    start_bus(&all, &tests);
    ask("insert into outbox (name) values ('test.happened'), ('test.other'), ('testing.x'), ('test.happened')");
    wait_for_all();
    assert_string_equal(ask("select string_agg(who || n, ' ' order by who) from (select who, count(*) as n from effects group by who) e"), "all4 one2 tests3");
    assert_string_equal(ask("select count(*) from bus_unfinished"), "0");
    stop_bus();
}

static void
an_event_comes_within_a_moment(void **state)
{
    int64_t began_ms;

    (void)state;
    start_bus(&all, NULL);
    wait_until("select count(*) > 0 from pg_stat_activity where query ilike 'listen outbox'", "t");
    began_ms = clock_monotonic_ms();
    ask("insert into outbox (name) values ('test.happened')");
    wait_until("select count(*) from effects", "1");
    assert_true(clock_monotonic_ms() - began_ms < 1000); /* the poll interval is two seconds */
    stop_bus();
}

static void
events_wait_for_a_bus(void **state)
{
    (void)state;
    ask("insert into outbox (name) select 'test.happened' from generate_series(1, 5000)");
    start_bus(&all, NULL);
    wait_for_all();
    assert_string_equal(ask("select count(*) from effects"), "5000");
    stop_bus();
}

static void
a_subscriber_that_fails_is_asked_again_and_leaves_nothing_behind(void **state)
{
    (void)state;
    failures_left = 1;
    ask("insert into outbox (name) values ('test.happened')");
    start_bus(&failing, &all);
    wait_until("select attempts from bus_unfinished", "1");
    wait_until("select string_agg(who, ' ') from effects", "all"); /* the other one was not held up */
    ask("update bus_unfinished set next_at = now()");
    wait_for_all();
    assert_string_equal(ask("select string_agg(who, ' ' order by who) from effects"), "all failing");
    assert_int_equal(events_seen, 2);
    stop_bus();
}

static void
one_event_of_many_that_fails_is_found_and_the_others_happen_once(void **state)
{
    (void)state;
    ask("insert into outbox (name, payload) select 'test.happened', jsonb_build_object('n', n::text, 'fails', n in (7, 250)) from generate_series(1, 300) n");
    start_bus(&failing, &breaking); /* a handler may also lose its transaction without saying so */
    wait_until("select count(*) from bus_unfinished where attempts = 1", "4");
    wait_until("select count(*) from bus_waiting", "4");
    assert_string_equal(ask("select string_agg(who || n || ' ' || distinct_n, ', ' order by who)"
                            "  from (select who, count(*) as n, count(distinct n) as distinct_n from effects group by who) e"), "breaking298 298, failing298 298");
    assert_string_equal(ask("select string_agg(distinct o.payload ->> 'n', ' ') from bus_unfinished u join outbox o using (number)"), "250 7");
    stop_bus();
}

static void
events_of_a_key_come_in_their_order(void **state)
{
    (void)state;
    ask("insert into outbox (name, key, payload) select 'test.happened', 'key' || n % 7, jsonb_build_object('n', n::text) from generate_series(1, 3000) n");
    start_bus(&all, &tests);
    wait_for_all();
    stop_bus();
    assert_string_equal(ask("select count(*) || ' ' || count(*) filter (where n < before)"
                            "  from (select n, lag(n) over (partition by who, key order by id) as before from effects) e"), "6000 0");
}

static void
what_somebody_else_did_not_take_waits_and_comes_once_in_order(void **state)
{
    int last[7] = {0};

    (void)state;
    sent_count = settles = 0;
    held = true; /* not ready */
    ask("insert into outbox (name, key, payload) select 'test.happened', n % 7, jsonb_build_object('n', n::text) from generate_series(1, 3000) n");
    start_bus(&all, &sender);
    wait_until("select count(*) from effects", "3000");
    assert_int_equal(sent_count, 0);
    held = false;
    wait_for_all();
    stop_bus();
    assert_int_equal(sent_count, 3000);
    for (unsigned i = 0; i < 3000; i++) {
        int key = sent[i].key[0] - '0';

        assert_true(sent[i].n > last[key]);
        last[key] = sent[i].n;
    }
    assert_string_equal(ask("select count(*) from bus_unfinished"), "0"); /* no event is at fault */
}

static void
later_events_of_a_key_wait_for_one_that_failed_and_others_do_not(void **state)
{
    (void)state;
    failures_left = 0;
    ask("insert into outbox (name, key, payload) select 'test.happened', k, jsonb_build_object('n', n::text, 'fails', k = 'a' and n = 2)"
        "  from generate_series(1, 4) n, unnest('{a,b}'::text[]) k order by n, k");
    start_bus(&failing, NULL);
    wait_until("select count(*) from effects", "5");
    wait_until("select count(*) from bus_waiting", "3");
    assert_string_equal(ask("select string_agg(key || n, ' ' order by key, n) from effects"), "a1 b1 b2 b3 b4");
    ask("insert into outbox (name, key, payload) values ('test.happened', 'a', '{\"n\":\"5\"}'), ('test.happened', 'b', '{\"n\":\"5\"}')");
    wait_until("select count(*) from effects", "6");
    wait_until("select count(*) from bus_waiting", "4");
    ask("update outbox set payload = payload - 'fails'; update bus_unfinished set next_at = now() where attempts > 0");
    wait_for_all();
    stop_bus();
    assert_string_equal(ask("select string_agg(n::text, ' ' order by id) from effects where key = 'a'"), "1 2 3 4 5");
}

/* It was set aside just as the one before it was finished, or that one was deleted with the account that it was about. */
static void
an_event_that_waits_for_nothing_goes_on(void **state)
{
    (void)state;
    start_bus(&all, NULL);
    ask("insert into outbox (name, key) values ('test.happened', 'a')");
    wait_until("select count(*) from effects", "1");
    ask("insert into bus_unfinished (subscriber, number, key, next_at) select 'all', number, key, 'infinity' from outbox");
    wait_for_all();
    assert_string_equal(ask("select count(*) from effects"), "2");
    stop_bus();
}

static void
after_a_dead_letter_its_key_goes_on_and_a_replay_comes_late(void **state)
{
    scoped_buf metrics = BUF_INIT(65536);

    (void)state;
    ask("insert into outbox (name, key, payload) select 'test.happened', 'a', jsonb_build_object('n', n::text, 'fails', n = 1) from generate_series(1, 3) n");
    start_bus(&failing, NULL);
    wait_until("select count(*) from bus_unfinished where attempts = 1", "1");
    wait_until("select count(*) from bus_unfinished", "3");
    ask("update bus_unfinished set attempts = 49, next_at = now() where attempts = 1");
    wait_until("select dead_at is not null and attempts = 50 from bus_unfinished", "t");
    wait_for_all();
    assert_string_equal(ask("select string_agg(n::text, ' ' order by id) from effects"), "2 3");
    bus_metrics(&metrics);
    assert_non_null(strstr(metrics.ptr, "veza_events_dead 1\n"));
    assert_non_null(strstr(metrics.ptr, "veza_events_waiting 0\n"));
    assert_non_null(strstr(metrics.ptr, "veza_events_behind{subscriber=\"failing\"} 0\n"));
    ask("update outbox set payload = payload - 'fails'; update bus_unfinished set dead_at = null, replayed = true, attempts = 0, next_at = now()");
    wait_for_all();
    stop_bus();
    assert_string_equal(ask("select string_agg(n || replayed::text, ' ' order by id) from effects"), "2false 3false 1true");
}

static void
an_event_that_is_committed_after_later_ones_is_not_lost(void **state)
{
    PGconn *late = PQconnectdb(test_database_url());

    (void)state;
    start_bus(&all, NULL);
    PQclear(PQexec(late, "begin; insert into outbox (name, key, payload) values ('test.happened', 'a', '{\"n\":\"1\"}')"));
    ask("insert into outbox (name, key, payload) select 'test.happened', 'a', jsonb_build_object('n', n::text) from generate_series(2, 3) n");
    wait_until("select string_agg(n::text, ' ' order by id) from effects", "2 3"); /* nor do they wait for it */
    PQclear(PQexec(late, "commit"));
    wait_until("select string_agg(n::text, ' ' order by id) from effects", "2 3 1");
    PQfinish(late);
    stop_bus();
}

static void
a_stuck_subscriber_delays_only_itself(void **state)
{
    (void)state;
    held = true;
    start_bus(&stuck, &all);
    for (int round = 1; round <= 3; round++) {
        char wanted[16];

        snprintf(wanted, sizeof wanted, "all%d", round * 100);
        ask("insert into outbox (name) select 'test.happened' from generate_series(1, 100)");
        wait_until("select string_agg(who || n, ' ') from (select who, count(*) as n from effects group by who) e", wanted);
    }
    held = false;
    wait_for_all();
    assert_string_equal(ask("select count(*) from effects where who = 'stuck'"), "300");
    stop_bus();
}

static char longest_pause[16];

static bool
look_at_limit(const struct event *event, void *context)
{
    PGresult *result = PQexec(db_connection(), "show idle_in_transaction_session_timeout");

    snprintf(longest_pause, sizeof longest_pause, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    return note(context, event);
}

static const struct subscription looking = {"looking", BUS_EVENTS("test.*"), BUS_FROM_START, look_at_limit, "looking"};

static void
a_subscriber_that_is_stuck_loses_its_transaction_after_a_minute(void **state)
{
    (void)state;
    start_bus(&looking, NULL);
    ask("insert into outbox (name) values ('test.happened')");
    wait_for_all();
    assert_string_equal(longest_pause, "1min");
    ask("insert into bus_unfinished (subscriber, number) select 'looking', number from outbox");
    *longest_pause = '\0';
    wait_for_all();
    assert_string_equal(longest_pause, "1min");
    stop_bus();
}

static void
a_new_subscriber_begins_with_all_events_or_with_new_ones(void **state)
{
    (void)state;
    start_bus(&all, NULL);
    ask("insert into outbox (name) select 'test.happened' from generate_series(1, 10)");
    wait_for_all();
    stop_bus();
    bus_subscribe(&from_now);
    start_bus(&all, &from_start);
    ask("insert into outbox (name) values ('test.happened')");
    wait_for_all();
    assert_string_equal(ask("select string_agg(who || n, ' ' order by who) from (select who, count(*) as n from effects group by who) e"),
                        "all11 from_now1 from_start11");
    stop_bus();
}

static void
events_for_others_are_passed_however_many(void **state)
{
    (void)state;
    start_bus(&one, NULL);
    ask("insert into outbox (name) select 'other.thing' from generate_series(1, 3000)");
    wait_until("select min(position) from bus_cursors", "3000");
    ask("insert into outbox (name) values ('testxa.b'), ('test_a.b')"); /* `_` stands for itself */
    wait_for_all();
    assert_string_equal(ask("select string_agg(name, ' ') from effects"), "test_a.b");
    stop_bus();
}

static void
subscriptions_that_are_wrong_or_too_many_refuse_the_start(void **state)
{
    static struct subscription many[BUS_SUBSCRIPTIONS_MAX + 1];
    static char names[BUS_SUBSCRIPTIONS_MAX + 1][16];
    static const char *patterns[BUS_PATTERNS_MAX + 2];
    static const char *const any[] = {"*", NULL};
    const struct subscription unnamed = {NULL, BUS_EVENTS("*"), BUS_FROM_NOW, act}, undeclared = {"x", BUS_EVENTS("*"), .handle = act},
                              eventless = {"x", BUS_EVENTS(NULL), BUS_FROM_NOW, act}, idle = {"x", BUS_EVENTS("*"), BUS_FROM_NOW},
                              greedy = {"x", patterns, BUS_FROM_NOW, act};
    const struct subscription *const wrong[] = {&unnamed, &undeclared, &eventless, &idle, &greedy};

    (void)state;
    for (int i = 0; i <= BUS_PATTERNS_MAX; i++)
        patterns[i] = "test.happened";
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        bus_subscribe(wrong[i]);
        assert_false(bus_start());
        bus_stop();
    }
    bus_subscribe(&all);
    bus_subscribe(&all);
    assert_false(bus_start());
    bus_stop();
    for (int i = 0; i <= BUS_SUBSCRIPTIONS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "many%d", i);
        many[i] = (struct subscription){names[i], any, BUS_FROM_NOW, act, "many"};
        bus_subscribe(&many[i]);
    }
    assert_false(bus_start());
    bus_stop();
    listener_stop();
}

/* As when the database is started anew. */
static void
cut_connections_are_made_again(void **state)
{
    (void)state;
    start_bus(&all, NULL);
    wait_until("select count(*) > 0 from pg_stat_activity where query ilike 'listen%'", "t");
    ask("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = 'veza'");
    ask("insert into outbox (name) values ('test.happened')");
    wait_for_all();
    assert_string_equal(ask("select count(*) from effects"), "1");
    assert_string_equal(ask("select count(*) from bus_unfinished"), "0"); /* the event is not to blame */
    stop_bus();
}

/* A node in a process of its own. */
static pid_t
start_node(void)
{
    char url[256];
    pid_t pid;

    snprintf(url, sizeof url, "%s", test_database_url());
    pid = fork();
    if (pid == 0) {
        execl("/proc/self/exe", "bus_test", "take-events", url, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    return pid;
}

static void
kill_node(pid_t pid)
{
    int status;

    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

/* Two nodes, of which one is killed each time that more has been done: 20 times, and 200 times on the full level. */
static void
whatever_is_killed_effects_happen_exactly_once_and_in_order(void **state)
{
    int rounds = test_is_full() ? 200 : 20;
    pid_t nodes[2] = {start_node(), start_node()};
    char wanted[64];

    (void)state;
    for (int round = 0; round < rounds; round++) {
        char more[128];

        ask("insert into outbox (name, key, payload) select 'test.happened', 'key' || n % 11, jsonb_build_object('n', (n + coalesce(m, 0))::text)"
            "  from generate_series(1, 500) n, (select max((payload ->> 'n')::int) as m from outbox) o");
        snprintf(more, sizeof more, "select count(*) > %d from effects", round * 1000 + 37 * (round % 20));
        wait_until(more, "t");
        kill_node(nodes[round % 2]);
        nodes[round % 2] = start_node();
    }
    wait_for_all();
    kill_node(nodes[0]);
    kill_node(nodes[1]);
    snprintf(wanted, sizeof wanted, "%d %d", rounds * 1000, rounds * 1000);
    assert_string_equal(ask("select count(*) || ' ' || count(distinct (who, n)) from effects"), wanted);
    assert_string_equal(ask("select count(*) from (select n, lag(n) over (partition by who, key order by id) as before from effects) e where n < before"), "0");
    assert_string_equal(ask("select count(*) from bus_unfinished"), "0");
}

/* Events come until both nodes have had some: one that has just started may find that the other was faster. */
static void
nodes_share_the_work(void **state)
{
    pid_t nodes[2] = {start_node(), start_node()};
    char wanted[64];
    int rounds = 0;

    (void)state;
    do {
        ask("insert into outbox (name, key, payload) select 'test.happened', 'key' || n % 50, jsonb_build_object('n', (n + coalesce(m, 0))::text)"
            "  from generate_series(1, 20000) n, (select max((payload ->> 'n')::int) as m from outbox) o");
        wait_for_all();
    } while (++rounds < 20 && !text_equal(ask("select count(distinct node) from effects"), "2"));
    kill_node(nodes[0]);
    kill_node(nodes[1]);
    snprintf(wanted, sizeof wanted, "%d %d 2", rounds * 40000, rounds * 40000);
    assert_string_equal(ask("select count(*) || ' ' || count(distinct (who, n)) || ' ' || count(distinct node) from effects"), wanted);
}

/* The migrations up to this version. */
static struct migration_list
migrations_until(int version)
{
    struct migration_list list = {embedded_migrations.items, 0};

    while (list.count < embedded_migrations.count && list.items[list.count].version <= version)
        list.count++;
    return list;
}

static void
an_installation_goes_over_to_numbered_events_and_back_without_loss(void **state)
{
    const struct migration_list before = migrations_until(89), after = migrations_until(90);
    const char *url = test_database_url();
    char error[1024] = "";

    (void)state;
    if (migrate_up(&before, url, true, error, sizeof error) < 0)
        fail_msg("%s", error);
    ask("insert into outbox (name, payload, published_at, attempts, failed_at) values"
                     " ('user.followed', '{\"n\":1}', now(), 0, null), ('user.followed', '{\"n\":2}', null, 3, null),"
                     " ('job.died', '{\"n\":3}', null, 0, null), ('job.died', '{\"n\":4}', null, 50, now()), ('track.updated', '{\"n\":5}', null, 0, null)");
    ask("insert into processed_events (consumer, event_id)"
                     " select 'tracks.failures', event_id from outbox where payload ->> 'n' in ('3', '4')");

    assert_int_equal(migrate_up(&after, url, true, error, sizeof error), 1);
    assert_string_equal(ask("select string_agg(u.subscriber || (o.payload ->> 'n') || u.attempts || (u.dead_at is not null), ' ' order by o.number)"
                                         "  from bus_unfinished u join outbox o using (number)"),
                        "notifications23false privacy.failures30false privacy.failures450true");
    assert_string_equal(ask("select count(*) from bus_waiting"), "2"); /* and no dead letter, and nothing that is done */
    ask("insert into outbox (name, payload) values ('user.followed', '{\"n\":6}')"); /* as the program before the migration writes them */

    assert_int_equal(migrate_down(&after, url, 1, error, sizeof error), 1);
    assert_string_equal(ask("select string_agg(payload ->> 'n', ' ' order by id) from outbox where published_at is null"), "2 3 4 6");
    assert_string_equal(ask("select string_agg(payload ->> 'n', ' ') from outbox where failed_at is not null and attempts = 50"), "4");
    assert_string_equal(ask("select string_agg(consumer || (payload ->> 'n'), ' ' order by id) from processed_events join outbox using (event_id)"),
                        "tracks.failures3 tracks.failures4");
    assert_string_equal(ask("insert into outbox (name) values ('test.happened') returning id > 6"), "t");
}

/* The process that a test kills. */
static int
take_events(const char *conninfo)
{
    db_setup(conninfo, 10000);
    bus_subscribe(&all);
    bus_subscribe(&tests);
    if (!bus_start() || !listener_start())
        return 1;
    pause();
    return 0;
}

static int
start_empty_database(void **state)
{
    (void)state;
    test_database_start(10000);
    return 0;
}

static int
start_database(void **state)
{
    char error[1024];

    start_empty_database(state);
    if (migrate_up(&embedded_migrations, test_database_url(), true, error, sizeof error) < 0)
        fail_msg("%s", error);
    ask("create table effects (id bigint generated always as identity, who text, name text, key text, n int, replayed boolean, node int)");
    return 0;
}

static int
stop_database(void **state)
{
    (void)state;
    test_database_stop();
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 3 && text_equal(argv[1], "take-events"))
        return take_events(argv[2]);

    const struct CMUnitTest unit_tests[] = {
        cmocka_unit_test_setup(whatever_is_killed_effects_happen_exactly_once_and_in_order, clean),
        cmocka_unit_test_setup(nodes_share_the_work, clean),
        cmocka_unit_test_setup(an_event_reaches_each_subscriber_of_its_name_once, clean),
        cmocka_unit_test_setup(an_event_comes_within_a_moment, clean),
        cmocka_unit_test_setup(events_wait_for_a_bus, clean),
        cmocka_unit_test_setup(a_subscriber_that_fails_is_asked_again_and_leaves_nothing_behind, clean),
        cmocka_unit_test_setup(one_event_of_many_that_fails_is_found_and_the_others_happen_once, clean),
        cmocka_unit_test_setup(events_of_a_key_come_in_their_order, clean),
        cmocka_unit_test_setup(what_somebody_else_did_not_take_waits_and_comes_once_in_order, clean),
        cmocka_unit_test_setup(later_events_of_a_key_wait_for_one_that_failed_and_others_do_not, clean),
        cmocka_unit_test_setup(an_event_that_waits_for_nothing_goes_on, clean),
        cmocka_unit_test_setup(after_a_dead_letter_its_key_goes_on_and_a_replay_comes_late, clean),
        cmocka_unit_test_setup(an_event_that_is_committed_after_later_ones_is_not_lost, clean),
        cmocka_unit_test_setup(a_stuck_subscriber_delays_only_itself, clean),
        cmocka_unit_test_setup(a_subscriber_that_is_stuck_loses_its_transaction_after_a_minute, clean),
        cmocka_unit_test_setup(a_new_subscriber_begins_with_all_events_or_with_new_ones, clean),
        cmocka_unit_test_setup(events_for_others_are_passed_however_many, clean),
        cmocka_unit_test_setup(subscriptions_that_are_wrong_or_too_many_refuse_the_start, clean),
        cmocka_unit_test_setup(cut_connections_are_made_again, clean),
    };

    const struct CMUnitTest upgrade[] = {cmocka_unit_test(an_installation_goes_over_to_numbered_events_and_back_without_loss)};
    int failed = cmocka_run_group_tests(upgrade, start_empty_database, stop_database);

    return failed + cmocka_run_group_tests(unit_tests, start_database, stop_database);
}
