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
    cache_put(cache, "/a", "tracks", &what, cache_purges(cache), 0, 1000);
    hit = cache_get(cache, "/a", 999);
    assert_non_null(hit);
    assert_memory_equal(hit->body.ptr, what.body.ptr, what.body.len);
    cache_purge(cache, "tracks");
    assert_memory_equal(hit->body.ptr, what.body.ptr, what.body.len); /* whoever holds it may finish */
    cached_unref((void *)(uintptr_t)hit);
    assert_null(cache_get(cache, "/a", 999));
    cache_put(cache, "/a", "tracks", &what, cache_purges(cache), 0, 1000);
    assert_null(cache_get(cache, "/a", 1000));
    cache_purge(cache, "other");
    cache_free(cache);
}

static void
what_was_asked_before_a_purge_is_not_kept_after_it(void **state)
{
    struct cache *cache = cache_new(1 << 20);
    struct cached what = {STR("from before"), "text/plain", 200};
    uint64_t purges = cache_purges(cache);

    (void)state;
    cache_purge(cache, "tracks");
    cache_put(cache, "/a", "tracks", &what, purges, 0, 1000);
    assert_null(cache_get(cache, "/a", 1));
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
        cache_put(cache, key, "t", &what, cache_purges(cache), 0, 1000);
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

static unsigned
take_at(struct limiter *limiter, const char *address, const struct limit_rule *rule)
{
    struct limit_take takes[LIMIT_TAKES_MAX];
    struct limit_address whom;
    struct limit_buffer buffer;
    unsigned count;
    struct ip ip;

    limit_address_of(ip_parse(str_of(address), &ip) ? &ip : NULL, &whom);
    count = limit_takes_of_address(&buffer, "ip", &whom, rule, takes);
    for (unsigned i = 0; i < count; i++)
        if (!limiter_take(limiter, takes[i].key, takes[i].rule, 1000 * SECOND).allowed)
            return 0;
    return 1;
}

static void
ipv6_is_counted_by_its_64_and_more_loosely_by_its_48(void **state)
{
    struct limiter *limiter = limiter_new();
    struct limit_rule rule = {2, 600};
    unsigned passed = 0;
    char address[IP_TEXT];

    (void)state;
    assert_true(take_at(limiter, "2001:db8:1:1::1", &rule));
    assert_true(take_at(limiter, "2001:db8:1:1:ffff::2", &rule));
    assert_false(take_at(limiter, "2001:db8:1:1::3", &rule)); /* the /64 is used up */
    assert_true(take_at(limiter, "2001:db8:1:2::1", &rule));
    for (int i = 0; i < 1000; i++) {
        snprintf(address, sizeof address, "2001:db8:2:%x::1", i);
        passed += take_at(limiter, address, &rule);
    }
    assert_int_equal(passed, 2 * SITE_FACTOR); /* the /48 is */
    assert_true(take_at(limiter, "2001:db8:3::1", &rule));
    limiter_free(limiter);
}

static void
mapped_ipv4_is_counted_as_ipv4_and_unknown_addresses_share_a_quota(void **state)
{
    struct limiter *limiter = limiter_new();
    struct limit_rule rule = {1, 600}, most = {1000000000, 1};

    (void)state;
    assert_true(take_at(limiter, "192.0.2.1", &rule));
    assert_false(take_at(limiter, "::ffff:192.0.2.1", &rule));
    assert_true(take_at(limiter, "192.0.2.2", &rule));
    assert_true(take_at(limiter, "rubbish", &rule));
    assert_false(take_at(limiter, "", &rule));
    assert_true(take_at(limiter, "2001:db8::1", &most));
    limiter_free(limiter);
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
        cmocka_unit_test(what_was_asked_before_a_purge_is_not_kept_after_it),
        cmocka_unit_test(the_cache_stays_within_its_bytes),
        cmocka_unit_test(ipv6_is_counted_by_its_64_and_more_loosely_by_its_48),
        cmocka_unit_test(mapped_ipv4_is_counted_as_ipv4_and_unknown_addresses_share_a_quota),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
