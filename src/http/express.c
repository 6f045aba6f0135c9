#include "http/express.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/express_head.h"
#include "http/internal.h"
#include "http/listeners.h"

#define LANES_MAX 16
#define HEAD_MAX 4096 /* longer heads are for the server */
#define EVENTS 64
#define PATH_MAX_LEN 160
#define ACCEPTS 64 /* at once */
#define RIDER_EVENTS (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)

/* A connection of which nothing is unread, or that is being sent a file. */
struct rider {
    struct rider *next, **link;
    struct lane *lane;
    int fd;
    struct sockaddr_storage address;
    socklen_t address_len;
    char ip[IP_TEXT];
    struct limit_address limit_address;
    bool sending, half_closed;
    atomic_bool learning; /* a pool finds out about the path; until then nothing happens here. It ends under the lane's lock: see is_learning() */
    bool learned;         /* for the request that waits: who still does not know goes to the server */
    struct express_file file;
    uint64_t sent; /* of the body */
    int64_t moved_ms, started_ns;
    char path[PATH_MAX_LEN];
};

struct lane {
    struct express *express;
    pthread_t thread;
    int epoll_fd;
    pthread_mutex_t lock; /* of `riders`: any lane may add one */
    struct rider *riders;
    atomic_uint count;
    int64_t date_s;
    char date[64]; /* status line and Date */
    size_t date_len;
    int64_t swept_ms;
};

struct express {
    struct server *server;
    struct express_settings settings;
    unsigned route_index;
    struct listeners listeners;
    int wake_fd;
    atomic_bool stopping;
    atomic_uint lane_count;
    struct lane lanes[LANES_MAX];
};

static void
release_file(struct lane *lane, struct rider *rider)
{
    if (!rider->sending)
        return;
    if (rider->file.release)
        rider->file.release(rider->file.owner);
    rider->sending = false;
    atomic_fetch_sub(&lane->express->server->active, 1);
}

static void
enlist(struct lane *lane, struct rider *rider)
{
    pthread_mutex_lock(&lane->lock);
    rider->next = lane->riders;
    rider->link = &lane->riders;
    rider->lane = lane;
    if (rider->next)
        rider->next->link = &rider->next;
    lane->riders = rider;
    pthread_mutex_unlock(&lane->lock);
    atomic_fetch_add(&lane->count, 1);
}

static void
forget(struct lane *lane, struct rider *rider)
{
    pthread_mutex_lock(&lane->lock);
    if (rider->next)
        rider->next->link = rider->link;
    *rider->link = rider->next;
    pthread_mutex_unlock(&lane->lock);
    atomic_fetch_sub(&lane->count, 1);
    release_file(lane, rider);
    free(rider);
}

static void
close_rider(struct lane *lane, struct rider *rider)
{
    close(rider->fd);
    forget(lane, rider);
}

/* To the server, which finds the request still unread. */
static void
hand_over(struct lane *lane, struct rider *rider)
{
    epoll_ctl(lane->epoll_fd, EPOLL_CTL_DEL, rider->fd, NULL);
    MHD_add_connection(lane->express->server->daemon, rider->fd, (struct sockaddr *)&rider->address, rider->address_len);
    forget(lane, rider); /* the descriptor is the daemon's now, also when it refused it */
}

static void
count(const struct express *express, struct rider *rider)
{
    struct server *server = express->server;
    int64_t elapsed_ns = clock_monotonic_ns() - rider->started_ns;

    metrics_count(server, express->route_index, 200, elapsed_ns);
    if (server->settings.config->access_log && log_level_now() <= LOG_LEVEL_INFO) {
        char id[UUID_TEXT];

        uuid_random(id);
        log_request_id(id);
        log_info("request", LOG_TEXT("method", "GET"), LOG_TEXT("path", rider->path), LOG_INT("status", 200),
                 LOG_INT("us", elapsed_ns / 1000), LOG_TEXT("ip", rider->ip), LOG_TEXT("user", ""));
        log_request_id(NULL);
    }
}

/* Sends on. False when the connection broke. */
static bool
send_body(struct lane *lane, struct rider *rider)
{
    while (rider->sent < rider->file.size) {
        off_t offset = (off_t)rider->sent;
        ssize_t n = sendfile(rider->fd, rider->file.fd, &offset, rider->file.size - rider->sent);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN; /* the event loop tells when there is room */
        if (n == 0)
            return false; /* the file became shorter */
        rider->sent += (uint64_t)n;
        rider->moved_ms = clock_monotonic_ms();
    }
    count(lane->express, rider);
    release_file(lane, rider);
    return true;
}

