/* worker_client.c - starts the worker, listens to it, and makes sure that it is gone afterwards. */
#include "worker_client.h"

#include "base/source_driver.h"
#include "frame_parser.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READ_BUFFER 65536
#define CANCEL_INTERVAL_MS 100
#define FIRST_FREE_FD 10 /* above every descriptor that the child receives, so that no dup2 overwrites another's source */

struct run {
    const struct media_job *job;
    struct media_outcome outcome;
    pid_t pid;
    int64_t deadline_ms;
    struct media_frame_parser parser;
    uint8_t buffer[READ_BUFFER];
};

static int64_t
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
set_outcome(struct media_outcome *outcome, enum media_outcome_kind kind, const char *code, const char *message)
{
    outcome->kind = kind;
    snprintf(outcome->code, sizeof outcome->code, "%s", code);
    snprintf(outcome->message, sizeof outcome->message, "%s", message);
}

static void
close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define SCOPED_FD __attribute__((cleanup(close_fd))) int

static const char *
mode_name(const struct media_job *job)
{
    static const char *const names[] = {
        [MEDIA_MODE_AUDIO] = "audio", [MEDIA_MODE_PROBE] = "probe", [MEDIA_MODE_MUSIC] = "music",
        [MEDIA_MODE_STEM] = "stem", [MEDIA_MODE_IMAGE] = "image", [MEDIA_MODE_BANNER] = "banner", [MEDIA_MODE_JPEG] = "jpeg"
    };

    return job->self_test ? job->self_test : names[job->mode];
}

static uint32_t
wall_limit_ms(const struct media_job *job)
{
    if (job->wall_limit_ms)
        return job->wall_limit_ms;
    return job->mode == MEDIA_MODE_AUDIO || job->mode == MEDIA_MODE_MUSIC || job->mode == MEDIA_MODE_STEM ? 30 * 60 * 1000 : 30 * 1000;
}

static int
spawn_with(pid_t *ret_pid, const struct media_job *job, const posix_spawn_file_actions_t *actions)
{
    const char *program = job->program ? job->program : "/proc/self/exe";
    uint32_t cpu_s = job->cpu_limit_s ? job->cpu_limit_s : wall_limit_ms(job) / 500 + 1;
    char cpu[48], memory[48], duration[48], rate[48];
    char *argv[] = { "veza", "media-worker", (char *)mode_name(job), cpu, memory, duration, rate, NULL, NULL, NULL };
    char **more = argv + 7;
    char *envp[] = { NULL };
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int error;

    snprintf(cpu, sizeof cpu, "--cpu-s=%u", cpu_s);
    snprintf(memory, sizeof memory, "--memory-mib=%u", job->memory_limit_mib ? job->memory_limit_mib : 1536);
    snprintf(duration, sizeof duration, "--max-duration-s=%u", job->max_duration_s ? job->max_duration_s : 6 * 3600);
    snprintf(rate, sizeof rate, "--rate=%u", job->stem_rate ? job->stem_rate : 48000);

    if (job->skips_judging)
        *more++ = "--skip-judging=1";
    if (job->skips_music)
        *more++ = "--skip-music=1";

    error = posix_spawnattr_init(&attributes);
    if (error)
        return error;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0); /* a Ctrl-C at the terminal is for the server, which then cancels its jobs */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    error = posix_spawn(ret_pid, program, actions, &attributes, argv, envp);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* Returns 0 or an errno. */
static int
start_worker(const struct media_job *job, pid_t *ret_pid, int *ret_read_fd)
{
    posix_spawn_file_actions_t actions;
    int ends[2], error;
    SCOPED_FD read_end = -1;
    SCOPED_FD write_low = -1;
    SCOPED_FD write_end = -1;
    SCOPED_FD input = -1;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return errno;
    read_end = ends[0];
    write_low = ends[1];
    (void)fcntl(write_low, F_SETPIPE_SZ, 256 * 1024); /* fewer switches between the two; the default works too */
    write_end = fcntl(write_low, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    if (write_end < 0)
        return errno;
    input = fcntl(job->input->fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    if (input < 0)
        return errno;

    error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, input, MEDIA_INPUT_FD);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, write_end, MEDIA_OUTPUT_FD);
    if (!error)
        error = posix_spawn_file_actions_addclose(&actions, 0);
    if (!error)
        error = posix_spawn_file_actions_addclose(&actions, 1);
    if (!error)
        error = posix_spawn_file_actions_addclosefrom_np(&actions, MEDIA_OUTPUT_FD + 1);
    if (!error)
        error = spawn_with(ret_pid, job, &actions);
    posix_spawn_file_actions_destroy(&actions);
    if (error)
        return error;
    *ret_read_fd = read_end;
    read_end = -1; /* so that its cleanup leaves it open. NOLINT(clang-analyzer-deadcode.DeadStores) */
    return 0;
}

static void
on_failed(void *user, const char *code, const char *message)
{
    struct run *run = user;

    set_outcome(&run->outcome, MEDIA_FAILED, code, message);
}

