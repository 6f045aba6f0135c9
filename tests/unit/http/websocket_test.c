/* WebSockets over socket pairs: the handshake, what a peer may send, and how connections end. */
#include "http/websocket_handshake.h"
#include "websocket_peer.h"

/* --- handshake --- */

static void
the_accept_key_is_that_of_the_standard(void **state)
{
    char accept[WEBSOCKET_ACCEPT_SIZE];

    (void)state;
    assert_true(handshake_accept("dGhlIHNhbXBsZSBub25jZQ==", accept)); /* RFC 6455, section 1.3 */
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void
a_handshake_needs_upgrade_version_and_key(void **state)
{
    struct handshake good = {.upgrade = "WebSocket",
                             .connection = "keep-alive, Upgrade",
                             .version = "13",
                             .key = "dGhlIHNhbXBsZSBub25jZQ==",
                             .host = "veza.test"};
    struct handshake h;

    (void)state;
    assert_int_equal(handshake_check(&good, "", ""), HANDSHAKE_OK);
    h = good, h.upgrade = NULL;
    assert_int_equal(handshake_check(&h, "", ""), HANDSHAKE_NO_UPGRADE);
    h = good, h.connection = "keep-alive";
    assert_int_equal(handshake_check(&h, "", ""), HANDSHAKE_NO_UPGRADE);
    h = good, h.version = NULL;
    assert_int_equal(handshake_check(&h, "", ""), HANDSHAKE_BAD_VERSION);
    h = good, h.version = "8";
    assert_int_equal(handshake_check(&h, "", ""), HANDSHAKE_BAD_VERSION);
    static const char *const bad_keys[] = {NULL, "", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZR==",
                                           "dGhlIHNhbXBsZSBub25jZQ==x", "dGhlIHNhbXBsZSBub25j_Q==", "AAAA"};
    for (size_t i = 0; i < COUNT_OF(bad_keys); i++) {
        h = good, h.key = bad_keys[i];
        assert_int_equal(handshake_check(&h, "", ""), HANDSHAKE_BAD_KEY);
    }
    h = good, h.origin = "https://evil.test";
    assert_int_equal(handshake_check(&h, "", ""), HANDSHAKE_BAD_ORIGIN);
    h.origin = "https://veza.test";
    assert_int_equal(handshake_check(&h, "", ""), HANDSHAKE_OK);
}

static void
only_our_own_pages_and_listed_origins_may_connect(void **state)
{
    static const char origins[] = "https://app.test, http://dev.test:5173", frontend[] = "https://front.test/";
    static const char *const good[] = {"http://veza.test:18080", "HTTP://VEZA.test:18080", "https://veza.test:18080",
                                       "https://app.test", "https://app.test:443", "http://dev.test:5173", "https://front.test"};
    static const char *const bad[] = {"",
                                      "null",
                                      "veza.test:18080",
                                      "http://veza.test",
                                      "http://veza.test:180",
                                      "http://veza.test:18080.evil.test",
                                      "http://evil.test/veza.test:18080",
                                      "http://veza.test:18080@evil.test",
                                      "http://evil.test,http://veza.test:18080",
                                      "ftp://veza.test:18080",
                                      "http://app.test",
                                      "https://app.test.evil.test",
                                      "https://xapp.test",
                                      "https://dev.test:5173",
                                      "http://front.test",
                                      "http://",
                                      "://"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(handshake_origin_allowed(good[i], "veza.test:18080", origins, frontend));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(handshake_origin_allowed(bad[i], "veza.test:18080", origins, frontend));
    assert_true(handshake_origin_allowed("https://veza.test", "veza.test:443", "", ""));
    assert_true(handshake_origin_allowed("https://veza.test", "veza.test", "", ""));
    assert_false(handshake_origin_allowed("https://veza.test", NULL, "", ""));
    assert_false(handshake_origin_allowed("https://veza.test", "", "", ""));
}

/* --- framing --- */

static void
a_message_arrives_and_an_answer_comes_back(void **state)
{
    struct hub *hub = start_hub();
    struct peer *peer = connect_peer(hub);

    (void)state;
    send_frame(peer, FIN | TEXT, "gr\xC3\xBC\xC3\x9F dich", 11);
    expect_message(peer, 1, "gr\xC3\xBC\xC3\x9F dich", 11);
    send_frame(peer, FIN | TEXT, "", 0);
    expect_message(peer, 2, "", 0);
    send_frame(peer, FIN | TEXT, "a\0b", 3);
    expect_message(peer, 3, "a\0b", 3);
    assert_true(websocket_send(peer->ws, STR("answer")));
    expect_text(peer, "answer");
    assert_ptr_equal(websocket_user(peer->ws), peer);
    disconnect(peer);
    end_hub(hub);
}

static void
outgoing_lengths_take_the_shortest_form(void **state)
{
    static const size_t lengths[] = {0, 1, 125, 126, 127, 65535, 65536, HUB_TEXT_MAX};
    struct hub *hub = start_hub();
    struct peer *peer = connect_peer(hub);
    char *text = malloc(HUB_TEXT_MAX + 1);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        memset(text, 'a' + (int)i, lengths[i]);
        text[lengths[i]] = '\0';
        assert_true(websocket_send(peer->ws, (struct str){text, lengths[i]}));
        expect_text(peer, text);
    }
    assert_false(websocket_send(peer->ws, (struct str){text, HUB_TEXT_MAX + 1}));
    free(text);
    disconnect(peer);
    end_hub(hub);
}

static void
bytes_may_come_one_by_one_or_all_at_once(void **state)
{
    struct hub *hub = start_hub();
    struct peer *peer = connect_peer(hub);
    unsigned char frames[256];
    size_t len = 0;

    (void)state;
    len += make_frame(frames + len, FIN | TEXT, "one", 3, true);
    len += make_frame(frames + len, TEXT, "tw", 2, true);
    len += make_frame(frames + len, FIN | CONTINUATION, "o", 1, true);
    for (size_t i = 0; i < len; i++)
        send_bytes(peer, frames + i, 1);
    expect_message(peer, 2, "two", 3);
    send_bytes(peer, frames, len);
    expect_message(peer, 4, "two", 3);
    disconnect(peer);
    end_hub(hub);
}

static void
bytes_read_before_the_upgrade_count(void **state)
{
    struct hub *hub = start_hub();
    unsigned char frames[64];
    size_t len = make_frame(frames, FIN | TEXT, "early bird", 10, true);
    struct peer *peer = connect_with(hub, (struct str){(char *)frames, len - 4});

    (void)state;
    send_bytes(peer, frames + len - 4, 4);
    expect_message(peer, 1, "early bird", 10);
    disconnect(peer);
    end_hub(hub);
}

static void
fragments_make_one_message_with_pings_in_between(void **state)
{
    struct hub *hub = start_hub();
    struct peer *peer = connect_peer(hub);
    char payload[128];
    size_t len;

    (void)state;
    send_frame(peer, TEXT, "ver\xC3", 4); /* a character may be cut in two */
    send_frame(peer, FIN | PING, "still there?", 12);
    send_frame(peer, CONTINUATION, "", 0);
    send_frame(peer, FIN | PONG, "", 0);
    send_frame(peer, FIN | CONTINUATION, "\xA9za", 3);
    expect_message(peer, 1, "ver\xC3\xA9za", 7);
    assert_int_equal(receive_frame(peer, payload, sizeof payload, &len), FIN | PONG);
    assert_string_equal(payload, "still there?");
    disconnect(peer);
    end_hub(hub);
}

static void
the_largest_message_passes_whole_and_in_fragments(void **state)
{
    struct hub *hub = start_hub();
    struct peer *peer = connect_peer(hub);
    char *text = malloc(65536);

    (void)state;
    for (int i = 0; i < 65536; i++)
        text[i] = (char)('a' + i % 23);
    send_frame(peer, FIN | TEXT, text, 65536);
    expect_message(peer, 1, text, 65536);
    send_frame(peer, TEXT, text, 30000);
    send_frame(peer, FIN | CONTINUATION, text + 30000, 35536);
    expect_message(peer, 2, text, 65536);
    free(text);
    disconnect(peer);
    end_hub(hub);
}

static void
a_broken_protocol_is_closed_with_1002(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
#define CASE(bytes) {bytes, sizeof(bytes) - 1}
        CASE("\x81\x01x"),                                     /* not masked */
        CASE("\x81\x00"),                                      /* not masked and empty */
        CASE("\xC1\x81mask\0"),                                /* RSV1 without an extension */
        CASE("\xA1\x81mask\0"),                                /* RSV2 */
        CASE("\x91\x81mask\0"),                                /* RSV3 */
        CASE("\x83\x81mask\0"),                                /* reserved opcodes */
        CASE("\x87\x80mask"),
        CASE("\x8B\x80mask"),
        CASE("\x8F\x80mask"),
        CASE("\x80\x80mask"),                                  /* nothing to continue */
        CASE("\x01\x80mask\x81\x80mask"),                      /* a message within a message */
        CASE("\x09\x80mask"),                                  /* a ping in fragments */
        CASE("\x89\xFE\x00\x7Emask"),                          /* a ping of 126 bytes */
        CASE("\x81\xFE\x00\x01mask\0"),                        /* lengths in too long a form */
        CASE("\x81\xFF\0\0\0\0\0\0\xFF\xFFmask"),
        CASE("\x81\xFF\x80\0\0\0\0\0\0\0mask"),                /* the sign bit of the length */
        CASE("\x88\x81mask\0"),                                /* half a close code */
        CASE("\x88\x82\0\0\0\0\x03\xE7"),                      /* close codes that nobody may send: 999 */
        CASE("\x88\x82\0\0\0\0\x03\xEC"),                      /* 1004 */
        CASE("\x88\x82\0\0\0\0\x03\xED"),                      /* 1005 */
        CASE("\x88\x82\0\0\0\0\x03\xEE"),                      /* 1006 */
        CASE("\x88\x82\0\0\0\0\x03\xF7"),                      /* 1015 */
        CASE("\x88\x82\0\0\0\0\x07\xD0"),                      /* 2000 */
        CASE("\x88\x82\0\0\0\0\x13\x88"),                      /* 5000 */
#undef CASE
    };
    struct hub *hub = start_hub();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct peer *peer = connect_peer(hub);

        send_bytes(peer, cases[i].bytes, cases[i].len);
        expect_closed(peer, 1002);
    }
    assert_int_equal(metric(hub, "{reason=\"protocol\"} "), COUNT_OF(cases));
    end_hub(hub);
}

