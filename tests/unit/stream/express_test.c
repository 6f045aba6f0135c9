/* The short way: only for the plainest requests, and nobody notices which way an answer came. */
#include "../base/test.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "base/source_driver.h"
#include "http/express.h"
#include "http/express_head.h"
#include "http/server.h"

#define LARGE (3 * 1024 * 1024)

static struct config config;
static struct server *server;
static struct source *large;
static atomic_int lent;

static void
give_back(void *owner)
{
    (void)owner;
    atomic_fetch_sub(&lent, 1);
}

static enum express_found
find(struct str path, struct express_file *ret_file)
{
    static const struct str small_head = {"Content-Length: 5\r\nX-Way: short\r\n\r\n", 35};
    static const struct str large_head = {"Content-Length: 3145728\r\nX-Way: short\r\n\r\n", 41};

    if (str_equal(path, STR("/files/small")))
        *ret_file = (struct express_file){.head = small_head, .body = {"small", 5}, .size = 5};
    else if (str_equal(path, STR("/files/large")))
        *ret_file = (struct express_file){.head = large_head, .source = large, .size = LARGE};
    else
        return EXPRESS_NOT_MINE;
    ret_file->release = give_back;
    atomic_fetch_add(&lent, 1);
    return EXPRESS_FOUND;
}

static const struct problem *
answer(struct request *req)
{
    reply_header(req, "X-Way", "long");
    return reply_bytes(req, 200, "text/plain", STR("server"));
}

static const struct problem *
identify(struct request *req)
{
    (void)req;
    return NULL;
}

static const struct field name_in_path[] = {{"name", FIELD_STRING, .required = true, .max = 50}, FIELD_END};
static const struct route routes[] = {
    {GET, "/files/{name}", "A file", .auth = AUTH_PUBLIC, .limit = LIMIT_MEDIA, .path = name_in_path, .handler = answer},
    ROUTE_END};
static const struct route *const tables[] = {routes, NULL};
static const struct server_hooks hooks = {.identify = identify};
static const struct express_settings express = {.pattern = "/files/{name}", .identity_cookie = "who", .find = find};

static int
start(void **state)
{
    static char rate_media[] = "30/60";
    struct server_settings settings = {.name = "test", .config = &config, .routes = tables, .hooks = &hooks, .stream_secret = "x", .express = &express};
    char error[512];
    unsigned char byte = 0;

    log_setup(LOG_LEVEL_ERROR, false);
    assert_true(config_load(&config, error, sizeof error));
    config.access_log = false;
    config.rate_limits = *state != NULL;
    config.rate_media = rate_media;
    int large_fd = memfd_create("large", MFD_CLOEXEC);
    for (int i = 0; i < LARGE; i += 4096, byte++)
        assert_int_equal(pwrite(large_fd, &byte, 1, i), 1);
    assert_int_equal(ftruncate(large_fd, LARGE), 0);
    large = source_of_file(large_fd, LARGE);
    assert_non_null(large);
    server = server_start(&settings, error, sizeof error);
    assert_non_null(server);
    return 0;
}

static int
start_limited(void **state)
{
    *state = &config;
    return start(state);
}

static int
stop(void **state)
{
    (void)state;
    server_stop(server, 2000);
    source_unref(large);
    assert_int_equal(lent, 0);
    return 0;
}

