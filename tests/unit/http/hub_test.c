/* The hub over socket pairs: topics, slow readers, pings, stopping, and many threads at once. */
#include "websocket_peer.h"

#include "http/hub_private.h"

static void
stopping_closes_all_with_1001(void **state)
{
    struct hub *hub = start_hub();
    struct peer *peers[20];
    int64_t started_ms;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(peers); i++)
        peers[i] = connect_peer(hub);
    started_ms = clock_monotonic_ms();
    hub_stop(hub, 100); /* nobody answers: over when the time is */
    assert_in_range(clock_monotonic_ms() - started_ms, 90, PATIENCE_MS / 2);
    assert_false(hub_publish(hub, "topic", STR("nobody hears this")));
    assert_false(hub_has_room(hub));
    for (size_t i = 0; i < COUNT_OF(peers); i++) {
        assert_false(websocket_send(peers[i]->ws, STR("nor this")));
        expect_closed(peers[i], 1001);
    }
    assert_null(hub_free(hub));
}

static void
a_socket_that_never_opens_frees_its_user(void **state)
{
    struct hub *hub = start_hub();
    struct peer peer = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct websocket *ws = websocket_new(hub, &handler, &peer);
    int fds[2];

    (void)state;
    websocket_unref(ws);
    assert_int_equal(peer.freed, 1);
    hub_stop(hub, 0);
    ws = websocket_new(hub, &handler, &peer);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_false(hub_adopt(ws, fds[1], STR("")));
    assert_int_equal(read(fds[0], &(char){0}, 1), 0); /* hung up */
    close(fds[0]);
    hub_free(hub);
    websocket_unref(ws); /* a reference may outlive the hub */
    assert_int_equal(peer.freed, 2);
    assert_int_equal(peer.opened + peer.closed, 0);
}

static void
a_full_hub_takes_nobody(void **state)
{
    const struct hub_settings small = {.max_connections = 2};
    struct hub *hub = hub_start(&small);
    struct peer *a = connect_peer(hub), *b = connect_peer(hub);
    struct peer late = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct websocket *ws = websocket_new(hub, &handler, &late);
    int fds[2];

    (void)state;
    assert_false(hub_has_room(hub));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_false(hub_adopt(ws, fds[1], STR("")));
    websocket_unref(ws);
    close(fds[0]);
    disconnect(a);
    assert_true(hub_has_room(hub));
    disconnect(b);
    end_hub(hub);
}

/* --- topics --- */

static void
a_topic_reaches_its_listeners_in_order_and_nobody_else(void **state)
{
    struct hub *hub = start_hub();
    struct peer *a = connect_peer(hub), *b = connect_peer(hub), *c = connect_peer(hub);
    char text[16];

    (void)state;
    assert_true(hub_subscribe(a->ws, "room:1"));
    assert_true(hub_subscribe(a->ws, "room:1")); /* twice is once */
    assert_true(hub_subscribe(b->ws, "room:1"));
    assert_true(hub_subscribe(c->ws, "room:2"));
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "%d", i);
        assert_true(hub_publish(hub, "room:1", str_of(text)));
    }
    hub_unsubscribe(b->ws, "room:1");
    hub_unsubscribe(b->ws, "room:1");
    hub_unsubscribe(b->ws, "nowhere");
    hub_publish(hub, "room:1", STR("after b left"));
    hub_publish(hub, "room:2", STR("for c"));
    websocket_send(b->ws, STR("only b"));
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "%d", i);
        expect_text(a, text);
        expect_text(b, text);
    }
    expect_text(a, "after b left");
    expect_text(b, "only b");
    expect_text(c, "for c");
    disconnect(a);
    disconnect(b);
    disconnect(c);
    end_hub(hub);
}

