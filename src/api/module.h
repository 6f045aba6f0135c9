/* module.h - a module: everything that one subject of Veza adds to the program, declared as one thing.
 *
 * A module is a folder of src/modules. It defines one `const struct module NAME_module` and has one line, MODULE(NAME), in
 * src/modules/modules.def; nothing else in the program knows its name. Members that it does not need stay NULL.
 *
 *     const struct module lyrics_module = {
 *         .name = "lyrics", .routes = ROUTE_TABLES(lyrics_routes), .queries = lyrics_queries, .setup = lyrics_setup};
 *
 * Life of a process: setup() of each module in the order of modules.def, start(), then the servers and the jobs run; stop() and teardown() in
 * the opposite order, also when not everything came to be. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "api/message.h"
#include "base/buf.h"
#include "base/config.h"
#include "db/query.h"
#include "http/route.h"
#include "platform/bus/bus.h"
#include "platform/jobs/jobs.h"

struct checkup;
struct personal;
struct storage;
struct module;

/* All modules in the order of modules.def, ended by NULL. */
typedef const struct module *const *module_list;

/* What modules are set up with. All of it outlives them. */
struct module_setup {
    const struct config *config;
    struct storage *storage;
    module_list modules;
};

struct module {
    const char *name;
    const struct route *const *routes;        /* tables of the API server, ended by NULL */
    const struct route *const *stream_routes; /* of the stream server; a table may be in both */
    const struct query *const *queries;       /* of its queries.sql, as the build embeds it: NAME_queries */
    const struct job_handler *jobs;           /* ended by a NULL kind */
    const struct subscription *subscriptions; /* to events; ended by a NULL name */
    const struct personal *personal;          /* what its tables hold about people (api/personal.h) */
    const struct setting *settings;           /* environment variables (base/setting.h); loaded before setup() */
    const struct topic_kind *topics;          /* that WebSockets can subscribe to; ended by TOPIC_END */
    const struct message *messages;           /* of WebSockets; ended by MESSAGE_END */
    const struct message *stream_messages;    /* the same of the stream server's, where client and server may use one name */

    /* In every process, before any thread of a server, of the jobs or of the listener runs: keep what is needed of `with`, call listener_on().
     * False with a sentence in `error`. */
    bool (*setup)(const struct module_setup *with, char *error, size_t error_size);
    /* In processes that run the API, before its server opens. */
    bool (*start)(void);
    /* Metrics in the Prometheus text format; in the servers' threads. */
    void (*metrics)(struct buf *out);
    /* Lines of `veza doctor` (api/checkup.h): without setup() or start(), beside a Veza that may run. */
    void (*checkup)(struct checkup *checkup);
    /* Before the servers and the listener end: what start() started takes no more work. */
    void (*stop)(void);
    /* When no request, job or listener runs any more: frees what setup() and start() made. */
    void (*teardown)(void);
};

#define ROUTE_TABLES(...) ((const struct route *const[]){__VA_ARGS__, NULL})

/* The following make lists of what all modules declare. They are kept as long as the process lives; NULL when memory is short. */

enum module_server { MODULE_API = 1, MODULE_STREAM = 2 };

/* The route tables of these servers, each once. */
route_tables module_routes(module_list modules, unsigned servers);
const struct job_handler *module_jobs(module_list modules);

/* Reads the settings of all modules: right after config_load(). */
bool module_load_settings(module_list modules, char *error, size_t error_size);

/* Writes every setting with its default and its help. */
void module_print_settings(module_list modules, FILE *to);

/* Calls `tell` for each name in `.env` that is no setting and looks like one that was mistyped: `nearest`, or NULL where it only begins like
 * one of ours (VEZA_). */
void module_check_names(module_list modules, void (*tell)(void *context, const char *name, const char *nearest), void *context);

/* As config_weak_settings(), for the settings of all modules too. */
unsigned module_weak_settings(module_list modules, const struct config *config, setting_tell_weak *tell, void *context);

/* Hands each subscription to the bus. Before bus_start(). */
void module_subscribe(module_list modules);

bool module_setup(const struct module_setup *with, char *error, size_t error_size);
bool module_start(module_list modules);
void module_stop(module_list modules);
void module_teardown(module_list modules);
