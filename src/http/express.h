/* express.h - answers the plainest requests for files before the server proper sees them.
 *
 * Every connection begins here. While it sends plain GETs for files that `find` knows, each is answered with one system call for the
 * head and one for the file (sendfile). The first request that is anything else (conditions, ranges, credentials in a header, a body,
 * a limit that was reached, a file that is not known, a head that comes in pieces, or anything unusual) takes the connection,
 * with that request unread, to the server, where it stays. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/source.h"
#include "base/str.h"

struct listeners;
struct server;
struct express;

enum express_found {
    EXPRESS_NOT_MINE, /* the server answers */
    EXPRESS_FOUND,
    EXPRESS_ASK, /* memory does not say: `learn`, then `find` again */
};

/* What `find` found. */
struct express_file {
    struct str head;  /* all header lines but Date, each with its CRLF, and the empty line */
    struct str body;  /* a small file's bytes; else NULL, and `source` counts */
    struct source *source; /* local */
    uint64_t size;
    bool stale; /* good, but `learn` should be called again */
    void (*release)(void *owner); /* called when it has been sent */
    void *owner;
};

struct express_settings {
    const char *pattern; /* of the route that it stands in for: its rate limit (LIMIT_MEDIA) and metrics */
    const char *identity_cookie; /* requests with this cookie are the server's: what everybody gets may be hidden from one person */
    /* Finds what anybody gets for GET `path` (of [A-Za-z0-9/_.-] only), from memory: it runs in a polling loop, which other connections wait for. */
    enum express_found (*find)(struct str path, struct express_file *ret_file);
    /* After EXPRESS_ASK: asks the database and the disk, so that `find` knows. Runs on a pool. */
    void (*learn)(struct str path);
};

/* Takes over the listening sockets. NULL when threads or descriptors are short. */
struct express *express_start(struct server *server, const struct express_settings *settings, const struct listeners *listeners);

/* Stops accepting. */
void express_quiesce(struct express *express);
/* Closes what is left and frees. Accepts NULL. */
void express_stop(struct express *express);
