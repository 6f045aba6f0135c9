/* idempotency.c - the statements of requests with an Idempotency-Key, see api/once.h. */
#include "api/module.h"
#include "api/once.h"
#include "api/personal.h"
#include "idempotency.queries.h"

static bool
idempotency_setup(const struct module_setup *with, char *error, size_t error_size)
{
    static const struct once_queries queries = {&q_idempotency_lock, &q_idempotency_find, &q_idempotency_keep};

    (void)with, (void)error, (void)error_size;
    once_setup(&queries);
    return true;
}

static const struct personal_table tables[] = {
    {"idempotency_keys", ERASED, .withheld = "replies to one's own requests of the last 24 hours; what they made is in the archive"},
    {0}};

static const struct personal personal = {.tables = tables};

extern const struct module idempotency_module;
const struct module idempotency_module = {.name = "idempotency", .personal = &personal, .queries = idempotency_queries, .setup = idempotency_setup};
