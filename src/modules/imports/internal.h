/* internal.h - what the parts of this module share: playlists and stars that a person takes over from a Subsonic server. */
#pragma once

#include "api/module.h"
#include "api/runner.h"
#include "imports.queries.h"

/* The account there. Texts belong to whoever made it: a user with a password, or a key. */
struct import_account {
    const char *base_url, *user, *password, *key;
    bool plain; /* the server wants the password itself, and no token */
};

enum import_outcome {
    IMPORT_OK,
    IMPORT_REFUSED,     /* user, password or key is wrong */
    IMPORT_NOT_FOUND,   /* what was asked for is not there any more */
    IMPORT_UNREACHABLE, /* no such server, or not one that we call */
    IMPORT_BAD,         /* it answers otherwise than the protocol says, or too much */
};

/* client.c: one call, such as "getPlaylist", with perhaps one parameter; blocks. *ret_reply is the member `member` of the reply, to be freed; NULL where there is
 * none. Every text in it is UTF-8 without NUL. Notes in `account` that the server takes no token. */
enum import_outcome import_ask(struct import_account *account, const char *call, const char *id, const char *member, json_t **ret_reply);
/* The items of a list that the reply has under this name; one item may stand there alone. */
size_t import_count(const json_t *list);
const json_t *import_item(const json_t *list, size_t n);
/* "refused", as `error` of an import has it. */
const char *import_error(enum import_outcome outcome);

/* imports.c: opens what an import keeps until it has ended; the JSON is to be freed. */
json_t *import_open(const char *import_id, const char *sealed);

extern const struct job_handler imports_jobs[];  /* run.c */
extern const struct personal imports_personal; /* personal.c */
