/* sandbox_test.c - the worker can do nothing but decode, and the parent survives whatever it does. */
#include "support.h"

#include "sandbox.h"
#include "worker.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct media_outcome
burgle(const char *how, const struct media_job *limits)
{
    struct media_job job = limits ? *limits : (struct media_job){ 0 };
    struct media_outcome outcome;

    job.self_test = how;
    job.input_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    outcome = media_run(&job);
    close(job.input_fd);
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
    struct media_job job = { .mode = MEDIA_MODE_PROBE, .input_fd = open(user, O_RDONLY | O_CLOEXEC) };
    struct media_outcome outcome = media_run(&job);

    close(job.input_fd);
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
    struct media_job job = { .mode = MEDIA_MODE_AUDIO, .on_file_begin = refuse, .input_fd = open(path, O_RDONLY | O_CLOEXEC) };
    assert_int_equal(media_run(&job).kind, MEDIA_REFUSED);
    close(job.input_fd);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(forbidden_system_calls_kill_the_worker),
    cmocka_unit_test(a_crash_is_a_clean_failure),
    cmocka_unit_test(memory_is_bounded),
    cmocka_unit_test(a_loop_ends_by_processor_time_or_by_the_clock),
    cmocka_unit_test(a_worker_that_babbles_is_stopped),
    cmocka_unit_test(a_job_can_be_cancelled),
    cmocka_unit_test(a_missing_program_is_told),
    cmocka_unit_test(many_threads_leave_no_descriptor_and_no_zombie),
};
MAIN_WITH_WORKER(tests)
