/* sandbox_test.c - the worker can do nothing but decode, and the parent survives whatever it does. */
#include "support.h"

#include "sandbox.h"
#include "worker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct media_outcome
burgle(const char *how, const struct media_job *limits)
{
    struct media_job job = limits ? *limits : (struct media_job){ 0 };
    struct media_outcome outcome;

    job.self_test = how;
    job.input = source_of_path("/dev/null");
    outcome = media_run(&job);
    source_unref(job.input);
    return outcome;
}

static void
forbidden_system_calls_kill_the_worker(void **state)
{
    static const char *const ways[] = { "self-test-open", "self-test-socket", "self-test-exec", "self-test-fork" };

    (void)state;
    if (SANDBOX_IS_SANITIZED) /* it refuses then, and lets live */
        skip();
    for (size_t i = 0; i < 4; i++) {
        struct media_outcome outcome = burgle(ways[i], NULL);

        assert_int_equal(outcome.kind, MEDIA_CRASHED);
        assert_int_equal(outcome.signal, SIGSYS);
        assert_string_equal(outcome.code, "crashed");
    }
}

static void
a_crash_is_a_clean_failure(void **state)
{
    struct media_outcome outcome = burgle("self-test-crash", NULL);

    (void)state;
    if (SANDBOX_IS_SANITIZED)
        skip();
    assert_int_equal(outcome.kind, MEDIA_CRASHED);
    assert_int_equal(outcome.signal, SIGSEGV);
    assert_true(strlen(outcome.message) > 10);
}

static void
a_loop_ends_by_processor_time_or_by_the_clock(void **state)
{
    const struct media_job processor = { .cpu_limit_s = 1, .wall_limit_ms = 20000 }, clock = { .wall_limit_ms = 300 };
    struct media_outcome outcome = burgle("self-test-loop", &processor);

    (void)state;
    assert_int_equal(outcome.kind, MEDIA_TIMED_OUT);
    assert_int_equal(outcome.signal, SIGXCPU);
    outcome = burgle("self-test-loop", &clock);
    assert_int_equal(outcome.kind, MEDIA_TIMED_OUT);
    assert_string_equal(outcome.code, "timed_out");
}

static void
memory_is_bounded(void **state)
{
    const struct media_job small = { .memory_limit_mib = 512 };
    struct media_outcome outcome = { 0 };

    (void)state;
    if (SANDBOX_IS_SANITIZED)
        skip();
    outcome = burgle("self-test-memory", &small);
    assert_int_equal(outcome.kind, MEDIA_FAILED);
    assert_string_equal(outcome.code, "out_of_memory");
}

static void
a_worker_that_babbles_is_stopped(void **state)
{
    struct media_outcome outcome = burgle("self-test-babble", NULL);

    (void)state;
    assert_int_equal(outcome.kind, MEDIA_CRASHED);
}

static void *
cancel_soon(void *user)
{
    nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
    atomic_store((atomic_bool *)user, true);
    return NULL;
}

static void
a_job_can_be_cancelled(void **state)
{
    atomic_bool cancel = false;
    const struct media_job job = { .cancel = &cancel, .wall_limit_ms = 20000 };
    pthread_t thread;
    struct media_outcome outcome;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &cancel), 0);
    outcome = burgle("self-test-loop", &job);
    pthread_join(thread, NULL);
    assert_int_equal(outcome.kind, MEDIA_CANCELLED);
}

static void
a_missing_program_is_told(void **state)
{
    const struct media_job job = { .program = "/nonexistent/veza" };
    struct media_outcome outcome = burgle("self-test-open", &job);

    (void)state;
    assert_int_equal(outcome.kind, MEDIA_NOT_STARTED);
    assert_true(outcome.error != 0);
}

static int
open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static int
refuse(void *user, const char *name)
{
    (void)user;
    (void)name;
    return -1;
}

static void *
run_probe(void *user)
{
    struct media_job job = { .mode = MEDIA_MODE_PROBE, .input = source_of_path(user) };
    struct media_outcome outcome = media_run(&job);

    source_unref(job.input);
    return outcome.kind == MEDIA_OK ? user : NULL;
}

