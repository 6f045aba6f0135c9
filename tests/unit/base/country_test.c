#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/country.h"
#include "base/str.h"

static char ipv4_path[64], ipv6_path[64];

static void
put(char path[64], const char *text, size_t len)
{
    int fd;

    snprintf(path, 64, "/tmp/veza-country-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), (ssize_t)len);
    close(fd);
}

/* Tables with these texts; the files need not outlive the mapping. */
static void
load(const char *ipv4, const char *ipv6)
{
    put(ipv4_path, ipv4, strlen(ipv4));
    put(ipv6_path, ipv6, strlen(ipv6));
    country_setup(ipv4_path, ipv6_path);
    unlink(ipv4_path);
    unlink(ipv6_path);
}

static void
expect(const char *address, const char *country)
{
    char found[COUNTRY_TEXT] = "--";

    if (country_of(address, found) != (country != NULL) || (country && !text_equal(found, country)))
        fail_msg("%s: %s instead of %s", address, found, country ? country : "nothing");
}

#define IPV4 "# a comment\n#\n16777216,16777471,AU\n16777472,16778239,CN\n16779264,16781311,??\n3232235776,3232236031,NZ\n4294967040,4294967295,ZW\n"
#define IPV6 "# a comment\n2001:200::,2001:200:ffff:ffff:ffff:ffff:ffff:ffff,JP\n2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,FR\n" \
             "ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,DE\n"

static void
ranges_hold_their_ends_and_nothing_beside_them(void **state)
{
    (void)state;
    load(IPV4, IPV6);
    expect("0.255.255.255", NULL);
    expect("1.0.0.0", "AU");
    expect("1.0.0.255", "AU");
    expect("1.0.1.0", "CN");
    expect("1.0.3.255", "CN");
    expect("1.0.4.0", NULL);
    expect("192.168.0.255", NULL);
    expect("192.168.1.0", "NZ");
    expect("192.168.1.255", "NZ");
    expect("192.168.2.0", NULL);
    expect("255.255.254.255", NULL);
    expect("255.255.255.0", "ZW");
    expect("255.255.255.255", "ZW");
    expect("0.0.0.0", NULL);
    expect("2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", NULL);
    expect("2001:200::", "JP");
    expect("2001:200:ffff:ffff:ffff:ffff:ffff:ffff", "JP");
    expect("2001:201::", NULL);
    expect("2001:db8::1", "FR");
    expect("2001:db8:1::", NULL);
    expect("::", NULL);
    expect("::1", NULL);
    expect("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "DE");
}

static void
an_unknown_country_is_none(void **state)
{
    (void)state;
    load(IPV4, IPV6);
    expect("1.0.8.1", NULL);
}

static void
what_is_no_address_is_nowhere(void **state)
{
    static const char *const bad[] = {"", " ", "1.0.0", "1.0.0.0 ", "1.0.0.0/8", "16777216", "01.0.0.0x", "2001:200::x", "localhost", "%s%n", "1.0.0.0,AU"};

    (void)state;
    load(IPV4, IPV6);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        expect(bad[i], NULL);
}

static void
missing_and_empty_files_know_nothing(void **state)
{
    (void)state;
    country_setup("/nowhere/at/all", "");
    expect("1.0.0.0", NULL);
    expect("2001:200::1", NULL);
    country_setup("/tmp", "/dev/null");
    expect("1.0.0.0", NULL);
    expect("2001:200::1", NULL);
    load("", "\n");
    expect("1.0.0.0", NULL);
    expect("2001:200::1", NULL);
    country_teardown();
    expect("1.0.0.0", NULL);
}

static void
lines_that_are_no_ranges_are_passed_over(void **state)
{
    char noise[400];

    (void)state;
    memset(noise, 'x', sizeof noise - 1);
    noise[sizeof noise - 1] = 0;
    {
        char text[2000];

        snprintf(text, sizeof text,
                 "\n\n,,\n%s\n16777216,16777471,AU\n16777216\n5,6,7\n-1,2,XX\n1,2,abc\n1,2,A\n1,2,ABC\n99999999999,99999999999,XX\n%s\n"
                 "16777472,16778239,CN\r\n,,,\n18446744073709551616,1,XX\n# end\n3232235776,3232236031,NZ", noise, noise);
        load(text, IPV4);
    }
    expect("1.0.0.7", "AU");
    expect("1.0.2.7", "CN");
    expect("192.168.1.7", "NZ"); /* the last line has no end */
    expect("9.9.9.9", NULL);
    expect("0.0.0.1", NULL);
    expect("2001:200::1", NULL); /* numbers are no IPv6 addresses */
}

/* Any bytes at all: nothing but an answer. The generator is fixed, so that a failure comes again. */
static void
any_bytes_are_borne(void **state)
{
    static const char alphabet[] = "0123456789,,,\n\n:abcdefAZ?#\r\xff";
    char path[64], text[600], address[64], found[COUNTRY_TEXT];
    uint32_t random = 1;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        size_t len = 0;

        while (len < sizeof text && (random = random * 1664525 + 1013904223) >> 22)
            text[len++] = random % 997 == 0 ? 0 : alphabet[(random >> 16) % (sizeof alphabet - 1)];
        put(path, text, len);
        country_setup(path, path);
        unlink(path);
        for (int i = 0; i < 8; i++) {
            random = random * 1664525 + 1013904223;
            snprintf(address, sizeof address, i % 2 ? "%u.%u.%u.%u" : "%x:%x::%x:%x", random >> 24, random >> 16 & 255, random >> 8 & 255, random & 255);
            if (country_of(address, found))
                assert_int_equal(strlen(found), 2);
        }
    }
}

/* Whatever the table's size, each of its addresses is found: the halving never loses a line. */
static void
tables_of_every_size_are_searched_whole(void **state)
{
    char path[64], address[64], text[4000];

    (void)state;
    for (unsigned lines = 1; lines <= 60; lines++) {
        size_t len = 0;

        for (unsigned i = 0; i < lines; i++)
            len += (size_t)snprintf(text + len, sizeof text - len, "%u,%u,%c%c\n", i * 1000 + 100, i * 1000 + 199, 'A' + (int)(i / 26), 'A' + (int)(i % 26));
        put(path, text, len);
        country_setup(path, "");
        unlink(path);
        for (unsigned i = 0; i < lines; i++) {
            const char country[] = {(char)('A' + i / 26), (char)('A' + i % 26), 0};
            const unsigned inside[] = {i * 1000 + 100, i * 1000 + 150, i * 1000 + 199}, outside[] = {i * 1000 + 99, i * 1000 + 200};

            for (size_t j = 0; j < COUNT_OF(inside); j++) {
                snprintf(address, sizeof address, "0.%u.%u.%u", inside[j] >> 16, inside[j] >> 8 & 255, inside[j] & 255);
                expect(address, country);
            }
            for (size_t j = 0; j < COUNT_OF(outside); j++) {
                snprintf(address, sizeof address, "0.%u.%u.%u", outside[j] >> 16, outside[j] >> 8 & 255, outside[j] & 255);
                expect(address, NULL);
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_hold_their_ends_and_nothing_beside_them),
        cmocka_unit_test(an_unknown_country_is_none),
        cmocka_unit_test(what_is_no_address_is_nowhere),
        cmocka_unit_test(missing_and_empty_files_know_nothing),
        cmocka_unit_test(lines_that_are_no_ranges_are_passed_over),
        cmocka_unit_test(any_bytes_are_borne),
        cmocka_unit_test(tables_of_every_size_are_searched_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
