/* internal.h - what the parts of the server share with each other and with nobody else. */
#pragma once

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "http/cache.h"
#include "http/express.h"
#include "http/framing.h"
#include "http/limit.h"
#include "http/linger.h"
#include "http/pool.h"
#include "http/router.h"
#include "http/server.h"

#define LATENCY_BUCKETS 12

struct route_metrics {
    _Atomic uint64_t by_class[6]; /* replies by hundreds of their status: 1xx to 5xx */
    _Atomic uint64_t latency[LATENCY_BUCKETS + 1];
    _Atomic uint64_t latency_sum_us;
};

/* A connection of libmicrohttpd: it is shut down when it has not come further by its deadline, and its bytes are checked. */
struct watched {
    struct watched *next, **link;
    struct server *server;
    int fd;
    _Atomic int64_t deadline_ms;
    struct framing framing;
    uint64_t begun; /* requests that libmicrohttpd told of */
    bool refused;   /* the reply to framing.fault is written */
    bool linger;    /* the client may still be sending when the last reply is out */
};

struct server {
    struct server_settings settings;
    struct MHD_Daemon *daemon;
    struct express *express; /* or NULL */
    uint16_t port; /* that it listens on */
    struct router *router;
    char *allow_headers; /* Access-Control-Allow-Headers */
    struct limiter *limiter;
    struct limit_rule global_rule, ip_rule, rules[LIMIT_COUNT];
    struct pool *pools[RUNS_COUNT]; /* none for RUNS_IN_LOOP */
    struct pool *waiters;           /* go on with what polling threads had to leave */
    struct cache *cache;
    struct route_metrics *metrics; /* one a route, and one more for requests that matched none */
    _Atomic int active;            /* requests begun and not completed */
    bool maintenance;
    _Atomic bool draining;
    pthread_t watchdog;
    pthread_mutex_t watch_lock;
    pthread_cond_t watch_wake;
    struct watched *watched;
    struct lingerer *linger;
    bool stopping;
    uint64_t max_upload_bytes;
};

/* The server's own part of a request. */
struct exchange {
    unsigned route_index;
    struct MHD_PostProcessor *form;
    struct form_state *form_state;
    uint64_t received, max_body;
    const struct problem *refusal; /* decided before the body came; the body is read and dropped */
    struct buf body;
    struct limit_state limit;
    int64_t limit_quota;
    bool limited, begun, dispatched, finished;
    struct route_match match;
    bool page;                     /* no route: perhaps the web app answers */
    unsigned checks_passed;        /* of check_request_rest() */
    const struct problem *bad_input;
    bool input_checked;
    bool head_parked;              /* libmicrohttpd tells of the head once more */
    bool answered;                 /* the reply is settled, but not yet its audit line */
    struct connection *connection; /* with the statement that was left */
    int64_t parked_ms;
    void (*go_on)(void *request); /* what the waiter does */
    const char *cache_key;
    uint64_t cache_purges; /* when the key was looked up */
};

static inline struct exchange *
exchange_of(struct request *req)
{
    return req->state;
}

/* watchdog.c: slow senders. MHD's own timeout starts anew with every byte; these deadlines do not. */
bool watchdog_start(struct server *server);
void watchdog_stop(struct server *server);
void watchdog_connection(void *server, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code);
/* The request of this connection must have come further in `timeout_s`; 0: no deadline. */
void watchdog_expect(struct MHD_Connection *connection, int64_t timeout_s);
struct watched *watched_of(struct MHD_Connection *connection);

/* receive.c: the check of all bytes before libmicrohttpd gets them, from the connection's first to its last. */
void receive_watch(struct watched *w);
void receive_forget(struct watched *w);

/* request_checks.c: everything that can be decided from the head of a request. check_request_head() does it without the database and leaves a reply ready for a
 * preflight; check_request_rest() may be called again after it returned &request_parked, and leaves a reply ready for a page of the web app. */
const struct problem *check_request_head(struct request *req, const char *method);
const struct problem *check_request_rest(struct request *req);
bool method_changes(enum method method);
/* The client's address: the peer's, or what X-Forwarded-For (else Forwarded) says where the peer is a trusted proxy. */
void find_ip(struct request *req);

/* exchange.c: the life of a request, as libmicrohttpd tells it. */
void *exchange_begins(void *server, const char *uri, struct MHD_Connection *connection);
enum MHD_Result exchange_goes_on(void *server, struct MHD_Connection *connection, const char *url, const char *method,
                                 const char *version, const char *bytes, size_t *len, void **context);
void exchange_ends(void *server, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code);

/* form.c: a multipart/form-data body, file parts straight to unnamed files. */
const struct problem *form_begin(struct request *req);
const struct problem *form_feed(struct request *req, const char *bytes, size_t len);
const struct problem *form_end(struct request *req);
void form_free(struct request *req);

/* park.c: statements that take longer than a polling thread may wait. */
/* Runs `step` in a polling thread. False when that had to leave it: park() follows. */
bool park_unless_quick(struct request *req, const struct problem *(*step)(struct request *req), const struct problem **ret_problem);
/* Called by a step once it is known who asks: if changes of this person wait already, the next statement is not sent from the polling thread, so that it takes no
 * connection while it waits in the queue. */
void park_politely(struct request *req);
/* Whoever asks, for pool_submit_for(): the person, or the address as its limits are counted, so that one customer's network of IPv6 is one. Never 0. */
uint64_t park_person(const struct request *req);
/* Hands the request to a waiter, which runs `go_on(req)` and then resumes the connection; too long a wait ends in a refusal. */
void park(struct request *req, void (*go_on)(void *request));

/* send.c */
enum MHD_Result send_reply(struct request *req);
/* Makes the reply a problem document. */
void reply_problem(struct request *req, const struct problem *problem);

/* metrics.c */
void metrics_count(struct server *server, unsigned route_index, int status, int64_t elapsed_ns);
