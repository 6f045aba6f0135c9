/* login.c - who calls: a name with a password of an app, the MD5 of that password and a salt, or the password as an API key.
 *
 * Passwords of apps are drawn here, of 100 bits, so they cannot be guessed. What is wrong takes as long as what is right, whether the name is anybody's or
 * not: as many passwords are opened and compared as a person may have. */
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/seal.h"
#include "http/field_text.h"
#include "modules/auth/auth.h"
#include "modules/subsonic/internal.h"

#define PASSWORDS_MAX 20
#define MD5_BYTES 16
#define MD5_HEX (2 * MD5_BYTES + 1)
#define SECRET_MAX 100
#define CLIENT_MAX 100

/* What fails is counted for an address, apart from all other requests. */
static const struct limit_rule wrong_rule = {60, 300};
static struct limiter *wrong;
static struct secret_keys keys;

bool
login_setup(void)
{
    secret_keys_derive(&keys, "app passwords");
    wrong = limiter_new();
    return wrong;
}

void
login_teardown(void)
{
    limiter_free(wrong);
    wrong = NULL;
}

const char *
rest_seal(struct request *req, const char *about, const char *secret)
{
    char sealed[SEALED_SIZE(SECRET_MAX)];

    if (strlen(secret) > SECRET_MAX || !seal(keys.key, about, str_of(secret), sealed))
        return NULL;
    return arena_strdup(req->arena, sealed);
}

/* `out` holds SECRET_MAX + 1 bytes. */
static bool
login_open(const char *about, const char *sealed, char *out)
{
    long len = secret_unseal(&keys, about, sealed, out, SECRET_MAX);

    out[len < 0 ? 0 : len] = 0;
    return len > 0;
}

const char *
rest_unseal(struct request *req, const char *about, const char *sealed)
{
    char secret[SECRET_MAX + 1];

    return login_open(about, sealed, secret) ? arena_strdup(req->arena, secret) : NULL;
}

bool
app_password_make(struct request *req, const char *id, char ret_password[APP_PASSWORD_TEXT], const char **ret_sealed, const char **ret_hash)
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32, without those that look like others */
    unsigned char bytes[20];
    char hash[SHA256_HEX];
    char *to = ret_password;

    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i && i % 4 == 0)
            *to++ = '-';
        *to++ = letters[bytes[i] % 32];
    }
    *to = 0;
    sha256_hex(str_of(ret_password), hash);
    *ret_sealed = rest_seal(req, id, ret_password);
    *ret_hash = arena_strdup(req->arena, hash);
    return *ret_sealed && *ret_hash;
}

static bool
login_md5(const char *password, const char *salt, char out[MD5_HEX])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char digest[MD5_BYTES];
    bool good = context && EVP_DigestInit_ex(context, EVP_md5(), NULL) && EVP_DigestUpdate(context, password, strlen(password)) &&
                EVP_DigestUpdate(context, salt, strlen(salt)) && EVP_DigestFinal_ex(context, digest, NULL);

    EVP_MD_CTX_free(context);
    if (good)
        hex_encode(digest, sizeof digest, out);
    return good;
}

/* What the app sent as a proof. */
struct login_proof {
    const char *token, *salt; /* or: */
    char password[SECRET_MAX + 1];
};

/* A password as text, or as "enc:" and hexadecimal digits. */
static bool
login_read_password(const char *given, char out[SECRET_MAX + 1])
{
    size_t len = strlen(given);

    if (text_starts_with(given, "enc:")) {
        len = (len - 4) / 2;
        if (len > SECRET_MAX || strlen(given) != 4 + 2 * len || !hex_decode(given + 4, out, len) || memchr(out, 0, len))
            return false;
        out[len] = 0;
        return true;
    }
    if (len > SECRET_MAX)
        return false;
    memcpy(out, given, len + 1);
    return true;
}

/* Compares hashes, whose length tells nothing. */
static bool
login_matches(const struct login_proof *proof, const char *password)
{
    char md5[MD5_HEX] = "", given[SHA256_HEX], kept[SHA256_HEX], small[MD5_HEX];

    if (!login_md5(password, proof->salt ? proof->salt : "", md5))
        return false;
    if (proof->token) {
        snprintf(small, sizeof small, "%s", proof->token);
        for (char *p = small; *p; p++)
            *p |= *p >= 'A' && *p <= 'F' ? 0x20 : 0;
        return strlen(proof->token) == MD5_HEX - 1 && bytes_equal_constant_time(small, md5, MD5_HEX - 1) && *password;
    }
    sha256_hex(str_of(proof->password), given);
    sha256_hex(str_of(password), kept);
    return bytes_equal_constant_time(given, kept, SHA256_HEX - 1) && *password;
}

const char *
rest_client(struct rest_call *call)
{
    const char *name = rest_param(call, "c", 0);
    char clean[CLIENT_MAX + 1] = "";
    size_t len = 0;

    for (const char *p = name ? name : ""; *p && len < CLIENT_MAX - 4; p++)
        if ((unsigned char)*p >= 0x20 && *p != 0x7F)
            clean[len++] = *p;
    clean[len] = 0;
    if (len == CLIENT_MAX - 4) /* perhaps its last character is not whole */
        while (len && !utf8_valid((struct str){clean, len}, NULL))
            clean[--len] = 0;
    return len && utf8_valid((struct str){clean, len}, NULL) && !text_has_unwanted_characters(clean, false) ? arena_strdup(call->req->arena, clean) : "App";
}

