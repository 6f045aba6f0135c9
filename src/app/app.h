/* app.h - puts the parts together. */
#pragma once

#include "api/module.h"
#include "base/config.h"

/* What the program consists of (modules.c). */
extern const struct module *const all_modules[];

enum app_role { APP_API = 1, APP_STREAM = 2, APP_WORKER = 4, APP_ALL = 7 };

/* Runs the given roles until SIGINT or SIGTERM. Returns the process's exit code. */
int serve(const struct config *config, unsigned roles);

/* Runs everything, calls `work` with the API's port in this thread, and stops. Returns what `work` returned, or 1. */
int serve_for(const struct config *config, int (*work)(const struct config *config, unsigned port));

/* `veza demo`: adds people and music made on the spot, through the API of a server of its own. Does nothing that was done before. */
int demo_fill(const struct config *config);

/* `veza demo --tracks N --users N`: the rows of a large installation (app/fill.h). */
int demo_fill_many(const struct config *config, int argc, char **argv);

/* Connects to the configured database, or starts the embedded cluster, and calls work with it; stops the cluster afterwards. Returns
 * what `work` returned, or 1. */
int with_database(const struct config *config, int (*work)(const struct config *config, const char *conninfo, void *context),
                  void *context);

/* The same for commands that make no sense without people and tracks: where there is no embedded cluster yet, says so and returns 1. Only
 * `serve`, `demo` and `openapi` make one. */
int with_existing_database(const struct config *config, int (*work)(const struct config *config, const char *conninfo, void *context),
                           void *context);

/* In the data folder while a restore is under way. As long as it is there, the database is used by nobody but restore (`veza restore` began,
 * and did not end). */
#define RESTORING "restoring"
/* with_database() for restore. */
int with_database_of_restore(const struct config *config, int (*work)(const struct config *config, const char *conninfo, void *context),
                             void *context);

/* Opens the store that the configuration names: the folder `files` of the data folder, or a bucket. NULL with a sentence. */
struct storage *app_open_storage(const struct config *config, char *error, size_t error_size);

/* Makes the data folder and what belongs in it. */
bool prepare_data_dir(const struct config *config, char *error, size_t error_size);
