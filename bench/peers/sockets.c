/* sockets PORT COUNT [TOKEN CONNINFO USER] - opens COUNT WebSockets and tells when a message has reached them all.
 *
 * With a token, each socket asks for a ticket of Veza first (POST /api/v1/ws/ticket), and a message is sent to USER by realtime_send(), whose
 * sockets they are; without, the first socket says it and the server passes it on. Prints {"open_s":…}; then, for each line of standard
 * input, sends a message and prints the milliseconds until the sockets had it. Pings are answered all the while. */
#include <arpa/inet.h>
#include <errno.h>
#include <libpq-fe.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define OPENERS 8
#define LOST_MS 30000

struct peer {
    int fd;
    unsigned have;
    unsigned char bytes[512];
};

static struct peer *peers;
static unsigned count;
static int port, epoll;
static const char *token;
static _Atomic unsigned opened;

static double
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Several source addresses, since one of them has few ports. */
static int
connected(unsigned i)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + i % 8)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) || connect(fd, (struct sockaddr *)&to, sizeof to))
        fail("connect");
    return fd;
}

/* Reads until `end` was seen; what is behind it belongs to the frames that follow. Returns the bytes before those. */
static size_t
read_until(int fd, char *text, size_t size, const char *end, size_t *ret_have)
{
    size_t have = 0;
    char *found = NULL;

    while (!found && have < size - 1) {
        ssize_t n = recv(fd, text + have, size - 1 - have, 0);

        if (n <= 0)
            fail("recv");
        text[have += (size_t)n] = '\0';
        found = strstr(text, end);
    }
    *ret_have = have;
    return found ? (size_t)(found - text) + strlen(end) : have;
}

static void
ask_ticket(int fd, char ticket[64])
{
    char text[8192], *from;
    size_t have;

    dprintf(fd, "POST /api/v1/ws/ticket HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 0\r\n\r\n", token);
    read_until(fd, text, sizeof text, "}", &have);
    from = strstr(text, "\"ticket\":\"");
    if (!from || sscanf(from + 10, "%63[^\"]", ticket) != 1) {
        fprintf(stderr, "no ticket: %s\n", text);
        exit(1);
    }
}

static void *
open_some(void *argument)
{
    unsigned first = (unsigned)(size_t)argument;
    int asking = token ? connected(first) : -1;
    char text[8192], ticket[64] = "";

    for (unsigned i = first; i < count; i += OPENERS) {
        struct peer *peer = &peers[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
        size_t have, used;

        if (token)
            ask_ticket(asking, ticket);
        peer->fd = connected(i);
        dprintf(peer->fd, "GET /api/v1/ws?token=%s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", ticket);
        used = read_until(peer->fd, text, sizeof text, "\r\n\r\n", &have);
        if (strncmp(text, "HTTP/1.1 101", 12) != 0) {
            fprintf(stderr, "no WebSocket: %s\n", text);
            exit(1);
        }
        peer->have = (unsigned)(have - used);
        memcpy(peer->bytes, text + used, peer->have);
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, peer->fd, &event))
            fail("epoll");
        atomic_fetch_add(&opened, 1);
    }
    if (asking >= 0)
        close(asking);
    return NULL;
}

static void
send_frame(const struct peer *peer, int opcode, const void *bytes, size_t length)
{
    unsigned char frame[140] = {(unsigned char)(0x80 | opcode), (unsigned char)(0x80 | length)}; /* a mask of zeros */

    memcpy(frame + 6, bytes, length);
    if (send(peer->fd, frame, length + 6, MSG_NOSIGNAL) < 0)
        fail("send");
}

