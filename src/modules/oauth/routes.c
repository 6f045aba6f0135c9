#include "modules/oauth/internal.h"

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The connection"}, FIELD_END};

static const struct field provider_in_path[] = {
    {"provider", FIELD_STRING, .required = true, .min = 1, .max = PROVIDER_ID_MAX, .pattern = "[a-z0-9-]+", .help = "The provider's id",
     .example = "google"},
    FIELD_END};

static const struct field begin_query[] = {
    {"redirect", FIELD_STRING, .max = 2048, .help = "Where to go afterwards: a path of the web app, or an address on an allowed origin",
     .example = "/library"},
    {"link", FIELD_BOOL, .help = "Whoever is signed in (cookie) adds the account there to the one here; only from the web app itself"},
    FIELD_END};

/* What else providers send along is ignored. */
static const struct field callback_query[] = {
    {"code", FIELD_SECRET, .min = 1, .max = 4096, .help = "Of the provider"},
    {"state", FIELD_SECRET, .min = 1, .max = 200, .help = "Of this sign-in"},
    {"iss", FIELD_STRING, .max = 255, .help = "Who answers (RFC 9207)"},
    {"error", FIELD_STRING, .max = 200, .help = "Why there is no code"},
    FIELD_END};

static const struct field provider_fields[] = {
    {"id", FIELD_STRING, .required = true, .example = "google"},
    {"name", FIELD_STRING, .required = true, .help = "What people read on the button", .example = "Google"},
    FIELD_END};

static const struct field page_query[] = {
    {"page", FIELD_INT, .min = 1, .max = 100000, .fallback = "1", .help = "Page number"},
    {"limit", FIELD_INT, .min = 1, .max = 100, .fallback = "20", .help = "Items a page"},
    FIELD_END};

static const struct field providers_reply[] = {
    {"items", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = provider_fields)},
    {"page", FIELD_INT, .required = true},
    {"limit", FIELD_INT, .required = true},
    {"total", FIELD_INT, .required = true},
    FIELD_END};

#define PROBLEMS(...) ((const enum problem_name[]){__VA_ARGS__, PROBLEM_COUNT})

static const struct route oauth_routes[] = {
    {GET, "/api/v1/auth/oauth/providers", "List the sign-in providers that the operator has configured",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .query = page_query, .handler = oauth_providers, .runs = RUNS_IN_LOOP, .reply = providers_reply},

    {GET, "/api/v1/auth/oauth/connections", "List the sign-in providers linked to the signed-in user",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_oauth_connections, .shape = MANY},

    {DELETE, "/api/v1/auth/oauth/connections/{id}", "Unlink a sign-in provider",
     .description = "Refused while it is the only way in: without a password, a passkey or another account elsewhere.",
     .auth = AUTH_USER, .proof = PROOF_SIGN_IN, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_oauth_disconnect, .shape = EMPTY},

    {GET, "/api/v1/auth/oauth/{provider}", "Redirect to a provider to sign in",
     .description = "Open it as a page. What goes wrong later is told to the pages `/login` and `/settings/security` as `oauth_error`, the "
                    "code of a problem.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .path = provider_in_path, .query = begin_query, .handler = oauth_begin,
     .status = 302},

    {GET, "/api/v1/auth/oauth/{provider}/callback", "Handle the redirect back from a provider",
     .description = "Leads to the page that was asked for, with the cookies of a session; with a second factor to "
                    "`/login?mfa=1#mfa_token=…`, a token for `POST /auth/login/2fa`.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .path = provider_in_path, .query = callback_query, .handler = oauth_callback,
     .status = 302},
    ROUTE_END};

const struct module oauth_module = {.name = "oauth",
                                    .personal = &oauth_personal,
                                    .routes = ROUTE_TABLES(oauth_routes),
                                    .queries = oauth_queries,
                                    .settings = oauth_settings,
                                    .setup = oauth_setup,
                                    .checkup = oauth_checkup};
