/* internal.h - what the parts of this module share: a call of the Subsonic protocol, from its parameters to its reply (ADR 0100).
 *
 * A call that is refused is answered with status 200 and an error in the body. Functions return `const struct problem *` as everywhere; rest_refuse()
 * gives one that stands for such an error. */
#pragma once

#include <jansson.h>

#include "api/runner.h"
#include "base/buf.h"
#include "platform/storage/storage.h"
#include "subsonic.queries.h"

#define REST_PARAMS_MAX 4096
#define REST_BODY_MAX (256 * 1024)
#define REST_IDS_MAX 2000
#define REST_VERSION "1.16.1" /* of the protocol */

/* Codes of errors that the protocol defines. */
enum rest_code {
    REST_GENERIC = 0,
    REST_MISSING_PARAMETER = 10,
    REST_WRONG_CREDENTIALS = 40,
    REST_MECHANISM_UNKNOWN = 42,
    REST_MECHANISMS_CONFLICT = 43,
    REST_KEY_INVALID = 44,
    REST_NOT_ALLOWED = 50,
    REST_NOT_FOUND = 70,
};

enum rest_format { REST_XML, REST_JSON, REST_JSONP };

struct rest_param {
    const char *name, *value;
};

/* How a parameter is read, and under which name statements bind it. */
enum rule_kind {
    RULE_ID,   /* one id: `as` gets the UUID, and `as`_kind its two letters; `values` says which letters */
    RULE_IDS,  /* repeated: `as` gets an array of UUIDs */
    RULE_INT,  /* more than `max` is `max`, as less than `min` is `min` */
    RULE_INTS, /* repeated */
    RULE_TEXT, /* at most `max` bytes are bound, whole characters */
    RULE_BOOL,
    RULE_WORD, /* one of `values` */
};

struct rule {
    const char *name;
    enum rule_kind kind;
    const char *as;
    bool required;
    int64_t min, max;
    const char *values;
    const char *fallback;
};

struct rest_call;

struct rest_method {
    const char *name;
    const struct rule *rules;  /* ended by a NULL name; may be NULL */
    const struct query *query; /* whose row's column `reply` is the reply */
    const char *member;        /* under which the reply has it; NULL: there is none */
    const struct problem *(*handler)(struct rest_call *call); /* instead, or after it */
    const char *sets[2][2];    /* more for the statement to bind: name and value */
    bool changes;              /* leaves a line in the audit log */
    bool open;                 /* nobody is asked who they are */
    const char *unavailable;   /* what Veza has not: such a call is always refused */
};

struct rest_call {
    struct request *req;
    struct rest_param *params;
    unsigned count;
    enum rest_format format;
    const char *callback;
    const struct rest_method *method;
    const char *username;
    enum rest_code code;
    const char *message;
    json_t *reply; /* the member of the reply, given by a handler; freed with the call */
};

/* params.c. Reads the query string and the body of a form. */
const struct problem *rest_read(struct rest_call *call);
/* The `n`th value of this parameter, or NULL. */
const char *rest_param(const struct rest_call *call, const char *name, unsigned n);
/* Binds what the method's rules name. */
const struct problem *rest_bind(struct rest_call *call);
/* Splits "tr-" and a UUID. False when it is no id of these kinds, "tr|al". */
bool rest_id(const char *text, const char *kinds, char ret_kind[3], char ret_uuid[UUID_TEXT]);
extern const struct body_sink rest_form;

/* reply.c */
const struct problem *rest_refuse(struct rest_call *call, enum rest_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
extern const struct problem rest_refused;
/* Makes an error of the protocol of what went wrong; what is the server's fault stays a problem. */
const struct problem *rest_refuse_problem(struct rest_call *call, const struct problem *problem);
/* Answers with `member`, which may be NULL, or with the error of the call. Takes no reference. */
const struct problem *rest_reply(struct rest_call *call, const char *name, json_t *member);

/* login.c. Fills req->identity. */
const struct problem *rest_sign_in(struct rest_call *call);
/* What an app may call itself. */
const char *rest_client(struct rest_call *call);
/* A new password for apps: sealed, and its hash. */
#define APP_PASSWORD_TEXT 25 /* five groups of four letters and digits */
bool app_password_make(struct request *req, const char *id, char ret_password[APP_PASSWORD_TEXT], const char **ret_sealed, const char **ret_hash);
/* Other secrets of this module: tokens of links. NULL when it does not open. */
const char *rest_seal(struct request *req, const char *about, const char *secret);
const char *rest_unseal(struct request *req, const char *about, const char *sealed);
bool login_setup(void);
void login_teardown(void);

/* browse.c: the row's JSON, which the caller frees; no row is NOT_FOUND. */
const struct problem *rest_query(struct rest_call *call, const struct query *query, json_t **ret_json);
extern const struct rest_method rest_methods[];
const struct problem *rest_artist_or_album(struct rest_call *call);
const struct problem *rest_search(struct rest_call *call);
const struct problem *rest_album_info(struct rest_call *call);
const struct problem *rest_artist_info(struct rest_call *call);
const struct problem *rest_extensions(struct rest_call *call);

/* change.c */
const struct problem *rest_star(struct rest_call *call);
const struct problem *rest_unstar(struct rest_call *call);
const struct problem *rest_run(struct rest_call *call); /* the method's query, for its effect */
const struct problem *rest_playlist_create(struct rest_call *call);
const struct problem *rest_playlist_update(struct rest_call *call);
const struct problem *rest_playlist_delete(struct rest_call *call);
const struct problem *rest_queue_save(struct rest_call *call);
const struct problem *rest_scrobble(struct rest_call *call);
const struct problem *rest_shares(struct rest_call *call);
const struct problem *rest_share_create(struct rest_call *call);
const struct problem *rest_share_update(struct rest_call *call);

bool change_setup(void);
void change_teardown(void);

/* stream.c, cover.c: these answer by themselves. */
extern struct storage *rest_storage;
const struct problem *rest_stream(struct rest_call *call);
const struct problem *rest_download(struct rest_call *call);
const struct problem *rest_hls(struct rest_call *call);
const struct problem *rest_cover(struct rest_call *call);

/* apps.c */
extern const struct route app_routes[];

extern const struct personal subsonic_personal; /* personal.c */
