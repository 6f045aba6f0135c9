/* admin.c - what administrators see of the search, and that they may have it made anew. */
#include "modules/search/internal.h"
#include "platform/elastic/elastic.h"
#include "search.queries.h"

static const struct problem *
admin_get(struct request *req)
{
    request_set(req, "engine", elastic_configured() ? "elasticsearch" : "postgresql");
    request_set(req, "state", !elastic_configured() ? "off" : search_elastic_is_down() ? "down" : "up");
    return reply_query(req, 200, &q_search_state);
}

const struct route search_admin_routes[] = {
    {GET, "/api/v1/admin/search", "Get what finds, how much it knows, and what it lacks",
     "`backlog` is what Elasticsearch has not got yet, `refused` the oldest twenty of the `dead` entries that it did not take; they are tried again when they "
     "change, and with a new index. `missing`, `extra` and `stale` are what the last comparison found, and mended. While a new index is filled, `filled` of "
     "`fill_total` entries are in it.",
     .auth = AUTH_ADMIN, .permission = "jobs.manage", .limit = LIMIT_READ, .handler = admin_get, .replies = &q_search_state},
    {POST, "/api/v1/admin/search/reindex", "Make the index of the search anew",
     "In the background. With Elasticsearch a new index is filled beside the one that is asked, which it replaces at once when it is complete; without it, the "
     "entries in PostgreSQL are made anew. Asked for twice, it happens once.",
     .auth = AUTH_ADMIN, .permission = "jobs.manage", .limit = LIMIT_WRITE, .sql = &q_search_reindex_ask, .shape = ONE, .always = true, .status = 202},
    ROUTE_END};
