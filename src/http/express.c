#include "http/express.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/express_head.h"
#include "http/internal.h"
#include "http/listeners.h"

#define LOOPS_MAX 16
#define HEAD_MAX 4096 /* longer heads are for the server */
#define EVENTS 64
#define PATH_MAX_LEN 160
#define ACCEPTS 64 /* at once */
#define CONN_EVENTS (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)

/* A connection of which nothing is unread, or that is being sent a file. */
struct conn {
    struct conn *next, **link;
    struct loop *loop;
    int fd;
    struct sockaddr_storage address;
    socklen_t address_len;
    char ip[IP_TEXT];
    struct limit_address limit_address;
    bool sending, half_closed;
    atomic_bool learning; /* a pool finds out about the path; until then nothing happens here. It ends under the loop's lock: see is_learning() */
    bool learned;         /* for the request that waits: who still does not know goes to the server */
    struct express_file file;
    uint64_t sent; /* of the body */
    int64_t moved_ms, started_ns;
    char path[PATH_MAX_LEN];
};

struct loop {
    struct express *express;
    pthread_t thread;
    int epoll_fd;
    pthread_mutex_t lock; /* of `conns`: any loop may add one */
    struct conn *conns;
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
    atomic_uint loop_count;
    struct loop loops[LOOPS_MAX];
};

static void
release_file(struct loop *loop, struct conn *conn)
{
    if (!conn->sending)
        return;
    if (conn->file.release)
        conn->file.release(conn->file.owner);
    conn->sending = false;
    atomic_fetch_sub(&loop->express->server->active, 1);
}

static void
add_conn(struct loop *loop, struct conn *conn)
{
    pthread_mutex_lock(&loop->lock);
    conn->next = loop->conns;
    conn->link = &loop->conns;
    conn->loop = loop;
    if (conn->next)
        conn->next->link = &conn->next;
    loop->conns = conn;
    pthread_mutex_unlock(&loop->lock);
    atomic_fetch_add(&loop->count, 1);
}

static void
remove_conn(struct loop *loop, struct conn *conn)
{
    pthread_mutex_lock(&loop->lock);
    if (conn->next)
        conn->next->link = conn->link;
    *conn->link = conn->next;
    pthread_mutex_unlock(&loop->lock);
    atomic_fetch_sub(&loop->count, 1);
    release_file(loop, conn);
    free(conn);
}

static void
close_conn(struct loop *loop, struct conn *conn)
{
    close(conn->fd);
    remove_conn(loop, conn);
}

/* To the server, which finds the request still unread. */
static void
hand_over(struct loop *loop, struct conn *conn)
{
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, conn->fd, NULL);
    MHD_add_connection(loop->express->server->daemon, conn->fd, (struct sockaddr *)&conn->address, conn->address_len);
    remove_conn(loop, conn); /* the descriptor is the daemon's now, also when it refused it */
}

static void
count_request(const struct express *express, struct conn *conn)
{
    struct server *server = express->server;
    int64_t elapsed_ns = clock_monotonic_ns() - conn->started_ns;

    metrics_count(server, express->route_index, 200, elapsed_ns);
    if (server->settings.config->access_log && log_level_now() <= LOG_LEVEL_INFO) {
        char id[UUID_TEXT];

        uuid_random(id);
        log_request_id(id);
        log_info("request", LOG_TEXT("method", "GET"), LOG_TEXT("path", conn->path), LOG_INT("status", 200),
                 LOG_INT("us", elapsed_ns / 1000), LOG_TEXT("ip", conn->ip), LOG_TEXT("user", ""));
        log_request_id(NULL);
    }
}

/* Sends on. False when the connection broke. */
static bool
send_body(struct loop *loop, struct conn *conn)
{
    while (conn->sent < conn->file.size) {
        ssize_t n = source_send(conn->file.source, conn->fd, conn->sent, conn->file.size - conn->sent);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN; /* the event loop tells when there is room */
        if (n == 0)
            return false; /* the file became shorter */
        conn->sent += (uint64_t)n;
        conn->moved_ms = clock_monotonic_ms();
    }
    count_request(loop->express, conn);
    release_file(loop, conn);
    return true;
}

