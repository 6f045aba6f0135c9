#include "modules/auth/internal.h"
#include "modules/mfa/mfa.h"

const struct config *auth_config;

static const struct field registration[] = {
    {"username", FIELD_STRING, .required = true, .min = 3, .max = 30, .pattern = "[A-Za-z0-9_.-]+",
     .help = "Letters, digits, underscore, dot, hyphen", .example = "ada.lovelace"},
    {"email", FIELD_EMAIL, .required = true, .example = "ada@example.org"},
    {"password", FIELD_SECRET, .required = true, .min = 8, .max = 72, .help = "8 to 72 bytes",
     .example = "correct horse battery"},
    {"timezone", FIELD_STRING, .min = 1, .max = 64, .pattern = "[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*",
     .help = "IANA name, for times in mails; one that the server does not know counts as UTC", .example = "Europe/Paris"},
    FIELD_END};

static const struct field credentials[] = {
    {"email", FIELD_EMAIL, .required = true, .example = "ada@example.org"},
    {"password", FIELD_SECRET, .required = true, .min = 1, .max = 1024, .example = "correct horse battery"},
    FIELD_END};

static const struct field refresh_body[] = {
    {"refresh_token", FIELD_SECRET, .min = 20, .max = 200, .help = "For clients without cookies"}, FIELD_END};

const struct field session_reply[] = {
    {"access_token", FIELD_STRING, .required = true, .help = "RS256 JWT (RFC 9068)"},
    {"token_type", FIELD_ENUM, .required = true, .values = "Bearer"},
    {"expires_in", FIELD_INT, .required = true, .help = "Seconds"},
    {"refresh_token", FIELD_STRING, .help = "Only when the request carried one in its body"},
    {"user", FIELD_OBJECT, .required = true, .values = "User"},
    FIELD_END};

