#include "../base/test.h"

#include "http/client_address.h"

static struct ip_networks trusted;

static int
trust_two_networks(void **state)
{
    struct str wrong;

    (void)state;
    return ip_networks_parse("127.0.0.1, 10.0.0.0/8, 2001:db8:ffff::/48", &trusted, &wrong) ? 0 : -1;
}

static const char *
client_of(const struct hops *hops)
{
    static char text[IP_TEXT];

    if (!hops->any)
        return "none";
    if (!hops->known)
        return IP_UNKNOWN;
    ip_text(&hops->client, text);
    return text;
}

static const char *
x_forwarded_for(const char *first, const char *second)
{
    struct hops hops = {.trusted = &trusted};

    hops_add_x_forwarded_for(&hops, str_of(first));
    if (second)
        hops_add_x_forwarded_for(&hops, str_of(second));
    return client_of(&hops);
}

static const char *
forwarded(const char *first, const char *second)
{
    struct hops hops = {.trusted = &trusted};

    hops_add_forwarded(&hops, str_of(first));
    if (second)
        hops_add_forwarded(&hops, str_of(second));
    return client_of(&hops);
}

static void
the_last_address_that_is_no_trusted_proxy_is_the_clients(void **state)
{
    (void)state;
    assert_string_equal(x_forwarded_for("203.0.113.1", NULL), "203.0.113.1");
    assert_string_equal(x_forwarded_for("203.0.113.9, 203.0.113.1", NULL), "203.0.113.1");
    assert_string_equal(x_forwarded_for("203.0.113.9,203.0.113.1,10.1.2.3 ,\t127.0.0.1", NULL), "203.0.113.1");
    assert_string_equal(x_forwarded_for("203.0.113.9", "203.0.113.1"), "203.0.113.1");
    assert_string_equal(x_forwarded_for("203.0.113.9, 203.0.113.1", "10.0.0.1"), "203.0.113.1");
    assert_string_equal(x_forwarded_for("rubbish, 203.0.113.1", "10.0.0.1"), "203.0.113.1");
    assert_string_equal(x_forwarded_for("10.0.0.5, 10.0.0.1", NULL), "10.0.0.5"); /* all are proxies: one of them asks for itself */
    assert_string_equal(x_forwarded_for("::ffff:203.0.113.1, ::ffff:10.0.0.1", NULL), "203.0.113.1");
    assert_string_equal(x_forwarded_for("2001:db8::7, 2001:db8:ffff::1", NULL), "2001:db8::7");
    assert_string_equal(x_forwarded_for("203.0.113.1:49152", NULL), "203.0.113.1");
    assert_string_equal(x_forwarded_for("[2001:db8::7]:443", NULL), "2001:db8::7");
    assert_string_equal(x_forwarded_for("\"203.0.113.1\"", NULL), "203.0.113.1");
    assert_string_equal(x_forwarded_for(", ,203.0.113.1, ", ""), "203.0.113.1");
}

static void
an_entry_that_cannot_be_read_makes_the_client_unknown(void **state)
{
    (void)state;
    assert_string_equal(x_forwarded_for("203.0.113.1, rubbish", NULL), IP_UNKNOWN);
    assert_string_equal(x_forwarded_for("203.0.113.1, unknown, 10.0.0.1", NULL), IP_UNKNOWN);
    assert_string_equal(x_forwarded_for("203.0.113.1", "127.0.0.1 x"), IP_UNKNOWN);
    assert_string_equal(x_forwarded_for("127.0.0.1:99999", NULL), IP_UNKNOWN);
    assert_string_equal(x_forwarded_for("2130706433", NULL), IP_UNKNOWN);
    assert_string_equal(x_forwarded_for(" , ", NULL), "none");
}

static void
forwarded_is_read_as_rfc_7239_says(void **state)
{
    (void)state;
    assert_string_equal(forwarded("for=203.0.113.1", NULL), "203.0.113.1");
    assert_string_equal(forwarded("For=\"[2001:db8:cafe::17]:4711\"", NULL), "2001:db8:cafe::17");
    assert_string_equal(forwarded("for=203.0.113.1;proto=http;by=203.0.113.43", NULL), "203.0.113.1");
    assert_string_equal(forwarded("proto=http ; for=\"203.0.113.1:80\" ,for=10.0.0.1", NULL), "203.0.113.1");
    assert_string_equal(forwarded("for=203.0.113.9, for=203.0.113.1", "for=10.0.0.1"), "203.0.113.1");
    assert_string_equal(forwarded("for=203.0.113.1;ext=\"a, for=9.9.9.9;\\\" for=8.8.8.8\"", NULL), "203.0.113.1");
    assert_string_equal(forwarded("for=10.0.0.7, for=10.0.0.1", NULL), "10.0.0.7");
}

static void
a_forwarded_that_names_nobody_or_two_is_unknown(void **state)
{
    static const char *const bad[] = {"for=unknown", "for=_hidden", "for=\"_gazonk\"", "proto=https", "for=", "for=203.0.113.1;for=203.0.113.2",
                                      "for=203.0.113.1, proto=https", "for=\"203.0.113.1", "203.0.113.1", "xfor=203.0.113.1",
                                      "for =203.0.113.1", "for=2001:db8::1\"", "for=127.0.0.1:x"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_string_equal(forwarded(bad[i], NULL), IP_UNKNOWN);
    assert_string_equal(forwarded("for=\"203.0.113.9", "for=203.0.113.1"), "203.0.113.1"); /* an open quote ends with its line */
    assert_string_equal(forwarded("", NULL), "none");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_address_that_is_no_trusted_proxy_is_the_clients),
        cmocka_unit_test(an_entry_that_cannot_be_read_makes_the_client_unknown),
        cmocka_unit_test(forwarded_is_read_as_rfc_7239_says),
        cmocka_unit_test(a_forwarded_that_names_nobody_or_two_is_unknown),
    };

    return cmocka_run_group_tests(tests, trust_two_networks, NULL);
}
