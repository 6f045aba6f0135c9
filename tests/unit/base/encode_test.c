#include "test.h"

#include "base/encode.h"

static void
base64url_follows_rfc_4648(void **state)
{
    static const struct {
        const char *bytes, *text;
    } vectors[] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"},
                   {"\xfb\xff", "-_8"}};
    char text[32], bytes[32];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        size_t len = strlen(vectors[i].bytes);

        base64url_encode(vectors[i].bytes, len, text);
        assert_string_equal(text, vectors[i].text);
        assert_int_equal(base64url_decode(str_of(text), bytes, sizeof bytes), len);
        assert_memory_equal(bytes, vectors[i].bytes, len);
    }
}

static void
base64url_has_one_text_for_each_bytes(void **state)
{
    static const char *const bad[] = {"Zg==", "Zh", "Zm9", "A", "Zm9v+", "Zm 9v", "Zm9vYg\n"};
    char bytes[8];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(base64url_decode(str_of(bad[i]), bytes, sizeof bytes), -1);
    assert_int_equal(base64url_decode(STR("Zm9vYmFy"), bytes, 5), -1);
}

static void
sha256_and_hmac_follow_their_standards(void **state)
{
    unsigned char mac[SHA256_BYTES];
    char hex[SHA256_HEX];

    (void)state;
    sha256_hex(STR("abc"), hex); /* FIPS 180-2, B.1 */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), mac); /* RFC 4231, case 2 */
    hex_encode(mac, sizeof mac, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void
hex_is_decoded_whole_or_not_at_all(void **state)
{
    unsigned char bytes[2];

    (void)state;
    assert_true(hex_decode("beEF", bytes, 2));
    assert_int_equal(bytes[0], 0xBE);
    assert_int_equal(bytes[1], 0xEF);
    assert_false(hex_decode("beE", bytes, 2));
    assert_false(hex_decode("beEFa", bytes, 2));
    assert_false(hex_decode("bg00", bytes, 2));
}

static void
a_signed_token_has_three_parts_of_base64url(void **state)
{
    static const char *const good[] = {"ag.cQ.eQ", "ab8.abcd.abcdQQ", "A-_9.AA.AA"};
    static const char *const bad[] = {"", ".", "..", "ab", "ab.cd", "ab.cd.", ".cd.ef", "ab..ef", "ab.cd.ef.", "ab.cd.ef.gh", "a.cd.ef", "ab.c.ef",
                                      "ab.cd.e", "abcde.ab.cd", "ab.c+.ef", "ab.c/.ef", "ab.cd=.ef", "ab.c d.ef", "a\x8f.cd.ef", "{}", "ab.cd.e\n"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(jws_shaped(good[i]));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(jws_shaped(bad[i]));
}

static void
uuids_are_random_version_4(void **state)
{
    char a[UUID_TEXT], b[UUID_TEXT];

    (void)state;
    uuid_random(a);
    uuid_random(b);
    assert_string_not_equal(a, b);
    assert_true(uuid_valid(a));
    assert_int_equal(a[14], '4');
    assert_non_null(strchr("89ab", a[19]));
    assert_false(uuid_valid("550e8400-e29b-41d4-a716-44665544000g"));
    assert_false(uuid_valid("550e8400e29b-41d4-a716-4466554400000"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64url_follows_rfc_4648),      cmocka_unit_test(base64url_has_one_text_for_each_bytes),
        cmocka_unit_test(sha256_and_hmac_follow_their_standards), cmocka_unit_test(hex_is_decoded_whole_or_not_at_all),
        cmocka_unit_test(a_signed_token_has_three_parts_of_base64url),
        cmocka_unit_test(uuids_are_random_version_4),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