static void
many_threads_leave_no_descriptor_and_no_zombie(void **state)
{
    int before = open_descriptors();
    pthread_t threads[8];
    const char *path = scratch("thread.wav");

    (void)state;
    write_wav(path, signal_noise, 44100, 44100, 2, 16);
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_probe, (void *)(uintptr_t)path), 0);
    for (int i = 0; i < 8; i++) {
        void *ok;

        pthread_join(threads[i], &ok);
        assert_non_null(ok);
    }
    burgle("self-test-crash", NULL);
    struct media_job job = { .mode = MEDIA_MODE_AUDIO, .on_file_begin = refuse, .input = source_of_path(path) };
    assert_int_equal(media_run(&job).kind, MEDIA_REFUSED);
    source_unref(job.input);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

/* Landlock alone, without seccomp, in a child: the first path that can be opened, made or removed all the same is its exit status. */
static int
try_paths(const char *folder)
{
    char made[256], there[256];

    snprintf(made, sizeof made, "%s/made", folder);
    snprintf(there, sizeof there, "%s/there", folder);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return 100;
    sandbox_close_files();
    if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES)
        return 1;
    if (open(there, O_WRONLY | O_CLOEXEC) >= 0 || errno != EACCES)
        return 2;
    if (open(made, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0 || errno != EACCES)
        return 3;
    if (mkdir(made, 0700) == 0 || errno != EACCES)
        return 4;
    if (unlink(there) == 0 || errno != EACCES)
        return 5;
    if (opendir(folder) || errno != EACCES)
        return 6;
    return 0;
}

static void
landlock_alone_keeps_every_file_closed(void **state)
{
    char folder[256];
    int status, fd;
    pid_t child;

    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 1)
        skip();
    snprintf(folder, sizeof folder, "%s", scratch("landlock"));
    assert_int_equal(mkdir(folder, 0700), 0);
    fd = openat(open(folder, O_PATH | O_CLOEXEC), "there", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    child = fork();
    if (child == 0)
        _exit(try_paths(folder));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* The real, effective, saved and file system id of the only child of this process; false while there is none. */
static bool
ids_of_child(const char *which, unsigned ids[4])
{
    DIR *folder = opendir("/proc");
    bool found = false;

    for (struct dirent *entry; !found && (entry = readdir(folder));) {
        char path[300], line[256];
        long parent = 0;
        FILE *file;

        snprintf(path, sizeof path, "/proc/%s/status", entry->d_name);
        file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "re") : NULL;
        while (file && fgets(line, sizeof line, file)) {
            if (!strncmp(line, "PPid:", 5))
                parent = strtol(line + 5, NULL, 10);
            if (parent == getpid() && !strncmp(line, which, strlen(which)))
                found = sscanf(line + strlen(which), "%u %u %u %u", &ids[0], &ids[1], &ids[2], &ids[3]) == 4;
        }
        if (file)
            fclose(file);
    }
    closedir(folder);
    return found;
}

static void *
loop_until_cancelled(void *cancel)
{
    const struct media_job job = { .cancel = cancel, .wall_limit_ms = 20000 };

    burgle("self-test-loop", &job);
    return NULL;
}

static void
as_root_the_worker_is_nobody(void **state)
{
    atomic_bool cancel = false;
    unsigned user[4] = { 0 }, group[4] = { 0 };
    pthread_t thread;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(pthread_create(&thread, NULL, loop_until_cancelled, &cancel), 0);
    for (int i = 0; i < 1000 && user[0] != 65534; i++) {
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
        ids_of_child("Uid:", user);
    }
    ids_of_child("Gid:", group);
    atomic_store(&cancel, true);
    pthread_join(thread, NULL);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(user[i], 65534);
        assert_int_equal(group[i], 65534);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(forbidden_system_calls_kill_the_worker),
    cmocka_unit_test(landlock_alone_keeps_every_file_closed),
    cmocka_unit_test(as_root_the_worker_is_nobody),
    cmocka_unit_test(a_crash_is_a_clean_failure),
    cmocka_unit_test(memory_is_bounded),
    cmocka_unit_test(a_loop_ends_by_processor_time_or_by_the_clock),
    cmocka_unit_test(a_worker_that_babbles_is_stopped),
    cmocka_unit_test(a_job_can_be_cancelled),
    cmocka_unit_test(a_missing_program_is_told),
    cmocka_unit_test(many_threads_leave_no_descriptor_and_no_zombie),
};
MAIN_WITH_WORKER(tests)
