/* Addresses of RabbitMQ, also hostile ones. What it does is tested with a real one (tests/api/rabbitmq.test.ts). */
#include "../base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/rabbitmq/address.h"

static void
an_address_is_read(const char *text, const char *host, int port, const char *user, const char *password, const char *vhost, bool tls)
{
    struct rabbitmq_address address;

    if (!rabbitmq_address_parse(text, &address))
        fail_msg("%s is refused", text);
    assert_string_equal(address.host, host);
    assert_int_equal(address.port, port);
    assert_string_equal(address.user, user);
    assert_string_equal(address.password, password);
    assert_string_equal(address.vhost, vhost);
    assert_int_equal(address.tls, tls);
}

static void
addresses_are_read_and_decoded(void **state)
{
    (void)state;
    an_address_is_read("amqp://host", "host", 5672, "guest", "guest", "/", false);
    an_address_is_read("amqp://host/", "host", 5672, "guest", "guest", "/", false);
    an_address_is_read("amqps://host", "host", 5671, "guest", "guest", "/", true);
    an_address_is_read("amqp://me:p%40ss%3Aw%2Frd%25@127.0.0.1:5699/music%2fone", "127.0.0.1", 5699, "me", "p@ss:w/rd%", "music/one", false);
    an_address_is_read("amqp://u%C3%A9:%E2%82%AC@h/%2f", "h", 5672, "u\xc3\xa9", "\xe2\x82\xac", "/", false);
    an_address_is_read("amqp://[::1]:5673/v", "::1", 5673, "guest", "guest", "v", false);
}

static void
what_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {
        "", "amqp", "amqp:", "amqp:host", "http://host/", "AMQP", "amqp://host:0/", "amqp://host:65536/", "amqp://host:-1/", "amqp://host:5672x/",
        "amqp://host:99999999999999999999/", "amqp://u:p%00x@host/", "amqp://u:p%0Ax@host/", "amqp://u:p\r\n@host/", "amqp://u:p%zz@host/", "amqp://u:p%4",
        "amqp://host/v?heartbeat=0", "amqp://host/v#x", "amqp://u:p@host/a/b", "amqp://u:p@@host/", "amqp://[::1", " amqp://host/"};
    struct rabbitmq_address address = {.port = 7};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (rabbitmq_address_parse(bad[i], &address))
            fail_msg("\"%s\" is taken for an address", bad[i]);
    assert_int_equal(address.port, 7); /* untouched */
}

/* Every length around the bounds of each part, whole or not at all. */
static void
long_parts_are_refused_and_not_cut(void **state)
{
    static const char *const forms[] = {"amqp://%s/", "amqp://%s:p@h/", "amqp://u:%s@h/", "amqp://h/%s"};

    (void)state;
    for (size_t form = 0; form < 4; form++) {
        for (size_t length = 120; length < 3000; length += length < 270 ? 1 : 97) {
            char part[3001], text[3100];
            struct rabbitmq_address address;

            memset(part, 'x', length);
            part[length] = 0;
            snprintf(text, sizeof text, "%.*s%s%s", (int)(strstr(forms[form], "%s") - forms[form]), forms[form], part, strstr(forms[form], "%s") + 2);
            if (!rabbitmq_address_parse(text, &address))
                continue;
            assert_int_equal(strlen(form == 0 ? address.host : form == 1 ? address.user : form == 2 ? address.password : address.vhost), length);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_and_decoded),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(long_parts_are_refused_and_not_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
