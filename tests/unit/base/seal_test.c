/* Sealed secrets: they open with their key, about what they were sealed about, unchanged, and not otherwise. */
#include "test.h"

#include "base/seal.h"

static const unsigned char key[SEAL_KEY_BYTES] = {1, 2, 3}, other_key[SEAL_KEY_BYTES] = {1, 2, 4};

static void
what_was_sealed_opens_again(void **state)
{
    char sealed[SEALED_SIZE(6)], again[SEALED_SIZE(6)], plain[6];

    (void)state;
    assert_true(seal(key, "row 1", STR("secret"), sealed));
    assert_int_equal(strlen(sealed), SEALED_SIZE(6) - 1);
    assert_int_equal(unseal(key, "row 1", sealed, plain, sizeof plain), 6);
    assert_memory_equal(plain, "secret", 6);
    assert_true(seal(key, "row 1", STR("secret"), again));
    assert_string_not_equal(sealed, again); /* another nonce */
    assert_true(seal(key, "", STR(""), sealed));
    assert_int_equal(unseal(key, "", sealed, plain, 0), 0);
}

static void
nothing_else_opens(void **state)
{
    char sealed[SEALED_SIZE(6)], plain[6];

    (void)state;
    assert_true(seal(key, "row 1", STR("secret"), sealed));
    assert_int_equal(unseal(other_key, "row 1", sealed, plain, sizeof plain), -1);
    assert_int_equal(unseal(key, "row 2", sealed, plain, sizeof plain), -1);
    assert_int_equal(unseal(key, "row 1", sealed, plain, sizeof plain - 1), -1);
    assert_int_equal(unseal(key, "row 1", "", plain, sizeof plain), -1);
    assert_int_equal(unseal(key, "row 1", "not base64url!", plain, sizeof plain), -1);
    for (size_t i = 0; i < strlen(sealed); i++) {
        char before = sealed[i];

        sealed[i] = before == 'A' ? 'B' : 'A';
        assert_int_equal(unseal(key, "row 1", sealed, plain, sizeof plain), -1);
        sealed[i] = 0;
        assert_int_equal(unseal(key, "row 1", sealed, plain, sizeof plain), -1);
        sealed[i] = before;
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens_again),
        cmocka_unit_test(nothing_else_opens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