static void
refresh_date(struct loop *loop)
{
    int64_t now_s = clock_unix_s();
    time_t seconds = (time_t)now_s;
    struct tm tm;

    if (now_s == loop->date_s)
        return;
    loop->date_s = now_s;
    gmtime_r(&seconds, &tm);
    loop->date_len = strftime(loop->date, sizeof loop->date, "HTTP/1.1 200 OK\r\nDate: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
}

/* The head, and a small file with it. False when the connection broke or took only a part: its buffer cannot be full, since nothing
 * is under way. */
static bool
send_head(struct loop *loop, struct conn *conn)
{
    const struct express_file *file = &conn->file;
    struct iovec parts[3] = {{loop->date, 0},
                             {(void *)(uintptr_t)file->head.ptr, file->head.len},
                             {(void *)(uintptr_t)file->body.ptr, file->body.len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    ssize_t n;

    refresh_date(loop);
    parts[0].iov_len = loop->date_len;
    n = sendmsg(conn->fd, &message, MSG_NOSIGNAL | (file->body.ptr ? 0 : MSG_MORE));
    return n == (ssize_t)(loop->date_len + file->head.len + file->body.len);
}

static bool
within_limits(struct express *express, const struct conn *conn)
{
    struct server *server = express->server;
    struct limit_take takes[1 + 2 * LIMIT_TAKES_MAX] = {{STR("global:"), &server->global_rule}};
    struct limit_buffer of_ip, of_media;
    unsigned count = 1;

    if (!server->settings.config->rate_limits)
        return true;
    count += limit_takes_of_address(&of_ip, "ip", &conn->limit_address, &server->ip_rule, takes + count);
    count += limit_takes_of_address(&of_media, "media", &conn->limit_address, &server->rules[LIMIT_MEDIA], takes + count);
    for (unsigned i = 0; i < count; i++)
        if (!limiter_take(server->limiter, takes[i].key, takes[i].rule, conn->started_ns).allowed)
            return false;
    return true;
}

enum step { STEP_WAIT, STEP_AGAIN, STEP_CLOSED, STEP_HAND_OVER };

struct refresh {
    struct express *express;
    char path[PATH_MAX_LEN];
};

/* On a pool: fills the memory that `find` looks into, then the connection's loop looks at its request again. */
static void
learn(void *argument)
{
    struct conn *conn = argument;
    struct loop *loop = conn->loop;
    struct epoll_event event = {.events = CONN_EVENTS, .data.ptr = conn};
    const struct server *server = loop->express->server;

    loop->express->settings.learn(str_of(conn->path));
    if (server->settings.hooks->give_back)
        server->settings.hooks->give_back();
    pthread_mutex_lock(&loop->lock); /* the loop may close the connection as soon as it is not learning */
    atomic_store(&conn->learning, false);
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, conn->fd, &event); /* raises an event anew */
    pthread_mutex_unlock(&loop->lock);
}

/* Is a pool still working for this connection? Also while it raises the event. */
static bool
is_learning(struct loop *loop, struct conn *conn)
{
    bool learning;

    if (!conn->learned)
        return false;
    pthread_mutex_lock(&loop->lock);
    learning = atomic_load(&conn->learning);
    pthread_mutex_unlock(&loop->lock);
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
start_learning(struct loop *loop, struct conn *conn, struct str path)
{
    if (conn->learned)
        return STEP_HAND_OVER;
    conn->learned = true;
    snprintf(conn->path, sizeof conn->path, "%.*s", (int)path.len, path.ptr);
    atomic_store(&conn->learning, true);
    if (pool_submit(loop->express->server->waiters, learn, conn))
        return STEP_WAIT;
    atomic_store(&conn->learning, false);
    return STEP_HAND_OVER;
}

/* Answers the request that is waiting, if it is a plain one. */
static enum step
take_request(struct loop *loop, struct conn *conn)
{
    char bytes[HEAD_MAX];
    ssize_t n = recv(conn->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
    struct express *express = loop->express;
    enum express_found found;
    struct str path;
    size_t head_len;

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? STEP_WAIT : STEP_CLOSED;
    if (n == 0)
        return STEP_CLOSED;
    conn->started_ns = clock_monotonic_ns();
    if (express->server->draining || express->server->maintenance ||
        !express_head_is_plain((struct str){bytes, (size_t)n}, express->settings.identity_cookie, &path, &head_len))
        return STEP_HAND_OVER;
    found = express->settings.find(path, &conn->file);
    if (found != EXPRESS_FOUND)
        return found == EXPRESS_ASK ? start_learning(loop, conn, path) : STEP_HAND_OVER;
    if (conn->file.stale)
        refresh(express, path);
    conn->learned = false;
    conn->sending = true;
    conn->sent = 0;
    atomic_fetch_add(&express->server->active, 1);
    if (!within_limits(express, conn)) {
        release_file(loop, conn);
        return STEP_HAND_OVER;
    }
    snprintf(conn->path, sizeof conn->path, "%.*s", (int)path.len, path.ptr);
    if (recv(conn->fd, bytes, head_len, MSG_TRUNC) != (ssize_t)head_len || !send_head(loop, conn))
        return STEP_CLOSED;
    conn->moved_ms = conn->started_ns / 1000000;
    if (conn->file.body.ptr)
        conn->sent = conn->file.size;
    if (!send_body(loop, conn))
        return STEP_CLOSED;
    /* What came after our look at the socket raises an event of its own. */
    return conn->sending || ((size_t)n == head_len && !conn->half_closed) ? STEP_WAIT : STEP_AGAIN;
}

static void
serve(struct loop *loop, struct conn *conn, uint32_t events)
{
    enum step step = STEP_AGAIN;

    if (is_learning(loop, conn))
        return; /* what happened meanwhile is seen afterwards */
    conn->half_closed |= (events & EPOLLRDHUP) != 0;
    if (events & (EPOLLERR | EPOLLHUP))
        step = STEP_CLOSED;
    else if (conn->sending && !send_body(loop, conn))
        step = STEP_CLOSED;
    else if (conn->sending)
        step = STEP_WAIT;
    while (step == STEP_AGAIN)
        step = take_request(loop, conn);
    if (step == STEP_CLOSED)
        close_conn(loop, conn);
    else if (step == STEP_HAND_OVER)
        hand_over(loop, conn);
}

static void
name_peer(struct conn *conn)
{
    struct ip ip;
    bool known = ip_of_socket((struct sockaddr *)&conn->address, &ip);

    if (known)
        ip_text(&ip, conn->ip);
    else
        snprintf(conn->ip, sizeof conn->ip, IP_UNKNOWN);
    limit_address_of(known ? &ip : NULL, &conn->limit_address);
}

/* The loop with the fewest connections: a burst of new ones wakes one loop, and must not all stay there. */
static struct loop *
least_loaded(struct express *express)
{
    struct loop *best = &express->loops[0];

    for (unsigned i = 1; i < express->loop_count; i++)
        if (express->loops[i].count < best->count)
            best = &express->loops[i];
    return best;
}

static unsigned
count_conns(const struct express *express)
{
    unsigned count = 0;

    for (unsigned i = 0; i < express->loop_count; i++)
        count += express->loops[i].count;
    return count;
}

/* Accepts one connection. False when none waits. */
static bool
accept_one(struct express *express, int listener)
{
    const struct config *config = express->server->settings.config;
    struct conn *conn = calloc(1, sizeof *conn);
    struct epoll_event event = {.events = CONN_EVENTS, .data.ptr = conn};
    struct loop *loop = least_loaded(express);

    if (!conn)
        return false;
    conn->address_len = sizeof conn->address;
    conn->fd = accept4(listener, (struct sockaddr *)&conn->address, &conn->address_len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (conn->fd < 0) {
        free(conn);
        return false;
    }
    setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    name_peer(conn);
    conn->moved_ms = clock_monotonic_ms();
    add_conn(loop, conn);
    if (count_conns(express) > (unsigned)config->max_connections)
        close_conn(loop, conn);
    else if (config->max_connections_per_ip)
        hand_over(loop, conn); /* the server counts them */
    else if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, conn->fd, &event))
        close_conn(loop, conn);
    return true; /* from here on the connection is its loop's, and may be closed already */
}

/* Closes those that did not move for too long. */
static void
sweep(struct loop *loop)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t oldest_ms = now_ms - loop->express->server->settings.config->request_timeout_s * 1000;

    if (now_ms - loop->swept_ms < 1000)
        return;
    loop->swept_ms = now_ms;
    pthread_mutex_lock(&loop->lock);
    for (struct conn *conn = loop->conns, *next; conn; conn = next) {
        next = conn->next;
        if (conn->moved_ms < oldest_ms && !atomic_load(&conn->learning))
            close_conn(loop, conn);
    }
    pthread_mutex_unlock(&loop->lock);
}

static void *
run_loop(void *argument)
{
    struct loop *loop = argument;
    struct express *express = loop->express;
    struct epoll_event events[EVENTS];
    sigset_t broken_pipe;

    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL); /* sendfile has no MSG_NOSIGNAL */
    while (!express->stopping) {
        int n = epoll_wait(loop->epoll_fd, events, EVENTS, 1000);

        for (int i = 0; i < n; i++) {
            const int *listener = events[i].data.ptr;

            if (listener >= express->listeners.fds && listener < express->listeners.fds + express->listeners.count)
                for (int k = 0; k < ACCEPTS && accept_one(express, *listener); k++)
                    continue;
            else if (events[i].data.ptr)
                serve(loop, events[i].data.ptr, events[i].events);
        }
        sweep(loop);
    }
    return NULL;
}

static bool
start_loop(struct express *express, struct loop *loop)
{
    struct epoll_event wake_event = {.events = EPOLLIN, .data.ptr = NULL};

    pthread_mutexattr_t recursive; /* the sweep closes while it walks */
    bool good = true;

    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&loop->lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
    loop->express = express;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0)
        return false;
    for (unsigned i = 0; good && i < express->listeners.count; i++) {
        struct epoll_event accept_event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &express->listeners.fds[i]};

        good = epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, express->listeners.fds[i], &accept_event) == 0;
    }
    if (!good || epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, express->wake_fd, &wake_event) ||
        pthread_create(&loop->thread, NULL, run_loop, loop)) {
        close(loop->epoll_fd);
        return false;
    }
    pthread_setname_np(loop->thread, "veza-express");
    express->loop_count++;
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
    for (long i = 0; good && i < LOOPS_MAX && i < cores; i++)
        good = start_loop(express, &express->loops[i]);
    if (good)
        return express;
    express->listeners.count = 0; /* they stay the caller's */
    express_stop(express);
    return NULL;
}

void
express_quiesce(struct express *express)
{
    for (unsigned i = 0; i < express->loop_count; i++)
        for (unsigned k = 0; k < express->listeners.count; k++)
            epoll_ctl(express->loops[i].epoll_fd, EPOLL_CTL_DEL, express->listeners.fds[k], NULL);
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
    for (unsigned i = 0; i < express->loop_count; i++)
        pthread_join(express->loops[i].thread, NULL);
    for (unsigned i = 0; i < express->loop_count; i++) {
        while (express->loops[i].conns)
            close_conn(&express->loops[i], express->loops[i].conns);
        close(express->loops[i].epoll_fd);
    }
    if (express->wake_fd >= 0)
        close(express->wake_fd);
    listeners_close(&express->listeners);
    free(express);
}
