/* server.h - an HTTP/1.1 server on GNU libmicrohttpd: polling threads that run the handlers themselves.
 *
 *     accept → parse → route → limits → identity → CSRF → validate → handler or query → reply → audit, metrics, log
 *
 * A polling thread answers from memory, or sends a statement and waits 2 ms at most for its reply. What takes longer, and handlers that do more
 * (`.runs`), go on in threads of a pool while the connection is suspended. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "http/limit.h"
#include "http/request.h"
#include "http/route.h"

struct connection;
struct express_settings;
struct server;

/* What the server needs from the layers above it. */
struct server_hooks {
    /* Finds out who asks: fills req->identity. Called for every route but AUTH_PUBLIC. */
    const struct problem *(*identify)(struct request *req);
    /* Does the person hold route->permission? Called where their role does not suffice; without it the role alone counts. */
    const struct problem *(*check_permission)(struct request *req);
    /* Was the session's second factor proven lately? Called for AUTH_ADMIN; without it such routes are closed. */
    const struct problem *(*check_second_factor)(struct request *req);
    /* Has the session proven what route->proof names? Without it such routes are closed. */
    const struct problem *(*check_proof)(struct request *req);
    /* Checks the CSRF token of a change that came with cookies. */
    const struct problem *(*check_csrf)(struct request *req);
    /* Runs route->sql for a route without a handler. */
    const struct problem *(*run_query)(struct request *req);
    /* Runs a request with an Idempotency-Key: `work` is the route, which is not run again where its reply is kept. */
    const struct problem *(*run_once)(struct request *req, const struct problem *(*work)(struct request *req));
    /* After the reply is decided and before it is sent; `status` is final. Writes the audit line unless it was written with the change. Returns NULL or
     * &request_parked. */
    const struct problem *(*audit)(struct request *req, int status);
    /* After that, of a change that succeeded: adds to the reply what the client sends with its next requests, so that it sees what it wrote. NULL or
     * &request_parked. May be NULL. */
    const struct problem *(*tell_position)(struct request *req);
    /* Has whoever asks written something a moment ago, so that replies that are kept in memory may be too old for them? May be NULL. */
    bool (*reader_wrote)(struct request *req);
    /* Takes requests out of quotas that all nodes share, up to and including the first that refuses. False when there is no such place at
     * the moment: the server then counts by itself. May be NULL. */
    bool (*share_limits)(const char *server_name, const struct limit_take *takes, unsigned count, struct limit_state *ret_states);
    /* Statements in polling threads, see db_lend() in db/db.h. All NULL where nothing asks a database. */
    void (*lend)(int64_t budget_ns);
    bool (*take_parked)(struct connection **ret_connection);
    void (*adopt)(struct connection *connection);
    void (*give_back)(void);
    void (*drop)(struct connection *connection);
    void (*settle)(struct connection *connection);
    /* The gate for the files of a form (api/gate.h): each is begun, gets its bytes as they come, and is freed with the request. Where routes take
     * files. */
    const struct problem *(*upload_ready)(struct request *req); /* before the body is read; may be NULL */
    const struct problem *(*upload_begin)(struct request *req, struct upload *upload);
    const struct problem *(*upload_add)(struct upload *upload, const char *bytes, size_t len);
    void (*upload_free)(struct upload *upload);
    /* Before the handler of such a route, in the pool's thread: may these files come in? */
    const struct problem *(*upload_check)(struct request *req);
    /* Answers a GET that no route matches (the web app), or returns NOT_FOUND. May be NULL. */
    const struct problem *(*fallback)(struct request *req);
    /* Is what `fallback` replies with at this path a file of the web app? Such requests have a quota of their own. Called in any thread. */
    bool (*is_file)(const char *path);
};

struct server_settings {
    const char *name; /* "api" or "stream": the metrics label */
    const struct config *config;
    uint16_t port; /* 0: a free one */
    const char *port_setting; /* the name of the port's setting, for error messages */
    route_tables routes;
    const struct server_hooks *hooks;
    const char *stream_secret;
    bool files_are_elsewhere; /* opening one may take long */
    const struct express_settings *express; /* plain requests for files take a shorter way (express.h); NULL for none */
};

/* Starts listening. On failure returns NULL with a sentence in `error`. Refuses a route that lacks a security field, that exists
 * twice, or whose body and path fields don't fit its pattern. The settings and what they point to must outlive the server. */
struct server *server_start(const struct server_settings *settings, char *error, size_t error_size);

/* The port that it listens on. */
uint16_t server_port(const struct server *server);
const struct server_settings *server_settings(const struct server *server);

/* MAINTENANCE_MODE: it answers 503 to everything but health and administration. */
bool server_in_maintenance(const struct server *server);

/* Stops accepting, lets running requests finish for at most `drain_ms`, closes the rest and frees everything. */
void server_stop(struct server *server, int drain_ms);

/* Adds this server's metrics in the Prometheus text format. */
struct buf;
void server_metrics(const struct server *server, struct buf *out);

/* Drops cached replies that carry one of these tags, in every server of this process. */
void server_purge(const char *tags);
