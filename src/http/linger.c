#include "http/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define CONNECTIONS_MAX 1024
#define TOTAL_MS 30000
#define SILENCE_MS 5000
#define BYTES_MAX (64 * 1024 * 1024) /* then nothing more is read, and the client's own buffers stop it */
#define EVENTS 64

struct lingering {
    struct lingering *next;
    int fd;
    int64_t until_ms, silent_ms;
    uint64_t bytes;
};

struct lingerer {
    pthread_t thread;
    pthread_mutex_t lock;
    struct lingering *all;
    atomic_uint count;
    int epoll_fd, wake_fd;
    atomic_bool stopping;
};

/* Reads and drops what is there. False when the client has closed. */
static bool
drop_input(struct lingering *l)
{
    char bytes[65536];

    while (l->bytes < BYTES_MAX) {
        ssize_t n = recv(l->fd, bytes, sizeof bytes, MSG_DONTWAIT);

        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == EINTR);
        l->bytes += (uint64_t)n;
        l->silent_ms = clock_monotonic_ms() + SILENCE_MS;
    }
    return true;
}

static void
sweep(struct lingerer *linger)
{
    int64_t now_ms = clock_monotonic_ms();

    pthread_mutex_lock(&linger->lock);
    for (struct lingering **link = &linger->all; *link;) {
        struct lingering *l = *link;
        bool full = l->bytes >= BYTES_MAX;

        if (!linger->stopping && now_ms < l->until_ms && (full || now_ms < l->silent_ms)) {
            link = &l->next;
            continue;
        }
        *link = l->next;
        linger->count--;
        /* libmicrohttpd may not have closed its own descriptor of the connection yet: closing this one alone would leave the events. */
        epoll_ctl(linger->epoll_fd, EPOLL_CTL_DEL, l->fd, NULL);
        close(l->fd);
        free(l);
    }
    pthread_mutex_unlock(&linger->lock);
}

static void *
linger_loop(void *argument)
{
    struct lingerer *linger = argument;
    struct epoll_event events[EVENTS];
    eventfd_t ignored;

    while (!linger->stopping) {
        int n = epoll_wait(linger->epoll_fd, events, EVENTS, linger->count ? 1000 : -1);

        for (int i = 0; i < n; i++) {
            struct lingering *l = events[i].data.ptr;

            if (!l)
                eventfd_read(linger->wake_fd, &ignored);
            else if (!drop_input(l) || (l->bytes >= BYTES_MAX && events[i].events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)))
                l->until_ms = 0;
        }
        sweep(linger);
    }
    return NULL;
}

struct lingerer *
linger_start(void)
{
    struct lingerer *linger = calloc(1, sizeof *linger);
    struct epoll_event wake = {.events = EPOLLIN};

    if (!linger)
        return NULL;
    pthread_mutex_init(&linger->lock, NULL);
    linger->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    linger->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (linger->epoll_fd >= 0 && linger->wake_fd >= 0 && !epoll_ctl(linger->epoll_fd, EPOLL_CTL_ADD, linger->wake_fd, &wake) &&
        !pthread_create(&linger->thread, NULL, linger_loop, linger)) {
        pthread_setname_np(linger->thread, "veza-linger");
        return linger;
    }
    if (linger->epoll_fd >= 0)
        close(linger->epoll_fd);
    if (linger->wake_fd >= 0)
        close(linger->wake_fd);
    free(linger);
    return NULL;
}

void
linger_stop(struct lingerer *linger)
{
    if (!linger)
        return;
    linger->stopping = true;
    eventfd_write(linger->wake_fd, 1);
    pthread_join(linger->thread, NULL);
    sweep(linger);
    close(linger->epoll_fd);
    close(linger->wake_fd);
    free(linger);
}

void
linger_add(struct lingerer *linger, int fd)
{
    struct lingering *l = linger->count < CONNECTIONS_MAX ? calloc(1, sizeof *l) : NULL;
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = l};

    shutdown(fd, SHUT_WR);
    if (!l)
        return;
    l->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    l->until_ms = clock_monotonic_ms() + TOTAL_MS;
    l->silent_ms = clock_monotonic_ms() + SILENCE_MS;
    if (l->fd < 0) {
        free(l);
        return;
    }
    pthread_mutex_lock(&linger->lock);
    l->next = linger->all;
    linger->all = l;
    linger->count++;
    if (epoll_ctl(linger->epoll_fd, EPOLL_CTL_ADD, l->fd, &event))
        l->until_ms = 0; /* the next sweep removes it */
    pthread_mutex_unlock(&linger->lock);
    eventfd_write(linger->wake_fd, 1); /* so that the thread wakes up from time to time while there are any */
}
