/* request.h - one request, from its first byte to its reply.
 *
 * Everything in it lives in req->arena and dies with it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/encode.h"
#include "base/ip.h"
#include "base/problem.h"
#include "base/source.h"
#include "base/str.h"
#include "http/limit.h"
#include "http/route.h"

struct MHD_Connection;
struct MHD_Response;
struct server;

#define REQUEST_ARENA_MAX (8 * 1024 * 1024)
#define PARAM_MAX 64
#define PARAM_DECLARED_MAX 48 /* of a route, money being three; the rest is for what handlers and statements set */
#define REPLY_HEADER_MAX 24

enum role { ROLE_NONE, ROLE_USER, ROLE_CREATOR, ROLE_MODERATOR, ROLE_ADMIN };

/* Who asks. Filled by the server's identify hook. */
struct identity {
    bool known;
    bool by_cookie;  /* credentials came by cookie: a change needs a CSRF token */
    bool expired;    /* a well-signed cookie token was there but its time is over; `known` is false */
    char user_id[UUID_TEXT];
    char session_id[UUID_TEXT]; /* also set when expired */
    enum role role;
    bool staff; /* may look at and change what others own; never a key. Decided in one place, modules/auth/identity.c */
    bool email_verified;
    int64_t mfa_at; /* Unix time at which this session last proved a second factor; 0: never */
};

/* A validated input: from the path, the query string, the body, or set by a handler. */
struct param {
    const char *name;
    const char *text; /* PostgreSQL's text form; NULL is null */
};

/* A received file. What was received lies behind the gate (api/gate.h), until the request ends. */
struct upload {
    const struct file_field *field; /* the part */
    const char *filename;     /* as sent, cleaned: no folder, no control characters */
    const char *content_type; /* as sent; never trusted */
    uint64_t size;
    struct gate_file *file; /* the gate's own */
};

struct reply_header {
    const char *name, *value;
};

#define CACHE_NEVER "private, no-store" /* errors, redirections, and whatever holds a token, a link that has one, or another secret */

struct reply {
    int status;
    const char *content_type;
    struct str body;
    void (*body_free)(void *owner); /* called when the body has been sent; NULL: the arena holds it */
    void *body_owner;
    struct source *source; /* NULL, or what `size` bytes are sent of from `offset` on; given back afterwards. Reading it must not wait for long */
    uint64_t offset, size;
    struct MHD_Response *prepared; /* a shared response; its headers are complete */
    struct reply_header headers[REPLY_HEADER_MAX];
    unsigned header_count;
    const char *cache_control; /* NULL: see send.c */
    const char *etag;          /* with quotes; NULL: computed for bodies in memory */
    const char *x_cache;
    bool encoded; /* the body has its Content-Encoding already */
    bool ready;
};

struct request {
    struct server *server;
    struct MHD_Connection *connection;
    struct arena *arena;
    const struct route *route;
    enum method method;
    bool head;
    const char *path;      /* decoded */
    const char *log_path;  /* what the access log says instead, since the path holds a secret; NULL: the path, without what looks like a token */
    const char *raw_query; /* undecoded, "" when absent */
    const char *raw_uri;
    char id[UUID_TEXT];
    char ip[IP_TEXT]; /* of the client, or IP_UNKNOWN, which has no rights */
    struct limit_address limit_address;
    int64_t started_ns;
    struct identity identity;
    void *identify_state; /* the identify hook's own: what it has to know when it runs again because the request was parked */
    bool once;       /* the open transaction ends with the reply (api/once.h) */
    bool required;   /* the route's `requires` is done: not asked again when what follows was parked */
    bool audited;    /* the audit line is written */
    int audit_status; /* what the audit line says; 0: that of the route's success */
    bool changed;    /* the route's `sql` is done, `then` is not */
    bool input_good; /* path and query string are checked already; only where the route is a statement that reads and has no handler */
    struct param params[PARAM_MAX];
    unsigned param_count;
    struct str body;
    json_t *json; /* the body, checked (request_json()); freed with the request */
    struct upload *uploads;
    unsigned upload_count;
    struct reply reply;
    void *sink;  /* of the route's `sink` */
    void *state; /* the server's own */
    const struct problem *problem; /* what was answered, when it was one */
};

/* Not an answer: a statement takes longer than a polling thread may wait (db_lend()). Passed on like any problem; the code runs again elsewhere. */
extern const struct problem request_parked;

/* The value of a validated input, or NULL when it is absent or null. */
const char *request_param(const struct request *req, const char *name);
/* Was it given at all (perhaps as null)? */
bool request_has(const struct request *req, const char *name);
/* The value of an input that is an array or an object, as it was checked: fallbacks are in it, and money has its two members beside it
 * (http/field.h). NULL when it is absent; of single values it has what came, so read those with request_param(). */
const json_t *request_json(const struct request *req, const char *name);
/* The Idempotency-Key of a request that is to be carried out once, or NULL. */
const char *request_once_key(const struct request *req);
/* Adds or replaces an input, e.g. for a query's parameter. The text must live as long as the request. */
void request_set(struct request *req, const char *name, const char *text);

/* The client's address, or NULL when it is unknown. */
const char *request_ip(const struct request *req);
const char *request_header(const struct request *req, const char *name);
/* A header as text that may be stored: valid UTF-8 (see utf8_clean), in the arena. NULL when it is missing. */
const char *request_header_text(struct request *req, const char *name);
/* A cookie's value copied to the arena, or NULL. */
const char *request_cookie(struct request *req, const char *name);
/* The file of this part, or NULL. */
struct upload *request_upload(struct request *req, const char *name);
/* The name of a file as it was sent, cleaned: no folder, no control characters, at most 200 bytes. */
const char *request_clean_filename(struct arena *arena, const char *sent);
/* Takes one more request out of the route's quota, for a call that does several things. NULL, or TOO_MANY_REQUESTS. */
const struct problem *request_count_again(struct request *req);
/* Is the person at least of this role? */
bool request_role(const struct request *req, enum role role);

/* Replies. The last one wins. Texts and bytes must live in the arena or for ever, unless said otherwise. */
const struct problem *reply_empty(struct request *req, int status);
const struct problem *reply_bytes(struct request *req, int status, const char *content_type, struct str body);
/* Takes over the reference to `json`. */
const struct problem *reply_json(struct request *req, int status, json_t *json);
/* `free_owner(owner)` is called when the body has been sent. */
const struct problem *reply_owned(struct request *req, int status, const char *content_type, struct str body,
                                  void (*free_owner)(void *), void *owner);
/* A local source with conditional requests and ranges (RFC 9110). Takes over the reference. `etag` with its quotes. */
const struct problem *reply_source(struct request *req, struct source *source, const char *content_type, const char *etag);
/* An empty value takes away a header that every reply has (http/security_headers.h). */
void reply_header(struct request *req, const char *name, const char *value);
/* Sets an HttpOnly, SameSite=Lax cookie (Secure outside development). max_age_s 0 removes it. */
void reply_cookie(struct request *req, const char *name, const char *value, const char *path, int64_t max_age_s);
