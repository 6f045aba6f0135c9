#include "modules/auth/auth.h"
#include "modules/mfa/internal.h"

#define CODE_HELP "Six digits of the app, or a recovery code; spaces and hyphens do not matter"

static const struct field password_body[] = {
    {"password", FIELD_SECRET, .required = true, .min = 1, .max = 1024, .help = "The account's, once more",
     .example = "correct horse battery"},
    FIELD_END};

static const struct field verify_body[] = {
    {"code", FIELD_SECRET, .required = true, .min = 6, .max = 32, .help = "Six digits of the app", .example = "123456"}, FIELD_END};

static const struct field disable_body[] = {
    {"password", FIELD_SECRET, .required = true, .min = 1, .max = 1024, .help = "The account's, once more",
     .example = "correct horse battery"},
    {"code", FIELD_SECRET, .required = true, .min = 6, .max = 32, .help = CODE_HELP, .example = "123456"},
    FIELD_END};

static const struct field step_up_body[] = {
    {"code", FIELD_SECRET, .required = true, .min = 6, .max = 32, .help = CODE_HELP, .example = "123456"}, FIELD_END};

static const struct field step_up_reply[] = {
    {"mfa_until", FIELD_TIME, .required = true, .help = "Until when this session may administer"}, FIELD_END};

static const struct field login_body[] = {
    {"mfa_token", FIELD_SECRET, .required = true, .min = 20, .max = 200, .help = "From the reply to the password",
     .example = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    {"code", FIELD_SECRET, .required = true, .min = 6, .max = 32, .help = CODE_HELP, .example = "123456"},
    FIELD_END};

static const struct field setup_reply[] = {
    {"secret", FIELD_STRING, .required = true, .help = "For typing into the app (base32)"},
    {"otpauth_url", FIELD_STRING, .required = true, .help = "For an app on the same device"},
    {"qr_svg", FIELD_STRING, .required = true, .help = "The same as a QR code: an SVG document"},
    FIELD_END};

static const struct field verify_reply[] = {
    {"enabled", FIELD_BOOL, .required = true},
    {"recovery_codes", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_STRING), .help = "Ten, each good for one sign-in; never shown again"},
    FIELD_END};

const struct field mfa_login_reply[] = {
    {"mfa_required", FIELD_BOOL, .required = true, .help = "Always true: the password was right, a code is still to come"},
    {"mfa_token", FIELD_STRING, .required = true, .help = "For POST /auth/login/2fa: good once, for expires_in seconds and five codes"},
    {"expires_in", FIELD_INT, .required = true, .help = "Seconds"},
    {"methods", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_STRING), .help = "totp, recovery_code"},
    FIELD_END};

#define PROBLEMS(...) ((const enum problem_name[]){__VA_ARGS__, PROBLEM_COUNT})

static const struct route mfa_routes[] = {
    {GET, "/api/v1/auth/2fa/status", "Get the state of two-factor authentication and the number of recovery codes left",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_mfa_status, .shape = ONE},

    {POST, "/api/v1/auth/2fa/setup", "Begin the setup of two-factor authentication: get a secret for an authenticator app",
     .description = "Nothing changes until a code has been verified. Asking again replaces the secret. Conflict when it is on already.",
     .auth = AUTH_USER, .proof = PROOF_FACTOR, .limit = LIMIT_AUTH, .body = password_body, .handler = mfa_setup, .runs = RUNS_ON_PASSWORD_POOL, .reply = setup_reply,
     .problems = PROBLEMS(PROBLEM_PASSWORD_WRONG, PROBLEM_CONFLICT, PROBLEM_ACCOUNT_LOCKED)},

    {POST, "/api/v1/auth/2fa/verify", "Enable two-factor authentication with a first code",
     .description = "The code is no proof for administration: that takes `POST /auth/2fa/step-up` or a new sign-in.",
     .auth = AUTH_USER, .proof = PROOF_FACTOR, .limit = LIMIT_AUTH, .body = verify_body, .handler = mfa_verify, .reply = verify_reply,
     .problems = PROBLEMS(PROBLEM_CONFLICT)},

    {POST, "/api/v1/auth/2fa/disable", "Disable two-factor authentication",
     .auth = AUTH_USER, .limit = LIMIT_AUTH, .body = disable_body, .handler = mfa_disable, .runs = RUNS_ON_PASSWORD_POOL, .status = 204,
     .problems = PROBLEMS(PROBLEM_PASSWORD_WRONG, PROBLEM_CONFLICT, PROBLEM_ACCOUNT_LOCKED)},

    {POST, "/api/v1/auth/2fa/step-up", "Confirm the second factor again in this session",
     .description = "Administration asks for it when the last proof is too old: `mfa_required`. A sign-in in two steps or with a passkey "
                    "is a proof as well. Wrong codes count like wrong passwords. Conflict when no app is set up.",
     .auth = AUTH_USER, .limit = LIMIT_AUTH, .body = step_up_body, .handler = mfa_step_up, .reply = step_up_reply,
     .problems = PROBLEMS(PROBLEM_CONFLICT, PROBLEM_ACCOUNT_LOCKED)},

    {POST, "/api/v1/auth/login/2fa", "Complete a sign-in with the second factor",
     .description = "A code works once; wrong ones count like wrong passwords.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = login_body, .handler = mfa_login, .reply = session_reply,
     .problems = PROBLEMS(PROBLEM_MFA_TOKEN_INVALID, PROBLEM_MFA_CODE_INVALID, PROBLEM_ACCOUNT_LOCKED)},
    ROUTE_END};

const struct module mfa_module = {.name = "mfa",
                                  .personal = &mfa_personal,
                                  .routes = ROUTE_TABLES(mfa_routes),
                                  .queries = mfa_queries};