static const struct field token_body[] = {
    {"token", FIELD_SECRET, .required = true, .min = 20, .max = 200, .help = "From the link in the mail",
     .example = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, FIELD_END};

static const struct field email_body[] = {
    {"email", FIELD_EMAIL, .required = true, .example = "ada@example.org"}, FIELD_END};

static const struct field reset_body[] = {
    {"token", FIELD_SECRET, .required = true, .min = 20, .max = 200, .help = "From the link in the mail",
     .example = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    {"password", FIELD_SECRET, .required = true, .min = 8, .max = 72, .help = "8 to 72 bytes",
     .example = "correct horse battery"},
    {"revoke_api_keys", FIELD_BOOL, .fallback = "false", .help = "Delete the account's API keys and passwords of apps as well"},
    FIELD_END};

static const struct field step_up_body[] = {
    {"password", FIELD_SECRET, .required = true, .min = 1, .max = 1024, .help = "The account's, once more",
     .example = "correct horse battery"},
    FIELD_END};

static const struct field reset_reply[] = {
    {"api_keys_left", FIELD_INT, .required = true, .help = "How many API keys of the account still work"}, FIELD_END};

static const struct field unlock_body[] = {
    {"user_id", FIELD_UUID, .required = true, .help = "Whose account"}, FIELD_END};

static const struct field stream_token_reply[] = {
    {"token", FIELD_STRING, .required = true, .help = "A JWT whose audience is the stream server"},
    {"token_type", FIELD_ENUM, .required = true, .values = "Bearer"},
    {"expires_in", FIELD_INT, .required = true, .help = "Seconds"},
    FIELD_END};

static const struct route_rate username_rate = {"username", &auth_settings.rate_username};

static const struct field username_query[] = {
    {"username", FIELD_STRING, .required = true, .min = 1, .max = 100, .example = "ada"}, FIELD_END};

static const struct field csrf_reply[] = {{"csrf_token", FIELD_STRING, .required = true}, FIELD_END};
static const struct field jwks_reply[] = {{"keys", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT)}, FIELD_END};

#define PROBLEMS(...) ((const enum problem_name[]){__VA_ARGS__, PROBLEM_COUNT})

static const struct problem *
jwks(struct request *req)
{
    req->reply.cache_control = "public, max-age=300";
    return reply_json(req, 200, keys_public());
}

static const struct route auth_routes[] = {
    {POST, "/api/v1/auth/register", "Create an account and sign in",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = registration, .handler = auth_register, .runs = RUNS_ON_PASSWORD_POOL,
     .reply = session_reply, .status = 201, .problems = PROBLEMS(PROBLEM_USERNAME_TAKEN, PROBLEM_EMAIL_TAKEN)},

    {POST, "/api/v1/auth/login", "Sign in",
     .description = "Where a second factor is on, the reply is `mfa_required` with a token for `/auth/login/2fa` instead of a session. "
                    "After too many wrong passwords each attempt from that place has to wait, longer each time, whether the address has an "
                    "account or not. A browser that has signed in to the account before is counted by itself.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = credentials, .handler = auth_login, .runs = RUNS_ON_PASSWORD_POOL,
     .reply = session_reply, .reply_or = mfa_login_reply,
     .problems = PROBLEMS(PROBLEM_INVALID_CREDENTIALS, PROBLEM_ACCOUNT_DISABLED, PROBLEM_ACCOUNT_LOCKED)},

    {POST, "/api/v1/auth/password/reset-request", "Send a mail with a link to reset the password",
     .description = "Answers the same, and as quickly, whether the address is known or not.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = email_body, .sql = &q_reset_request, .shape = ONE, .always = true,
     .status = 202},

    {POST, "/api/v1/auth/password/reset", "Set a new password with the token from the mail",
     .description = "Works once. Every session of the account ends, and every sign-in that was half done. API keys go on working unless "
                    "`revoke_api_keys` says otherwise; the reply tells how many do.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = reset_body, .handler = auth_reset_password, .runs = RUNS_ON_PASSWORD_POOL,
     .reply = reset_reply, .problems = PROBLEMS(PROBLEM_TOKEN_INVALID)},

    {POST, "/api/v1/auth/step-up", "Confirm the password again in this session",
     .description = "Answers `sign_in_again`, for ten minutes. Wrong passwords count like those at the door.",
     .auth = AUTH_USER, .limit = LIMIT_AUTH, .body = step_up_body, .handler = auth_step_up, .runs = RUNS_ON_PASSWORD_POOL,
     .replies = &q_session_prove_password, .problems = PROBLEMS(PROBLEM_PASSWORD_WRONG, PROBLEM_ACCOUNT_LOCKED)},

    {GET, "/api/v1/auth/login-history", "List sign-in attempts of the signed-in user, newest first",
     .description = "`country` (ISO 3166-1) is where the address is registered; null when nobody knows.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_login_history, .shape = MANY},

    {POST, "/api/v1/admin/auth/unlock-account", "Unlock an account after too many failed attempts",
     .auth = AUTH_ADMIN, .permission = "users.unlock", .limit = LIMIT_WRITE, .body = unlock_body, .handler = auth_unlock, .status = 204,
     .problems = PROBLEMS(PROBLEM_NOT_FOUND)},

    {POST, "/api/v1/auth/refresh", "Exchange a refresh token for a new pair of tokens",
     .description = "A refresh token works once. Where the reply was lost, the same client may send it once more within 30 seconds; after that "
                    "`refresh_superseded` says that another of its requests has renewed the session. Sending it later, or from another "
                    "client, ends the session for everybody who holds a token of it. A refusal deletes no cookies.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = refresh_body, .handler = auth_refresh, .reply = session_reply,
     .problems = PROBLEMS(PROBLEM_UNAUTHENTICATED, PROBLEM_REFRESH_SUPERSEDED)},

    {POST, "/api/v1/auth/logout", "Sign out: end the current session",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .handler = auth_logout, .status = 204},

    {POST, "/api/v1/sessions/logout", "Sign out: end the current session",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .handler = auth_logout, .status = 204},

    {POST, "/api/v1/sessions/refresh", "Exchange a refresh token for a new pair of tokens",
     .description = "The same as `/auth/refresh`.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = refresh_body, .handler = auth_refresh, .reply = session_reply,
     .problems = PROBLEMS(PROBLEM_UNAUTHENTICATED, PROBLEM_REFRESH_SUPERSEDED)},

    {GET, "/api/v1/auth/me", "Get the account of the signed-in user",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_me, .shape = ONE},

    {POST, "/api/v1/auth/stream-token", "Create a short-lived token for the stream server",
     .description = "The stream server takes it as a bearer token; the API does not. It ends with the session.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .handler = auth_stream_token, .reply = stream_token_reply, .no_audit = true},

    {POST, "/api/v1/auth/verify-email", "Confirm an e-mail address with the token from the mail",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = token_body, .handler = auth_verify_email, .replies = &q_verify_email,
     .problems = PROBLEMS(PROBLEM_TOKEN_INVALID)},

    {POST, "/api/v1/auth/resend-verification", "Send the verification mail again",
     .description = "Answers the same whether the address is known or not.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = email_body, .sql = &q_resend_verification, .shape = ONE, .always = true,
     .status = 202},

    {GET, "/api/v1/auth/check-username", "Check whether a username is available",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .rate = &username_rate, .query = username_query, .sql = &q_username_check,
     .shape = ONE, .always = true},

    {GET, "/api/v1/csrf-token", "Get the CSRF token that requests with cookies must carry when they change something",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = auth_csrf_token, .runs = RUNS_IN_LOOP, .reply = csrf_reply},

    {GET, "/.well-known/jwks.json", "Get the public keys that verify access tokens (JWK Set, RFC 7517)",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = jwks, .runs = RUNS_IN_LOOP, .reply = jwks_reply},

    {POST, "/api/v1/users/me/creator", "Become a creator, or request it where the operator approves creators",
     .description = "The role stays what it was when the operator approves creators by hand (`creator_approval` of /status).",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .sql = &q_become_creator, .shape = ONE, .always = true, .then = &q_me},
    ROUTE_END};

static const struct job_handler auth_jobs[] = {{"mail.verify_email", JOB_OUTGOING, auth_send_verification},
                                               {"mail.reset_password", JOB_OUTGOING, auth_send_reset},
                                               {0}};

/* Reads the keys and secrets; makes them in the data folder when none are configured. */
static bool
auth_setup(const struct module_setup *with, char *error, size_t error_size)
{
    auth_config = with->config;
    auth_share_sessions();
    return secret_setup(with->config, error, error_size) && keys_setup(with->config, error, error_size);
}

const struct module auth_module = {.name = "auth",
                                   .personal = &auth_personal,
                                   .routes = ROUTE_TABLES(auth_routes),
                                   .queries = auth_queries,
                                   .jobs = auth_jobs,
                                   .settings = auth_setting_table,
                                   .setup = auth_setup,
                                   .checkup = auth_checkup,
                                   .metrics = auth_metrics,
                                   .teardown = keys_teardown};