static void
listeners_may_leave_in_any_order(void **state)
{
    static const size_t leaving[] = {0, 3, 1};
    struct hub *hub = start_hub();
    struct peer *peers[4];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(peers); i++) {
        peers[i] = connect_peer(hub);
        hub_subscribe(peers[i]->ws, "room");
    }
    for (size_t i = 0; i < COUNT_OF(leaving); i++) {
        hub_unsubscribe(peers[leaving[i]]->ws, "room");
        hub_publish(hub, "room", STR("to the others"));
        websocket_send(peers[leaving[i]]->ws, STR("left"));
    }
    for (size_t i = 0; i < COUNT_OF(leaving); i++) {
        for (size_t before = 0; before < i; before++)
            expect_text(peers[leaving[i]], "to the others");
        expect_text(peers[leaving[i]], "left");
        expect_text(peers[2], "to the others");
        disconnect(peers[leaving[i]]);
    }
    disconnect(peers[2]);
    end_hub(hub);
}

static void
tell_the_room(struct websocket *ws, void *user, int code)
{
    char text[32];

    (void)ws;
    snprintf(text, sizeof text, "somebody left: %d", code);
    hub_publish(user, "room", str_of(text));
}

static void
who_stays_hears_of_who_leaves(void **state)
{
    static const struct websocket_handler telling = {.on_close = tell_the_room};
    struct hub *hub = start_hub();
    struct peer *peer = connect_peer(hub);

    (void)state;
    hub_subscribe(peer->ws, "room");
    for (int i = 0; i < 2; i++) {
        struct websocket *ws = websocket_new(hub, &telling, hub);
        int fds[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        assert_true(hub_adopt(ws, fds[1], STR("")));
        if (i)
            websocket_close(ws, 4000, NULL);
        else
            close(fds[0]);
        expect_text(peer, i ? "somebody left: 4000" : "somebody left: 1006");
        if (i)
            close(fds[0]);
        websocket_unref(ws);
    }
    disconnect(peer);
    end_hub(hub);
}

static void
topics_and_subscriptions_are_bounded(void **state)
{
    const struct hub_settings few = {.max_subscriptions = 2};
    struct hub *hub = hub_start(&few);
    struct peer *peer = connect_peer(hub);
    char longest[HUB_TOPIC_MAX + 2];

    (void)state;
    memset(longest, 't', sizeof longest);
    longest[HUB_TOPIC_MAX + 1] = '\0';
    assert_false(hub_subscribe(peer->ws, longest));
    assert_false(hub_subscribe(peer->ws, ""));
    assert_false(hub_publish(hub, longest, STR("x")));
    longest[HUB_TOPIC_MAX] = '\0';
    assert_true(hub_subscribe(peer->ws, longest));
    assert_true(hub_subscribe(peer->ws, "b"));
    assert_false(hub_subscribe(peer->ws, "c"));
    hub_unsubscribe(peer->ws, "b");
    websocket_send(peer->ws, STR("unsubscribed"));
    expect_text(peer, "unsubscribed");
    assert_true(hub_subscribe(peer->ws, "c"));
    hub_publish(hub, longest, STR("1"));
    hub_publish(hub, "b", STR("2"));
    hub_publish(hub, "c", STR("3"));
    expect_text(peer, "1");
    expect_text(peer, "3");
    disconnect(peer);
    end_hub(hub);
}

/* Its loop never runs, as if it were busy. */
static void
a_hub_with_too_much_to_do_refuses_messages_and_never_waits(void **state)
{
    static const struct websocket_handler nothing = {0};
    struct hub *hub = hub_new(NULL);
    struct websocket *ws = websocket_new(hub, &nothing, NULL);
    int taken = 0;

    (void)state;
    while (taken < 200000 && hub_publish(hub, "news", STR("x")))
        taken++;
    assert_int_equal(taken, 65536);
    assert_false(websocket_send(ws, STR("x")));
    assert_true(hub_subscribe(ws, "news"));
    websocket_close(ws, 1001, NULL);
    websocket_unref(ws);
    hub_stop(hub, 0);
    hub_free(hub);
}

static void
many_topics_come_and_go(void **state)
{
    const struct hub_settings settings = {.max_subscriptions = 5000, .max_queued_messages = 6000};
    struct hub *hub = hub_start(&settings);
    struct peer *peer = connect_peer(hub);
    char name[32];

    (void)state;
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "topic:%d", i);
        assert_true(hub_subscribe(peer->ws, name));
    }
    for (int i = 0; i < 2000; i += 2) {
        snprintf(name, sizeof name, "topic:%d", i);
        hub_unsubscribe(peer->ws, name);
    }
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "topic:%d", i);
        hub_publish(hub, name, str_of(name));
    }
    for (int i = 1; i < 2000; i += 2) {
        snprintf(name, sizeof name, "topic:%d", i);
        expect_text(peer, name);
    }
    disconnect(peer);
    end_hub(hub);
}

