/* The embedded PostgreSQL cluster, with real servers. Each Veza is a process of its own that this one starts, signals and kills. */
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/str.h"
#include "db/cluster.h"
#include "db/cluster_damage.h"

#define WAIT_MS 20000

static char folder[64]; /* this test's own */

static int
make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/veza-cluster-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    return 0;
}

static void
run_program(const char *program, const char *a, const char *b)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        execl(program, program, a, b, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static int
remove_folder(void **state)
{
    (void)state;
    run_program("/bin/rm", "-rf", folder);
    return 0;
}

struct veza {
    pid_t pid;
    int words; /* what it tells us: a line "owner URL" or "attached URL" or an error */
    char line[512];
    char url[256];
};

/* In the child: a Veza that does nothing but keep the database until SIGTERM or SIGINT. */
static void
be_veza(const char *data_dir, int words)
{
    struct config config;
    struct cluster *cluster;
    char error[512];
    sigset_t ends;
    int number;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    setenv("VEZA_DATA_DIR", data_dir, 1);
    setenv("DATABASE_DURABLE", "false", 1);
    if (!config_load(&config, error, sizeof error) || cluster_start(&config, &cluster, error, sizeof error) < 0) {
        dprintf(words, "%s\n", error);
        _exit(1);
    }
    dprintf(words, "%s %s\n", cluster_is_owner(cluster) ? "owner" : "attached", cluster_url(cluster));
    sigwait(&ends, &number);
    cluster_stop(cluster);
    _exit(0);
}

static struct veza
start(const char *data_dir)
{
    struct veza veza = {0};
    size_t len = 0;
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    veza.pid = fork();
    if (veza.pid == 0)
        be_veza(data_dir, ends[1]);
    close(ends[1]);
    veza.words = ends[0];
    while (len < sizeof veza.line - 1 && read(veza.words, veza.line + len, 1) == 1 && veza.line[len] != '\n')
        len++;
    veza.line[len] = 0;
    if (text_starts_with(veza.line, "owner ") || text_starts_with(veza.line, "attached "))
        snprintf(veza.url, sizeof veza.url, "%.255s", strchr(veza.line, ' ') + 1);
    return veza;
}

static struct veza
start_well(const char *data_dir)
{
    struct veza veza = start(data_dir);

    if (!*veza.url)
        print_message("%s\n", veza.line);
    assert_true(*veza.url);
    return veza;
}

static void
end(struct veza *veza, int signal_number)
{
    int status;

    kill(signal_number == SIGINT ? -veza->pid : veza->pid, signal_number);
    assert_int_equal(waitpid(veza->pid, &status, 0), veza->pid);
    if (signal_number == SIGKILL)
        assert_true(WIFSIGNALED(status));
    else
        assert_int_equal(status, 0);
    close(veza->words);
}

/* Runs `sql` and returns its one value, or NULL when the database does not answer. */
static const char *
ask(const char *url, const char *sql)
{
    static char answer[128];
    PGconn *connection = PQconnectdb(url);
    PGresult *result = PQexec(connection, sql);
    bool known = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;

    if (known)
        snprintf(answer, sizeof answer, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(connection);
    return known ? answer : NULL;
}

static pid_t
server_pid(const char *data_dir)
{
    char path[PATH_MAX], text[32] = "";
    int64_t pid = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/pg/data/postmaster.pid", data_dir);
    file = fopen(path, "re");
    if (!file)
        return 0;
    if (fgets(text, sizeof text, file))
        text[strcspn(text, "\n")] = 0;
    fclose(file);
    return text_to_int64(text, 1, INT32_MAX, &pid) ? (pid_t)pid : 0;
}

static bool
gone(pid_t pid)
{
    return kill(pid, 0) < 0 && errno == ESRCH;
}

static bool
process_state(const char *stat_file, char *ret_letter)
{
    FILE *file = fopen(stat_file, "re");
    bool known = file && fscanf(file, "%*d (%*[^)]) %c", ret_letter) == 1;

    if (file)
        fclose(file);
    return known;
}

/* Asked once a round: what was true a moment ago need not be true again while servers change hands. */
#define wait_until(condition) \
    do { \
        int64_t deadline_ = clock_monotonic_ms() + WAIT_MS; \
        bool true_ = (condition); \
        while (!true_ && clock_monotonic_ms() < deadline_) { \
            poll(NULL, 0, 5); \
            true_ = (condition); \
        } \
        if (!true_) \
            fail_msg("still not: %s", #condition); \
    } while (0)

static void
a_new_folder_gets_a_database_that_keeps_what_was_written(void **state)
{
    struct veza veza = start_well(folder);
    pid_t server = server_pid(folder);

    (void)state;
    assert_string_equal(ask(veza.url, "select current_database() || ' ' || current_user"), "veza veza");
    assert_string_equal(ask(veza.url, "select rolsuper::text from pg_roles where rolname = current_user"), "false");
    assert_string_equal(ask(veza.url, "show listen_addresses"), "");
    assert_string_equal(ask(veza.url, "create table kept as select 'é'::text as v; select v from kept"), "é");
    end(&veza, SIGTERM);
    assert_true(gone(server));

    veza = start_well(folder);
    assert_string_equal(ask(veza.url, "select v from kept"), "é");
    end(&veza, SIGTERM);
}

static void
a_known_folder_starts_well_under_a_second(void **state)
{
    struct veza veza = start_well(folder);
    int64_t begin;

    (void)state;
    end(&veza, SIGTERM);
    begin = clock_monotonic_ms();
    veza = start_well(folder);
    assert_true(clock_monotonic_ms() - begin < 1000);
    end(&veza, SIGTERM);
}

static void
a_killed_veza_leaves_no_server_behind(void **state)
{
    struct veza veza = start_well(folder);
    pid_t server = server_pid(folder);

    (void)state;
    assert_string_equal(ask(veza.url, "create table kept as select 1 as v; select v from kept"), "1");
    end(&veza, SIGKILL);
    wait_until(gone(server));

    veza = start_well(folder);
    assert_string_equal(ask(veza.url, "select v from kept"), "1");
    end(&veza, SIGTERM);
}

static void
a_veza_started_while_the_old_server_ends_waits_for_it(void **state)
{
    struct veza veza = start_well(folder);
    pid_t server = server_pid(folder);

    (void)state;
    end(&veza, SIGKILL);
    veza = start_well(folder);
    wait_until(gone(server)); /* it ended before the new one began; somebody has to take its exit status */
    assert_string_equal(ask(veza.url, "select 1"), "1");
    end(&veza, SIGTERM);
}

static void
ctrl_c_ends_everything_in_order(void **state)
{
    struct veza veza = start_well(folder);
    pid_t server = server_pid(folder);
    char path[128];
    struct stat st;

    (void)state;
    assert_int_not_equal(getpgid(server), veza.pid);
    end(&veza, SIGINT); /* to the process group, as a terminal does */
    assert_true(gone(server));
    snprintf(path, sizeof path, "%s/pg/data/postmaster.pid", folder);
    assert_int_equal(stat(path, &st), -1); /* removed by an orderly shutdown only */
}

static void
a_server_that_dies_is_started_again(void **state)
{
    struct veza veza = start_well(folder);
    pid_t server = server_pid(folder);

    (void)state;
    assert_string_equal(ask(veza.url, "create table kept as select 1 as v; select v from kept"), "1");
    kill(server, SIGKILL);
    wait_until(server_pid(folder) != server && ask(veza.url, "select v from kept"));
    end(&veza, SIGTERM);
}

static void
a_second_veza_attaches_and_takes_over_when_the_first_ends(void **state)
{
    struct veza first = start_well(folder), second = start_well(folder);
    pid_t server = server_pid(folder);

    (void)state;
    assert_true(text_starts_with(first.line, "owner "));
    assert_true(text_starts_with(second.line, "attached "));
    assert_string_equal(ask(second.url, "select 1"), "1");
    end(&first, SIGTERM);
    wait_until(server_pid(folder) && server_pid(folder) != server && ask(second.url, "select 1"));

    first = start_well(folder);
    assert_true(text_starts_with(first.line, "attached "));
    end(&first, SIGTERM);
    assert_string_equal(ask(second.url, "select 1"), "1"); /* one that only attached takes nothing away */
    server = server_pid(folder);
    end(&second, SIGKILL);
    wait_until(gone(server));
}

static void
two_that_start_at_once_on_a_new_folder_share_one_server(void **state)
{
    pid_t rival = fork();
    struct veza veza;
    int status;

    (void)state;
    if (rival == 0) {
        struct veza other = start(folder);

        if (!*other.url || !ask(other.url, "select 1"))
            _exit(1);
        end(&other, SIGTERM);
        _exit(0);
    }
    veza = start_well(folder);
    wait_until(ask(veza.url, "select 1"));
    assert_int_equal(waitpid(rival, &status, 0), rival);
    assert_int_equal(status, 0);
    wait_until(ask(veza.url, "select 1"));
    end(&veza, SIGTERM);
}

static void
a_stale_pid_file_with_the_number_of_a_living_process_is_no_obstacle(void **state)
{
    struct veza veza = start_well(folder);
    char path[128];
    FILE *file;

    (void)state;
    end(&veza, SIGTERM);
    snprintf(path, sizeof path, "%s/pg/data/postmaster.pid", folder);
    file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "%d\n%s/pg/data\n1700000000\n5432\n%s/pg/run\n\n  5432001    2147483646\nready   \n", getpid(), folder, folder);
    fclose(file);
    if (geteuid() == 0) {
        struct stat st;
        char data[128];

        snprintf(data, sizeof data, "%s/pg/data", folder);
        assert_int_equal(stat(data, &st), 0);
        assert_int_equal(chown(path, st.st_uid, st.st_gid), 0);
    }
    veza = start_well(folder);
    assert_string_equal(ask(veza.url, "select 1"), "1");
    end(&veza, SIGTERM);
}

static void
a_long_and_odd_folder_name_works(void **state)
{
    char data_dir[256];
    struct veza veza;
    int len = snprintf(data_dir, sizeof data_dir, "%s/a name, with 'quotes'/", folder);

    (void)state;
    memset(data_dir + len, 'x', 120);
    data_dir[len + 120] = 0;
    veza = start_well(data_dir);
    assert_string_equal(ask(veza.url, "select 1"), "1");
    end(&veza, SIGTERM);
}

static void
other_users_may_not_connect(void **state)
{
    struct passwd *nobody = getpwnam("nobody");
    struct veza veza;
    int status;
    pid_t pid;

    (void)state;
    if (geteuid() != 0 || !nobody)
        skip(); /* only root can become somebody else */
    veza = start_well(folder);
    pid = fork();
    if (pid == 0)
        _exit(setgid(nobody->pw_gid) == 0 && setuid(nobody->pw_uid) == 0 && !ask(veza.url, "select 1") ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    end(&veza, SIGTERM);
}

static void
a_data_folder_that_the_server_may_not_reach_gets_one_elsewhere(void **state)
{
    char data_dir[128], link[160], place[PATH_MAX];
    struct veza veza;

    (void)state;
    if (geteuid() != 0)
        skip(); /* otherwise the server runs as ourselves */
    assert_int_equal(chmod(folder, 0700), 0);
    snprintf(data_dir, sizeof data_dir, "%s/data", folder);
    snprintf(link, sizeof link, "%s/pg", data_dir);
    veza = start_well(data_dir);
    assert_string_equal(ask(veza.url, "create table kept as select 1 as v; select v from kept"), "1");
    end(&veza, SIGTERM);
    veza = start_well(data_dir);
    assert_string_equal(ask(veza.url, "select v from kept"), "1");
    end(&veza, SIGTERM);
    assert_non_null(realpath(link, place));
    assert_true(text_starts_with(place, "/var/lib/veza/tmp-veza-cluster-test-")); /* named after where it belongs */
    run_program("/bin/rm", "-rf", place);
}

static void
a_folder_that_cannot_be_made_is_a_sentence(void **state)
{
    struct veza veza = start("/dev/null/var");
    int status;

    (void)state;
    assert_non_null(strstr(veza.line, "cannot make the data folder /dev/null/var"));
    assert_int_equal(waitpid(veza.pid, &status, 0), veza.pid);
    close(veza.words);
}

/* Runs shell commands in the folder of the cluster's files. */
static void
in_data(const char *commands)
{
    char script[512];

    snprintf(script, sizeof script, "cd %s/pg/data && %s", folder, commands);
    run_program("/bin/sh", "-c", script);
}

/* serve does not start, doctor sees it, and both say the same. */
static void
expect_sentence(const char *what)
{
    char place[PATH_MAX], said[1024] = "";
    struct veza veza = start(folder);
    int status;

    assert_int_equal(waitpid(veza.pid, &status, 0), veza.pid);
    close(veza.words);
    assert_false(cluster_check_folder(folder, place, sizeof place, said, sizeof said));
    if (!strstr(said, what) || strncmp(veza.line, said, sizeof veza.line - 1) != 0)
        fail_msg("not \"%s\" but\nserve:  %s\ndoctor: %s", what, veza.line, said);
}

static void
each_way_of_breaking_the_database_has_a_sentence_that_serve_and_doctor_share(void **state)
{
    static const struct { const char *break_it, *mend_it, *sentence; } ways[] = {
        {"mv PG_VERSION ../kept", "mv ../kept PG_VERSION", "PG_VERSION is missing"},
        {"cp -p PG_VERSION ../kept; : > PG_VERSION", "mv ../kept PG_VERSION", "PG_VERSION is missing or holds no number"},
        {"cp -p PG_VERSION ../kept; echo 9 > PG_VERSION", "mv ../kept PG_VERSION", "made by PostgreSQL 9, which is not installed"},
        {"mv global/pg_control ../kept", "mv ../kept global/pg_control", "pg_control is missing"},
        {"cp -p global/pg_control ../kept; truncate -s 100 global/pg_control", "mv ../kept global/pg_control", "pg_control is cut"},
        {"cp -p global/pg_control ../kept; printf x | dd of=global/pg_control bs=1 seek=60 conv=notrunc 2> /dev/null",
         "mv ../kept global/pg_control", "pg_control is cut or overwritten"},
        {"mv pg_wal ../kept", "mv ../kept pg_wal", "pg_wal is missing"},
        {"mkdir ../kept; mv pg_wal/0* ../kept", "mv ../kept/* pg_wal; rmdir ../kept", "write-ahead log (pg_wal) is missing"},
        {"mv base ../kept", "mv ../kept base", "base is missing"},
        {"mv postgresql.conf ../kept", "mv ../kept postgresql.conf", "postgresql.conf is missing"},
        {"mv pg_hba.conf ../kept", "mv ../kept pg_hba.conf", "pg_hba.conf is missing"},
        {"chmod 0755 .", "chmod 0700 .", "has the mode 0755, and PostgreSQL starts only where others may not enter: chmod 0700 it"},
        {"chown root .", "chown --reference=base .", "belongs to root, as whom PostgreSQL does not run"},
        {"cd ../.. && mv pg away && ln -s /nowhere/at/all pg", "", "is a link to /nowhere/at/all, which is not there"},
    };
    char place[PATH_MAX], said[1024];
    struct veza veza;

    (void)state;
    assert_true(cluster_check_folder(folder, place, sizeof place, said, sizeof said));
    assert_string_equal(place, "");
    veza = start_well(folder);
    assert_string_equal(ask(veza.url, "create table kept as select 1 as v; select v from kept"), "1");
    assert_true(cluster_check_folder(folder, place, sizeof place, said, sizeof said)); /* while it runs, too */
    end(&veza, SIGTERM);
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        if (text_starts_with(ways[i].break_it, "chown") && geteuid() != 0)
            continue; /* only root can give files away */
        in_data(ways[i].break_it);
        expect_sentence(ways[i].sentence);
        if (*ways[i].mend_it)
            in_data(ways[i].mend_it);
    }
    snprintf(place, sizeof place, "rm %s/pg; mv %s/away %s/pg", folder, folder, folder);
    run_program("/bin/sh", "-c", place);
    veza = start_well(folder); /* nothing was changed by all that */
    assert_string_equal(ask(veza.url, "select v from kept"), "1");
    end(&veza, SIGKILL); /* and what a crash leaves is whole */
    assert_true(cluster_check_folder(folder, place, sizeof place, said, sizeof said));
    veza = start_well(folder);
    assert_string_equal(ask(veza.url, "select v from kept"), "1");
    end(&veza, SIGTERM);
}

static void
an_empty_pid_file_is_no_obstacle(void **state)
{
    struct veza veza = start_well(folder);

    (void)state;
    end(&veza, SIGTERM);
    in_data(": > postmaster.pid");
    veza = start_well(folder);
    assert_string_equal(ask(veza.url, "select 1"), "1");
    end(&veza, SIGTERM);
}

/* As process 1 of many containers does: it never takes an exit status, so what ended stays as a zombie. */
static void
a_zombie_is_not_a_living_server(void **state)
{
    pid_t init = fork(), server, orphan = 0;
    struct veza veza;
    char state_of[64], letter = 0;
    int status;

    (void)state;
    if (init == 0) {
        /* Orphans of ours come to this process, which waits for nobody. */
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGCHLD, SIG_DFL);
        veza = start_well(folder);
        server = server_pid(folder);
        kill(veza.pid, SIGSTOP); /* so that it does not take the server's exit status */
        kill(server, SIGKILL);
        kill(veza.pid, SIGKILL);
        for (;;)
            pause();
    }
    wait_until((orphan = server_pid(folder)) != 0);
    snprintf(state_of, sizeof state_of, "/proc/%d/stat", orphan);
    wait_until(process_state(state_of, &letter) && letter == 'Z');
    veza = start_well(folder);
    assert_string_equal(ask(veza.url, "select 1"), "1");
    assert_true(process_state(state_of, &letter) && letter == 'Z'); /* it was there all the time */
    end(&veza, SIGTERM);
    kill(init, SIGKILL);
    assert_int_equal(waitpid(init, &status, 0), init);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_folder_gets_a_database_that_keeps_what_was_written),
        TEST(a_known_folder_starts_well_under_a_second),
        TEST(a_killed_veza_leaves_no_server_behind),
        TEST(a_veza_started_while_the_old_server_ends_waits_for_it),
        TEST(ctrl_c_ends_everything_in_order),
        TEST(a_server_that_dies_is_started_again),
        TEST(a_second_veza_attaches_and_takes_over_when_the_first_ends),
        TEST(two_that_start_at_once_on_a_new_folder_share_one_server),
        TEST(a_stale_pid_file_with_the_number_of_a_living_process_is_no_obstacle),
        TEST(a_long_and_odd_folder_name_works),
        TEST(other_users_may_not_connect),
        TEST(a_data_folder_that_the_server_may_not_reach_gets_one_elsewhere),
        TEST(a_folder_that_cannot_be_made_is_a_sentence),
        TEST(each_way_of_breaking_the_database_has_a_sentence_that_serve_and_doctor_share),
        TEST(an_empty_pid_file_is_no_obstacle),
        TEST(a_zombie_is_not_a_living_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
