#include "modules/auth/internal.h"

const struct config *auth_config;

static const struct field registration[] = {
    {"username", FIELD_STRING, .required = true, .min = 3, .max = 30, .pattern = "[A-Za-z0-9_.-]+",
     .help = "Letters, digits, underscore, dot, hyphen", .example = "ada.lovelace"},
    {"email", FIELD_EMAIL, .required = true, .example = "ada@example.org"},
    {"password", FIELD_SECRET, .required = true, .min = 8, .max = 72, .help = "8 to 72 bytes",
     .example = "correct horse battery"},
    FIELD_END};

static const struct field credentials[] = {
    {"email", FIELD_EMAIL, .required = true, .example = "ada@example.org"},
    {"password", FIELD_SECRET, .required = true, .min = 1, .max = 1024, .example = "correct horse battery"},
    FIELD_END};

static const struct field refresh_body[] = {
    {"refresh_token", FIELD_SECRET, .min = 20, .max = 200, .help = "For clients without cookies"}, FIELD_END};

static const struct field session_reply[] = {
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

static const struct field message_reply[] = {{"message", FIELD_STRING, .required = true}, FIELD_END};

static const struct field username_query[] = {
    {"username", FIELD_STRING, .required = true, .min = 1, .max = 100, .example = "ada"}, FIELD_END};

static const struct field username_reply[] = {
    {"username", FIELD_STRING, .required = true},
    {"available", FIELD_BOOL, .required = true},
    {"reason", FIELD_ENUM, .required = true, .nullable = true, .values = "taken|invalid|reserved"},
    FIELD_END};

static const struct field csrf_reply[] = {{"csrf_token", FIELD_STRING, .required = true}, FIELD_END};
static const struct field jwks_reply[] = {{"keys", FIELD_OBJECTS, .required = true}, FIELD_END};

#define PROBLEMS(...) ((const enum problem_name[]){__VA_ARGS__, PROBLEM_COUNT})

static const struct problem *
jwks(struct request *req)
{
    req->reply.cache_control = "public, max-age=300";
    return reply_json(req, 200, keys_public());
}

const struct route auth_routes[] = {
    {POST, "/api/v1/auth/register", "Create an account and sign in",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = registration, .handler = auth_register, .slow = SLOW_PASSWORD,
     .reply = session_reply, .status = 201, .problems = PROBLEMS(PROBLEM_USERNAME_TAKEN, PROBLEM_EMAIL_TAKEN)},

    {POST, "/api/v1/auth/login", "Sign in",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = credentials, .handler = auth_login, .slow = SLOW_PASSWORD,
     .reply = session_reply, .problems = PROBLEMS(PROBLEM_INVALID_CREDENTIALS, PROBLEM_ACCOUNT_DISABLED)},

    {POST, "/api/v1/auth/refresh", "Exchange a refresh token for a new pair of tokens",
     .description = "A refresh token works once. Sending one a second time ends the session for everybody who holds a token of it.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = refresh_body, .handler = auth_refresh, .reply = session_reply,
     .problems = PROBLEMS(PROBLEM_UNAUTHENTICATED)},

    {POST, "/api/v1/auth/logout", "End this session",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .handler = auth_logout, .status = 204},

    {POST, "/api/v1/sessions/logout", "End this session",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .handler = auth_logout, .status = 204},

    {POST, "/api/v1/sessions/refresh", "Exchange a refresh token for a new pair of tokens",
     .description = "The same as `/auth/refresh`.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = refresh_body, .handler = auth_refresh, .reply = session_reply,
     .problems = PROBLEMS(PROBLEM_UNAUTHENTICATED)},

    {GET, "/api/v1/auth/me", "The account of whoever asks",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_me, .shape = ONE},

    {POST, "/api/v1/auth/verify-email", "Confirm an e-mail address with the token from the mail",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = token_body, .handler = auth_verify_email, .replies = &q_verify_email,
     .problems = PROBLEMS(PROBLEM_TOKEN_INVALID)},

    {POST, "/api/v1/auth/resend-verification", "Send the verification mail once more",
     .description = "Answers the same whether the address is known or not.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = email_body, .handler = auth_resend_verification, .reply = message_reply,
     .status = 202},

    {GET, "/api/v1/auth/check-username", "Is this username free?",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .query = username_query, .handler = auth_check_username, .reply = username_reply},

    {GET, "/api/v1/csrf-token", "The token that changes must carry when cookies are used",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = auth_csrf_token, .reply = csrf_reply},

    {GET, "/.well-known/jwks.json", "Public keys of access tokens (RFC 7517)",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .handler = jwks, .reply = jwks_reply},

    {POST, "/api/v1/users/me/creator", "Become a creator, or ask to",
     .description = "The role stays what it was when the operator approves creators by hand (`creator_approval` of /status).",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .handler = auth_become_creator, .replies = &q_become_creator},
    ROUTE_END};

bool
auth_setup(const struct config *config, char *error, size_t error_size)
{
    auth_config = config;
    return secret_setup(config, error, error_size) && keys_setup(config, error, error_size);
}

void
auth_teardown(void)
{
    keys_teardown();
}