static void
a_slow_reader_is_dropped_while_others_go_on(void **state)
{
    const struct hub_settings small = {.max_queued_messages = 16, .max_queued_bytes = 64 * 1024, .close_timeout_ms = 200};
    struct hub *hub = hub_start(&small);
    struct peer *slow = connect_peer(hub), *quick = connect_peer(hub);
    char *text = malloc(16 * 1024 + 1);
    int sent = 0;

    (void)state;
    memset(text, 's', 16 * 1024);
    text[16 * 1024] = '\0';
    hub_subscribe(slow->ws, "news");
    hub_subscribe(quick->ws, "news");
    while (!metric(hub, "{reason=\"slow\"} ") && sent < 1000) {
        snprintf(text, 16 * 1024, "%d", sent++);
        memset(text + strlen(text), ' ', 16 * 1024 - strlen(text));
        hub_publish(hub, "news", (struct str){text, 16 * 1024});
        expect_text(quick, text);
    }
    assert_int_equal(metric(hub, "{reason=\"slow\"} "), 1);
    wait_until(slow, &slow->closed, 1);
    assert_int_equal(slow->close_code, 1013);
    hub_publish(hub, "news", STR("the show goes on"));
    expect_text(quick, "the show goes on");
    websocket_unref(slow->ws);
    wait_until(slow, &slow->freed, 1); /* although it never read a byte */
    close(slow->fd);
    free(slow);
    free(text);
    disconnect(quick);
    end_hub(hub);
}

static void
a_slow_reader_that_wakes_up_sees_whole_frames_and_1013(void **state)
{
    const struct hub_settings small = {.max_queued_messages = 16};
    struct hub *hub = hub_start(&small);
    struct peer *peer = connect_peer(hub);
    char *text = calloc(1, 16 * 1024 + 1);

    (void)state;
    memset(text, 's', 16 * 1024);
    hub_subscribe(peer->ws, "news");
    for (int i = 0; i < 1000 && !metric(hub, "{reason=\"slow\"} "); i++)
        hub_publish(hub, "news", (struct str){text, 16 * 1024});
    wait_until(peer, &peer->closed, 1);
    assert_int_equal(expect_close(peer), 1013);
    free(text);
    disconnect(peer);
    end_hub(hub);
}

static void
who_lags_is_dropped_when_all_queues_together_are_too_large(void **state)
{
    const struct hub_settings small = {.max_memory = 1024 * 1024, .max_queued_messages = 1000, .max_queued_bytes = 64 * 1024 * 1024};
    struct hub *hub = hub_start(&small);
    struct peer *slow = connect_peer(hub), *quick = connect_peer(hub);
    char *text = calloc(1, 64 * 1024 + 1);
    int sent = 0;

    (void)state;
    memset(text, 's', 64 * 1024);
    for (; !count_of(slow, &slow->closed) && sent < 500; sent++) {
        websocket_send(slow->ws, (struct str){text, 64 * 1024});
        websocket_send(quick->ws, (struct str){text, 1000});
        assert_int_equal(receive_frame(quick, text, 64 * 1024, NULL), FIN | TEXT);
        memset(text, 's', 64 * 1024);
    }
    assert_in_range(sent, 16, 40); /* 1 MiB and what the socket holds */
    assert_int_equal(expect_close(slow), 1013);
    free(text);
    disconnect(slow);
    disconnect(quick);
    end_hub(hub);
}

/* --- pings --- */

static void
peers_that_answer_pings_stay(void **state)
{
    const struct hub_settings lively = {.ping_interval_ms = 20, .pong_timeout_ms = 2000};
    struct hub *hub = hub_start(&lively);
    struct peer *peer = connect_peer(hub);
    char payload[128];

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(receive_frame(peer, payload, sizeof payload, NULL), FIN | PING);
        send_frame(peer, FIN | PONG, payload, strlen(payload));
    }
    assert_int_equal(count_of(peer, &peer->closed), 0);
    disconnect(peer);
    end_hub(hub);
}