static void
refresh_date(struct lane *lane)
{
    int64_t now_s = clock_unix_s();
    time_t seconds = (time_t)now_s;
    struct tm tm;

    if (now_s == lane->date_s)
        return;
    lane->date_s = now_s;
    gmtime_r(&seconds, &tm);
    lane->date_len = strftime(lane->date, sizeof lane->date, "HTTP/1.1 200 OK\r\nDate: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
}

/* The head, and a small file with it. False when the connection broke or took only a part: its buffer cannot be full, since nothing
 * is under way. */
static bool
send_head(struct lane *lane, struct rider *rider)
{
    const struct express_file *file = &rider->file;
    struct iovec parts[3] = {{lane->date, 0},
                             {(void *)(uintptr_t)file->head.ptr, file->head.len},
                             {(void *)(uintptr_t)file->body.ptr, file->body.len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    ssize_t n;

    refresh_date(lane);
    parts[0].iov_len = lane->date_len;
    n = sendmsg(rider->fd, &message, MSG_NOSIGNAL | (file->body.ptr ? 0 : MSG_MORE));
    return n == (ssize_t)(lane->date_len + file->head.len + file->body.len);
}

static bool
within_limits(struct express *express, const struct rider *rider)
{
    struct server *server = express->server;
    struct limit_take takes[1 + 2 * LIMIT_TAKES_MAX] = {{STR("global:"), &server->global_rule}};
    struct limit_buffer of_ip, of_media;
    unsigned count = 1;

    if (!server->settings.config->rate_limits)
        return true;
    count += limit_takes_of_address(&of_ip, "ip", &rider->limit_address, &server->ip_rule, takes + count);
    count += limit_takes_of_address(&of_media, "media", &rider->limit_address, &server->rules[LIMIT_MEDIA], takes + count);
    for (unsigned i = 0; i < count; i++)
        if (!limiter_take(server->limiter, takes[i].key, takes[i].rule, rider->started_ns).allowed)
            return false;
    return true;
}

enum step { STEP_WAIT, STEP_AGAIN, STEP_CLOSED, STEP_HAND_OVER };

struct refresh {
    struct express *express;
    char path[PATH_MAX_LEN];
};

/* On a pool: fills the memory that `find` looks into, then the rider's lane looks at its request again. */
static void
learn(void *argument)
{
    struct rider *rider = argument;
    struct lane *lane = rider->lane;
    struct epoll_event event = {.events = RIDER_EVENTS, .data.ptr = rider};
    const struct server *server = lane->express->server;

    lane->express->settings.learn(str_of(rider->path));
    if (server->settings.hooks->give_back)
        server->settings.hooks->give_back();
    pthread_mutex_lock(&lane->lock); /* the lane may close the rider as soon as it is not learning */
    atomic_store(&rider->learning, false);
    epoll_ctl(lane->epoll_fd, EPOLL_CTL_MOD, rider->fd, &event); /* raises an event anew */
    pthread_mutex_unlock(&lane->lock);
}

/* Does a pool still have this rider? Also while it raises the event. */
static bool
is_learning(struct lane *lane, struct rider *rider)
{
    bool learning;

    if (!rider->learned)
        return false;
    pthread_mutex_lock(&lane->lock);
    learning = atomic_load(&rider->learning);
    pthread_mutex_unlock(&lane->lock);
    return learning;
}

static void
learn_again(void *argument)
{
    struct refresh *refresh = argument;

    refresh->express->settings.learn(str_of(refresh->path));
    if (refresh->express->server->settings.hooks->give_back)
        refresh->express->server->settings.hooks->give_back();
    free(refresh);
}

/* What is sent now may be out of date soon. */
static void
refresh(struct express *express, struct str path)
{
    struct refresh *refresh = malloc(sizeof *refresh);

    if (!refresh)
        return;
    refresh->express = express;
    snprintf(refresh->path, sizeof refresh->path, "%.*s", (int)path.len, path.ptr);
    if (!pool_submit(express->server->waiters, learn_again, refresh))
        free(refresh);
}

/* The request stays unread until somebody asked about its path. */
static enum step
ask(struct lane *lane, struct rider *rider, struct str path)
{
    if (rider->learned)
        return STEP_HAND_OVER;
    rider->learned = true;
    snprintf(rider->path, sizeof rider->path, "%.*s", (int)path.len, path.ptr);
    atomic_store(&rider->learning, true);
    if (pool_submit(lane->express->server->waiters, learn, rider))
        return STEP_WAIT;
    atomic_store(&rider->learning, false);
    return STEP_HAND_OVER;
}

/* Answers the request that is waiting, if it is a plain one. */
static enum step
take_request(struct lane *lane, struct rider *rider)
{
    char bytes[HEAD_MAX];
    ssize_t n = recv(rider->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
    struct express *express = lane->express;
    enum express_found found;
    struct str path;
    size_t head_len;

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? STEP_WAIT : STEP_CLOSED;
    if (n == 0)
        return STEP_CLOSED;
    rider->started_ns = clock_monotonic_ns();
    if (express->server->draining || express->server->maintenance ||
        !express_head_is_plain((struct str){bytes, (size_t)n}, express->settings.identity_cookie, &path, &head_len))
        return STEP_HAND_OVER;
    found = express->settings.find(path, &rider->file);
    if (found != EXPRESS_FOUND)
        return found == EXPRESS_ASK ? ask(lane, rider, path) : STEP_HAND_OVER;
    if (rider->file.stale)
        refresh(express, path);
    rider->learned = false;
    rider->sending = true;
    rider->sent = 0;
    atomic_fetch_add(&express->server->active, 1);
    if (!within_limits(express, rider)) {
        release_file(lane, rider);
        return STEP_HAND_OVER;
    }
    snprintf(rider->path, sizeof rider->path, "%.*s", (int)path.len, path.ptr);
    if (recv(rider->fd, bytes, head_len, MSG_TRUNC) != (ssize_t)head_len || !send_head(lane, rider))
        return STEP_CLOSED;
    rider->moved_ms = rider->started_ns / 1000000;
    if (rider->file.body.ptr)
        rider->sent = rider->file.size;
    if (!send_body(lane, rider))
        return STEP_CLOSED;
    /* What came after our look at the socket raises an event of its own. */
    return rider->sending || ((size_t)n == head_len && !rider->half_closed) ? STEP_WAIT : STEP_AGAIN;
}

static void
serve(struct lane *lane, struct rider *rider, uint32_t events)
{
    enum step step = STEP_AGAIN;

    if (is_learning(lane, rider))
        return; /* what happened meanwhile is seen afterwards */
    rider->half_closed |= (events & EPOLLRDHUP) != 0;
    if (events & (EPOLLERR | EPOLLHUP))
        step = STEP_CLOSED;
    else if (rider->sending && !send_body(lane, rider))
        step = STEP_CLOSED;
    else if (rider->sending)
        step = STEP_WAIT;
    while (step == STEP_AGAIN)
        step = take_request(lane, rider);
    if (step == STEP_CLOSED)
        close_rider(lane, rider);
    else if (step == STEP_HAND_OVER)
        hand_over(lane, rider);
}

static void
name_peer(struct rider *rider)
{
    struct ip ip;
    bool known = ip_of_socket((struct sockaddr *)&rider->address, &ip);

    if (known)
        ip_text(&ip, rider->ip);
    else
        snprintf(rider->ip, sizeof rider->ip, IP_UNKNOWN);
    limit_address_of(known ? &ip : NULL, &rider->limit_address);
}

/* The lane with the fewest riders: a burst of connections reaches one lane, and must not stay there. */
static struct lane *
emptiest(struct express *express)
{
    struct lane *best = &express->lanes[0];

    for (unsigned i = 1; i < express->lane_count; i++)
        if (express->lanes[i].count < best->count)
            best = &express->lanes[i];
    return best;
}

static unsigned
riders_of(const struct express *express)
{
    unsigned count = 0;

    for (unsigned i = 0; i < express->lane_count; i++)
        count += express->lanes[i].count;
    return count;
}

/* Accepts one connection. False when none waits. */
static bool
welcome(struct express *express, int listener)
{
    const struct config *config = express->server->settings.config;
    struct rider *rider = calloc(1, sizeof *rider);
    struct epoll_event event = {.events = RIDER_EVENTS, .data.ptr = rider};
    struct lane *lane = emptiest(express);

    if (!rider)
        return false;
    rider->address_len = sizeof rider->address;
    rider->fd = accept4(listener, (struct sockaddr *)&rider->address, &rider->address_len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (rider->fd < 0) {
        free(rider);
        return false;
    }
    setsockopt(rider->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    name_peer(rider);
    rider->moved_ms = clock_monotonic_ms();
    enlist(lane, rider);
    if (riders_of(express) > (unsigned)config->max_connections)
        close_rider(lane, rider);
    else if (config->max_connections_per_ip)
        hand_over(lane, rider); /* the server counts them */
    else if (epoll_ctl(lane->epoll_fd, EPOLL_CTL_ADD, rider->fd, &event))
        close_rider(lane, rider);
    return true; /* from here on the rider is its lane's, and may be gone */
}

/* Closes those that did not move for too long. */
static void
sweep(struct lane *lane)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t oldest_ms = now_ms - lane->express->server->settings.config->request_timeout_s * 1000;

    if (now_ms - lane->swept_ms < 1000)
        return;
    lane->swept_ms = now_ms;
    pthread_mutex_lock(&lane->lock);
    for (struct rider *rider = lane->riders, *next; rider; rider = next) {
        next = rider->next;
        if (rider->moved_ms < oldest_ms && !atomic_load(&rider->learning))
            close_rider(lane, rider);
    }
    pthread_mutex_unlock(&lane->lock);
}

static void *
run_lane(void *argument)
{
    struct lane *lane = argument;
    struct express *express = lane->express;
    struct epoll_event events[EVENTS];
    sigset_t broken_pipe;

    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL); /* sendfile has no MSG_NOSIGNAL */
    while (!express->stopping) {
        int n = epoll_wait(lane->epoll_fd, events, EVENTS, 1000);

        for (int i = 0; i < n; i++) {
            const int *listener = events[i].data.ptr;

            if (listener >= express->listeners.fds && listener < express->listeners.fds + express->listeners.count)
                for (int k = 0; k < ACCEPTS && welcome(express, *listener); k++)
                    continue;
            else if (events[i].data.ptr)
                serve(lane, events[i].data.ptr, events[i].events);
        }
        sweep(lane);
    }
    return NULL;
}

static bool
start_lane(struct express *express, struct lane *lane)
{
    struct epoll_event wake_event = {.events = EPOLLIN, .data.ptr = NULL};

    pthread_mutexattr_t recursive; /* the sweep closes while it walks */
    bool good = true;

    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lane->lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
    lane->express = express;
    lane->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (lane->epoll_fd < 0)
        return false;
    for (unsigned i = 0; good && i < express->listeners.count; i++) {
        struct epoll_event accept_event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &express->listeners.fds[i]};

        good = epoll_ctl(lane->epoll_fd, EPOLL_CTL_ADD, express->listeners.fds[i], &accept_event) == 0;
    }
    if (!good || epoll_ctl(lane->epoll_fd, EPOLL_CTL_ADD, express->wake_fd, &wake_event) ||
        pthread_create(&lane->thread, NULL, run_lane, lane)) {
        close(lane->epoll_fd);
        return false;
    }
    pthread_setname_np(lane->thread, "veza-express");
    express->lane_count++;
    return true;
}

struct express *
express_start(struct server *server, const struct express_settings *settings, const struct listeners *listeners)
{
    struct express *express = calloc(1, sizeof *express);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    bool good;

    if (!express)
        return NULL;
    express->server = server;
    express->settings = *settings;
    express->listeners = *listeners;
    express->wake_fd = eventfd(0, EFD_CLOEXEC);
    while (express->route_index < router_count(server->router) &&
           !text_equal(router_route(server->router, express->route_index)->pattern, settings->pattern))
        express->route_index++;
    good = express->wake_fd >= 0;
    for (long i = 0; good && i < LANES_MAX && i < cores; i++)
        good = start_lane(express, &express->lanes[i]);
    if (good)
        return express;
    express->listeners.count = 0; /* they stay the caller's */
    express_stop(express);
    return NULL;
}

void
express_quiesce(struct express *express)
{
    for (unsigned i = 0; i < express->lane_count; i++)
        for (unsigned k = 0; k < express->listeners.count; k++)
            epoll_ctl(express->lanes[i].epoll_fd, EPOLL_CTL_DEL, express->listeners.fds[k], NULL);
    for (unsigned k = 0; k < express->listeners.count; k++)
        shutdown(express->listeners.fds[k], SHUT_RDWR);
}

void
express_stop(struct express *express)
{
    if (!express)
        return;
    express->stopping = true;
    if (express->wake_fd >= 0)
        eventfd_write(express->wake_fd, 1);
    for (unsigned i = 0; i < express->lane_count; i++)
        pthread_join(express->lanes[i].thread, NULL);
    for (unsigned i = 0; i < express->lane_count; i++) {
        while (express->lanes[i].riders)
            close_rider(&express->lanes[i], express->lanes[i].riders);
        close(express->lanes[i].epoll_fd);
    }
    if (express->wake_fd >= 0)
        close(express->wake_fd);
    listeners_close(&express->listeners);
    free(express);
}
