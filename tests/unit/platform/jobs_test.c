/* Jobs against a real database: once, whatever dies. */
#include "../base/test.h"

#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/str.h"
#include "db/cluster.h"
#include "db/db.h"
#include "db/migrate.h"
#include "platform/bus/listener.h"
#include "platform/jobs/jobs.h"
#include "platform/jobs/node.h"

static char folder[64];
static struct cluster *cluster;
static PGconn *connection;
static atomic_int runs;
static atomic_bool was_cancelled;

static const char *
ask(const char *sql)
{
    static char answer[512];
    PGresult *result = PQexec(connection, sql);
    bool worked = PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;

    if (!worked)
        fail_msg("%s: %s", sql, PQerrorMessage(connection));
    snprintf(answer, sizeof answer, "%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return answer;
}

static void
wait_until(const char *sql, const char *wanted)
{
    int64_t until_ms = clock_monotonic_ms() + 15000;

    while (!text_equal(ask(sql), wanted)) {
        if (clock_monotonic_ms() > until_ms)
            fail_msg("%s is %s, not %s", sql, ask(sql), wanted);
        usleep(20000);
    }
}

static enum job_outcome
run_well(struct job *job)
{
    assert_string_equal(json_string_value(json_object_get(job->payload, "word")), "hello");
    assert_true(job_progress(job, "half", 0.5f));
    assert_false(job_progress(job, "half", 0.6f)); /* too soon after */
    atomic_fetch_add(&runs, 1);
    return JOB_DONE;
}

static enum job_outcome
run_badly(struct job *job)
{
    atomic_fetch_add(&runs, 1);
    job_error(job, "it hurts");
    return JOB_RETRY;
}

static enum job_outcome
run_when_told(struct job *job)
{
    job_wait(job, 3600);
    return JOB_RETRY;
}

static enum job_outcome
run_when_there_is_room(struct job *job)
{
    job_error(job, "no room");
    job_wait(job, 60);
    return JOB_PUT_OFF;
}

static enum job_outcome
run_long(struct job *job)
{
    atomic_fetch_add(&runs, 1);
    job_progress(job, "long", 0.1f);
    while (!job_cancelled(job))
        usleep(10000);
    atomic_store(&was_cancelled, true);
    return JOB_GIVE_BACK;
}

/* Another node takes the job while this one works on it. */
static void
steal(void)
{
    PGconn *other = PQconnectdb(cluster_url(cluster));

    PQclear(PQexec(other, "update jobs set locked_by = 'somebody else', heartbeat_at = now() where kind = 'effect'"));
    PQfinish(other);
}

/* Writes its effect and its end in one transaction. */
static enum job_outcome
run_with_effect(struct job *job)
{
    PGresult *result;
    bool ours;

    atomic_fetch_add(&runs, 1);
    assert_int_equal(db_begin(), DB_OK);
    result = PQexec(db_connection(), "insert into effects values (1)");
    assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    if (json_object_get(job->payload, "stolen"))
        steal();
    ours = job_finish(job, JOB_DONE);
    assert_int_equal(db_end(ours), DB_OK);
    return ours ? JOB_DONE : JOB_GIVE_BACK;
}

static const struct job_handler handlers[] = {{"well", JOB_LIGHT, run_well},
                                              {"badly", JOB_LIGHT, run_badly},
                                              {"when_told", JOB_OUTGOING, run_when_told},
                                              {"roomy", JOB_LIGHT, run_when_there_is_room},
                                              {"long", JOB_HEAVY, run_long},
                                              {"effect", JOB_LIGHT, run_with_effect},
                                              {"packing", JOB_ARCHIVE, run_well},
                                              {0}};
static const struct jobs_settings settings = {.threads = {1, 1}, .heartbeat_ms = 100};

static void
start_jobs(void)
{
    assert_true(jobs_start(&settings, handlers));
    assert_true(listener_start());
}

static void
stop_jobs(void)
{
    jobs_stop();
    listener_stop();
}

static int
clean(void **state)
{
    (void)state;
    ask("truncate jobs, outbox, bus_unfinished, effects");
    runs = 0;
    was_cancelled = false;
    return 0;
}

static void
a_job_runs_once(void **state)
{
    (void)state;
    start_jobs();
    ask("insert into jobs (kind, payload) values ('well', '{\"word\":\"hello\"}')");
    wait_until("select state || stage || progress || attempts from jobs", "donedone11");
    usleep(300000);
    assert_int_equal(runs, 1);
    stop_jobs();
}

static enum job_outcome
run_and_complain(struct job *job)
{
    (void)job;
    atomic_fetch_add(&runs, 1);
    return JOB_RETRY;
}

static void
work_that_comes_back_does_so_however_it_ends(void **state)
{
    static const struct job_handler often[] = {{"often", JOB_LIGHT, run_and_complain, .every_s = 3600}, {0}};

    (void)state;
    for (int started = 1; started <= 2; started++) {
        assert_true(jobs_start(&settings, often));
        assert_true(listener_start());
        wait_until("select state || attempts || (run_at between now() + interval '59 minutes' and now() + interval '61 minutes') from jobs", "queued0true");
        stop_jobs();
        assert_int_equal(runs, 1); /* a second start leaves the plan as it is */
    }
    ask("update jobs set state = 'dead', run_at = now()");
    assert_true(jobs_start(&settings, often));
    assert_true(listener_start());
    wait_until("select state || (run_at > now() + interval '59 minutes') from jobs", "queuedtrue");
    assert_int_equal(runs, 2);
    stop_jobs();
}

static enum job_outcome
run_and_go_on(struct job *job)
{
    if (atomic_fetch_add(&runs, 1) == 0)
        job_wait(job, 60);
    return JOB_DONE;
}

static void
work_that_comes_back_says_when_it_goes_on(void **state)
{
    static const struct job_handler often[] = {{"often", JOB_LIGHT, run_and_go_on, .every_s = 3600}, {0}};

    (void)state;
    assert_true(jobs_start(&settings, often));
    assert_true(listener_start());
    wait_until("select state || (run_at between now() + interval '50 seconds' and now() + interval '61 seconds') from jobs", "queuedtrue");
    ask("update jobs set run_at = now(); select pg_notify('jobs', 'often')");
    wait_until("select state || (run_at > now() + interval '59 minutes') from jobs", "queuedtrue");
    assert_int_equal(runs, 2);
    stop_jobs();
}

static void
a_new_job_starts_at_once(void **state)
{
    int64_t began_ms;

    (void)state;
    start_jobs();
    wait_until("select count(*) > 0 from pg_stat_activity where query ilike 'listen jobs'", "t");
    usleep(100000);
    began_ms = clock_monotonic_ms();
    ask("insert into jobs (kind, payload) values ('well', '{\"word\":\"hello\"}')");
    wait_until("select state from jobs", "done");
    assert_true(clock_monotonic_ms() - began_ms < 1000); /* the poll interval is two seconds */
    stop_jobs();
}

static void
a_job_that_does_not_work_waits_longer_each_time_and_then_is_dead(void **state)
{
    (void)state;
    start_jobs();
    ask("insert into jobs (kind, max_attempts) values ('badly', 2)");
    wait_until("select state || attempts || last_error from jobs", "queued1it hurts");
    assert_string_equal(ask("select run_at > now() + interval '1 second' and run_at < now() + interval '4 seconds' from jobs"), "t");
    ask("update jobs set run_at = now()");
    wait_until("select state || attempts from jobs", "dead2");
    assert_int_equal(runs, 2);
    stop_jobs();
}

static void
a_job_that_was_told_when_is_not_tried_before(void **state)
{
    (void)state;
    start_jobs();
    ask("insert into jobs (kind) values ('when_told')");
    wait_until("select state || attempts from jobs", "queued1");
    assert_string_equal(ask("select run_at > now() + interval '59 minutes' and run_at < now() + interval '61 minutes' from jobs"), "t");
    stop_jobs();
}

static void
a_job_that_is_put_off_waits_and_loses_no_attempt(void **state)
{
    (void)state;
    start_jobs();
    ask("insert into jobs (kind, max_attempts) values ('roomy', 1)");
    wait_until("select state || attempts || last_error from jobs where last_error is not null", "queued0no room");
    assert_string_equal(ask("select run_at > now() + interval '50 seconds' and run_at < now() + interval '61 seconds' from jobs"), "t");
    stop_jobs();
}

static void
stopping_gives_running_work_back_without_losing_an_attempt(void **state)
{
    (void)state;
    start_jobs();
    ask("insert into jobs (kind) values ('long')");
    wait_until("select state || stage from jobs", "runninglong");
    stop_jobs();
    assert_true(was_cancelled);
    assert_string_equal(ask("select state || attempts || (locked_by is null) from jobs"), "queued0true");
}

static void
work_whose_row_is_changed_is_cancelled(void **state)
{
    (void)state;
    start_jobs();
    ask("insert into jobs (kind) values ('long')");
    wait_until("select state from jobs", "running");
    ask("update jobs set state = 'failed'");
    for (int i = 0; i < 200 && !was_cancelled; i++)
        usleep(10000);
    assert_true(was_cancelled);
    stop_jobs();
    assert_string_equal(ask("select state from jobs"), "failed");
}

static void
a_killed_process_loses_its_job_to_the_next(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    ask("insert into jobs (kind) values ('long')");
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        execl("/proc/self/exe", "jobs_test", "take-jobs", cluster_url(cluster), (char *)NULL);
        _exit(127);
    }
    wait_until("select state from jobs", "running");
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_string_equal(ask("select state || attempts from jobs"), "running1");
    start_jobs();
    wait_until("select state || attempts || deaths from jobs", "running11");
    stop_jobs();
}

