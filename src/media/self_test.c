/* self_test.c - a burglar that we hired ourselves. */
#include "self_test.h"

#include "output.h"
#include "reason.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void
try_open(void)
{
    (void)open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static void
try_socket(void)
{
    (void)socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void
try_exec(void)
{
    char *const none[] = { NULL };

    (void)execve("/bin/true", none, none);
}

static void
try_fork(void)
{
    if (fork() == 0)
        _exit(0);
}

static void
try_loop(void)
{
    for (volatile unsigned i = 0;; i++)
        ;
}

static void
try_crash(void)
{
    volatile int *volatile nowhere = NULL;

    *nowhere = 1; /* NOLINT: that is the point */
}

static void
try_babble(void)
{
    (void)!write(MEDIA_OUTPUT_FD, "this is no frame at all", 23);
    try_loop();
}

static int
try_memory(void)
{
    for (int i = 0; i < 4096; i++) {
        char *block = malloc(16u << 20);

        if (!block)
            return MEDIA_E_OUT_OF_MEMORY;
        for (size_t at = 0; at < 16u << 20; at += 4096)
            ((volatile char *)block)[at] = 1;
    }
    return 0;
}

int
self_test_run(const char *mode)
{
    static const struct {
        const char *mode;
        void (*attempt)(void);
    } tests[] = { { "self-test-open", try_open }, { "self-test-socket", try_socket }, { "self-test-exec", try_exec }, { "self-test-fork", try_fork },
                  { "self-test-loop", try_loop }, { "self-test-crash", try_crash }, { "self-test-babble", try_babble } };

    if (!strcmp(mode, "self-test-memory"))
        return try_memory();
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (!strcmp(mode, tests[i].mode)) {
            tests[i].attempt();
            return output_result("{\"sandbox\":\"open\"}", 18);
        }
    }
    return MEDIA_E_INTERNAL;
}
