/* modules.c - what the program consists of. */
#include "api/docs.h"
#include "api/personal.h"
#include "app.queries.h"
#include "app/app.h"
#include "bus.queries.h"
#include "jobs.queries.h"
#include "modules/privacy/privacy.h"
#include "platform/rabbitmq/rabbitmq.h"
#include "platform/redis/redis.h"
#include "platform/sentry/sentry.h"
#include "stream/stream.h"

/* Parts of the platform, and of this folder: they stand below or beside the modules and are started by serve.c. */
static const struct personal_table bus_tables[] = {
    {"outbox", ERASED, "where they name the person", .withheld = "messages between parts of the program, with ids and the title of what the antivirus deleted, for days"},
    {"bus_unfinished", ERASED, "with the messages", .withheld = "what went wrong with a message"},
    {"bus_numbering", NOT_PERSONAL, "the number of the last message"},
    {"bus_subscribers", NOT_PERSONAL, "which parts of the program read messages"},
    {"bus_cursors", NOT_PERSONAL, "how far they have read"},
    {0}};
static const struct personal_table jobs_tables[] = {
    {"jobs", ERASED, "where they name the person", .withheld = "work between parts of the program, with ids, for days"}, {0}};
static const struct personal_table app_tables[] = {
    {"installation", NOT_PERSONAL, "whether mails wait after a trial restore"},
    {"schema_functions", NOT_PERSONAL, "which functions were applied"},
    {"schema_migrations", NOT_PERSONAL, "which migrations were applied"},
    {0}};

static const struct module bus_part = {.name = "bus",
                                       .personal = &(const struct personal){.tables = bus_tables},
                                       .queries = bus_queries,
                                       .metrics = bus_metrics};
static const struct module jobs_part = {.name = "jobs",
                                        .personal = &(const struct personal){.tables = jobs_tables},
                                        .queries = jobs_queries,
                                        .metrics = jobs_metrics};
static const struct module rabbitmq_part = {.name = "rabbitmq", .metrics = rabbitmq_metrics};
static const struct module redis_part = {.name = "redis", .metrics = redis_metrics};
static const struct module sentry_part = {.name = "sentry", .metrics = sentry_metrics};
/* Tables that no module serves yet. */
static const struct module later_part = {.name = "later", .personal = &later_personal};
static const struct module app_part = {.name = "app",
                                       .personal = &(const struct personal){.tables = app_tables},
                                       .queries = app_queries};

#define MODULE(name) extern const struct module name##_module;
#include "modules/modules.def"
#undef MODULE

const struct module *const all_modules[] = {&app_part, &bus_part, &jobs_part, &rabbitmq_part, &redis_part, &sentry_part,
#define MODULE(name) &name##_module,
#include "modules/modules.def"
#undef MODULE
                                            &stream_module, &docs_module, &later_part, NULL};
