/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "queue.queries.h"

extern const struct personal queue_personal;

static const struct personal_table tables[] = {
    {"queues", ERASED, .archive = "queue"},
    {"queue_items", ERASED, .archive = "queue"},
    {"queue_sessions", ERASED, .archive = "shared_queues"},
    {"queue_session_links", ERASED, .withheld = "only hashes of links"},
    {"queue_session_people", ERASED, "of others' sessions too", .archive = "shared_queue_visits", .withheld = "names, keys and addresses of guests"},
    {"shared_queue_items", ERASED, .archive = "shared_queues shared_queue_visits"},
    {"shared_queue_votes", ERASED, .archive = "shared_queue_visits"},
    {0}};

static const struct subject subjects[] = {
    {"queue", &q_export_queue, true}, {"shared_queues", &q_export_shared_queues}, {"shared_queue_visits", &q_export_shared_queue_visits}, {0}};

const struct personal queue_personal = {.tables = tables, .subjects = subjects};
