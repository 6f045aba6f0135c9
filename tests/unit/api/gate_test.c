/* The gate in a real server: its scanner is asked about every file, and decides. */
#include "../base/test.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../platform/disk_store.h"
#include "api/gate.h"
#include "base/log.h"
#include "http/server.h"

#define PNG "\x89PNG\r\n\x1a\n0000"

static struct config config;
static struct server *server;
static atomic_int asked, kept;

/* A scanner that looks at the file when it is whole. */
static enum scan_verdict
scan_end(struct scan *scan, struct source *source, char *ret_name, size_t ret_name_size)
{
    char text[256] = "";

    assert_null(scan);
    atomic_fetch_add(&asked, 1);
    assert_true(source_size(source) < sizeof text && source_read_all(source, text));
    if (strstr(text, "offline"))
        return SCAN_AWAY;
    if (!strstr(text, "EICAR-STANDARD-ANTIVIRUS-TEST-FILE"))
        return SCAN_CLEAN;
    snprintf(ret_name, ret_name_size, "Eicar-Signature");
    return SCAN_FOUND;
}

static bool
scan_ready(void)
{
    return true;
}

static struct scan *
scan_begin(void)
{
    return NULL;
}

static const struct scanner scanner = {.max_bytes = 1 << 20, .ready = scan_ready, .begin = scan_begin, .end = scan_end};

static const struct problem *
keep(struct request *req)
{
    const struct problem *p = gate_keep(req, gate_file(req, "paper"), "papers/one");

    atomic_fetch_add(&kept, 1);
    return p ? p : reply_bytes(req, 200, "text/plain", str_of(gate_sha256(gate_file(req, "paper"))));
}

static const struct problem *
identify(struct request *req)
{
    (void)req;
    return NULL;
}

static const struct file_field papers[] = {{"paper", FILE_TYPE_AUDIO, .required = true, .max_bytes = 200}, {"picture", FILE_TYPE_PICTURE}, {0}};
static const struct route routes[] = {
    {POST, "/papers", "Keep a paper", .auth = AUTH_PUBLIC, .limit = LIMIT_UPLOAD, .files = papers, .handler = keep, .no_audit = true}, ROUTE_END};
static const struct route *const tables[] = {routes, NULL};
static const struct server_hooks hooks = {
    .identify = identify, .upload_ready = gate_ready, .upload_begin = gate_begin, .upload_add = gate_add, .upload_free = gate_free, .upload_check = gate_check};

static int
start(void **state)
{
    struct server_settings settings = {.name = "test", .config = &config, .routes = tables, .hooks = &hooks, .stream_secret = "x"};
    char error[512];

    if (open_store(state))
        return -1;
    log_setup(LOG_LEVEL_ERROR, false);
    assert_true(config_load(&config, error, sizeof error));
    config.access_log = config.rate_limits = false;
    gate_setup(&config, storage);
    gate_set_scanner(&scanner);
    server = server_start(&settings, error, sizeof error);
    assert_non_null(server);
    return 0;
}

static int
stop(void **state)
{
    server_stop(server, 2000);
    gate_set_scanner(NULL);
    return close_store(state);
}

/* The whole reply to a form with a paper, and a picture when that is not NULL. */
static const char *
send_papers(const char *paper, const char *picture)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(server_port(server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    static char reply[8192];
    char body[2048], head[512];
    int fd = socket(AF_INET, SOCK_STREAM, 0), len, head_len;
    size_t got = 0;
    ssize_t n;

    len = snprintf(body, sizeof body, "--edge\r\nContent-Disposition: form-data; name=\"paper\"; filename=\"a.txt\"\r\n\r\n%s\r\n", paper);
    if (picture)
        len += snprintf(body + len, sizeof body - (size_t)len,
                        "--edge\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.png\"\r\n\r\n%s\r\n", picture);
    len += snprintf(body + len, sizeof body - (size_t)len, "--edge--\r\n");
    head_len = snprintf(head, sizeof head, "POST /papers HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=edge\r\n"
                        "Content-Length: %d\r\n\r\n", len);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(fd, head, (size_t)head_len, 0), head_len);
    assert_int_equal(send(fd, body, (size_t)len, 0), len);
    while ((n = recv(fd, reply + got, sizeof reply - 1 - got, 0)) > 0)
        got += (size_t)n;
    reply[got] = 0;
    close(fd);
    return reply;
}

static void
expect(const char *reply, const char *status, const char *word)
{
    assert_memory_equal(reply, status, strlen(status));
    assert_non_null(strstr(reply, word));
}

static bool
is_kept(void)
{
    struct source *source;
    bool there = storage_open(storage, "papers/one", &source) == 0;

    if (there)
        source_unref(source);
    return there;
}

