/* Where a Redis is, and limits that it counts like memory does. */
#include "../base/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "platform/redis/address.h"
#include "platform/redis/limits.h"
#include "platform/redis/redis.h"

static char folder[64], socket_path[96];
static struct config config;
static pid_t server;

static int
start(void **state)
{
    char url[128], error[256];

    (void)state;
    signal(SIGPIPE, SIG_IGN); /* as the server does */
    snprintf(folder, sizeof folder, "/tmp/veza-redis-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(socket_path, sizeof socket_path, "%s/s", folder);
    snprintf(url, sizeof url, "unix://%s", socket_path);
    server = fork();
    if (server == 0) {
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket_path, "--save", "", "--dir", folder,
               "--logfile", "/dev/null", NULL);
        _exit(127);
    }
    config.redis_url = strdup(url);
    config.redis_password = "";
    config.redis_timeout_ms = 2000;
    assert_true(redis_setup(&config, error, sizeof error));
    for (int64_t until_ms = clock_monotonic_ms() + 10000; access(socket_path, F_OK) != 0;) {
        assert_true(clock_monotonic_ms() < until_ms);
        usleep(5000);
    }
    return 0;
}

static void
end_server(void)
{
    if (!server)
        return;
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    server = 0;
}

static int
stop(void **state)
{
    (void)state;
    redis_disconnect();
    end_server();
    unlink(socket_path);
    rmdir(folder);
    free((char *)(uintptr_t)config.redis_url);
    return 0;
}

static void
an_address_tells_where_redis_is(void **state)
{
    struct redis_address a;

    (void)state;
    assert_true(redis_address_parse("redis://localhost", "", &a));
    assert_string_equal(a.host, "localhost");
    assert_int_equal(a.port, 6379);
    assert_int_equal(a.database, 0);
    assert_true(redis_address_parse("redis://me:p%40ss@10.0.0.7:16379/3", "other", &a));
    assert_string_equal(a.user, "me");
    assert_string_equal(a.password, "p@ss");
    assert_string_equal(a.host, "10.0.0.7");
    assert_int_equal(a.port, 16379);
    assert_int_equal(a.database, 3);
    assert_true(redis_address_parse("redis://:devpassword@localhost:16379", "", &a));
    assert_string_equal(a.user, "");
    assert_string_equal(a.password, "devpassword");
    assert_true(redis_address_parse("redis://[::1]:7000/", "secret", &a));
    assert_string_equal(a.host, "::1");
    assert_string_equal(a.password, "secret");
    assert_true(redis_address_parse("unix:///run/redis.sock", "secret", &a));
    assert_string_equal(a.path, "/run/redis.sock");
    assert_string_equal(a.password, "secret");
}

static void
what_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {"", "redis", "localhost:6379", "http://localhost", "redis://", "redis://host:0", "redis://host:70000",
                                      "redis://host/x", "redis://host/-1", "redis://host/99999", "rediss://host", "unix://relative"};
    struct redis_address a;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (redis_address_parse(bad[i], "", &a))
            fail_msg("\"%s\" was taken", bad[i]);
}

static void
limits_are_counted_like_in_memory(void **state)
{
    const struct limit_rule rule = {.requests = 3, .seconds = 600};
    const struct limit_take take = {STR("read:somebody"), &rule};
    struct limiter *memory = limiter_new();
    int64_t now_ns = clock_monotonic_ns();

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct limit_state here = limiter_take(memory, take.key, &rule, now_ns), there;

        assert_true(redis_limits_take("test", &take, 1, &there));
        assert_int_equal(there.allowed, i < 3);
        assert_int_equal(there.allowed, here.allowed);
        assert_in_range(there.remaining, here.remaining, here.remaining);
        assert_in_range(there.reset_s, here.reset_s - 10, here.reset_s);
        assert_in_range(there.retry_after_s, here.retry_after_s > 10 ? here.retry_after_s - 10 : 0, here.retry_after_s);
    }
    limiter_free(memory);
}

static void
the_first_quota_that_refuses_spares_those_after_it(void **state)
{
    const struct limit_rule tight = {.requests = 1, .seconds = 600}, wide = {.requests = 100, .seconds = 600};
    const struct limit_take takes[2] = {{STR("tight"), &tight}, {STR("wide"), &wide}};
    struct limit_state states[2];
    int64_t left;

    (void)state;
    assert_true(redis_limits_take("test", takes, 2, states));
    assert_true(states[0].allowed && states[1].allowed);
    left = states[1].remaining;
    assert_true(redis_limits_take("test", takes, 2, states));
    assert_false(states[0].allowed);
    assert_true(redis_limits_take("test", &takes[1], 1, states));
    assert_int_equal(states[0].remaining, left - 1);
}

static void
a_redis_that_is_gone_answers_nothing_and_costs_no_time(void **state)
{
    const struct limit_rule rule = {.requests = 3, .seconds = 600};
    const struct limit_take take = {STR("gone"), &rule};
    struct limit_state there;
    int64_t before_ms;

    (void)state;
    end_server();
    before_ms = clock_monotonic_ms();
    for (int i = 0; i < 1000; i++)
        assert_false(redis_limits_take("test", &take, 1, &there));
    assert_true(clock_monotonic_ms() - before_ms < config.redis_timeout_ms);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_tells_where_redis_is),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(limits_are_counted_like_in_memory),
        cmocka_unit_test(the_first_quota_that_refuses_spares_those_after_it),
        cmocka_unit_test(a_redis_that_is_gone_answers_nothing_and_costs_no_time),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