/* The frames that have arrived; true when the awaited text is among them. */
static bool
take_frames(struct peer *peer, const char *awaited)
{
    ssize_t n = recv(peer->fd, peer->bytes + peer->have, sizeof peer->bytes - peer->have, MSG_DONTWAIT);
    unsigned at = 0;
    bool seen = false;

    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0)
        fail("a socket was closed");
    peer->have += (unsigned)n;
    while (peer->have - at >= 2 && (peer->bytes[at + 1] != 126 || peer->have - at >= 4)) {
        const unsigned char *frame = peer->bytes + at;
        unsigned opcode = frame[0] & 15, head = frame[1] == 126 ? 4 : 2, length = frame[1] == 126 ? (unsigned)(frame[2] << 8 | frame[3]) : frame[1];

        if (peer->have - at < head + length)
            break;
        if (opcode == 9)
            send_frame(peer, 10, frame + head, length);
        else if (opcode == 1 && memmem(frame + head, length, awaited, strlen(awaited)))
            seen = true;
        at += head + length;
    }
    memmove(peer->bytes, peer->bytes + at, peer->have -= at);
    return seen;
}

/* While nothing is measured. */
static void
answer_pings(int wait_ms)
{
    struct epoll_event events[512];
    int n = epoll_wait(epoll, events, 512, wait_ms);

    for (int i = 0; i < n; i++)
        take_frames(events[i].data.ptr, "nothing");
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Says the message and waits for it everywhere. */
static void
measure(PGconn *pg, const char *user, unsigned number)
{
    double *samples = calloc(count, sizeof *samples), begin;
    struct epoll_event events[512];
    char awaited[64], text[200], topic[64];
    unsigned seen = 0;

    snprintf(awaited, sizeof awaited, "\"benchmark\": %u}", number);
    snprintf(text, sizeof text, "{%s\"title\": \"Somebody likes your track\", %s%s", user ? "\"notification\": {" : "\"type\": \"notification\", ", awaited, user ? "}" : "");
    snprintf(topic, sizeof topic, "user:%s", user ? user : "");
    begin = now_ms();
    if (pg)
        PQclear(PQexecParams(pg, "select realtime_send($1, 'notification', $2)", 2, NULL, (const char *[]){topic, text}, NULL, NULL, 0));
    else
        send_frame(&peers[0], 1, text, strlen(text));
    while (seen < count) {
        int n = epoll_wait(epoll, events, 512, 1000);

        for (int i = 0; i < n; i++)
            if (take_frames(events[i].data.ptr, awaited))
                samples[seen++] = now_ms() - begin;
        if (now_ms() - begin > LOST_MS) {
            fprintf(stderr, "sockets: %u of %u had the message\n", seen, count);
            exit(1);
        }
    }
    qsort(samples, count, sizeof *samples, by_size);
    printf("{\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"last_ms\":%.2f}\n", samples[count / 2], samples[count * 99 / 100], samples[count - 1]);
    fflush(stdout);
    free(samples);
}

int
main(int argc, char **argv)
{
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.events = POLLIN}};
    struct rlimit files;
    pthread_t openers[OPENERS];
    PGconn *pg = argc == 6 ? PQconnectdb(argv[4]) : NULL;
    double begin = now_ms();
    char line[16];

    if (argc != 3 && argc != 6)
        return 1;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    port = (int)strtol(argv[1], NULL, 10);
    count = (unsigned)strtoul(argv[2], NULL, 10);
    token = argc == 6 ? argv[3] : NULL;
    peers = calloc(count, sizeof *peers);
    fds[1].fd = epoll = epoll_create1(0);
    for (size_t i = 0; i < OPENERS; i++)
        if (pthread_create(&openers[i], NULL, open_some, (void *)i))
            fail("pthread_create");
    while (atomic_load(&opened) < count)
        answer_pings(10);
    for (unsigned i = 0; i < OPENERS; i++)
        pthread_join(openers[i], NULL);
    printf("{\"open_s\":%.3f}\n", (now_ms() - begin) / 1e3);
    fflush(stdout);
    for (unsigned number = 0; poll(fds, 2, -1) >= 0;) {
        answer_pings(0);
        if (fds[0].revents && read(STDIN_FILENO, line, sizeof line) <= 0)
            break;
        if (fds[0].revents)
            measure(pg, argc == 6 ? argv[5] : NULL, number++);
    }
    PQfinish(pg);
    return 0;
}
