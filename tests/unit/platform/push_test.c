/* What leaves for a browser can be read by that browser alone, and is signed for its push service. */
#include "../base/test.h"

#include <cjose/cjose.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/encode.h"
#include "platform/push/encrypt.h"
#include "platform/push/vapid.h"

/* RFC 8291, appendix A. */
#define RFC_PLAIN "When I grow up, I want to be a watermelon"
#define RFC_SENDER "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
#define RFC_SALT "DGv6ra1nlYgDCS1FRnbzlw"
#define RFC_POINT "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define RFC_AUTH "BTBZMqHH6r4Tts7J_aSIgg"
#define RFC_MESSAGE \
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4" \
    "Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"

static void
the_example_of_rfc_8291_comes_out_byte_for_byte(void **state)
{
    unsigned char scalar[P256_SCALAR], salt[PUSH_SALT], wanted[256];
    scoped_buf message = BUF_INIT(PUSH_RECORD);
    struct push_keys keys;
    long len = base64url_decode(STR(RFC_MESSAGE), wanted, sizeof wanted);

    (void)state;
    assert_int_equal(base64url_decode(STR(RFC_SENDER), scalar, sizeof scalar), P256_SCALAR);
    assert_int_equal(base64url_decode(STR(RFC_SALT), salt, sizeof salt), PUSH_SALT);
    assert_true(push_keys_parse(STR(RFC_POINT), STR(RFC_AUTH), &keys));
    assert_true(push_encrypt_with(&keys, STR(RFC_PLAIN), scalar, salt, &message));
    assert_int_equal(message.len, len);
    assert_memory_equal(message.ptr, wanted, (size_t)len);
}

static void
no_two_messages_are_alike(void **state)
{
    scoped_buf one = BUF_INIT(PUSH_RECORD), other = BUF_INIT(PUSH_RECORD);
    struct push_keys keys;

    (void)state;
    assert_true(push_keys_parse(STR(RFC_POINT), STR(RFC_AUTH), &keys));
    assert_true(push_encrypt(&keys, STR(RFC_PLAIN), &one));
    assert_true(push_encrypt(&keys, STR(RFC_PLAIN), &other));
    assert_memory_not_equal(one.ptr, other.ptr, PUSH_SALT);
    assert_memory_not_equal(one.ptr + PUSH_HEADER - P256_POINT, other.ptr + PUSH_HEADER - P256_POINT, P256_POINT);
}

static void
a_message_fills_the_record_and_no_more(void **state)
{
    scoped_buf message = BUF_INIT(2 * PUSH_RECORD);
    struct push_keys keys;
    char text[PUSH_PLAIN_MAX + 1];

    (void)state;
    memset(text, 'a', sizeof text);
    assert_int_equal(PUSH_PLAIN_MAX, 3993);
    assert_true(push_keys_parse(STR(RFC_POINT), STR(RFC_AUTH), &keys));
    assert_true(push_encrypt(&keys, (struct str){text, PUSH_PLAIN_MAX}, &message));
    assert_int_equal(message.len, PUSH_RECORD);
    assert_false(push_encrypt(&keys, (struct str){text, PUSH_PLAIN_MAX + 1}, &message));
}

static void
keys_that_are_none_are_refused(void **state)
{
    /* Of another length, not base64url, off the curve, compressed, the point at infinity. */
    static const char *const points[] = {
        "", "A", "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw", RFC_POINT "AA", RFC_POINT "=",
        "BCVxsr7N+eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw8",
        "AyVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    static const char *const secrets[] = {"", "BTBZMqHH6r4Tts7J_aSI", RFC_AUTH "A", RFC_AUTH "==", "BTBZMqHH6r4Tts7J/aSIgg"};
    struct push_keys keys;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(points); i++)
        assert_false(push_keys_parse(str_of(points[i]), STR(RFC_AUTH), &keys));
    for (size_t i = 0; i < COUNT_OF(secrets); i++)
        assert_false(push_keys_parse(STR(RFC_POINT), str_of(secrets[i]), &keys));
}

