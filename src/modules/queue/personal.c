/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "queue.queries.h"

extern const struct personal queue_personal;

static const struct personal_table tables[] = {
    {"queues", ERASED, .archive = "queue"}, {"queue_items", ERASED, .archive = "queue"}, {0}};

static const struct subject subjects[] = {{"queue", &q_export_queue, true}, {0}};

const struct personal queue_personal = {.tables = tables, .subjects = subjects};
