/* Requests to others: which addresses they may go to, and the bounds on what comes back. */
#include "../base/test.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "platform/fetch/address.h"
#include "platform/fetch/fetch.h"

static enum address_kind
kind_of(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return address_kind((const struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return address_kind((const struct sockaddr *)&v6);
}

#define ALL_ARE(kind, ...) \
    do { \
        static const char *const texts[] = {__VA_ARGS__}; \
        for (size_t i = 0; i < COUNT_OF(texts); i++) \
            if (kind_of(texts[i]) != (kind)) \
                fail_msg("%s is of kind %d, not %d", texts[i], kind_of(texts[i]), (kind)); \
    } while (0)

static void
addresses_of_others_are_public(void **state)
{
    (void)state;
    ALL_ARE(ADDRESS_PUBLIC, "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
            "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450::1", "2003::1",
            "::ffff:8.8.8.8", "64:ff9b::8.8.8.8");
}

static void
this_machine_and_its_networks_are_not(void **state)
{
    (void)state;
    ALL_ARE(ADDRESS_LOOPBACK, "127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1");
    ALL_ARE(ADDRESS_PRIVATE, "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
            "100.64.0.1", "100.127.255.255", "fc00::1", "fd12:3456::1", "::ffff:10.0.0.1", "::ffff:192.168.1.1");
}

static void
addresses_of_nobody_and_of_clouds_are_never_reached(void **state)
{
    (void)state;
    ALL_ARE(ADDRESS_NEVER, "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16",
            "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1",
            "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::7f00:1", "fe80::1", "febf::1", "fec0::1", "ff02::1",
            "fd00:ec2::254", "100::1", "2001::1", "2001:db8::1", "3fff::1", "5f00::1", "4000::1",
            "::ffff:169.254.169.254", "::ffff:0.0.0.0",                    /* mapped */
            "::ffff:0:127.0.0.1", "::127.0.0.1",                           /* translated, compatible */
            "2002:7f00:1::", "2002:a9fe:a9fe::", "2002:808:808::",         /* 6to4 */
            "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1"); /* NAT64 */
    assert_int_equal(address_kind(&(struct sockaddr){.sa_family = AF_UNIX}), ADDRESS_NEVER);
}

/* A server on loopback that answers every connection with the same bytes. */
static struct {
    pthread_t thread;
    int fd;
    unsigned port;
    const char *answer;
    atomic_int connections;
    atomic_bool silent, over;
} server;

static void *
answer_all(void *context)
{
    (void)context;
    while (!server.over) {
        struct pollfd ready = {.fd = server.fd, .events = POLLIN};
        char bytes[4096];
        int fd;

        if (poll(&ready, 1, 50) != 1 || (fd = accept(server.fd, NULL, NULL)) < 0)
            continue;
        atomic_fetch_add(&server.connections, 1);
        if (read(fd, bytes, sizeof bytes) > 0 && !server.silent)
            (void)!write(fd, server.answer, strlen(server.answer));
        while (server.silent && !server.over && read(fd, bytes, sizeof bytes) > 0)
            ;
        close(fd);
    }
    return NULL;
}

static int
start_server(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    (void)state;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server.fd, (struct sockaddr *)&address, size) || listen(server.fd, 8) ||
        getsockname(server.fd, (struct sockaddr *)&address, &size))
        return -1;
    server.port = ntohs(address.sin_port);
    return pthread_create(&server.thread, NULL, answer_all, NULL);
}

static int
stop_server(void **state)
{
    (void)state;
    server.over = true;
    pthread_join(server.thread, NULL);
    close(server.fd);
    curl_global_cleanup();
    return 0;
}

static void
settings(const char *app_env, bool allow)
{
    struct config config = {.app_env = app_env, .outgoing_allow_private = allow};

    fetch_setup(&config);
    server.answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
    server.silent = false;
    server.connections = 0;
}

static enum fetch_status
visit(const char *scheme, const char *host, struct fetch_request request, struct fetch_reply *ret_reply)
{
    char url[512];

    snprintf(url, sizeof url, "%s://%s:%u/", scheme, host, server.port);
    request.url = url;
    return fetch(&request, ret_reply);
}

static void
no_way_of_writing_loopback_reaches_it(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1",
                                        "127.0.1", "017700000001", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "0",
                                        "[::]", "[::127.0.0.1]", "localhost."};
    struct fetch_reply reply;

    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        settings("development", false);
        for (size_t i = 0; i < COUNT_OF(hosts); i++) {
            enum fetch_status status = visit(plain ? "http" : "https", hosts[i], (struct fetch_request){0}, &reply);

            /* A machine without IPv6, or whose resolver takes none of these forms, does not get as far as the address. */
            if (status != FETCH_REFUSED && status != FETCH_UNREACHABLE)
                fail_msg("%s: %s", hosts[i], fetch_status_text(status));
        }
        assert_int_equal(visit("https", "2130706433", (struct fetch_request){0}, &reply), FETCH_REFUSED);
        assert_int_equal(server.connections, 0);
    }
}