static void
what_is_not_utf8_is_closed_with_1007(void **state)
{
    static const struct str texts[] = {
        {"\xC0\xAF", 2}, {"\xED\xA0\x80", 3}, {"\xF4\x90\x80\x80", 4}, {"abc\xE2\x82", 5}, {"a\0\xFF", 3}, {"\x80", 1}};
    struct hub *hub = start_hub();
    struct peer *peer;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        peer = connect_peer(hub);
        send_frame(peer, FIN | TEXT, texts[i].ptr, texts[i].len);
        expect_closed(peer, 1007);
    }
    peer = connect_peer(hub);
    send_frame(peer, TEXT, "\xC3", 1);
    send_frame(peer, FIN | CONTINUATION, "x", 1);
    expect_closed(peer, 1007);
    peer = connect_peer(hub);
    send_frame(peer, FIN | CLOSE, "\x03\xE8\xFF", 3);
    expect_closed(peer, 1007);
    end_hub(hub);
}

static void
binary_messages_are_closed_with_1003(void **state)
{
    struct hub *hub = start_hub();
    struct peer *peer = connect_peer(hub);

    (void)state;
    send_frame(peer, FIN | BINARY, "\1\2\3", 3);
    expect_closed(peer, 1003);
    end_hub(hub);
}

static void
too_large_messages_are_closed_with_1009(void **state)
{
    struct hub *hub = start_hub();
    struct peer *peer = connect_peer(hub);
    char *text = calloc(1, 65537);

    (void)state;
    send_frame(peer, FIN | TEXT, text, 65537);
    expect_closed(peer, 1009);

    peer = connect_peer(hub); /* over several fragments */
    send_frame(peer, TEXT, text, 40000);
    send_frame(peer, CONTINUATION, text, 25536);
    send_frame(peer, FIN | CONTINUATION, text, 1);
    expect_closed(peer, 1009);

    peer = connect_peer(hub); /* 2^60 bytes announced: refused at the first of them */
    send_bytes(peer, "\x81\xFF\x10\0\0\0\0\0\0\0maskx", 15);
    expect_closed(peer, 1009);
    free(text);
    end_hub(hub);
}