static const struct problem *
login_wrong(struct rest_call *call, enum rest_code code, const char *message)
{
    struct request *req = call->req;
    struct limit_take takes[LIMIT_TAKES_MAX];
    struct limit_buffer buffer;
    unsigned count = limit_takes_of_address(&buffer, "app", &req->limit_address, &wrong_rule, takes);

    for (unsigned i = 0; i < count; i++) {
        struct limit_state state = limiter_take(wrong, takes[i].key, takes[i].rule, clock_monotonic_ns());

        if (!state.allowed)
            return problem_retry(req->arena, PROBLEM(TOO_MANY_REQUESTS), (int)state.retry_after_s);
    }
    return rest_refuse(call, code, "%s", message);
}

/* The password was right. When it was last used is written once a minute, or when another app uses it. */
static const struct problem *
login_accept(struct rest_call *call, const char *password_id, const char *user_id, const char *username, bool verified, bool note)
{
    struct request *req = call->req;

    snprintf(req->identity.user_id, UUID_TEXT, "%s", user_id);
    req->identity.known = true;
    req->identity.role = ROLE_USER; /* whatever role the person has: apps have no other powers */
    req->identity.email_verified = verified;
    call->username = arena_strdup(req->arena, username);
    if (!note)
        return NULL;
    request_set(req, "password_id", arena_strdup(req->arena, password_id));
    return db_maybe(req, &q_subsonic_password_used, NULL);
}

static const struct problem *
login_by_key(struct rest_call *call, const char *key)
{
    char hash[SHA256_HEX];
    const struct problem *p;
    struct row row;

    sha256_hex(str_of(key), hash);
    request_set(call->req, "key_hash", arena_strdup(call->req->arena, hash));
    p = db_maybe(call->req, &q_subsonic_password_of_key, &row);
    if (p)
        return p;
    if (!row.count)
        return login_wrong(call, REST_KEY_INVALID, "This API key is wrong, or not valid any more.");
    return login_accept(call, row_text(&row, "id"), row_text(&row, "user_id"), row_text(&row, "username"), row_bool(&row, "is_verified"),
                        row_bool(&row, "unnoted") || row_bool(&row, "other_client"));
}

static const struct problem *
login_by_password(struct rest_call *call, const struct login_proof *proof)
{
    struct request *req = call->req;
    char password[SECRET_MAX + 1], dummy[SEALED_SIZE(APP_PASSWORD_TEXT)];
    const struct problem *p;
    PGresult *rows;
    int right = -1;

    if (!seal(keys.key, "nobody", (struct str){"0123-4567-89ab-cdef-0123", APP_PASSWORD_TEXT - 1}, dummy))
        return PROBLEM(INTERNAL);
    p = db_rows(req, &q_subsonic_passwords, &rows);
    if (p)
        return p;
    for (int i = 0; i < PASSWORDS_MAX; i++) {
        bool there = i < PQntuples(rows);
        bool good = login_open(there ? PQgetvalue(rows, i, 0) : "nobody", there ? PQgetvalue(rows, i, 1) : dummy, password) && login_matches(proof, password);

        if (good && there)
            right = i;
    }
    explicit_bzero(password, sizeof password);
    if (right < 0)
        p = login_wrong(call, REST_WRONG_CREDENTIALS, "Wrong user name or password. Apps sign in with a password of their own, from the settings under Apps.");
    else
        p = login_accept(call, PQgetvalue(rows, right, 0), PQgetvalue(rows, right, 2), PQgetvalue(rows, right, 3), *PQgetvalue(rows, right, 4) == 't',
                         *PQgetvalue(rows, right, 5) == 't' || *PQgetvalue(rows, right, 6) == 't');
    PQclear(rows);
    return p;
}

const struct problem *
rest_sign_in(struct rest_call *call)
{
    const char *user = rest_param(call, "u", 0), *password = rest_param(call, "p", 0), *key = rest_param(call, "apiKey", 0);
    struct login_proof proof = {rest_param(call, "t", 0), rest_param(call, "s", 0), ""};

    request_set(call->req, "client_name", rest_client(call));
    if (key)
        return user || password || proof.token ? rest_refuse(call, REST_MECHANISMS_CONFLICT, "An API key comes without a user name, password and token.")
                                               : login_by_key(call, key);
    if (!user || !*user)
        return rest_refuse(call, REST_MISSING_PARAMETER, "The parameter u is missing.");
    if (password && proof.token)
        return rest_refuse(call, REST_MECHANISMS_CONFLICT, "Send the password or a token, not both.");
    if (!password && (!proof.token || !proof.salt))
        return rest_refuse(call, REST_MISSING_PARAMETER, "The parameters t and s are missing.");
    if (password && !login_read_password(password, proof.password))
        proof.password[0] = 0; /* no password is empty */
    request_set(call->req, "app_user", user);
    return login_by_password(call, &proof);
}
