#include "../base/test.h"

#include <stdio.h>

#include "http/cache.h"
#include "http/limit.h"

#define SECOND 1000000000LL

static void
a_rule_is_requests_a_time(void **state)
{
    struct limit_rule rule;

    (void)state;
    assert_true(limit_rule_parse("100/60", &rule));
    assert_int_equal(rule.requests, 100);
    assert_int_equal(rule.seconds, 60);
    assert_false(limit_rule_parse("100", &rule));
    assert_false(limit_rule_parse("0/1", &rule));
    assert_false(limit_rule_parse("1/0", &rule));
    assert_false(limit_rule_parse("a/b", &rule));
}

static void
a_burst_passes_then_the_rate_rules(void **state)
{
    struct limiter *limiter = limiter_new();
    struct limit_rule rule = {10, 10};
    struct limit_state got = {0};
    int64_t now = 1000 * SECOND;

    (void)state;
    for (int i = 0; i < 10; i++) {
        got = limiter_take(limiter, STR("ada"), &rule, now);
        assert_true(got.allowed);
        assert_int_equal(got.remaining, 9 - i);
    }
    got = limiter_take(limiter, STR("ada"), &rule, now);
    assert_false(got.allowed);
    assert_int_equal(got.retry_after_s, 1);
    assert_int_equal(got.reset_s, 10);
    assert_true(limiter_take(limiter, STR("bob"), &rule, now).allowed);
    assert_true(limiter_take(limiter, STR("ada"), &rule, now + SECOND).allowed);
    assert_false(limiter_take(limiter, STR("ada"), &rule, now + SECOND).allowed);
    for (int i = 0; i < 10; i++)
        assert_true(limiter_take(limiter, STR("ada"), &rule, now + 20 * SECOND).allowed);
    limiter_free(limiter);
}

static void
a_refused_request_does_not_lengthen_the_wait(void **state)
{
    struct limiter *limiter = limiter_new();
    struct limit_rule rule = {1, 10};
    int64_t now = 1000 * SECOND;

    (void)state;
    assert_true(limiter_take(limiter, STR("k"), &rule, now).allowed);
    for (int i = 0; i < 100; i++)
        assert_false(limiter_take(limiter, STR("k"), &rule, now + SECOND).allowed);
    assert_true(limiter_take(limiter, STR("k"), &rule, now + 10 * SECOND).allowed);
    limiter_free(limiter);
}

static void
a_flood_of_keys_cannot_grow_the_table(void **state)
{
    struct limiter *limiter = limiter_new();
    struct limit_rule rule = {5, 60};
    char key[32];

    (void)state;
    for (int i = 0; i < 500000; i++) {
        snprintf(key, sizeof key, "flood:%d", i);
        assert_true(limiter_take(limiter, str_of(key), &rule, SECOND + i).allowed);
    }
    limiter_free(limiter);
}

static void
the_cache_gives_back_what_was_put_until_it_is_old_or_purged(void **state)
{
    struct cache *cache = cache_new(1 << 20);
    struct cached what = {STR("{\"items\":[]}"), "application/json", 200};
    const struct cached *hit;

    (void)state;
    assert_null(cache_get(cache, "/a", 0));
    cache_put(cache, "/a", "tracks", &what, 0, 1000);
    hit = cache_get(cache, "/a", 999);
    assert_non_null(hit);
    assert_memory_equal(hit->body.ptr, what.body.ptr, what.body.len);
    cache_purge(cache, "tracks");
    assert_memory_equal(hit->body.ptr, what.body.ptr, what.body.len); /* whoever holds it may finish */
    cached_unref((void *)(uintptr_t)hit);
    assert_null(cache_get(cache, "/a", 999));
    cache_put(cache, "/a", "tracks", &what, 0, 1000);
    assert_null(cache_get(cache, "/a", 1000));
    cache_purge(cache, "other");
    cache_free(cache);
}

static void
the_cache_stays_within_its_bytes(void **state)
{
    static char large[3000];
    struct cache *cache = cache_new(64 * 1024);
    struct cached what = {{large, sizeof large}, "text/plain", 200};
    char key[32];
    int found = 0;

    (void)state;
    for (int i = 0; i < 500; i++) {
        snprintf(key, sizeof key, "/k%d", i);
        cache_put(cache, key, "t", &what, 0, 1000);
    }
    for (int i = 0; i < 500; i++) {
        const struct cached *hit;

        snprintf(key, sizeof key, "/k%d", i);
        hit = cache_get(cache, key, 1);
        if (hit) {
            found++;
            cached_unref((void *)(uintptr_t)hit);
        }
    }
    assert_in_range(found, 1, 64 * 1024 / sizeof large);
    cache_free(cache);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_is_requests_a_time),
        cmocka_unit_test(a_burst_passes_then_the_rate_rules),
        cmocka_unit_test(a_refused_request_does_not_lengthen_the_wait),
        cmocka_unit_test(a_flood_of_keys_cannot_grow_the_table),
        cmocka_unit_test(the_cache_gives_back_what_was_put_until_it_is_old_or_purged),
        cmocka_unit_test(the_cache_stays_within_its_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