static void
unfinished_messages_of_all_together_are_bounded(void **state)
{
    const struct hub_settings small = {.max_memory = 200 * 1024};
    struct hub *hub = hub_start(&small);
    struct peer *peers[3];
    char *text = calloc(1, 60000);

    (void)state;
    memset(text, 'x', 60000);
    for (int i = 0; i < 3; i++) {
        peers[i] = connect_peer(hub);
        send_frame(peers[i], TEXT, text, 60000);
        send_frame(peers[i], FIN | PING, "seen?", 5);
        assert_int_equal(receive_frame(peers[i], text, 60000, NULL), FIN | PONG);
        memset(text, 'x', 60000);
    }
    struct peer *late = connect_peer(hub);
    send_frame(late, TEXT, text, 60000);
    expect_closed(late, 1013);
    send_frame(peers[0], FIN | CONTINUATION, "end", 3);
    wait_until(peers[0], &peers[0]->messages, 1);
    late = connect_peer(hub); /* there is room again */
    send_frame(late, TEXT, text, 60000);
    send_frame(late, FIN | CONTINUATION, "end", 3);
    wait_until(late, &late->messages, 1);
    assert_int_equal(late->last_len, 60003);
    free(text);
    disconnect(late);
    for (int i = 0; i < 3; i++)
        disconnect(peers[i]);
    end_hub(hub);
}

