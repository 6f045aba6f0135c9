#include "modules/auth/auth.h"
#include "modules/passkeys/internal.h"

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The passkey"}, FIELD_END};

static const struct field begin_body[] = {
    {"password", FIELD_SECRET, .required = true, .min = 1, .max = 1024, .help = "The account's, once more",
     .example = "correct horse battery"},
    FIELD_END};

#define NAME_FIELD(...) {"name", FIELD_STRING, .min = 1, .max = 100, .help = "How one recognises it", .example = "My phone", __VA_ARGS__}

static const struct field finish_body[] = {
    {"credential", FIELD_OBJECT, .required = true, .max = 16384, .help = "What navigator.credentials.create() gave, by toJSON()"},
    NAME_FIELD(.fallback = "Passkey"),
    FIELD_END};

static const struct field rename_body[] = {NAME_FIELD(.required = true), FIELD_END};

static const struct field login_body[] = {
    {"credential", FIELD_OBJECT, .required = true, .max = 16384, .help = "What navigator.credentials.get() gave, by toJSON()",
     .example = "{\"id\":\"AAAA\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"e30\",\"authenticatorData\":\"AAAA\","
                "\"signature\":\"AAAA\"}}"},
    FIELD_END};

static const struct field rp_fields[] = {
    {"id", FIELD_STRING, .required = true}, {"name", FIELD_STRING, .required = true}, FIELD_END};
static const struct field user_fields[] = {
    {"id", FIELD_STRING, .required = true}, {"name", FIELD_STRING, .required = true}, {"displayName", FIELD_STRING, .required = true},
    FIELD_END};
static const struct field parameter_fields[] = {
    {"type", FIELD_STRING, .required = true}, {"alg", FIELD_INT, .required = true}, FIELD_END};
static const struct field known_fields[] = {
    {"type", FIELD_STRING, .required = true}, {"id", FIELD_STRING, .required = true}, FIELD_END};
static const struct field selection_fields[] = {
    {"residentKey", FIELD_STRING, .required = true}, {"userVerification", FIELD_STRING, .required = true}, FIELD_END};

/* Named as the standard names them: browsers take the reply as it is. */
static const struct field creation_options[] = {
    {"rp", FIELD_OBJECT, .required = true, .fields = rp_fields},
    {"user", FIELD_OBJECT, .required = true, .fields = user_fields},
    {"challenge", FIELD_STRING, .required = true},
    {"pubKeyCredParams", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = parameter_fields)},
    {"timeout", FIELD_INT, .required = true, .help = "Milliseconds"},
    {"excludeCredentials", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = known_fields)},
    {"authenticatorSelection", FIELD_OBJECT, .required = true, .fields = selection_fields},
    {"attestation", FIELD_STRING, .required = true},
    FIELD_END};

static const struct field request_options[] = {
    {"challenge", FIELD_STRING, .required = true},
    {"rpId", FIELD_STRING, .required = true},
    {"timeout", FIELD_INT, .required = true, .help = "Milliseconds"},
    {"userVerification", FIELD_STRING, .required = true},
    FIELD_END};

#define PROBLEMS(...) ((const enum problem_name[]){__VA_ARGS__, PROBLEM_COUNT})

static const struct route passkeys_routes[] = {
    {GET, "/api/v1/auth/passkeys", "List the passkeys of the signed-in user",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_passkey_list, .shape = MANY},

    {POST, "/api/v1/auth/passkeys/register/begin", "Get the options for the creation of a passkey (WebAuthn)",
     .description = "Give the reply to `PublicKeyCredential.parseCreationOptionsFromJSON()`.",
     .auth = AUTH_USER, .proof = PROOF_FACTOR, .limit = LIMIT_AUTH, .body = begin_body, .handler = passkey_register_begin, .runs = RUNS_ON_PASSWORD_POOL,
     .reply = creation_options, .problems = PROBLEMS(PROBLEM_PASSWORD_WRONG, PROBLEM_ACCOUNT_LOCKED)},

    {POST, "/api/v1/auth/passkeys/register/finish", "Register the passkey that the device created",
     .auth = AUTH_USER, .proof = PROOF_FACTOR, .limit = LIMIT_AUTH, .body = finish_body, .handler = passkey_register_finish, .status = 201,
     .replies = &q_passkey_get, .problems = PROBLEMS(PROBLEM_CONFLICT)},

    {PUT, "/api/v1/auth/passkeys/{id}", "Rename a passkey",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id_in_path, .body = rename_body, .sql = &q_passkey_rename, .shape = ONE},

    {DELETE, "/api/v1/auth/passkeys/{id}", "Delete a passkey, which stops working at once",
     .auth = AUTH_USER, .proof = PROOF_FACTOR, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_passkey_delete, .shape = EMPTY},

    {POST, "/api/v1/auth/passkeys/login/begin", "Get the options for a sign-in with a passkey (WebAuthn)",
     .description = "Give the reply to `PublicKeyCredential.parseRequestOptionsFromJSON()`.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .handler = passkey_login_begin, .reply = request_options, .no_audit = true},

    {POST, "/api/v1/auth/passkeys/login/finish", "Sign in with a passkey",
     .description = "The device has verified its person, so no second factor is asked for.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_AUTH, .body = login_body, .handler = passkey_login_finish, .reply = session_reply,
     .problems = PROBLEMS(PROBLEM_PASSKEY_REFUSED)},
    ROUTE_END};

const struct module passkeys_module = {.name = "passkeys",
                                       .personal = &passkeys_personal,
                                       .routes = ROUTE_TABLES(passkeys_routes),
                                       .queries = passkeys_queries,
                                       .setup = passkeys_setup};