static void
only_the_dead_lose_their_jobs(void **state)
{
    char name[NODE_NAME], machine[NODE_NAME];

    (void)state;
    node_name(name, machine);
    assert_true(node_may_live(name, machine));
    assert_true(node_may_live("elsewhere:1:1", machine));
    ask("insert into jobs (kind, state, locked_by, heartbeat_at, attempts) values"
        " ('other', 'running', 'elsewhere:1:1', now() - interval '5 seconds', 1),"
        " ('other', 'running', 'elsewhere:2:2', now() - interval '1 minute', 2)");
    start_jobs();
    wait_until("select string_agg(state, ' ' order by attempts desc, state desc) from jobs", "running queued");
    stop_jobs();
}

static void
deaths_of_a_node_are_no_attempts_and_the_twentieth_parks_the_job(void **state)
{
    (void)state;
    ask("insert into jobs (kind, state, locked_by, heartbeat_at, attempts, deaths) values"
        " ('other', 'running', 'elsewhere:1:1', now() - interval '1 minute', 5, 18),"
        " ('other', 'running', 'elsewhere:2:2', now() - interval '1 minute', 1, 19)");
    start_jobs();
    wait_until("select string_agg(concat_ws(' ', state, attempts, deaths), ', ' order by deaths) from jobs", "queued 4 19, dead 0 20");
    assert_string_equal(ask("select (payload ->> 'kind') || ' ' || (payload ->> 'reason') from outbox where name = 'job.died'"), "other deaths");
    assert_string_equal(ask("select last_error from jobs where state = 'dead'"), "the process that worked on it died, time 20: parked");
    stop_jobs();
}

