#include <stdio.h>
#include <stdlib.h>

#include "modules/auth/auth.h"
#include "modules/auth/lockout.h"
#include "modules/passkeys/credential.h"
#include "modules/passkeys/internal.h"

#define PASSKEYS_MAX "20"

/* The bytes of a UUID: the user handle, which says nothing about the person. */
static const char *
user_handle(struct request *req, const char *user_id)
{
    char digits[33], text[BASE64URL_SIZE(16)];
    unsigned char bytes[16];
    size_t n = 0;

    for (const char *p = user_id; *p && n < 32; p++)
        if (*p != '-')
            digits[n++] = *p;
    digits[n] = 0;
    if (!hex_decode(digits, bytes, sizeof bytes))
        return NULL;
    base64url_encode(bytes, sizeof bytes, text);
    return arena_strdup(req->arena, text);
}

/* Devices that have a passkey of this account already make no second one. */
static const struct problem *
known_credentials(struct request *req, json_t **ret_list)
{
    PGresult *rows;
    const struct problem *p = db_rows(req, &q_passkey_ids, &rows);
    json_t *list;

    if (p)
        return p;
    list = json_array();
    for (int i = 0; i < PQntuples(rows); i++) {
        unsigned char id[CREDENTIAL_ID_MAX];
        char text[BASE64URL_SIZE(CREDENTIAL_ID_MAX)];
        size_t len = strlen(PQgetvalue(rows, i, 0)) / 2;

        if (len > sizeof id || !hex_decode(PQgetvalue(rows, i, 0), id, len))
            continue;
        base64url_encode(id, len, text);
        json_array_append_new(list, json_pack("{s:s, s:s}", "type", "public-key", "id", text));
    }
    PQclear(rows);
    *ret_list = list;
    return NULL;
}

const struct problem *
passkey_register_begin(struct request *req)
{
    const char *user_id = req->identity.user_id, *challenge;
    const struct problem *p;
    json_t *known;
    struct row row;

    if ((p = db_one(req, &q_passkey_person, &row)) ||
        (p = lockout_check_password(req, "password", row_text(&row, "password_hash"))) || (p = lockout_passed(req, user_id, "succeeded")))
        return p;
    request_set(req, "password_generation", row_text(&row, "password_generation"));
    if ((p = challenge_make(req, user_id, &challenge)) || (p = known_credentials(req, &known)))
        return p;
    req->reply.cache_control = CACHE_NEVER;
    return reply_json(req, 200,
                      json_pack("{s:{s:s, s:s}, s:{s:s, s:s, s:s}, s:s, s:[{s:s, s:i}, {s:s, s:i}, {s:s, s:i}], s:i, s:o, s:{s:s, s:s}, s:s}",
                                "rp", "id", passkeys_rp_id(), "name", "Veza", "user", "id", user_handle(req, user_id), "name",
                                row_text(&row, "email"), "displayName", row_text(&row, "username"), "challenge", challenge,
                                "pubKeyCredParams", "type", "public-key", "alg", -7, "type", "public-key", "alg", -8, "type", "public-key",
                                "alg", -257, "timeout", CHALLENGE_S * 1000, "excludeCredentials", known, "authenticatorSelection",
                                "residentKey", "required", "userVerification", "required", "attestation", "none"));
}

static const struct problem *
bad_credential(struct request *req)
{
    return problem_field(req->arena, "credential", "value", "This is no answer of a passkey to our question.");
}