static int
dial(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(server_port(server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 5};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void
say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* One reply: its head into `head`, its body dropped; returns the body's length. */
static size_t
hear(int fd, char *head, size_t size)
{
    size_t len = 0, body, left;
    char drop[65536], *end;

    while (len < size - 1) {
        assert_int_equal(recv(fd, head + len, 1, 0), 1);
        head[++len] = 0;
        if (len > 3 && memcmp(head + len - 4, "\r\n\r\n", 4) == 0)
            break;
    }
    end = strstr(head, "Content-Length: ");
    body = end ? strtoul(end + 16, NULL, 10) : 0;
    for (left = body; left;) {
        ssize_t n = recv(fd, drop, left < sizeof drop ? left : sizeof drop, 0);

        assert_true(n > 0);
        left -= (size_t)n;
    }
    return body;
}

static void
expect(int fd, const char *request, const char *status, const char *way, size_t length)
{
    char head[2048];

    say(fd, request);
    assert_int_equal(hear(fd, head, sizeof head), length);
    assert_int_equal(strncmp(head, status, strlen(status)), 0);
    if (way)
        assert_non_null(strstr(head, way));
}

#define SMALL "GET /files/small HTTP/1.1\r\nHost: x\r\n\r\n"

static void
plain_requests_go_the_short_way_again_and_again(void **state)
{
    int fd = dial();

    (void)state;
    for (int i = 0; i < 100; i++)
        expect(fd, SMALL, "HTTP/1.1 200 OK\r\nDate: ", "X-Way: short", 5);
    expect(fd, "GET /files/large HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\nConnection: keep-alive\r\n\r\n", "HTTP/1.1 200", "X-Way: short", LARGE);
    expect(fd, SMALL, "HTTP/1.1 200", "X-Way: short", 5);
    close(fd);
}

static void
anything_else_goes_to_the_server_on_the_same_connection(void **state)
{
    static const char *const others[] = {
        "GET /files/other HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /files/small HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\n\r\n",
        "GET /files/small HTTP/1.1\r\nHost: x\r\nif-none-match: \"a\"\r\n\r\n",
        "GET /files/small HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer y\r\n\r\n",
        "GET /files/small?x=1 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /files/sm%61ll HTTP/1.1\r\nHost: x\r\n\r\n",
        NULL};

    (void)state;
    for (size_t i = 0; others[i]; i++) {
        int fd = dial();

        expect(fd, SMALL, "HTTP/1.1 200", "X-Way: short", 5);
        expect(fd, others[i], "HTTP/1.1 200", "X-Way: long", 6);
        expect(fd, SMALL, "HTTP/1.1 200", "X-Way: long", 6); /* it stays there */
        close(fd);
    }
}

static void
what_is_wrong_is_judged_by_the_server(void **state)
{
    static const char *const wrong[] = {
        "GET /files/small HTTP/1.1\r\n\r\n",
        "GET /files/small HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /files/small HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /files/small HTTP/1.1\r\nHost : x\r\n\r\n",
        NULL};
    char head[2048];

    (void)state;
    for (size_t i = 0; wrong[i]; i++) {
        int fd = dial();

        say(fd, wrong[i]);
        hear(fd, head, sizeof head);
        assert_int_equal(strncmp(head, "HTTP/1.1 400", 12), 0);
        close(fd);
    }
}

static void
pieces_and_pipelines_arrive_in_order(void **state)
{
    char head[2048];
    int fd = dial();

    (void)state;
    say(fd, SMALL SMALL "GET /files/large HTTP/1.1\r\nHost: x\r\n\r\n" SMALL "GET /files/other HTTP/1.1\r\nHost: x\r\n\r\n" SMALL);
    assert_int_equal(hear(fd, head, sizeof head), 5);
    assert_int_equal(hear(fd, head, sizeof head), 5);
    assert_int_equal(hear(fd, head, sizeof head), LARGE);
    assert_int_equal(hear(fd, head, sizeof head), 5);
    assert_int_equal(hear(fd, head, sizeof head), 6);
    assert_int_equal(hear(fd, head, sizeof head), 6);
    close(fd);
    fd = dial();
    say(fd, "GET /files/small HT");
    usleep(50000);
    say(fd, "TP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(hear(fd, head, sizeof head), 6);
    close(fd);
}

static void
a_client_that_is_done_sending_still_gets_its_answer(void **state)
{
    char head[2048];
    int fd = dial();

    (void)state;
    say(fd, SMALL);
    shutdown(fd, SHUT_WR);
    assert_int_equal(hear(fd, head, sizeof head), 5);
    assert_int_equal(recv(fd, head, sizeof head, 0), 0);
    close(fd);
}

static void
a_client_that_leaves_in_the_middle_costs_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        int fd = dial();

        say(fd, "GET /files/large HTTP/1.1\r\nHost: x\r\n\r\n");
        close(fd);
    }
    for (int i = 0; i < 200 && lent; i++)
        usleep(10000);
    assert_int_equal(lent, 0);
}

static void
limits_hold_on_both_ways(void **state)
{
    char head[2048];
    int refused = 0;

    (void)state;
    for (int i = 0; i < 40; i++) {
        int fd = dial();

        say(fd, SMALL);
        hear(fd, head, sizeof head);
        if (strncmp(head, "HTTP/1.1 429", 12) == 0) {
            assert_non_null(strstr(head, "Retry-After: "));
            refused++;
        }
        close(fd);
    }
    assert_in_range(refused, 8, 10);
}

static void
heads_are_read_strictly(void **state)
{
    static const char *const bad[] = {"", "GET", "GET /", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\n\r\n",
                                      "GET / HTTP/1.0\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
                                      "GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA: b\001\r\n\r\n",
                                      "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
                                      "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
                                      "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nCookie: a=b; who=me\r\n\r\n",
                                      "get / HTTP/1.1\r\nHost: x\r\n\r\n", NULL};
    struct str path;
    size_t len, ignored;

    (void)state;
    for (size_t i = 0; bad[i]; i++)
        assert_false(express_head_is_plain(str_of(bad[i]), "who", &path, &len));
    assert_true(express_head_is_plain(str_of("GET /a-b_c.d/9 HTTP/1.1\r\nhost: x\r\nAccept:\t*/*\r\nX: \xc3\xa9\r\n\r\nmore"), "who", &path, &len));
    assert_true(str_equal(path, STR("/a-b_c.d/9")));
    assert_int_equal(len, strlen("GET /a-b_c.d/9 HTTP/1.1\r\nhost: x\r\nAccept:\t*/*\r\nX: \xc3\xa9\r\n\r\n"));
    for (size_t cut = 0; cut < len; cut++) /* no prefix passes */
        assert_false(express_head_is_plain((struct str){"GET /a-b_c.d/9 HTTP/1.1\r\nhost: x\r\nAccept:\t*/*\r\nX: \xc3\xa9\r\n\r\n", cut}, "who", &path, &ignored));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_read_strictly),
        cmocka_unit_test_setup_teardown(plain_requests_go_the_short_way_again_and_again, start, stop),
        cmocka_unit_test_setup_teardown(anything_else_goes_to_the_server_on_the_same_connection, start, stop),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_judged_by_the_server, start, stop),
        cmocka_unit_test_setup_teardown(pieces_and_pipelines_arrive_in_order, start, stop),
        cmocka_unit_test_setup_teardown(a_client_that_is_done_sending_still_gets_its_answer, start, stop),
        cmocka_unit_test_setup_teardown(a_client_that_leaves_in_the_middle_costs_nothing, start, stop),
        cmocka_unit_test_setup_teardown(limits_hold_on_both_ways, start_limited, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
