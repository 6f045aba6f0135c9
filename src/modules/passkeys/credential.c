#include "modules/passkeys/credential.h"

#include <cbor.h>
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <pthread.h>

#include "base/encode.h"

#define FLAG_PRESENT 0x01
#define FLAG_VERIFIED 0x04

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
start(void)
{
    fido_init(0);
}

/* The byte string under "authData" in the map; points into `map`. */
static struct str
authenticator_data_in(const cbor_item_t *map)
{
    struct cbor_pair *pairs = cbor_isa_map(map) && cbor_map_is_definite(map) ? cbor_map_handle(map) : NULL;

    for (size_t i = 0; pairs && i < cbor_map_size(map); i++) {
        struct str key = {NULL, 0};

        if (cbor_isa_string(pairs[i].key) && cbor_string_is_definite(pairs[i].key))
            key = (struct str){(const char *)cbor_string_handle(pairs[i].key), cbor_string_length(pairs[i].key)};
        if (key.ptr && str_equal(key, STR("authData")) && cbor_isa_bytestring(pairs[i].value) &&
            cbor_bytestring_is_definite(pairs[i].value))
            return (struct str){(const char *)cbor_bytestring_handle(pairs[i].value), cbor_bytestring_length(pairs[i].value)};
    }
    return (struct str){NULL, 0};
}

static bool
is_for(struct str authenticator_data, const char *rp_id)
{
    unsigned char hash[SHA256_BYTES];

    sha256(str_of(rp_id), hash);
    return authenticator_data.len > sizeof hash && memcmp(authenticator_data.ptr, hash, sizeof hash) == 0;
}

static bool
copy_parts(const fido_cred_t *cred, int algorithm, struct credential *ret_credential)
{
    struct credential credential = {.algorithm = algorithm, .counter = fido_cred_sigcount(cred),
                                    .id_len = fido_cred_id_len(cred), .key_len = fido_cred_pubkey_len(cred)};

    if ((fido_cred_flags(cred) & (FLAG_PRESENT | FLAG_VERIFIED)) != (FLAG_PRESENT | FLAG_VERIFIED) || !credential.id_len ||
        credential.id_len > CREDENTIAL_ID_MAX || !credential.key_len || credential.key_len > CREDENTIAL_KEY_MAX ||
        fido_cred_aaguid_len(cred) != sizeof credential.aaguid)
        return false;
    memcpy(credential.id, fido_cred_id_ptr(cred), credential.id_len);
    memcpy(credential.key, fido_cred_pubkey_ptr(cred), credential.key_len);
    memcpy(credential.aaguid, fido_cred_aaguid_ptr(cred), sizeof credential.aaguid);
    *ret_credential = credential;
    return true;
}

/* libfido2 wants to know the algorithm beforehand. */
static bool
read_as(struct str data, int algorithm, struct credential *ret_credential)
{
    fido_cred_t *cred = fido_cred_new();
    bool good = cred && fido_cred_set_type(cred, algorithm) == FIDO_OK &&
                fido_cred_set_authdata_raw(cred, (const unsigned char *)data.ptr, data.len) == FIDO_OK &&
                copy_parts(cred, algorithm, ret_credential);

    fido_cred_free(&cred);
    return good;
}

bool
credential_read(struct str attestation_object, const char *rp_id, struct credential *ret_credential)
{
    static const int algorithms[] = {COSE_ES256, COSE_EDDSA, COSE_RS256};
    struct cbor_load_result result;
    cbor_item_t *map;
    struct str data;
    bool good = false;

    pthread_once(&once, start);
    map = cbor_load((const unsigned char *)attestation_object.ptr, attestation_object.len, &result);
    if (!map)
        return false;
    data = authenticator_data_in(map);
    if (data.ptr && is_for(data, rp_id))
        for (size_t i = 0; i < COUNT_OF(algorithms) && !good; i++)
            good = read_as(data, algorithms[i], ret_credential);
    cbor_decref(&map);
    return good;
}

static bool
verify(const fido_assert_t *assert, const struct credential *credential)
{
    es256_pk_t *es256 = es256_pk_new();
    rs256_pk_t *rs256 = rs256_pk_new();
    eddsa_pk_t *eddsa = eddsa_pk_new();
    const void *key = NULL;
    bool good;

    if (credential->algorithm == COSE_ES256 && es256 && es256_pk_from_ptr(es256, credential->key, credential->key_len) == FIDO_OK)
        key = es256;
    if (credential->algorithm == COSE_RS256 && rs256 && rs256_pk_from_ptr(rs256, credential->key, credential->key_len) == FIDO_OK)
        key = rs256;
    if (credential->algorithm == COSE_EDDSA && eddsa && eddsa_pk_from_ptr(eddsa, credential->key, credential->key_len) == FIDO_OK)
        key = eddsa;
    good = key && fido_assert_verify(assert, 0, credential->algorithm, key) == FIDO_OK;
    es256_pk_free(&es256);
    rs256_pk_free(&rs256);
    eddsa_pk_free(&eddsa);
    return good;
}

bool
credential_check(const struct credential *credential, struct str authenticator_data, struct str client_data, struct str signature,
                 const char *rp_id, uint32_t *ret_counter)
{
    fido_assert_t *assert;
    bool good;

    pthread_once(&once, start);
    assert = fido_assert_new();
    good = assert && fido_assert_set_count(assert, 1) == FIDO_OK && fido_assert_set_rp(assert, rp_id) == FIDO_OK &&
           fido_assert_set_up(assert, FIDO_OPT_TRUE) == FIDO_OK && fido_assert_set_uv(assert, FIDO_OPT_TRUE) == FIDO_OK &&
           fido_assert_set_clientdata(assert, (const unsigned char *)client_data.ptr, client_data.len) == FIDO_OK &&
           fido_assert_set_authdata_raw(assert, 0, (const unsigned char *)authenticator_data.ptr, authenticator_data.len) == FIDO_OK &&
           fido_assert_set_sig(assert, 0, (const unsigned char *)signature.ptr, signature.len) == FIDO_OK && verify(assert, credential);
    if (good)
        *ret_counter = fido_assert_sigcount(assert, 0);
    fido_assert_free(&assert);
    return good;
}
