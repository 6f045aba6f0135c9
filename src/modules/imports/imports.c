/* imports.c - playlists and stars of a Subsonic server that a person takes over: asked for, watched, ended. */
#include <stdio.h>

#include "modules/auth/auth.h"
#include "modules/imports/internal.h"
#include "platform/fetch/fetch.h"

extern const struct module imports_module;

static struct secret_keys keys;

json_t *
import_open(const char *import_id, const char *sealed)
{
    return secret_unseal_json(&keys, import_id, sealed);
}

/* Without the slash at its end, and without /rest, which some write down too. NULL when it is no address. */
static const char *
import_address(struct request *req)
{
    const char *given = request_param(req, "base_url");
    size_t len = strlen(given);
    char host[256];

    if (!fetch_host(given, host) || strpbrk(given, "?#"))
        return NULL;
    while (len && given[len - 1] == '/')
        len--;
    if (len > 5 && strncmp(given + len - 5, "/rest", 5) == 0)
        len -= 5;
    return arena_strndup(req->arena, given, len);
}

/* Asks whether the account opens, so that a wrong password is told at once. */
static const struct problem *
import_try(struct request *req, struct import_account *account)
{
    json_t *reply;
    enum import_outcome outcome = import_ask(account, "ping", NULL, NULL, &reply);

    json_decref(reply);
    switch (outcome) {
    case IMPORT_OK:
        return NULL;
    case IMPORT_REFUSED:
        return problem_field(req->arena, account->key ? "api_key" : "password", "value", "The server does not accept this");
    case IMPORT_UNREACHABLE:
        return problem_field(req->arena, "base_url", "unreachable", "There is no server at this address that can be asked");
    default:
        return problem_field(req->arena, "base_url", "value", "What is at this address does not answer as a Subsonic server does");
    }
}

static const struct problem *
import_begin(struct request *req)
{
    struct import_account account = {.base_url = import_address(req), .user = request_param(req, "username"), .password = request_param(req, "password"),
        .key = request_param(req, "api_key")};
    const char *sealed;
    const struct problem *p;
    char id[UUID_TEXT];

    if (!account.base_url)
        return problem_field(req->arena, "base_url", "value", "This is no https address");
    if (!account.key && !account.user)
        return problem_field(req->arena, "username", "required", "Enter a user name and a password, or an API key");
    if (!account.key && !account.password)
        return problem_field(req->arena, "password", "required", "Enter a user name and a password, or an API key");
    p = import_try(req, &account);
    if (p)
        return p;
    uuid_random(id);
    request_set(req, "import_id", arena_strdup(req->arena, id));
    request_set(req, "address", account.base_url);
    request_set(req, "username", account.key ? NULL : account.user);
    sealed = secret_seal_json(req, &keys, id, account.key ? json_pack("{s:s}", "key", account.key) : json_pack("{s:s}", "password", account.password));
    if (!sealed)
        return PROBLEM(INTERNAL);
    request_set(req, "sealed", sealed);
    p = db_one(req, &q_import_add, NULL);
    return p ? p : reply_query(req, 201, &q_import_made);
}

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The import"}, FIELD_END};
static const struct field begin_fields[] = {
    {"base_url", FIELD_STRING, .required = true, .min = 8, .max = 500, .help = "Where the server is, as apps are given it", .example = "https://music.example.org"},
    {"username", FIELD_STRING, .min = 1, .max = 255, .help = "With `password`, or an `api_key` instead of both", .example = "ada"},
    {"password", FIELD_STRING, .min = 1, .max = 200, .help = "Kept sealed until the import has ended, and then deleted", .example = "correct horse battery"},
    {"api_key", FIELD_STRING, .min = 1, .max = 200, .help = "Where the server has such keys (OpenSubsonic)"},
    {"playlists", FIELD_BOOL, .help = "Take over playlists; true without it"},
    {"stars", FIELD_BOOL, .help = "Take over starred songs as likes; true without it"},
    FIELD_END};
static const enum problem_name begin_problems[] = {PROBLEM_CONFLICT, PROBLEM_COUNT};

static const struct route imports_routes[] = {
    {GET, "/api/v1/imports", "List what one took over from other servers, the latest first",
     "`position` of `playlist_count` playlists are done. `matched` and `missing` count songs.",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .sql = &q_import_list, .shape = MANY},

    {POST, "/api/v1/imports/subsonic", "Take over playlists and stars from a Subsonic server",
     "Asks the server at once whether the account opens, and does the rest in the background. Playlists become private playlists, whose songs are found by title, "
     "artist and length as "
     "those of a file are (`POST /playlists/import`); starred songs become likes. One at a time.",
     .auth = AUTH_USER, .limit = LIMIT_AUTH, .body = begin_fields, .handler = import_begin, .runs = RUNS_ON_OUTSIDE_POOL,
     .status = 201, .replies = &q_import_made, .problems = begin_problems},

    {GET, "/api/v1/imports/{id}", "Get how far an import is",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_import_get, .shape = ONE},

    {GET, "/api/v1/imports/{id}/missing", "List what an import did not find here",
     "`ambiguous`: songs with this title are there, and none or several by this artist. In playlists they keep their place until their track is there or chosen. The "
     "first 10,000.",
     .auth = AUTH_USER, .scope = "playlists:read", .limit = LIMIT_READ, .path = id_in_path, .requires = &q_import_own, .sql = &q_import_missing_list, .shape = MANY},

    {DELETE, "/api/v1/imports/{id}", "End an import, or delete its report",
     "What it has made stays.",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_import_delete, .shape = EMPTY},
    ROUTE_END};

static bool
imports_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)with, (void)error, (void)error_size;
    secret_keys_derive(&keys, "library imports");
    return true;
}

const struct module imports_module = {.name = "imports",
                                      .routes = ROUTE_TABLES(imports_routes),
                                      .queries = imports_queries,
                                      .jobs = imports_jobs,
                                      .personal = &imports_personal,
                                      .setup = imports_setup};