const struct problem *
passkey_register_finish(struct request *req)
{
    const json_t *response = json_object_get(request_json(req, "credential"), "response");
    struct str client_data = bytes_in(req, response, "clientDataJSON"), object = bytes_in(req, response, "attestationObject");
    struct credential *credential = arena_alloc(req->arena, sizeof *credential);
    const struct problem *p;
    struct row row;
    bool good;

    if (!credential || !client_data.ptr || !object.ptr)
        return bad_credential(req);
    p = challenge_take(req, client_data, "webauthn.create", req->identity.user_id, &good);
    if (p)
        return p;
    if (!good || !credential_read(object, passkeys_rp_id(), credential))
        return bad_credential(req);
    request_set(req, "credential_id", bytea_text(req, credential->id, credential->id_len));
    request_set(req, "public_key", bytea_text(req, credential->key, credential->key_len));
    request_set(req, "aaguid", bytea_text(req, credential->aaguid, sizeof credential->aaguid));
    request_set(req, "algorithm", arena_printf(req->arena, "%d", credential->algorithm));
    request_set(req, "counter", arena_printf(req->arena, "%u", credential->counter));
    request_set(req, "most_passkeys", PASSKEYS_MAX);
    p = db_maybe(req, &q_passkey_add, &row);
    if (p)
        return p;
    if (!row.count)
        return problem_detail(req->arena, PROBLEM(CONFLICT), "You have %s passkeys already; delete one first.", PASSKEYS_MAX);
    request_set(req, "id", row_text(&row, "id"));
    return reply_query(req, 201, &q_passkey_get);
}

const struct problem *
passkey_login_begin(struct request *req)
{
    const char *challenge;
    const struct problem *p = challenge_make(req, NULL, &challenge);

    if (p)
        return p;
    req->reply.cache_control = CACHE_NEVER;
    return reply_json(req, 200, json_pack("{s:s, s:s, s:i, s:s}", "challenge", challenge, "rpId", passkeys_rp_id(), "timeout",
                                          CHALLENGE_S * 1000, "userVerification", "required"));
}

static bool
load_credential(const struct row *row, struct credential *credential)
{
    const char *key = row_text(row, "public_key");

    credential->algorithm = (int)row_int(row, "algorithm", 0);
    credential->key_len = strlen(key) / 2;
    return credential->key_len <= sizeof credential->key && hex_decode(key, credential->key, credential->key_len);
}

/* The counter must have grown, where the device has one: else there are two of it. */
static const struct problem *
note_use(struct request *req, const struct row *row, uint32_t counter, bool *ret_good)
{
    const struct problem *p;
    struct row used = {0};

    request_set(req, "passkey_id", row_text(row, "id"));
    request_set(req, "counter", arena_printf(req->arena, "%u", counter));
    p = db_maybe(req, &q_passkey_used, &used);
    *ret_good = !p && used.count > 0;
    return p;
}

const struct problem *
passkey_login_finish(struct request *req)
{
    const json_t *given = request_json(req, "credential"), *response = json_object_get(given, "response");
    struct str id = bytes_in(req, given, "id"), client_data = bytes_in(req, response, "clientDataJSON");
    struct str data = bytes_in(req, response, "authenticatorData"), signature = bytes_in(req, response, "signature");
    const char *handle = json_string_value(json_object_get(response, "userHandle"));
    struct credential *credential = arena_alloc(req->arena, sizeof *credential);
    const struct problem *p;
    uint32_t counter = 0;
    struct row row;
    bool good;

    if (!credential || !id.ptr || !client_data.ptr || !data.ptr || !signature.ptr)
        return bad_credential(req);
    p = challenge_take(req, client_data, "webauthn.get", NULL, &good);
    if (p)
        return p;
    request_set(req, "credential_id", bytea_text(req, id.ptr, id.len));
    p = db_maybe(req, &q_passkey_find, &row);
    if (p)
        return p;
    if (!good || !row.count || (handle && !text_equal(handle, user_handle(req, row_text(&row, "user_id")))) ||
        !load_credential(&row, credential) || !credential_check(credential, data, client_data, signature, passkeys_rp_id(), &counter))
        return PROBLEM(PASSKEY_REFUSED);
    p = note_use(req, &row, counter, &good);
    if (p)
        return p;
    return good ? session_open_proven(req, row_text(&row, "user_id")) : PROBLEM(PASSKEY_REFUSED);
}
