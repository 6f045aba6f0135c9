/* auth.h - who people are: registration, sign-in, sessions, tokens. */
#pragma once

#include "api/module.h"
#include "base/seal.h"
#include "http/request.h"

#define ACCESS_COOKIE "veza_access" /* holds the access token of browsers */

extern const struct module auth_module;

/* Takes the session's cookies out of the browser, with the reply. */
void auth_drop_cookies(struct request *req);

/* The server's hooks. */
const struct problem *auth_identify(struct request *req);
const struct problem *auth_identify_stream(struct request *req); /* of the stream server: takes stream tokens too */
/* Whose stream token this is, given in another way than as a bearer: fills req->identity. UNAUTHENTICATED or TOKEN_EXPIRED, also for other tokens. */
const struct problem *auth_identify_stream_token(struct request *req, const char *token);
const struct problem *auth_check_csrf(struct request *req);
const struct problem *auth_check_permission(struct request *req);
const struct problem *auth_check_second_factor(struct request *req);

const struct problem *auth_check_proof(struct request *req);

/* As PROOF_SIGN_IN of a route, for a handler that asks only sometimes: MFA_REQUIRED or SIGN_IN_AGAIN. */
const struct problem *auth_check_fresh(struct request *req);

/* The secret of internal calls: STREAM_SECRET, or one made from the application's secret. */
const char *auth_stream_secret(void);

/* Does an administrator approve each new creator? */
bool auth_approves_creators(void);

/* Makes a new signing key in the data folder; the ones before it verify until their last token has expired. */
bool auth_rotate_keys(const struct config *config, char *error, size_t error_size);

/* bcrypt at PASSWORD_COST, as "$2b$12$...". `out` holds 64 bytes. False when the password has over 72 bytes or memory is short. */
bool password_hash(const char *password, char out[64]);
/* Does the password belong to the hash? With a NULL hash it takes as long and is false. */
bool password_matches(const char *password, const char *hash);

/* Creates an account from the command line. False with a sentence in `error`. */
bool auth_create_user(const char *username, const char *email, const char *password, const char *role, bool verified, char *error,
                      size_t error_size);

/* The first of our languages that the browser names. */
const char *auth_language(const struct request *req);

/* The reply of every way to sign in. */
extern const struct field session_reply[];

/* Opens a session for `user_id`, sets the cookies and replies with the tokens and the account. */
const struct problem *session_open(struct request *req, const char *user_id, int status);
/* The same (200) for somebody who has just proven a second factor: a code after the password, or a passkey with verification. */
const struct problem *session_open_proven(struct request *req, const char *user_id);

/* Notes that this session's person has just proven their second factor; replies until when that counts for administration. */
const struct problem *session_prove(struct request *req);

/* A random token as text, and the hash that is stored. */
#define TOKEN_BYTES 32
#define TOKEN_TEXT BASE64URL_SIZE(TOKEN_BYTES)
void token_make(char text[TOKEN_TEXT], char hash[SHA256_HEX]);

#define API_KEY_PREFIX "vz_"

/* Derives a key for one purpose from the application's secret. */
void secret_derive(const char *purpose, unsigned char out[SHA256_BYTES]);
/* The same from APP_SECRET_PREVIOUS, for what was signed before the secret was changed. False when there is none. */
bool secret_derive_previous(const char *purpose, unsigned char out[SHA256_BYTES]);

/* What seals secrets of one purpose that the database keeps (base/seal.h): a key of the application's secret and, for what was sealed before that was changed, one of
 * the secret before. */
struct secret_keys {
    unsigned char key[SEAL_KEY_BYTES], previous[SEAL_KEY_BYTES];
    bool has_previous;
};
#define SECRET_JSON_MAX 1024 /* bytes of sealed JSON */

void secret_keys_derive(struct secret_keys *keys, const char *purpose);
/* As unseal(), with either key. */
long secret_unseal(const struct secret_keys *keys, const char *about, const char *sealed, void *out, size_t max);
/* Seals an object and gives back the reference to it. In the request's arena; NULL when it is longer than SECRET_JSON_MAX or memory is short. */
const char *secret_seal_json(struct request *req, const struct secret_keys *keys, const char *about, json_t *secrets);
/* Opens what secret_seal_json() made; the JSON is to be freed. NULL when it does not open, or `sealed` is NULL. */
json_t *secret_unseal_json(const struct secret_keys *keys, const char *about, const char *sealed);

/* Is this one of the secrets of this installation? For a module with a secret of its own, which must be another. */
bool auth_is_secret(const char *text);
