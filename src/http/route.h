/* route.h - a route, declared once, as data.
 *
 * From the table come the router, the access policy, the rate limit, validation, the API description, the generated tests and the
 * metrics labels. The zero of a security field means "not declared", and the server refuses to start with it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"
#include "http/field.h"

struct request;
struct reply_header; /* http/request.h */
struct query; /* db/query.h */

enum method { METHOD_NONE, GET, POST, PUT, PATCH, DELETE, METHOD_COUNT };

enum auth {
    AUTH_UNDECLARED,
    AUTH_PUBLIC,    /* nobody is asked who they are */
    AUTH_OPTIONAL,  /* a visitor or a person; credentials that are sent must be good */
    AUTH_USER,
    AUTH_CREATOR,   /* content_creator, moderator or admin */
    AUTH_MODERATOR,
    AUTH_ADMIN,
    AUTH_INTERNAL,  /* another part of Veza: header X-Stream-Secret */
    AUTH_METRICS,   /* METRICS_TOKEN, or loopback when there is none */
};

enum limit {
    LIMIT_UNDECLARED,
    LIMIT_NONE, /* health checks only: not even the global limit */
    LIMIT_READ,
    LIMIT_WRITE,
    LIMIT_AUTH,
    LIMIT_UPLOAD,
    LIMIT_MEDIA,
    LIMIT_COUNT
};

enum shape {
    SHAPE_NONE,
    ONE,   /* the row as an object; no row is 404 */
    MANY,  /* {items, limit, next} and perhaps page, total; inputs: list_fields of validate.h */
    EMPTY, /* 204 when there is a row, else 404 */
};

/* What the session must have proven within ten minutes, for a change of how one signs in (ADR 0014): the second factor where the person has one; where they have
 * none, nothing, or the password by a sign-in or a step-up. */
enum proof { PROOF_NONE, PROOF_FACTOR, PROOF_SIGN_IN };

/* Where a handler runs. What is not on a pool must not hold up the polling thread: it answers from memory, or with one statement before which
 * it only reads, since it is run again from its beginning when that statement takes longer (db_lend()). RUNS_ON_OUTSIDE_POOL: it asks a server
 * that the person named, which may take its time; one at a time for each person. */
enum runs { RUNS_ON_POOL, RUNS_ON_PASSWORD_POOL, RUNS_ON_OUTSIDE_POOL, RUNS_IN_LOOP, RUNS_COUNT };

/* What a file must be by its contents, whatever its name and type say. The gate (api/gate.h) decides before the handler runs. */
enum file_type {
    FILE_TYPE_NONE,    /* not declared: refused at the start */
    FILE_TYPE_AUDIO,   /* no signature tells: the handler has the media worker look at it */
    FILE_TYPE_PICTURE, /* JPEG, PNG or WebP */
    FILE_TYPE_PART,    /* a part of a file: judged when the file is whole (gate_take()) */
    FILE_TYPE_ATTACHMENT, /* what people send one another: gate_attachment_kind() tells which */
    FILE_TYPE_LIST,    /* a playlist: text of several kinds, which its reader tells apart */
};

struct file_field {
    const char *name;
    enum file_type type;
    bool required;      /* else a part without a byte is no file */
    bool counts;        /* kept as it came: counts against the person's quota */
    uint64_t max_bytes; /* 0: what the route takes, else MAX_UPLOAD_MB */
    const char *help;
};

/* A quota of a route's own, instead of the one that all routes of its `limit` share; counted for the same persons and addresses. */
struct route_rate {
    const char *name;        /* at most 15 characters; the operator's setting is RATE_LIMIT_ and this name */
    const char *const *rule; /* the text of that setting, whose `check` is limit_rule_refusal() */
};

/* A body that is any bytes, taken as they come. Each is called in a thread of the server: writing to a local file is the longest that it may wait. */
struct body_sink {
    const char *media_type;
    bool optional; /* the request may have no body, and then no Content-Type */
    /* The head is good. Asks at most one statement, before which it only reads, since it may be called again (&request_parked). What it sets as
     * req->sink is `end`ed with the request, however that ends. A refusal is answered before the body came, if that is long. */
    const struct problem *(*begin)(struct request *req);
    /* After a refusal the rest is read and dropped if it is short; else the connection is closed. */
    const struct problem *(*add)(struct request *req, const char *bytes, size_t len);
    void (*end)(struct request *req);
};

struct route {
    enum method method;
    const char *pattern; /* "/api/v1/tracks/{id}" */
    const char *summary;
    const char *description; /* Markdown, optional */