static int
forward_begin(void *user, const char *name)
{
    const struct media_job *job = ((struct run *)user)->job;

    return job->on_file_begin ? job->on_file_begin(job->user, name) : 0;
}

static int
forward_data(void *user, const void *bytes, size_t length)
{
    const struct media_job *job = ((struct run *)user)->job;

    return job->on_file_data ? job->on_file_data(job->user, bytes, length) : 0;
}

static int
forward_end(void *user)
{
    const struct media_job *job = ((struct run *)user)->job;

    return job->on_file_end ? job->on_file_end(job->user) : 0;
}

static void
forward_progress(void *user, const char *stage, float fraction)
{
    const struct media_job *job = ((struct run *)user)->job;

    if (job->on_progress)
        job->on_progress(job->user, stage, fraction);
}

static int
forward_playable(void *user, const char *json, size_t length)
{
    const struct media_job *job = ((struct run *)user)->job;

    return job->on_playable ? job->on_playable(job->user, json, length) : 0;
}

static int
forward_result(void *user, const char *json, size_t length)
{
    const struct media_job *job = ((struct run *)user)->job;

    return job->on_result ? job->on_result(job->user, json, length) : 0;
}

/* True while the job may go on. */
static bool
may_go_on(struct run *run)
{
    if (run->job->cancel && atomic_load(run->job->cancel)) {
        set_outcome(&run->outcome, MEDIA_CANCELLED, "cancelled", "The work on this file was cancelled.");
        return false;
    }
    if (now_ms() >= run->deadline_ms) {
        set_outcome(&run->outcome, MEDIA_TIMED_OUT, "timed_out", "This file took too long to process.");
        return false;
    }
    return true;
}

static int
interval(const struct run *run)
{
    int64_t left = run->deadline_ms - now_ms();

    return left < 0 ? 0 : left < CANCEL_INTERVAL_MS ? (int)left : CANCEL_INTERVAL_MS;
}

/* Reads until the worker closes its end. False when the worker has to be killed. */
static bool
listen_to(struct run *run, int fd)
{
    while (may_go_on(run)) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        ssize_t n;
        int error;

        if (poll(&p, 1, interval(run)) <= 0)
            continue;
        n = read(fd, run->buffer, sizeof run->buffer);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return true;
        error = media_frame_parser_feed(&run->parser, run->buffer, (size_t)n);
        if (error == MEDIA_PARSE_REFUSED) {
            set_outcome(&run->outcome, MEDIA_REFUSED, "refused", "The results for this file could not be kept.");
            return false;
        }
        if (error < 0) {
            set_outcome(&run->outcome, MEDIA_CRASHED, "crashed", "Something went wrong while this file was processed.");
            return false;
        }
    }
    return false;
}

static void
reap(struct run *run, bool kill_first, int *ret_status)
{
    bool killed = kill_first;

    if (kill_first)
        kill(run->pid, SIGKILL);
    for (;;) {
        pid_t done = waitpid(run->pid, ret_status, killed ? 0 : WNOHANG);

        if (done == run->pid || (done < 0 && errno != EINTR))
            return;
        if (done == 0) {
            if (now_ms() >= run->deadline_ms) {
                kill(run->pid, SIGKILL);
                killed = true;
            } else {
                poll(NULL, 0, 2); /* the pipe is closed: the worker is in its last instructions */
            }
        }
    }
}

static void
listen_and_reap(struct run *run, int fd)
{
    int status = 0;
    bool ended = listen_to(run, fd);

    reap(run, !ended, &status);
    if (!ended || run->outcome.kind == MEDIA_FAILED)
        return;
    if (run->parser.succeeded && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    run->outcome.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (run->outcome.signal == SIGXCPU)
        set_outcome(&run->outcome, MEDIA_TIMED_OUT, "timed_out", "This file took too long to process.");
    else
        set_outcome(&run->outcome, MEDIA_CRASHED, "crashed", "This file could not be processed: it is probably damaged.");
}

struct media_outcome
media_run(const struct media_job *job)
{
    struct media_outcome outcome = { .kind = MEDIA_OK };
    struct media_frame_callbacks callbacks = { forward_begin, forward_data, forward_end, forward_progress, forward_playable, forward_result, on_failed, NULL };
    struct run *run = calloc(1, sizeof *run);
    SCOPED_FD fd = -1;
    int error = ENOMEM;

    if (run) {
        run->job = job;
        run->deadline_ms = now_ms() + wall_limit_ms(job);
        callbacks.user = run;
        media_frame_parser_init(&run->parser, &callbacks);
        error = start_worker(job, &run->pid, &fd);
    }
    if (error) {
        outcome.error = error;
        set_outcome(&outcome, MEDIA_NOT_STARTED, "not_started", "The server is too busy to process this file now.");
    } else {
        listen_and_reap(run, fd);
        outcome = run->outcome;
    }
    free(run);
    return outcome;
}
