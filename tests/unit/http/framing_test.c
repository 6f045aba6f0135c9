#include "../base/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "http/framing.h"

#define GOOD "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define H(lines) "GET / HTTP/1.1\r\nHost: a\r\n" lines "\r\n"
#define P(lines, body) "POST / HTTP/1.1\r\nHost: a\r\n" lines "\r\n" body

/* Feeds `bytes` in pieces of `piece`. Returns how many were passed on. */
static size_t
feed(struct framing *f, const char *bytes, size_t len, size_t piece)
{
    size_t passed = 0;

    for (size_t at = 0; at < len && !f->fault; at += piece)
        passed += framing_take(f, bytes + at, len - at < piece ? len - at : piece);
    return passed;
}

static int
status_of(const char *bytes, size_t len, size_t piece)
{
    struct framing f = {0};

    feed(&f, bytes, len, piece);
    return f.fault ? f.fault->status : 0;
}

static void
good_requests_pass_whole_and_in_pieces(void **state)
{
    static const struct {
        const char *bytes;
        unsigned heads;
    } cases[] = {{GOOD, 1},
                 {"\r\n" GOOD "\r\n" GOOD GOOD, 3},
                 {"GET /a%00?b=c&d HTTP/1.0\r\n\r\n" GOOD, 2},
                 {H("X:\r\nX: \t a b \t \r\nEmpty:\r\n"), 1},
                 {P("Content-Length: 5\r\n", "hello") GOOD, 2},
                 {P("content-length:\t0 \r\n", "") GOOD, 2},
                 {P("Transfer-Encoding: Chunked\r\n", "5\r\nhello\r\nA;x=\"y\"\r\n0123456789\r\n000\r\n\r\n") GOOD, 2},
                 {P("Transfer-Encoding: chunked\r\n", "0\r\nX-Trailer: a\r\n\r\n") GOOD, 2},
                 {"GET / HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n" "GET / HTTP/1.1\r\nHost: a-b_c.example.:1\r\n\r\n", 2},
                 {H("X-Latin: caf\xe9\r\n"), 1},
                 {H("Upgrade: websocket\r\n") "\x81\x85\0\0", 1}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t piece = 1; piece < 40; piece++) {
            struct framing f = {0};
            size_t len = strlen(cases[i].bytes);

            assert_int_equal(feed(&f, cases[i].bytes, len, piece), len);
            assert_null(f.fault);
            assert_int_equal(f.heads, cases[i].heads);
        }
    }
}