static char order_of_runs[256];

static enum job_outcome
note_run(struct job *job)
{
    size_t len = strlen(order_of_runs);

    snprintf(order_of_runs + len, sizeof order_of_runs - len, "%s%s", len ? " " : "", json_string_value(json_object_get(job->payload, "name")));
    return JOB_DONE;
}

static void
owners_take_turns_and_short_work_comes_before_long(void **state)
{
    static const struct job_handler noting[] = {{"note", JOB_HEAVY, note_run}, {0}};

    (void)state;
    *order_of_runs = 0;
    ask("insert into jobs (kind, seconds, payload) select 'note', 300, jsonb_build_object('user_id', 'a', 'name', 'a' || n) from generate_series(1, 50) n");
    ask("insert into jobs (kind, seconds, payload) values ('note', 1, '{\"user_id\":\"b\",\"name\":\"short\"}')");
    ask("insert into jobs (kind, seconds, payload) values ('note', 300, '{\"user_id\":\"c\",\"name\":\"c1\"}')");
    ask("insert into jobs (kind, seconds, payload) values ('note', 300, '{\"user_id\":\"c\",\"name\":\"c2\"}')");
    assert_true(jobs_start(&settings, noting));
    assert_true(listener_start());
    wait_until("select count(*) from jobs where state <> 'done'", "0");
    stop_jobs();
    assert_memory_equal(order_of_runs, "short a1 c1 a2 c2 a3 a4", 23);
}

static void
a_place_is_kept_for_short_work(void **state)
{
    static const struct jobs_settings one_more = {.threads = {1, 1}, .short_threads = {[JOB_HEAVY] = 1}, .short_s = 60, .heartbeat_ms = 100};

    (void)state;
    ask("insert into jobs (kind, seconds) values ('long', 1000), ('long', 1000), ('long', 1000)");
    assert_true(jobs_start(&one_more, handlers));
    assert_true(listener_start());
    wait_until("select count(*) from jobs where state = 'running'", "1");
    ask("insert into jobs (kind, seconds) values ('long', 60)");
    wait_until("select string_agg(seconds::text, ' ' order by seconds) from jobs where state = 'running'", "60 1000");
    stop_jobs();
}

