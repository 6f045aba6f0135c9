/* fetch.h - HTTP requests to other people's servers.
 *
 * Every request has a bound on time and on the size of the reply, follows no redirect, uses no proxy and checks certificates. The
 * address is judged when the socket is about to connect to it (address.h), so that neither a way of writing it nor a name that changes
 * its mind gets past:
 *     - public addresses: yes, by https
 *     - loopback and private ones: only when OUTGOING_ALLOW_PRIVATE is set, or when the operator's own configuration named the very
 *       host (`trusted_host`)
 *     - link-local, multicast, reserved ones, metadata of clouds: never
 *     - http instead of https: only to loopback, and not in production
 * It blocks: call it from handlers that run on a pool and from jobs. */
#pragma once

#include "base/buf.h"
#include "base/config.h"
#include "base/str.h"

#define FETCH_REPLY_MAX (256 * 1024)
#define FETCH_TIMEOUT_MS 10000

struct fetch_request {
    const char *url;
    struct str body;             /* POST when it has bytes or `post` is set, else GET */
    bool post;
    const char *const *headers;  /* "Name: value" each, ended by NULL; may be NULL */
    const char *user, *password; /* HTTP Basic, as they are; NULL for none */
    const char *trusted_host;    /* see above; NULL for none */
    size_t max_reply;            /* bytes; 0 means FETCH_REPLY_MAX */
    int timeout_ms;              /* for everything together; 0 means FETCH_TIMEOUT_MS */
};

enum fetch_status {
    FETCH_OK = 0,           /* there is a reply, whatever its status */
    FETCH_BAD_URL = -1,     /* not https (or http, where that is allowed), with credentials, or no URL at all */
    FETCH_REFUSED = -2,     /* the address is one that we do not connect to */
    FETCH_UNREACHABLE = -3, /* no such name, no connection, a bad certificate */
    FETCH_TIMEOUT = -4,
    FETCH_TOO_LARGE = -5,
    FETCH_FAILED = -6,      /* anything else */
};

struct fetch_reply {
    int status;
    char content_type[128]; /* "" when there was none */
    int64_t retry_after_s;  /* of Retry-After, else of X-RateLimit-Reset-In; 0 when there was none */
    struct buf body;
};

/* Once, before any other call. */
void fetch_setup(const struct config *config);

/* On FETCH_OK the reply is to be given to fetch_reply_free; else there is none. */
enum fetch_status fetch(const struct fetch_request *request, struct fetch_reply *ret_reply);
void fetch_reply_free(struct fetch_reply *reply);

/* For the log: "unreachable"... */
const char *fetch_status_text(enum fetch_status status);

/* The host of an acceptable URL, lower case, without port; false when it is none. `out` holds 256 bytes. */
bool fetch_host(const char *url, char out[256]);
