#include "test.h"

#include <netinet/in.h>

#include "base/ip.h"

static const char *
text_of(const struct ip *ip)
{
    static char text[IP_TEXT];

    ip_text(ip, text);
    return text;
}

static void
an_ipv4_address_is_the_same_in_both_spellings(void **state)
{
    struct ip plain, mapped, in_hex, from_socket;
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};

    (void)state;
    assert_true(ip_parse(STR("192.0.2.1"), &plain));
    assert_true(ip_parse(STR("::ffff:192.0.2.1"), &mapped));
    assert_true(ip_parse(STR("::FFFF:c000:201"), &in_hex));
    memcpy(&address.sin6_addr, mapped.bytes, 16);
    assert_true(ip_of_socket((struct sockaddr *)&address, &from_socket));
    assert_memory_equal(&plain, &mapped, sizeof plain);
    assert_memory_equal(&plain, &in_hex, sizeof plain);
    assert_memory_equal(&plain, &from_socket, sizeof plain);
    assert_string_equal(text_of(&mapped), "192.0.2.1");
    assert_false(ip_of_socket(&(struct sockaddr){.sa_family = AF_UNIX}, &plain));
}

static void
only_addresses_are_addresses(void **state)
{
    static const char *const bad[] = {"", " ", "192.0.2", "192.0.2.1.1", "192.0.2.256", "192.0.2.01x", "0x7f.0.0.1", "127.1", "2130706433",
                                      " 192.0.2.1", "192.0.2.1 ", "fe80::1%eth0", "[::1]", ":::", "1:2:3:4:5:6:7", "localhost", "_hidden",
                                      "192.0.2.1:80", "2001:db8::12345", "2001:db8:1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:0:1:2:3:4:5"};
    struct ip ip;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(ip_parse(str_of(bad[i]), &ip));
    assert_false(ip_parse((struct str){"1.2.3.4\0", 8}, &ip));
}

static void
ports_brackets_and_quotes_are_read_as_proxies_write_them(void **state)
{
    static const char *const v4[] = {"192.0.2.1", "192.0.2.1:80", "\"192.0.2.1\"", "\"192.0.2.1:65535\"", "[::ffff:192.0.2.1]:1"};
    static const char *const v6[] = {"2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80", "\"[2001:db8::1]:443\"", "\"[2001:DB8::1]\""};
    static const char *const bad[] = {"192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:x", "192.0.2.1:-1", "[192.0.2.1]", "[2001:db8::1",
                                      "[2001:db8::1]80", "[2001:db8::1]:", "[]", "\"", "\"\"", "\"192.0.2.1", "unknown", "_gw", ":80",
                                      "[2001:db8::1]:123456", ""};
    struct ip ip;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(v4); i++) {
        assert_true(ip_parse_endpoint(str_of(v4[i]), &ip));
        assert_string_equal(text_of(&ip), "192.0.2.1");
    }
    for (size_t i = 0; i < COUNT_OF(v6); i++) {
        assert_true(ip_parse_endpoint(str_of(v6[i]), &ip));
        assert_string_equal(text_of(&ip), "2001:db8::1");
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(ip_parse_endpoint(str_of(bad[i]), &ip));
}

static void
a_network_holds_its_addresses_and_no_others(void **state)
{
    static const struct {
        const char *network, *in, *out;
    } cases[] = {{"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},     {"192.0.2.4/30", "192.0.2.7", "192.0.2.8"},
                 {"192.0.2.1", "192.0.2.1", "192.0.2.2"},          {"0.0.0.0/0", "203.0.113.9", "2001:db8::1"},
                 {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"}, {"::/0", "2001:db8::1", "192.0.2.1"},
                 {"::1", "::1", "::2"},                            {"::ffff:10.0.0.0/104", "10.1.2.3", "::ffff:11.0.0.1"},
                 {"fe80::/10", "febf::1", "fec0::1"}};
    static const char *const bad[] = {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/8/8",
                                      "::/129", "2001:db8::1/32", "proxy", "10.0.0.0/0000", "*"};
    struct ip_network network;
    struct ip ip;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_true(ip_network_parse(str_of(cases[i].network), &network));
        assert_true(ip_parse(str_of(cases[i].in), &ip));
        assert_true(ip_network_contains(&network, &ip));
        assert_true(ip_parse(str_of(cases[i].out), &ip));
        assert_false(ip_network_contains(&network, &ip));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(ip_network_parse(str_of(bad[i]), &network));
}

static void
a_list_is_good_as_a_whole_or_its_wrong_entry_is_named(void **state)
{
    struct ip_networks networks;
    char many[IP_NETWORKS_MAX * 10 + 20] = "";
    struct str wrong;
    struct ip ip;

    (void)state;
    assert_true(ip_networks_parse(" 10.0.0.0/8,192.0.2.1 ,\t::1, ", &networks, &wrong));
    assert_int_equal(networks.count, 3);
    assert_true(ip_parse(STR("::ffff:10.9.9.9"), &ip) && ip_networks_contain(&networks, &ip));
    assert_true(ip_parse(STR("192.0.2.10"), &ip) && !ip_networks_contain(&networks, &ip));
    assert_true(ip_networks_parse("", &networks, &wrong));
    assert_int_equal(networks.count, 0);
    assert_false(ip_networks_parse("10.0.0.0/8, proxy.local", &networks, &wrong));
    assert_true(str_equal(wrong, STR("proxy.local")));
    for (int i = 0; i < IP_NETWORKS_MAX; i++)
        strncat(many, "10.0.0.1,", sizeof many - strlen(many) - 1);
    assert_true(ip_networks_parse(many, &networks, &wrong));
    strncat(many, "10.0.0.2", sizeof many - strlen(many) - 1);
    assert_false(ip_networks_parse(many, &networks, &wrong));
    assert_true(str_equal(wrong, STR("10.0.0.2")));
}

static void
the_network_of_an_address_is_named_by_its_prefix(void **state)
{
    static const struct {
        const char *address, *network;
        unsigned v4, v6;
    } cases[] = {{"203.0.113.77", "203.0.113.0/24", 24, 64},
                 {"203.0.113.77", "203.0.113.77/32", 32, 64},
                 {"::ffff:203.0.113.77", "203.0.113.0/24", 24, 48},
                 {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", 24, 64},
                 {"2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", 24, 48},
                 {"2001:db8:1:2ff:3:4:5:6", "2001:db8:1:200::/56", 24, 56},
                 {"unknown", "unknown", 24, 64},
                 {"", "unknown", 24, 64}};
    char text[IP_NETWORK_TEXT];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ip_text_network(cases[i].address, cases[i].v4, cases[i].v6, text);
        assert_string_equal(text, cases[i].network);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ipv4_address_is_the_same_in_both_spellings),
        cmocka_unit_test(only_addresses_are_addresses),
        cmocka_unit_test(ports_brackets_and_quotes_are_read_as_proxies_write_them),
        cmocka_unit_test(a_network_holds_its_addresses_and_no_others),
        cmocka_unit_test(a_list_is_good_as_a_whole_or_its_wrong_entry_is_named),
        cmocka_unit_test(the_network_of_an_address_is_named_by_its_prefix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