static struct config
configured(const char *private_key, const char *public_key)
{
    return (struct config){.mail_from = "Veza <push@example.org>", .vapid_private_key = private_key, .vapid_public_key = public_key,
                           .vapid_subject = ""};
}

static void
nodes_with_the_same_secret_have_the_same_pair(void **state)
{
    struct config config = configured("", "");
    unsigned char seed[SHA256_BYTES] = {1}, other[SHA256_BYTES] = {2};
    char first[VAPID_PUBLIC_TEXT], error[256];

    (void)state;
    assert_true(vapid_setup(&config, seed, error, sizeof error));
    memcpy(first, vapid_public_key(), sizeof first);
    assert_true(vapid_setup(&config, other, error, sizeof error));
    assert_string_not_equal(first, vapid_public_key());
    assert_true(vapid_setup(&config, seed, error, sizeof error));
    assert_string_equal(first, vapid_public_key());
}

static void
a_configured_pair_is_taken_and_checked(void **state)
{
    static const unsigned char seed[SHA256_BYTES] = {1};
    struct config good = configured(RFC_SENDER, ""), wrong = configured(RFC_SENDER, RFC_POINT), none = configured("nonsense", "");
    char error[256] = "";

    (void)state;
    assert_true(vapid_setup(&good, seed, error, sizeof error));
    assert_string_equal(vapid_public_key(), "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
    assert_false(vapid_setup(&wrong, seed, error, sizeof error));
    assert_non_null(strstr(error, "VAPID_PUBLIC_KEY"));
    assert_false(vapid_setup(&none, seed, error, sizeof error));
    assert_non_null(strstr(error, "VAPID_PRIVATE_KEY"));
}

static void
a_token_is_for_one_service_and_for_half_a_day(void **state)
{
    static const unsigned char seed[SHA256_BYTES] = {1};
    struct config config = configured(RFC_SENDER, "");
    char header[VAPID_HEADER_MAX], error[256], token[VAPID_HEADER_MAX];
    unsigned char point[P256_POINT];
    cjose_jwk_ec_keyspec spec = {.crv = CJOSE_JWK_EC_P_256, .x = point + 1, .xlen = 32, .y = point + 33, .ylen = 32};
    cjose_jwk_t *key;
    cjose_jws_t *jws;
    cjose_err why;
    uint8_t *plain;
    size_t len;
    json_t *claims;

    (void)state;
    assert_true(vapid_setup(&config, seed, error, sizeof error));
    assert_true(vapid_authorization("https://push.example:8443/send/abc?x=1", 1000, header, sizeof header));
    assert_int_equal(sscanf(header, "vapid t=%1000[^,],k=", token), 1);
    assert_non_null(strstr(header, vapid_public_key()));
    assert_int_equal(base64url_decode(str_of(vapid_public_key()), point, sizeof point), P256_POINT);
    key = cjose_jwk_create_EC_spec(&spec, &why);
    jws = cjose_jws_import(token, strlen(token), &why);
    assert_non_null(jws);
    assert_true(cjose_jws_verify(jws, key, &why));
    assert_true(cjose_jws_get_plaintext(jws, &plain, &len, &why));
    claims = json_loadb((const char *)plain, len, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(claims, "aud")), "https://push.example:8443");
    assert_int_equal(json_integer_value(json_object_get(claims, "exp")), 1000 + 12 * 3600);
    assert_string_equal(json_string_value(json_object_get(claims, "sub")), "mailto:push@example.org");
    json_decref(claims);
    cjose_jws_release(jws);
    cjose_jwk_release(key);
    assert_false(vapid_authorization("no address", 1000, header, sizeof header));
    assert_false(vapid_authorization("https://push.example/", 1000, header, 40));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_8291_comes_out_byte_for_byte),
        cmocka_unit_test(no_two_messages_are_alike),
        cmocka_unit_test(a_message_fills_the_record_and_no_more),
        cmocka_unit_test(keys_that_are_none_are_refused),
        cmocka_unit_test(nodes_with_the_same_secret_have_the_same_pair),
        cmocka_unit_test(a_configured_pair_is_taken_and_checked),
        cmocka_unit_test(a_token_is_for_one_service_and_for_half_a_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
