/* Signing keys that all threads use at once. */
#include "../base/test.h"

#include <cjose/cjose.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "modules/auth/internal.h"

#define THREADS 4
#define ROUNDS 2000

static atomic_int retained;

/* Stands before the library's own, whose count is a plain integer: with two threads in it at once a key is freed while it is in use, or
 * never. That happens in one of several runs only, so this counts how often it is risked. */
cjose_jwk_t *
cjose_jwk_retain(cjose_jwk_t *jwk, cjose_err *error)
{
    (void)error;
    atomic_fetch_add(&retained, 1);
    return jwk;
}

/* Signs and checks tokens, each a new one, so that the table of checked tokens does not answer. */
static void *
sign_and_check(void *argument)
{
    struct claims claims = {.version = 1, .expires_at = clock_unix_s() + 600}, read;
    int *bad = argument;

    uuid_random(claims.user_id);
    uuid_random(claims.session_id);
    for (int i = 0; i < ROUNDS; i++) {
        struct arena *arena = arena_new(1024 * 1024);
        struct request req = {.arena = arena};
        const char *token = token_sign(&req, TOKEN_ACCESS, &claims);

        *bad += !token || token_verify(token, TOKEN_ACCESS, &read) != TOKEN_GOOD;
        arena_free(arena);
    }
    return NULL;
}

static void
threads_that_sign_and_check_tokens_at_once_share_no_reference_count(void **state)
{
    static const struct config config = {.data_dir = "/nonexistent"};
    int bad[THREADS] = {0};
    pthread_t threads[THREADS];
    char error[256];

    (void)state;
    auth_settings = (struct auth_settings){.jwt_secret = "a secret that is long enough for tests", .jwt_issuer = "veza-api",
                                           .jwt_audience = "veza-platform", .jwt_private_key_path = "", .jwt_public_key_path = ""};
    if (!keys_setup(&config, error, sizeof error))
        fail_msg("%s", error);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_and_check, &bad[i]), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(bad[i], 0);
    assert_int_equal(retained, 0);
    keys_teardown();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_that_sign_and_check_tokens_at_once_share_no_reference_count)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