static void
broken_requests_are_refused_however_they_are_cut(void **state)
{
    static const char *const bad[] = {
        "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", H("X: a\rb\r\n"), H("X: a\n"),
        H("X: a\r\n b\r\n"), H("X: a\r\n\tb\r\n"), "GET / HTTP/1.1\r\n Host: a\r\n\r\n", H("X : a\r\n"), H(": a\r\n"), H("X\r\n"), H("X: \x01\r\n"),
        H("X: \x7f\r\n"), H("X(: a\r\n"), H("Host: a\r\n"), "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [x]\r\n\r\n", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET / http/1.1\r\nHost: a\r\n\r\n", "GET /\r\nHost: a\r\n\r\n",
        "GET / x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\t HTTP/1.1\r\nHost: a\r\n\r\n", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", " GET / HTTP/1.1\r\n\r\n",
        "\r\n\r\n\r\n", "\n" GOOD, P("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), P("Content-Length: 2, 2\r\n", "{}"),
        P("Content-Length: +2\r\n", "{}"), P("Content-Length: -2\r\n", "{}"), P("Content-Length: 0x2\r\n", "{}"), P("Content-Length:\r\n", ""),
        P("Content-Length: 2 2\r\n", "{}"), P("Content-Length: 1000000000000000000\r\n", ""), P("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", ""),
        P("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", ""), P("Transfer-Encoding: gzip, chunked\r\n", ""),
        P("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", ""), P("Transfer-Encoding: xchunked\r\n", ""),
        P("Transfer-Encoding:\r\n chunked\r\n", ""), P("Transfer-Encoding: \"chunked\"\r\n", ""), "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        P("Transfer-Encoding: chunked\r\n", "\r\n"), P("Transfer-Encoding: chunked\r\n", "g\r\n"), P("Transfer-Encoding: chunked\r\n", "1\nx\r\n"),
        P("Transfer-Encoding: chunked\r\n", "1 \r\nx\r\n"), P("Transfer-Encoding: chunked\r\n", "0x1\r\nx\r\n"), P("Transfer-Encoding: chunked\r\n", "-1\r\n"),
        P("Transfer-Encoding: chunked\r\n", "1\r\nxy\r\n"), P("Transfer-Encoding: chunked\r\n", "1\r\nx\n0\r\n"),
        P("Transfer-Encoding: chunked\r\n", "1;\x01\r\nx\r\n"), P("Transfer-Encoding: chunked\r\n", "1;a\nx\r\n"),
        P("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n"), P("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 5\r\n\r\n"),
        P("Transfer-Encoding: chunked\r\n", "0\r\n X: a\r\n\r\n"), P("Transfer-Encoding: chunked\r\n", "0\r\nX: a\n\r\n")};
    char second[512];

    (void)state;
    assert_true(COUNT_OF(bad) >= 60);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        size_t len = strlen(bad[i]);

        for (size_t piece = 1; piece <= len; piece++)
            if (status_of(bad[i], len, piece) != 400)
                fail_msg("%s in pieces of %zu", bad[i], piece);
        /* Behind a good request, which passes: whole, and not one byte more. */
        for (size_t piece = 1; piece <= len + sizeof GOOD; piece++) {
            struct framing f = {0};
            size_t passed;

            snprintf(second, sizeof second, GOOD "%s", bad[i]);
            passed = feed(&f, second, strlen(second), piece);
            assert_int_equal(f.fault->status, 400);
            assert_true(passed >= sizeof GOOD - 1 || f.heads == 0);
            if (piece >= strlen(second))
                assert_int_equal(passed, sizeof GOOD - 1);
        }
    }
    assert_int_equal(status_of("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 29, 29), 400);
    assert_int_equal(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 36, 36), 400);
    assert_int_equal(status_of("GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n", 35, 35), 400);
}

static int
status_of_size(const char *before, const char *repeated, unsigned times, const char *after)
{
    size_t len = strlen(before) + times * strlen(repeated) + strlen(after);
    char *bytes = calloc(1, len + 1), *at = stpcpy(bytes, before);
    int status;

    for (unsigned i = 0; i < times; i++)
        at = stpcpy(at, repeated);
    memcpy(at, after, strlen(after));
    status = status_of(bytes, len, 4096);
    assert_int_equal(status, status_of(bytes, len, 1));
    free(bytes);
    return status;
}

static void
each_bound_is_exact(void **state)
{
    const char *tail = " HTTP/1.1\r\nHost: a\r\n\r\n", *line = "GET / HTTP/1.1\r\n", *host = "Host: a\r\n\r\n";
    unsigned fixed = (unsigned)(strlen(line) + strlen("X: \r\n") + strlen(host));

    (void)state;
    assert_int_equal(status_of_size("GET /", "a", FRAMING_TARGET_MAX - 1, tail), 0);
    assert_int_equal(status_of_size("GET /", "a", FRAMING_TARGET_MAX, tail), 414);
    assert_int_equal(status_of_size("GET /?a", "&a", FRAMING_ARGUMENTS_MAX - 1, tail), 0);
    assert_int_equal(status_of_size("GET /?a", "&a", FRAMING_ARGUMENTS_MAX, tail), 414);
    assert_int_equal(status_of_size(line, "X: a\r\n", FRAMING_FIELDS_MAX - 1, host), 0);
    assert_int_equal(status_of_size(line, "X: a\r\n", FRAMING_FIELDS_MAX, host), 431);
    assert_int_equal(status_of_size("GET / HTTP/1.1\r\nX: ", "a", FRAMING_HEAD_MAX - fixed, "\r\nHost: a\r\n\r\n"), 0);
    assert_int_equal(status_of_size("GET / HTTP/1.1\r\nX: ", "a", FRAMING_HEAD_MAX - fixed + 1, "\r\nHost: a\r\n\r\n"), 431);
    assert_int_equal(status_of_size("GET / HTTP/1.1\r\nHost: ", "a", FRAMING_HOST_MAX, "\r\n\r\n"), 0);
    assert_int_equal(status_of_size("GET / HTTP/1.1\r\nHost: ", "a", FRAMING_HOST_MAX + 1, "\r\n\r\n"), 400);
    assert_int_equal(status_of_size(P("Transfer-Encoding: chunked\r\n", "1;"), "a", FRAMING_EXTENSION_MAX, "\r\nx\r\n"), 0);
    assert_int_equal(status_of_size(P("Transfer-Encoding: chunked\r\n", "1;"), "a", FRAMING_EXTENSION_MAX + 1, "\r\nx\r\n"), 400);
    assert_int_equal(status_of_size(P("Transfer-Encoding: chunked\r\n", "0\r\n"), "X: a\r\n", FRAMING_FIELDS_MAX, "\r\n"), 0);
    assert_int_equal(status_of_size(P("Transfer-Encoding: chunked\r\n", "0\r\n"), "X: a\r\n", FRAMING_FIELDS_MAX + 1, "\r\n"), 431);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_requests_pass_whole_and_in_pieces),
        cmocka_unit_test(broken_requests_are_refused_however_they_are_cut),
        cmocka_unit_test(each_bound_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