static void
endless_fragments_are_closed(void **state)
{
    const struct hub_settings patient = {.frames_burst = 100000, .max_fragments = 50};
    struct hub *hub = hub_start(&patient);
    struct peer *peer = connect_peer(hub);

    (void)state;
    send_frame(peer, TEXT, "", 0);
    for (int i = 0; i < 60; i++)
        send_frame(peer, CONTINUATION, "", 0);
    expect_closed(peer, 1009);
    end_hub(hub);
}

static void
floods_of_any_frame_are_closed_with_1008(void **state)
{
    static const int kinds[] = {FIN | TEXT, FIN | PING, FIN | PONG};
    const struct hub_settings strict = {.frames_burst = 20, .frames_per_s = 1};
    struct hub *hub = hub_start(&strict);

    (void)state;
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        struct peer *peer = connect_peer(hub);

        for (int i = 0; i < 25; i++)
            send_frame(peer, kinds[k], "x", 1);
        assert_int_equal(expect_close(peer), 1008);
        wait_until(peer, &peer->closed, 1);
        if (kinds[k] == (FIN | TEXT))
            assert_int_equal(peer->messages, 20);
        disconnect(peer);
    }
    assert_int_equal(metric(hub, "{reason=\"flood\"} "), COUNT_OF(kinds));
    end_hub(hub);
}

/* --- closing --- */

