/* engine.c - asks PostgreSQL what a search finds, by itself or of what Elasticsearch proposes (candidates.c). */
#include "modules/search/internal.h"

#include "base/clock.h"
#include "db/row_json.h"
#include "playlists.queries.h"
#include "releases.queries.h"
#include "search.queries.h"
#include "tracks.queries.h"
#include "users.queries.h"

/* A reply is to be there after that; each statement has what is left of it, and at least the other. What was found until then is the reply. */
#define REPLY_MS 300
#define LEAST_MS 100
#define FEW "20" /* candidates that are asked for where the rows of all were not read in time */

const char *const search_kind_names[SEARCH_KINDS] = {"tracks", "releases", "users", "playlists"};

static const struct query *
engine_query(enum search_kind kind)
{
    static const struct query *const queries[SEARCH_KINDS] = {&q_track_found, &q_release_found, &q_user_found, &q_playlist_found};

    return queries[kind];
}

static bool
engine_bool(const PGresult *rows, const char *column)
{
    return *PQgetvalue(rows, 0, PQfnumber(rows, column)) == 't';
}

static int
engine_time_ms(const struct request *req)
{
    int64_t left_ms = REPLY_MS - (clock_monotonic_ns() - req->started_ns) / 1000000;

    return left_ms < LEAST_MS ? LEAST_MS : (int)left_ms;
}

const struct problem *
search_ask(struct request *req, enum search_kind kind, int most, const struct search_candidates *candidates, struct search_found *ret_found)
{
    struct search_found found = {.best = SEARCH_CLASSES};
    const struct problem *p;
    int64_t total = 0;
    bool is_late;
    int facets, best;

    request_set(req, "engine_hits", candidates->hits[kind]);
    request_set(req, "most", arena_printf(req->arena, "%d", most));
    p = db_rows_within(req, engine_query(kind), engine_time_ms(req), &found.rows, &is_late);
    if (!p && is_late) { /* the candidates were found, or their search would have told; of a few the rows are quick */
        request_set(req, "most", FEW);
        p = db_rows_within(req, engine_query(kind), LEAST_MS, &found.rows, &(bool){false});
    }
    if (p)
        return p;
    if (found.rows && PQntuples(found.rows)) {
        /* Where nothing was found one row tells so. */
        found.count = PQgetisnull(found.rows, 0, PQfnumber(found.rows, "id")) ? 0 : PQntuples(found.rows);
        text_to_int64(PQgetvalue(found.rows, 0, PQfnumber(found.rows, "total_")), 0, INT32_MAX, &total);
        found.total = (int)total;
        best = PQfnumber(found.rows, "best_");
        found.best = PQgetisnull(found.rows, 0, best) ? SEARCH_CLASSES : *PQgetvalue(found.rows, 0, best) - '1';
        found.at_least = found.total >= most || candidates->is_full[kind];
        found.is_partial = is_late || engine_bool(found.rows, "partial_");
        facets = PQfnumber(found.rows, "facets_");
        if (facets >= 0 && !PQgetisnull(found.rows, 0, facets) && (found.count || !found.is_partial))
            found.facets = PQgetvalue(found.rows, 0, facets);
    }
    found.is_partial |= !found.rows;
    found.at_least |= found.is_partial;
    *ret_found = found;
    return NULL;
}

bool
search_write_hits(const struct search_found *found, enum search_kind kind, struct buf *out)
{
    struct row_json json;
    int id;

    buf_add(out, STR("["));
    if (found->count) {
        if (!row_json_begin(&json, found->rows, engine_query(kind)))
            return false;
        id = PQfnumber(found->rows, "id");
        for (int i = 0, written = 0; i < found->count; i++) {
            if (PQgetisnull(found->rows, i, id))
                continue; /* hidden since the entry was read */
            if (written++)
                buf_add(out, STR(","));
            row_json_write(&json, i, out);
        }
    }
    buf_add(out, STR("]"));
    return !out->failed;
}

const struct problem *
search_meant(struct request *req, const char **ret_text)
{
    const struct problem *p;
    const char *meant, *asked = request_param(req, "q"), *offset = request_param(req, "offset");
    struct search_candidates candidates;
    PGresult *rows;
    bool late, finds = false;

    *ret_text = NULL;
    p = db_rows_within(req, &q_search_corrected, engine_time_ms(req), &rows, &late);
    if (p || late)
        return p;
    meant = PQntuples(rows) && !PQgetisnull(rows, 0, 0) ? arena_strdup(req->arena, PQgetvalue(rows, 0, 0)) : NULL;
    PQclear(rows);
    if (!meant)
        return NULL;
    /* Words of what this viewer may not see are no help and none of their business: only what finds something is said. */
    request_set(req, "q", meant);
    request_set(req, "offset", "0");
    p = search_propose(req, (1u << SEARCH_KINDS) - 1, 5, &candidates);
    for (int kind = 0; kind < SEARCH_KINDS && !finds && !late && !p; kind++) {
        struct search_found found = {0};

        p = search_ask(req, (enum search_kind)kind, 5, &candidates, &found);
        finds = !p && found.count > 0;
        late = !p && found.is_partial;
        if (found.rows)
            PQclear(found.rows);
    }
    request_set(req, "q", asked);
    request_set(req, "offset", offset);
    if (finds)
        *ret_text = meant;
    return p;
}
