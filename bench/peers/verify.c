/* verify CONNINFO KEY.pem STATEMENT-FILE SESSION PERSON VERSION < TOKENS - the least that can find out whether a bearer token
 * is good: its RS256 signature with libcjose, and the statement that tells whether its session stands, prepared once. Each token is
 * looked at once, a millisecond after the one before it, as far apart as the requests that it is compared to. Prints the microseconds of each part as JSON. */
#include <cjose/cjose.h>
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TOKENS_MAX 20000

static char statement[65536];

static double
now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static cjose_jwk_t *
read_key(const char *path)
{
    FILE *file = fopen(path, "r");
    EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    BIGNUM *n = NULL, *e = NULL;
    unsigned char modulus[1024], exponent[16];
    cjose_jwk_rsa_keyspec spec = {.e = exponent, .n = modulus};
    cjose_err error;

    if (!key || !EVP_PKEY_get_bn_param(key, "n", &n) || !EVP_PKEY_get_bn_param(key, "e", &e))
        return NULL;
    spec.nlen = (size_t)BN_bn2bin(n, modulus);
    spec.elen = (size_t)BN_bn2bin(e, exponent);
    return cjose_jwk_create_RSA_spec(&spec, &error);
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void
print(const char *name, double *samples, unsigned count, const char *after)
{
    qsort(samples, count, sizeof *samples, by_size);
    printf("\"%s\":{\"p50_us\":%.1f,\"p99_us\":%.1f}%s", name, samples[count / 2], samples[count * 99 / 100], after);
}

int
main(int argc, char **argv)
{
    static double signatures[TOKENS_MAX], sessions[TOKENS_MAX], both[TOKENS_MAX];
    FILE *file = argc == 7 ? fopen(argv[3], "r") : NULL;
    cjose_jwk_t *key = file ? read_key(argv[2]) : NULL;
    PGconn *pg = key ? PQconnectdb(argv[1]) : NULL;
    char token[8192];
    cjose_err error;
    unsigned count = 0;

    if (!pg || !fread(statement, 1, sizeof statement - 1, file))
        return 1;
    PQclear(PQprepare(pg, "s", statement, 0, NULL));
    while (count < TOKENS_MAX && fgets(token, sizeof token, stdin)) {
        const char *values[] = {argv[4], argv[5], argv[6]};
        double begin, between;
        cjose_jws_t *jws;
        PGresult *result;

        usleep(1000);
        begin = now_us();
        jws = cjose_jws_import(token, strcspn(token, "\n"), &error);
        if (!jws || !cjose_jws_verify(jws, key, &error))
            return fputs("verify: a bad signature\n", stderr), 1;
        cjose_jws_release(jws);
        between = now_us();
        result = PQexecPrepared(pg, "s", 3, values, NULL, NULL, 0);
        if (PQntuples(result) != 1)
            return fprintf(stderr, "verify: no such session %s\n", PQresultErrorMessage(result)), 1;
        PQclear(result);
        signatures[count] = between - begin;
        sessions[count] = now_us() - between;
        both[count++] = now_us() - begin;
    }
    putchar('{');
    print("signature", signatures, count, ",");
    print("session", sessions, count, ",");
    print("both", both, count, "}\n");
    return 0;
}
