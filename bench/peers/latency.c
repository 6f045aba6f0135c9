/* latency TURNS PAUSE-US [NAME PORT FILE]... - how long requests take, seen by one client that waits for each reply.
 *
 * Each contestant has a connection of its own that stays open. A turn sends one request of each, one after the other in an order that
 * is drawn anew, so that a neighbour's noise meets all alike. FILE holds requests, each after a line with its length; they are
 * used in turn. `n=0000000000` in a request becomes a number that was not there before, so that no cache answers. The first tenth of the turns is
 * warming up. Prints a JSON object: name to microseconds. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONTESTANTS_MAX 32
#define REQUESTS_MAX 20000
#define REPLY_MAX 262144
#define NUMBER "n=0000000000"

struct request {
    char *text, *number;
    size_t length;
};

struct contestant {
    const char *name;
    int fd;
    unsigned count;
    struct request *requests;
    double *samples;
};

static char reply[REPLY_MAX];

static void
fail(const char *what, const char *name)
{
    fprintf(stderr, "latency: %s: %s\n%.600s\n", name, what, reply);
    exit(1);
}

static void
read_requests(struct contestant *who, const char *path)
{
    FILE *file = fopen(path, "r");
    size_t length;

    if (!file)
        fail("no such file", path);
    who->requests = calloc(REQUESTS_MAX, sizeof *who->requests);
    while (who->count < REQUESTS_MAX && fscanf(file, "%zu", &length) == 1 && fgetc(file) == '\n') {
        struct request *request = &who->requests[who->count++];

        request->text = calloc(1, length + 1);
        request->length = fread(request->text, 1, length, file);
        request->number = strstr(request->text, NUMBER);
    }
    fclose(file);
    if (!who->count)
        fail("no requests", path);
}

static int
open_connection(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval wait = {.tv_sec = 20};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    if (connect(fd, (struct sockaddr *)&address, sizeof address))
        fail("cannot connect", port);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return fd;
}

static void
read_reply(const struct contestant *who)
{
    size_t have = 0, wanted = 0;

    while (!wanted || have < wanted) {
        ssize_t n = recv(who->fd, reply + have, sizeof reply - 1 - have, 0);
        const char *end, *length;

        if (n <= 0)
            fail("no reply", who->name);
        reply[have += (size_t)n] = '\0';
        end = wanted ? NULL : strstr(reply, "\r\n\r\n");
        if (end) {
            length = strcasestr(reply, "\r\nContent-Length:");
            wanted = (size_t)(end + 4 - reply) + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
        }
    }
    if (strncmp(reply, "HTTP/1.1 2", 10) != 0)
        fail("not a good reply", who->name);
}

static double
ask(const struct contestant *who, unsigned turn)
{
    struct request *request = &who->requests[turn % who->count];
    struct timespec from, to;
    char number[16];

    if (request->number) {
        snprintf(number, sizeof number, "%05u%05u", (unsigned)getpid() % 100000, turn % 100000);
        memcpy(request->number + 2, number, 10);
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    if (send(who->fd, request->text, request->length, MSG_NOSIGNAL) != (ssize_t)request->length)
        fail("cannot send", who->name);
    read_reply(who);
    clock_gettime(CLOCK_MONOTONIC, &to);
    return (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
    unsigned turns = argc > 5 ? (unsigned)strtoul(argv[1], NULL, 10) : 0, pause_us = turns ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    unsigned count = turns ? (unsigned)(argc - 3) / 3 : 0, cold = turns / 10, kept;
    struct contestant all[CONTESTANTS_MAX] = {0};

    if (!turns || count > CONTESTANTS_MAX)
        return 1;
    for (unsigned i = 0; i < count; i++) {
        all[i].name = argv[3 + 3 * i];
        read_requests(&all[i], argv[5 + 3 * i]);
        all[i].fd = open_connection(argv[4 + 3 * i]);
        all[i].samples = calloc(turns, sizeof(double));
    }
    for (unsigned turn = 0; turn < turns; turn++) {
        struct contestant *order[CONTESTANTS_MAX];

        for (unsigned i = 0; i < count; i++) {
            unsigned j = (unsigned)rand() % (i + 1);

            order[i] = order[j];
            order[j] = &all[i];
        }
        for (unsigned i = 0; i < count; i++)
            order[i]->samples[turn] = ask(order[i], turn);
        if (pause_us)
            usleep(pause_us);
    }
    kept = turns - cold;
    for (unsigned i = 0; i < count; i++) {
        double *samples = all[i].samples + cold;

        qsort(samples, kept, sizeof *samples, by_size);
        printf("%s\"%s\":{\"p10_us\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f}", i ? "," : "{", all[i].name, samples[kept / 10],
               samples[kept / 2], samples[kept * 99 / 100], samples[kept - 1]);
    }
    puts("}");
    return 0;
}