static void
the_peers_close_is_answered_with_its_own_code(void **state)
{
    static const int codes[] = {1000, 1001, 1008, 1014, 3000, 4999};
    struct hub *hub = start_hub();
    struct peer *peer;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        const char payload[] = {(char)(codes[i] >> 8), (char)codes[i], 'b', 'y', 'e'};

        peer = connect_peer(hub);
        send_frame(peer, FIN | CLOSE, payload, sizeof payload);
        expect_closed(peer, codes[i]);
    }
    peer = connect_peer(hub);
    send_frame(peer, FIN | CLOSE, "", 0);
    expect_closed(peer, 1005);
    end_hub(hub);
}

static void
a_broken_connection_is_told_as_1006(void **state)
{
    struct hub *hub = start_hub();
    struct peer *peer = connect_peer(hub);

    (void)state;
    send_bytes(peer, "\x81\xFE", 2); /* in the middle of a frame */
    shutdown(peer->fd, SHUT_RDWR);
    wait_until(peer, &peer->closed, 1);
    assert_int_equal(peer->close_code, 1006);
    disconnect(peer);
    end_hub(hub);
}

static void
a_close_comes_after_what_was_sent_before(void **state)
{
    const struct hub_settings patient = {.close_timeout_ms = 60000};
    struct hub *hub = hub_start(&patient);
    struct peer *peer = connect_peer(hub);
    char reason[200], payload[256];
    size_t len;

    (void)state;
    memset(reason, 'r', sizeof reason);
    memcpy(reason + 122, "\xC3\xA9", 3); /* the limit falls into a character */
    websocket_send(peer->ws, STR("last words"));
    websocket_close(peer->ws, 4000, reason);
    websocket_send(peer->ws, STR("too late"));
    expect_text(peer, "last words");
    assert_int_equal(receive_frame(peer, payload, sizeof payload, &len), FIN | CLOSE);
    assert_int_equal(len, 2 + 122);
    assert_memory_equal(payload, "\x0F\xA0rrr", 5);
    assert_int_equal(receive_frame(peer, payload, sizeof payload, &len), -1);
    wait_until(peer, &peer->closed, 1);
    assert_int_equal(peer->close_code, 4000);
    disconnect(peer);
    end_hub(hub);
}

static void
a_peer_that_ignores_the_close_is_hung_up_on(void **state)
{
    const struct hub_settings brisk = {.close_timeout_ms = 50};
    struct hub *hub = hub_start(&brisk);
    struct peer *peer = connect_peer(hub);

    (void)state;
    websocket_close(peer->ws, 1000, NULL);
    websocket_unref(peer->ws);
    peer->ws = NULL;
    wait_until(peer, &peer->freed, 1); /* without any move of the peer */
    disconnect(peer);
    end_hub(hub);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_accept_key_is_that_of_the_standard),
        cmocka_unit_test(a_handshake_needs_upgrade_version_and_key),
        cmocka_unit_test(only_our_own_pages_and_listed_origins_may_connect),
        cmocka_unit_test(a_message_arrives_and_an_answer_comes_back),
        cmocka_unit_test(outgoing_lengths_take_the_shortest_form),
        cmocka_unit_test(bytes_may_come_one_by_one_or_all_at_once),
        cmocka_unit_test(bytes_read_before_the_upgrade_count),
        cmocka_unit_test(fragments_make_one_message_with_pings_in_between),
        cmocka_unit_test(the_largest_message_passes_whole_and_in_fragments),
        cmocka_unit_test(a_broken_protocol_is_closed_with_1002),
        cmocka_unit_test(what_is_not_utf8_is_closed_with_1007),
        cmocka_unit_test(binary_messages_are_closed_with_1003),
        cmocka_unit_test(too_large_messages_are_closed_with_1009),
        cmocka_unit_test(unfinished_messages_of_all_together_are_bounded),
        cmocka_unit_test(endless_fragments_are_closed),
        cmocka_unit_test(floods_of_any_frame_are_closed_with_1008),
        cmocka_unit_test(the_peers_close_is_answered_with_its_own_code),
        cmocka_unit_test(a_broken_connection_is_told_as_1006),
        cmocka_unit_test(a_close_comes_after_what_was_sent_before),
        cmocka_unit_test(a_peer_that_ignores_the_close_is_hung_up_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
