/* sandbox.c - rlimits, Landlock and seccomp.
 *
 * Landlock repeats what seccomp says for the file system, so that a hole in one list is not a hole in the worker. */
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/landlock.h>
#include <malloc.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534
#define BEHIND_NICE 5 /* a third of the processor time that a thread of ordinary priority gets */

static void
limit(int resource, rlim_t soft, rlim_t hard)
{
    struct rlimit l = { soft, hard };

    if (setrlimit(resource, &l) < 0)
        fprintf(stderr, "media-worker: resource limit %d not set: %s\n", resource, strerror(errno));
}

static void
set_limits(const struct sandbox_limits *limits)
{
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_FSIZE, 0, 0);
    limit(RLIMIT_MEMLOCK, 0, 0);
    limit(RLIMIT_MSGQUEUE, 0, 0);
    limit(RLIMIT_CPU, limits->cpu_s, limits->cpu_s + 1);
    if (!SANDBOX_IS_SANITIZED) /* shadow memory takes terabytes of address space */
        limit(RLIMIT_AS, (rlim_t)limits->memory_mib << 20, (rlim_t)limits->memory_mib << 20);
    limit(RLIMIT_NOFILE, 0, 0);
}

/* Root stays root behind any filter: what it opened before, signals, limits. The worker is nobody instead. */
static void
drop_root(void)
{
    if (geteuid() != 0)
        return;
    if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
        fprintf(stderr, "media-worker: stays root: %s\n", strerror(errno));
}

/* A ruleset that handles every right of this kernel and allows no path. */
void
sandbox_close_files(void)
{
    struct landlock_ruleset_attr attr = { 0 };
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    int fd;

    if (abi < 1) {
        fprintf(stderr, "media-worker: no Landlock in this kernel, seccomp alone keeps files closed\n");
        return;
    }
    attr.handled_access_fs = (1ULL << 13) - 1; /* the rights of ABI 1 */
    if (abi >= 2)
        attr.handled_access_fs |= 1ULL << 13; /* refer */
    if (abi >= 3)
        attr.handled_access_fs |= 1ULL << 14; /* truncate */
    if (abi >= 5)
        attr.handled_access_fs |= 1ULL << 15; /* ioctl on devices */
    fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr.handled_access_fs, 0);
    if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) < 0)
        fprintf(stderr, "media-worker: Landlock refused: %s\n", strerror(errno));
    if (fd >= 0)
        close(fd);
}

static int
enter_seccomp(void)
{
    static const int allowed[] = {
        SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(write), SCMP_SYS(writev),
        SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
        SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
        SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),
        SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(restart_syscall),
        SCMP_SYS(sysinfo), /* qsort() asks how much memory there is when it sorts more than a kibibyte */
        SCMP_SYS(exit), SCMP_SYS(exit_group),
    };
    const int threads = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
    scmp_filter_ctx ctx = seccomp_init(SANDBOX_IS_SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS);
    int error = ctx ? 0 : -ENOMEM;

    for (size_t i = 0; !error && i < sizeof(allowed) / sizeof(allowed[0]); i++)
        error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
    /* memory that is both writable and executable is nothing that a decoder needs */
    if (!error)
        error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, 4, 0));
    if (!error)
        error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, 4, 0));
    if (!error)
        error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, (scmp_datum_t)threads, (scmp_datum_t)threads));
    if (!error) /* its flags lie in memory, where no filter can see them: the C library falls back to clone */
        error = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (!error)
        error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(setpriority), 2, SCMP_A0(SCMP_CMP_EQ, PRIO_PROCESS), SCMP_A1(SCMP_CMP_EQ, 0));
    if (!error && SANDBOX_IS_SANITIZED) {
        static const int more[] = { SCMP_SYS(sigaltstack), SCMP_SYS(prctl), SCMP_SYS(openat), SCMP_SYS(close), SCMP_SYS(readlink),
            SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(rt_sigaction), SCMP_SYS(wait4), SCMP_SYS(getppid), SCMP_SYS(ptrace) };

        for (size_t i = 0; !error && i < sizeof(more) / sizeof(more[0]); i++)
            error = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, more[i], 0);
    }
    if (!error)
        error = seccomp_load(ctx);
    if (ctx)
        seccomp_release(ctx);
    if (error)
        fprintf(stderr, "media-worker: seccomp refused: %s\n", strerror(-error));
    return error ? -1 : 0;
}

int
sandbox_enter(const struct sandbox_limits *limits)
{
    drop_root(); /* first: another identity forgets the signal below */
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no worker outlives the server */
    prctl(PR_SET_DUMPABLE, 0);
    mallopt(M_ARENA_MAX, 1);              /* other arenas reserve 64 MiB each, and open a file in /proc before they shrink */
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    sandbox_close_files(); /* needs a descriptor, so before RLIMIT_NOFILE */
    set_limits(limits);
    return enter_seccomp();
}

void
sandbox_lower_priority(void)
{
    /* Linux counts the thread as the process here. It may fail where the whole process has a lower priority already. */
    (void)setpriority(PRIO_PROCESS, 0, BEHIND_NICE);
}