static void
peers_that_do_not_answer_pings_are_closed(void **state)
{
    const struct hub_settings lively = {.ping_interval_ms = 20, .pong_timeout_ms = 50};
    struct hub *hub = hub_start(&lively);
    struct peer *peer = connect_peer(hub);

    (void)state;
    send_frame(peer, TEXT, "talking is not answering", 24);
    expect_closed(peer, 1008);
    assert_int_equal(metric(hub, "{reason=\"no_pong\"} "), 1);
    end_hub(hub);
}

/* --- many threads --- */

struct publisher {
    struct hub *hub;
    char name;
};

static void *
publish_many(void *argument)
{
    const struct publisher *publisher = argument;
    char text[32];

    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof text, "%c%d", publisher->name, i);
        hub_publish(publisher->hub, "busy", str_of(text));
    }
    return NULL;
}

static void
each_threads_messages_stay_in_order(void **state)
{
    const struct hub_settings settings = {.threads = 3, .max_queued_messages = 4000};
    struct hub *hub = hub_start(&settings);
    struct peer *peers[6];
    struct publisher publishers[3] = {{hub, 'a'}, {hub, 'b'}, {hub, 'c'}};
    pthread_t threads[3];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(peers); i++) {
        peers[i] = connect_peer(hub);
        assert_true(hub_subscribe(peers[i]->ws, "busy"));
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, publish_many, &publishers[i]), 0);
    for (size_t i = 0; i < COUNT_OF(peers); i++) {
        int next[3] = {0};

        for (int n = 0; n < 1500; n++) {
            char text[64];

            assert_int_equal(receive_frame(peers[i], text, sizeof text, NULL), FIN | TEXT);
            assert_in_range(text[0], 'a', 'c');
            assert_int_equal(strtol(text + 1, NULL, 10), next[text[0] - 'a']++);
        }
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < COUNT_OF(peers); i++)
        disconnect(peers[i]);
    end_hub(hub);
}

static void *
come_and_go(void *argument)
{
    struct hub *hub = argument;

    for (int i = 0; i < 50; i++) {
        struct peer *peer = connect_peer(hub);

        hub_subscribe(peer->ws, "busy");
        websocket_send(peer->ws, STR("welcome"));
        send_frame(peer, FIN | TEXT, "hello", 5);
        wait_until(peer, &peer->messages, 1);
        if (i % 3 == 0)
            websocket_close(peer->ws, 1000, "enough");
        disconnect(peer);
    }
    return NULL;
}

static void
peers_come_and_go_while_others_publish_and_stop(void **state)
{
    const struct hub_settings settings = {.threads = 2};
    struct hub *hub = hub_start(&settings);
    struct publisher publisher = {hub, 'x'};
    pthread_t threads[4];

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, hub), 0);
    assert_int_equal(pthread_create(&threads[3], NULL, publish_many, &publisher), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    hub_stop(hub, 1000);
    pthread_join(threads[3], NULL);
    assert_null(hub_free(hub));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopping_closes_all_with_1001),
        cmocka_unit_test(a_socket_that_never_opens_frees_its_user),
        cmocka_unit_test(a_full_hub_takes_nobody),
        cmocka_unit_test(a_topic_reaches_its_listeners_in_order_and_nobody_else),
        cmocka_unit_test(listeners_may_leave_in_any_order),
        cmocka_unit_test(who_stays_hears_of_who_leaves),
        cmocka_unit_test(topics_and_subscriptions_are_bounded),
        cmocka_unit_test(a_hub_with_too_much_to_do_refuses_messages_and_never_waits),
        cmocka_unit_test(many_topics_come_and_go),
        cmocka_unit_test(a_slow_reader_is_dropped_while_others_go_on),
        cmocka_unit_test(a_slow_reader_that_wakes_up_sees_whole_frames_and_1013),
        cmocka_unit_test(who_lags_is_dropped_when_all_queues_together_are_too_large),
        cmocka_unit_test(peers_that_answer_pings_stay),
        cmocka_unit_test(peers_that_do_not_answer_pings_are_closed),
        cmocka_unit_test(each_threads_messages_stay_in_order),
        cmocka_unit_test(peers_come_and_go_while_others_publish_and_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