static void
work_of_one_pool_does_not_wait_for_that_of_another(void **state)
{
    (void)state;
    ask("insert into jobs (kind) select 'long' from generate_series(1, 10)");
    start_jobs();
    wait_until("select count(*) from jobs where state = 'running'", "1");
    ask("insert into jobs (kind, payload) values ('packing', '{\"word\":\"hello\"}')");
    wait_until("select state from jobs where kind = 'packing'", "done");
    stop_jobs();
}

static void
effect_and_end_commit_together_or_not_at_all(void **state)
{
    (void)state;
    start_jobs();
    ask("insert into jobs (kind) values ('effect')");
    wait_until("select state from jobs", "done");
    assert_string_equal(ask("select count(*) from effects"), "1");
    ask("truncate jobs");
    ask("insert into jobs (kind, payload) values ('effect', '{\"stolen\":true}')");
    wait_until("select locked_by from jobs", "somebody else");
    stop_jobs();
    assert_string_equal(ask("select count(*) from effects"), "1");
    assert_string_equal(ask("select state from jobs"), "running");
}

/* As when the database is started anew. */
static void
cut_connections_are_made_again(void **state)
{
    (void)state;
    assert_true(jobs_start(&settings, handlers));
    assert_true(listener_start());
    wait_until("select count(*) > 0 from pg_stat_activity where query ilike 'listen%'", "t");
    ask("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = 'veza'");
    wait_until("select count(*) > 0 from pg_stat_activity where query ilike 'listen%'", "t");
    ask("insert into jobs (kind, payload) values ('well', '{\"word\":\"hello\"}')");
    wait_until("select state from jobs", "done");
    stop_jobs();
}

static int
start_database(void **state)
{
    struct config config;
    char error[1024];

    (void)state;
    snprintf(folder, sizeof folder, "/tmp/veza-jobs-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    setenv("VEZA_DATA_DIR", folder, 1);
    setenv("DATABASE_DURABLE", "false", 1);
    log_setup(LOG_LEVEL_ERROR, false);
    if (!config_load(&config, error, sizeof error) || cluster_start(&config, &cluster, error, sizeof error) < 0)
        fail_msg("%s", error);
    if (migrate_up(&embedded_migrations, cluster_url(cluster), true, error, sizeof error) < 0)
        fail_msg("%s", error);
    db_setup(cluster_url(cluster), 10000);
    connection = PQconnectdb(cluster_url(cluster));
    ask("create table effects (what int)");
    return 0;
}

static int
stop_database(void **state)
{
    char command[96];
    pid_t pid;
    int status;

    (void)state;
    PQfinish(connection);
    cluster = cluster_stop(cluster);
    snprintf(command, sizeof command, "%s", folder);
    pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", command, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* The process that a test kills. */
static int
take_jobs(const char *conninfo)
{
    db_setup(conninfo, 10000);
    if (!jobs_start(&settings, handlers))
        return 1;
    pause();
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 3 && text_equal(argv[1], "take-jobs"))
        return take_jobs(argv[2]);

    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_killed_process_loses_its_job_to_the_next, clean),
        cmocka_unit_test_setup(a_job_runs_once, clean),
        cmocka_unit_test_setup(a_new_job_starts_at_once, clean),
        cmocka_unit_test_setup(work_that_comes_back_does_so_however_it_ends, clean),
        cmocka_unit_test_setup(work_that_comes_back_says_when_it_goes_on, clean),
        cmocka_unit_test_setup(a_job_that_does_not_work_waits_longer_each_time_and_then_is_dead, clean),
        cmocka_unit_test_setup(a_job_that_was_told_when_is_not_tried_before, clean),
        cmocka_unit_test_setup(a_job_that_is_put_off_waits_and_loses_no_attempt, clean),
        cmocka_unit_test_setup(stopping_gives_running_work_back_without_losing_an_attempt, clean),
        cmocka_unit_test_setup(work_whose_row_is_changed_is_cancelled, clean),
        cmocka_unit_test_setup(only_the_dead_lose_their_jobs, clean),
        cmocka_unit_test_setup(deaths_of_a_node_are_no_attempts_and_the_twentieth_parks_the_job, clean),
        cmocka_unit_test_setup(owners_take_turns_and_short_work_comes_before_long, clean),
        cmocka_unit_test_setup(a_place_is_kept_for_short_work, clean),
        cmocka_unit_test_setup(work_of_one_pool_does_not_wait_for_that_of_another, clean),
        cmocka_unit_test_setup(effect_and_end_commit_together_or_not_at_all, clean),
        cmocka_unit_test_setup(cut_connections_are_made_again, clean),
    };

    return cmocka_run_group_tests(tests, start_database, stop_database);
}