static void
an_infected_file_never_reaches_the_handler(void **state)
{
    (void)state;
    asked = kept = 0;
    expect(send_papers("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", NULL), "HTTP/1.1 422", "infected");
    expect(send_papers("fine", PNG "EICAR-STANDARD-ANTIVIRUS-TEST-FILE"), "HTTP/1.1 422", "infected");
    assert_int_equal(asked, 3);
    assert_int_equal(kept, 0);
    assert_false(is_kept());
}

static void
without_the_scanner_s_word_nothing_comes_in(void **state)
{
    (void)state;
    kept = 0;
    expect(send_papers("offline", NULL), "HTTP/1.1 503", "Retry-After: 30");
    assert_int_equal(kept, 0);
}

static void
a_wrong_type_or_size_is_refused_before_the_scanner_is_asked(void **state)
{
    char large[301];

    (void)state;
    asked = kept = 0;
    memset(large, 'a', sizeof large - 1);
    large[sizeof large - 1] = 0;
    expect(send_papers("fine", "no picture"), "HTTP/1.1 422", "image_unreadable");
    expect(send_papers(large, NULL), "HTTP/1.1 413", "at most 200 bytes");
    assert_int_equal(asked, 0);
    assert_int_equal(kept, 0);
}

static void
a_clean_file_is_kept_with_its_hash_and_a_part_without_a_byte_is_no_file(void **state)
{
    (void)state;
    asked = kept = 0;
    expect(send_papers("abc", ""), "HTTP/1.1 200", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(asked, 1);
    assert_true(is_kept());
    assert_int_equal(storage_delete(storage, "papers/one"), 0);
}

static void
a_file_of_no_declared_type_refuses_the_start(void **state)
{
    static const struct file_field any[] = {{"any", .required = true}, {0}};
    const struct route route = {POST, "/any", "Any", .auth = AUTH_PUBLIC, .limit = LIMIT_UPLOAD, .files = any, .handler = keep};
    char error[256];

    (void)state;
    assert_false(route_check(&route, error, sizeof error));
    assert_non_null(strstr(error, "needs a type"));
}

/* The file of an upload in several requests, as the engine hands it over, with its hash or without: the verdict, or NULL. */
static const struct problem *
take(struct request *req, const struct file_field *field, const char *text, bool is_hashed, struct upload *ret_upload)
{
    EVP_MD_CTX *sha256 = EVP_MD_CTX_new();
    struct scratch *scratch;
    const struct problem *p;

    assert_int_equal(storage_scratch(storage, &scratch), 0);
    assert_int_equal(scratch_write(scratch, text, strlen(text)), 0);
    assert_int_equal(EVP_DigestInit_ex(sha256, EVP_sha256(), NULL), 1);
    assert_int_equal(EVP_DigestUpdate(sha256, text, strlen(text)), 1);
    p = gate_take(req, field, "a.txt", scratch, is_hashed ? sha256 : NULL, ret_upload);
    EVP_MD_CTX_free(sha256);
    if (!p) {
        assert_string_equal(gate_sha256(ret_upload), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_null(gate_keep(req, ret_upload, "papers/one"));
    }
    gate_leave(ret_upload);
    scratch_free(scratch);
    return p;
}

static void
a_file_that_came_in_several_requests_passes_the_same_gate(void **state)
{
    struct request req = {.arena = arena_new(REQUEST_ARENA_MAX)};
    struct upload upload;

    (void)state;
    for (int is_hashed = 0; is_hashed < 2; is_hashed++) {
        asked = 0;
        assert_string_equal(take(&req, &papers[0], "EICAR-STANDARD-ANTIVIRUS-TEST-FILE", is_hashed, &upload)->errors[0].code, "infected");
        assert_int_equal(take(&req, &papers[0], "offline", is_hashed, &upload)->status, 503);
        assert_int_equal(asked, 2);
        assert_string_equal(take(&req, &papers[1], "no picture", is_hashed, &upload)->errors[0].code, "image_unreadable");
        assert_int_equal(asked, 2);
        assert_false(is_kept());
        assert_null(take(&req, &papers[0], "abc", is_hashed, &upload));
        assert_int_equal(upload.size, 3);
        assert_int_equal(asked, 3);
        assert_true(is_kept());
        assert_int_equal(storage_delete(storage, "papers/one"), 0);
    }
    arena_free(req.arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_infected_file_never_reaches_the_handler),
        cmocka_unit_test(without_the_scanner_s_word_nothing_comes_in),
        cmocka_unit_test(a_wrong_type_or_size_is_refused_before_the_scanner_is_asked),
        cmocka_unit_test(a_clean_file_is_kept_with_its_hash_and_a_part_without_a_byte_is_no_file),
        cmocka_unit_test(a_file_that_came_in_several_requests_passes_the_same_gate),
        cmocka_unit_test(a_file_of_no_declared_type_refuses_the_start),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
