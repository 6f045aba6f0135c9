#include "base/profile.h"

#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/stack.h"

#define SAMPLES 20000
#define FRAMES 24
#define OWN_FRAMES 2 /* the handler, and what the kernel puts below it */
#define THREADS 512
#define EVERY_NS 10000000L

#ifndef sigev_notify_thread_id /* glibc has it under this name since 2.38 only */
#define sigev_notify_thread_id _sigev_un._tid
#endif

struct sample {
    int count;
    void *frames[FRAMES];
};

static struct sample *_Atomic samples;
static atomic_int taken;
static pthread_mutex_t only_one = PTHREAD_MUTEX_INITIALIZER;

static void
on_tick(int number)
{
    struct sample *all = samples;
    int before = errno, at = all ? atomic_fetch_add(&taken, 1) : SAMPLES;

    (void)number;
    if (at < SAMPLES)
        all[at].count = backtrace(all[at].frames, FRAMES);
    errno = before;
}

/* The clock of a thread's own processor time, as the kernel encodes it. */
static clockid_t
clock_of(pid_t thread)
{
    return (clockid_t)((~(unsigned)thread << 3) | 6);
}

/* A signal to the process would find the same thread each time; so each thread has a timer. */
static unsigned
start_timers(timer_t timers[THREADS])
{
    const struct itimerspec every = {{0, EVERY_NS}, {0, EVERY_NS}};
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *task;
    unsigned count = 0;

    while (tasks && count < THREADS && (task = readdir(tasks))) {
        pid_t thread = (pid_t)strtol(task->d_name, NULL, 10);
        struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF};

        event.sigev_notify_thread_id = thread;
        if (thread > 0 && timer_create(clock_of(thread), &event, &timers[count]) == 0)
            timer_settime(timers[count++], 0, &every, NULL);
    }
    if (tasks)
        closedir(tasks);
    return count;
}

static int
by_frames(const void *a, const void *b)
{
    return memcmp(((const struct sample *)a)->frames, ((const struct sample *)b)->frames, sizeof ((const struct sample *)a)->frames);
}

static int
by_count(const void *a, const void *b)
{
    return ((const struct sample *)b)->count - ((const struct sample *)a)->count;
}

static void
write_samples(struct sample *all, int count, struct buf *out)
{
    int stacks = 0;

    qsort(all, (size_t)count, sizeof *all, by_frames);
    for (int i = 0, same; i < count; i += same) {
        for (same = 1; i + same < count && by_frames(&all[i], &all[i + same]) == 0; same++)
            continue;
        all[stacks] = all[i];
        all[stacks++].count = same;
    }
    qsort(all, (size_t)stacks, sizeof *all, by_count);
    for (int i = 0; i < stacks && out->len < out->max / 2; i++) {
        int frames = FRAMES;

        while (frames > OWN_FRAMES && !all[i].frames[frames - 1])
            frames--;
        buf_printf(out, "%d ", all[i].count);
        stack_write(out, all[i].frames + OWN_FRAMES, frames - OWN_FRAMES);
        buf_add_text(out, "\n");
    }
}

bool
profile_run(unsigned seconds, struct buf *out)
{
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct timespec left = {.tv_sec = seconds};
    timer_t timers[THREADS];
    void *first[1];
    unsigned count;

    if (pthread_mutex_trylock(&only_one))
        return false;
    backtrace(first, 1); /* loads what it needs, which a signal handler may not */
    if (!samples)
        samples = calloc(SAMPLES, sizeof *samples); /* kept: a tick may still be under way when this ends */
    else
        memset(samples, 0, SAMPLES * sizeof *samples);
    taken = 0;
    sigaction(SIGPROF, &action, NULL);
    count = start_timers(timers);
    while (nanosleep(&left, &left) && errno == EINTR)
        continue;
    while (count > 0)
        timer_delete(timers[--count]);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPROF, &action, NULL);
    if (samples)
        write_samples(samples, taken < SAMPLES ? taken : SAMPLES, out);
    pthread_mutex_unlock(&only_one);
    return true;
}