    enum auth auth;
    const char *permission; /* AUTH_ADMIN only: roles with this permission suffice too, e.g. "audit.view" */
    const char *scope; /* what an API key must be allowed, e.g. "tracks:write"; without one, keys may only read what visitors may;
                        * never with AUTH_ADMIN: keys do not administer */
    enum proof proof;  /* AUTH_USER only, and without a scope: keys have no session that proves */
    enum limit limit;
    const struct route_rate *rate; /* NULL: the quota of `limit` */

    const struct field *path, *query, *body;
    const struct field *headers; /* single values under the names that HTTP has, such as Upload-Offset; not with `cache_s` */
    const struct file_field *files; /* multipart/form-data; `body` then names its text parts */
    const struct body_sink *sink;   /* instead of `body` and `files`: the handler runs when all is there. At most MAX_UPLOAD_MB, unless max_body says less */
    size_t max_body;                /* bytes; 0 means BODY_MAX */

    /* Without a handler. Each query may refuse by its column `problem` (db/query.h), and no row is 404. */
    const struct query *requires; /* asked first, and only reads: whether there is something to list, or whether one may change it.
                                   * `sql` binds to the columns of its row too */
    const struct query *sql;
    enum shape shape;
    const struct query *then; /* `sql` changes something and gives a row where it did; the reply is this one's row, read afterwards. Its
                               * parameters bind to the columns of that row too, such as the id of what was created. */
    const char *location;     /* with `then`: the reply's header Location, such as "/api/v1/roles/{id}" */
    bool always;              /* `sql` cannot miss: no 404 */
    int within_ms;            /* `sql` is a list with a column `partial_`, and ended after so long: the reply is what was found until then (db_begin_short()) */
    const struct query *file; /* its row names the stored file that file_get() answers with (api/file.h) */
    const struct problem *(*handler)(struct request *req);
    enum runs runs;
    bool opens_files; /* with RUNS_IN_LOOP: on the pool after all where files are not on this machine */

    int known_status;            /* with `then`: the status instead, where what `sql` should make was there already (its column is_new is false) */
    int status;                  /* of success; 0 means 200 (204 for EMPTY) */
    const struct query *replies; /* a handler's reply has the shape of this query's row */
    const struct field *reply;   /* or these fields */
    const struct query *const *reply_rows; /* queries whose rows stand in `reply` under the names of their schemas; ended by NULL */
    const struct field *reply_or; /* or, with the same status, these instead */
    const char *produces;        /* or is of this media type */
    const enum problem_name *problems; /* beyond those that follow from the rest; ended by PROBLEM_COUNT */

    const struct reply_header *says; /* headers of every reply, also of problems; ended by a NULL name */
    void (*options)(struct request *req); /* adds headers to the reply to OPTIONS at this address */

    int cache_s;           /* seconds that a visitor's reply may come from memory, at most: up to a whole multiple of them by the clock */
    const char *cache_tags; /* words with spaces between them, such as "tracks users": what the reply tells of; events drop it (modules/events/events.c) */
    const char *replica;   /* a list that a replica of the database may answer to visitors: the kinds of things that it shows, of those that hidings
                            * counts, such as "tracks users" (api/replica.h). Nothing private, no figures that must be right at once */
    bool idempotent;       /* takes the header Idempotency-Key: the reply is kept for 24 h with the change (api/once.h). Not where a reply has a secret */
    bool no_audit;         /* a mutation not worth an audit line (play counts, logs) */
    bool websocket;        /* answers with an upgrade */
    bool redirects;        /* the reply may be 307 instead: go where the header Location says */
    bool signed_link;      /* the address itself proves who may: no CSRF token, and a body of any type is left unread (RFC 8058) */
};

#define ROUTE_END {0}
#define BODY_MAX (64 * 1024)

/* The tables that a server answers, ended by NULL. */
typedef const struct route *const *route_tables;

const char *method_name(enum method method);

/* Checks what a route declares: an access policy, a rate limit and a summary; a handler or a query; no more than PARAM_DECLARED_MAX inputs, each with a
 * name of its own; fields of known types with bounds that make sense and patterns that compile; path fields that match the pattern's {names} in
 * order. False with a sentence in `error`. */
bool route_check(const struct route *route, char *error, size_t error_size);

/* Is a parameter of this name an input that the route declares: also of a header, or of money? */
bool route_has_input(const struct route *route, const char *name);

/* The same of a table of fields that clients send, of what is named `whose`. `single`: arrays of single values are the most that may stand there. */
bool fields_check(const char *whose, const struct field *fields, bool single, char *error, size_t error_size);