static void
loopback_is_reached_when_the_settings_allow_it(void **state)
{
    struct fetch_reply reply;

    (void)state;
    settings("development", true);
    assert_int_equal(visit("http", "127.0.0.1", (struct fetch_request){0}, &reply), FETCH_OK);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.content_type, "text/plain");
    assert_string_equal(buf_str(&reply.body).ptr, "hello");
    fetch_reply_free(&reply);
}

static void
a_host_that_the_operator_named_is_reached_and_no_other(void **state)
{
    struct fetch_reply reply;

    (void)state;
    settings("development", false);
    assert_int_equal(visit("http", "127.0.0.1", (struct fetch_request){.trusted_host = "127.0.0.1"}, &reply), FETCH_OK);
    fetch_reply_free(&reply);
    assert_int_equal(visit("http", "127.0.0.1", (struct fetch_request){.trusted_host = "localhost"}, &reply), FETCH_REFUSED);
    assert_int_equal(visit("http", "0.0.0.0", (struct fetch_request){.trusted_host = "0.0.0.0"}, &reply), FETCH_REFUSED);
}

static void
production_speaks_https_only(void **state)
{
    struct fetch_reply reply;

    (void)state;
    settings("production", false);
    assert_int_equal(visit("http", "127.0.0.1", (struct fetch_request){.trusted_host = "127.0.0.1"}, &reply), FETCH_BAD_URL);
    assert_int_equal(server.connections, 0);
}

static void
what_is_no_address_of_the_web_is_refused(void **state)
{
    static const char *const urls[] = {"", "http", "//127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/",
                                       "http://user:secret@127.0.0.1/", "http://user@127.0.0.1/", "http://",
                                       "http://127.0.0.1:99999/", "http://a b/", "javascript:alert(1)", "data:,hello"};
    struct fetch_reply reply;
    char host[256];

    (void)state;
    settings("development", true);
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        if (fetch(&(struct fetch_request){.url = urls[i]}, &reply) != FETCH_BAD_URL)
            fail_msg("%s", urls[i]);
        assert_false(fetch_host(urls[i], host));
    }
    assert_true(fetch_host("https://Accounts.Example:8443/x?y", host));
    assert_string_equal(host, "accounts.example");
}

static void
redirects_are_replies_and_not_followed(void **state)
{
    struct fetch_reply reply;

    (void)state;
    settings("development", true);
    server.answer = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/elsewhere\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n";
    assert_int_equal(visit("http", "127.0.0.1", (struct fetch_request){.body = STR("a=b")}, &reply), FETCH_OK);
    assert_int_equal(reply.status, 302);
    assert_int_equal(reply.retry_after_s, 7);
    assert_int_equal(server.connections, 1);
    fetch_reply_free(&reply);
}

static void
replies_are_bounded_in_size_and_time(void **state)
{
    static char long_head[64 * 1024];
    struct fetch_reply reply;
    int64_t began_ms;

    (void)state;
    settings("development", true);
    assert_int_equal(visit("http", "127.0.0.1", (struct fetch_request){.max_reply = 4}, &reply), FETCH_TOO_LARGE);
    assert_int_equal(visit("http", "127.0.0.1", (struct fetch_request){.max_reply = 5}, &reply), FETCH_OK);
    fetch_reply_free(&reply);
    snprintf(long_head, sizeof long_head, "HTTP/1.1 200 OK\r\n");
    for (size_t len = strlen(long_head); len + 1024 < sizeof long_head; len = strlen(long_head))
        snprintf(long_head + len, sizeof long_head - len, "X-Filler: %01000d\r\n", 7);
    server.answer = long_head;
    assert_int_equal(visit("http", "127.0.0.1", (struct fetch_request){0}, &reply), FETCH_TOO_LARGE);
    server.silent = true;
    began_ms = clock_monotonic_ms();
    assert_int_equal(visit("http", "127.0.0.1", (struct fetch_request){.timeout_ms = 200}, &reply), FETCH_TIMEOUT);
    assert_true(clock_monotonic_ms() - began_ms < 5000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_others_are_public),
        cmocka_unit_test(this_machine_and_its_networks_are_not),
        cmocka_unit_test(addresses_of_nobody_and_of_clouds_are_never_reached),
        cmocka_unit_test(no_way_of_writing_loopback_reaches_it),
        cmocka_unit_test(loopback_is_reached_when_the_settings_allow_it),
        cmocka_unit_test(a_host_that_the_operator_named_is_reached_and_no_other),
        cmocka_unit_test(production_speaks_https_only),
        cmocka_unit_test(what_is_no_address_of_the_web_is_refused),
        cmocka_unit_test(redirects_are_replies_and_not_followed),
        cmocka_unit_test(replies_are_bounded_in_size_and_time),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
