#include "platform/push/p256.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "base/encode.h"

#define SCOPED(type, name, release) \
    static void name(type **object) \
    { \
        release(*object); \
    }
SCOPED(EC_GROUP, group_free, EC_GROUP_free)
SCOPED(EC_POINT, point_free, EC_POINT_free)
SCOPED(BIGNUM, number_free, BN_clear_free)
SCOPED(EVP_PKEY, key_free, EVP_PKEY_free)
SCOPED(EVP_PKEY_CTX, context_free, EVP_PKEY_CTX_free)
SCOPED(OSSL_PARAM_BLD, builder_free, OSSL_PARAM_BLD_free)
SCOPED(OSSL_PARAM, params_free, OSSL_PARAM_free)
#define scoped(release) __attribute__((cleanup(release)))

bool
p256_point_valid(const unsigned char point[P256_POINT])
{
    scoped(group_free) EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    scoped(point_free) EC_POINT *parsed = group ? EC_POINT_new(group) : NULL;

    /* oct2point refuses what does not satisfy the curve's equation; a length of 65 leaves no room for the point at infinity. */
    return parsed && point[0] == POINT_CONVERSION_UNCOMPRESSED && EC_POINT_oct2point(group, parsed, point, P256_POINT, NULL) == 1;
}

bool
p256_public(const unsigned char scalar[P256_SCALAR], unsigned char ret_point[P256_POINT])
{
    scoped(group_free) EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    scoped(point_free) EC_POINT *point = group ? EC_POINT_new(group) : NULL;
    scoped(number_free) BIGNUM *number = BN_bin2bn(scalar, P256_SCALAR, NULL);

    if (!point || !number || BN_is_zero(number) || BN_cmp(number, EC_GROUP_get0_order(group)) >= 0)
        return false;
    BN_set_flags(number, BN_FLG_CONSTTIME);
    return EC_POINT_mul(group, point, number, NULL, NULL, NULL) == 1 &&
           EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, ret_point, P256_POINT, NULL) == P256_POINT;
}

bool
p256_generate(unsigned char ret_scalar[P256_SCALAR], unsigned char ret_point[P256_POINT])
{
    /* One scalar in 2^32 lies outside the range. */
    for (int tries = 0; tries < 4; tries++) {
        random_bytes(ret_scalar, P256_SCALAR);
        if (p256_public(ret_scalar, ret_point))
            return true;
    }
    return false;
}

/* As OpenSSL's object: a pair, or with a NULL scalar a public key. */
static EVP_PKEY *
key_of(const unsigned char *scalar, const unsigned char point[P256_POINT])
{
    scoped(builder_free) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    scoped(number_free) BIGNUM *number = scalar ? BN_bin2bn(scalar, P256_SCALAR, NULL) : NULL;
    scoped(context_free) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    scoped(params_free) OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;

    if (!builder || !context || (scalar && !number) ||
        !OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) ||
        !OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, P256_POINT) ||
        (number && !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number)))
        return NULL;
    params = OSSL_PARAM_BLD_to_param(builder);
    if (!params || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &key, scalar ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) <= 0)
        return NULL;
    return key;
}

bool
p256_shared(const unsigned char scalar[P256_SCALAR], const unsigned char own[P256_POINT], const unsigned char peer[P256_POINT],
            unsigned char ret_secret[P256_SCALAR])
{
    scoped(key_free) EVP_PKEY *mine = key_of(scalar, own);
    scoped(key_free) EVP_PKEY *theirs = key_of(NULL, peer);
    scoped(context_free) EVP_PKEY_CTX *context = mine ? EVP_PKEY_CTX_new(mine, NULL) : NULL;
    size_t len = P256_SCALAR;

    return context && theirs && EVP_PKEY_derive_init(context) > 0 && EVP_PKEY_derive_set_peer(context, theirs) > 0 &&
           EVP_PKEY_derive(context, ret_secret, &len) > 0 && len == P256_SCALAR;
}
