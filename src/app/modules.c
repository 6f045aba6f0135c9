/* modules.c - what the program consists of. */
#include "api/docs.h"
#include "app.queries.h"
#include "app/app.h"
#include "bus.queries.h"
#include "jobs.queries.h"
#include "platform/redis/redis.h"
#include "platform/sentry/sentry.h"
#include "stream/stream.h"

/* Parts of the platform, and of this folder: they stand below or beside the modules and are started by serve.c. */
static const struct module bus_part = {.name = "bus", .queries = bus_queries, .metrics = bus_metrics};
static const struct module jobs_part = {.name = "jobs", .queries = jobs_queries, .metrics = jobs_metrics};
static const struct module redis_part = {.name = "redis", .metrics = redis_metrics};
static const struct module sentry_part = {.name = "sentry", .metrics = sentry_metrics};
static const struct module app_part = {.name = "app", .queries = app_queries};

#define MODULE(name) extern const struct module name##_module;
#include "modules/modules.def"
#undef MODULE

const struct module *const all_modules[] = {&app_part, &bus_part, &jobs_part, &redis_part, &sentry_part,
#define MODULE(name) &name##_module,
#include "modules/modules.def"
#undef MODULE
                                            &stream_module, &docs_module, NULL};
