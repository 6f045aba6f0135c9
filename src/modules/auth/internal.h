/* internal.h - shared by the files of this module only. */
#pragma once

#include "api/runner.h"
#include "auth.queries.h"
#include "modules/auth/auth.h"

extern const struct personal auth_personal; /* personal.c */

#define REFRESH_COOKIE "veza_refresh"
#define REFRESH_PATH "/api/v1"
#define BROWSER_COOKIE "veza_browser"
#define BROWSER_PATH "/api/v1/auth"
#define BROWSER_COOKIE_S (365 * 24 * 3600)

/* How long a proof counts for changes of how one signs in (ADR 0014), in seconds. */
#define FRESH_S "600"

extern const struct config *auth_config;

/* settings.c */
extern struct auth_settings {
    const char *jwt_private_key_path, *jwt_public_key_path, *jwt_secret, *jwt_issuer, *jwt_audience, *app_secret, *app_secret_previous, *stream_secret, *rate_username;
    int64_t access_token_s, refresh_token_s, lockout_failures, lockout_s, admin_mfa_s, password_cost, session_cache_s;
    bool creator_approval;
} auth_settings;
extern const struct setting auth_setting_table[];

void auth_checkup(struct checkup *checkup);

/* What an access token says. */
struct claims {
    char user_id[UUID_TEXT];
    char session_id[UUID_TEXT];
    char token_id[UUID_TEXT]; /* jti: chosen when it is signed */
    int64_t version;
    int64_t issued_at, expires_at; /* unix seconds */
};

enum token_check { TOKEN_GOOD, TOKEN_EXPIRED, TOKEN_BAD };

/* Each use has an audience of its own: a token for one is refused for the other. */
enum token_use { TOKEN_ACCESS, TOKEN_STREAM };

/* keys.c: signs a token (RFC 9068 profile of RFC 7519) into the arena; NULL on failure. */
const char *token_sign(struct request *req, enum token_use use, const struct claims *claims);
/* Checks signature, algorithm, type, issuer, audience and times. On TOKEN_EXPIRED the claims are filled too. */
enum token_check token_verify(const char *token, enum token_use use, struct claims *ret_claims);
/* The public keys as a JSON Web Key Set (RFC 7517). */
json_t *keys_public(void);
bool keys_setup(const struct config *config, char *error, size_t error_size);
void keys_teardown(void);

bool secret_setup(const struct config *config, char *error, size_t error_size);

/* session.c */
const struct problem *auth_refresh(struct request *req);
const struct problem *auth_logout(struct request *req);
const struct problem *auth_csrf_token(struct request *req);
const struct problem *auth_step_up(struct request *req);
/* The hash of the cookie by which a browser is known again; NULL without one. It says nothing about who uses the browser, and stays when they
 * sign out. */
const char *browser_known_hash(struct request *req);
/* The same, and gives the browser a cookie with the reply when it has none. */
const char *browser_hash(struct request *req);

/* Lets Redis, or this process, remember which sessions stand (session_cache.h). Before listener_start(). */
void auth_share_sessions(void);
void auth_metrics(struct buf *out);

/* The jobs `mail.verify_email` {"user_id"} and `mail.reset_password` {"email"}, which need not be anybody's. */
enum job_outcome auth_send_verification(struct job *job);
enum job_outcome auth_send_reset(struct job *job);

const struct problem *auth_register(struct request *req);
const struct problem *auth_login(struct request *req);
const struct problem *auth_verify_email(struct request *req);

const struct problem *auth_unlock(struct request *req);
const struct problem *auth_reset_password(struct request *req);
const struct problem *auth_stream_token(struct request *req);
