/* search.c - finds tracks, releases, people and playlists by words. */
#include "api/module.h"
#include "modules/search/internal.h"
#include "platform/elastic/elastic.h"
#include "playlists.queries.h"
#include "releases.queries.h"
#include "search.queries.h"
#include "tracks.queries.h"
#include "users.queries.h"

extern const struct module search_module;
extern const struct personal search_personal;

/* How many candidates of a kind are compared: for a page of all kinds, and for pages of one. */
#define MOST_OF_EACH 100
#define MOST_OF_ONE 1000
#define REPLY_MAX (16 * 1024 * 1024)

static const struct field search_inputs[] = {
    {"q", FIELD_STRING, .required = true, .min = 1, .max = 200, .example = "late trains",
     .help = "Words, each somewhere in the names; the last one may be a beginning. Case, accents and width do not matter"},
    {"type", FIELD_ENUM, .values = "all|tracks|releases|users|playlists", .fallback = "all", .help = "Only this kind, in pages"},
    {"page", FIELD_INT, .min = 1, .max = 50, .fallback = "1", .help = "With `type`: which page. The first 1000 hits can be turned to"},
    {"limit", FIELD_INT, .min = 1, .max = 50, .fallback = "10", .help = "Hits of each kind"},
    {"sort", FIELD_ENUM, .values = "relevance|newest|oldest|title", .fallback = "relevance",
     .help = "Order of the best candidates, of which there are 1000 at most with `type`, else 100"},
    {"genre", FIELD_STRING, .min = 1, .max = 100, .help = "Tracks of this genre"},
    {"tag", FIELD_STRING, .min = 1, .max = 30, .help = "Tracks with this tag"},
    {"bpm_from", FIELD_INT, .min = 1, .max = 999, .help = "Tracks of this tempo or a faster one"},
    {"bpm_to", FIELD_INT, .min = 1, .max = 999, .help = "Tracks of this tempo or a slower one"},
    {"key", FIELD_STRING, .min = 1, .max = 9, .pattern = "[A-Ga-g][#b]?(m|min|minor|maj|major)?|([1-9]|1[0-2])[ABab]", .example = "8A",
     .help = "Tracks in this key: F#m, or 11A on the wheel of keys"},
    {"compatible", FIELD_BOOL, .fallback = "false", .help = "With `key`: also in keys beside it on the wheel"},
    {"year_from", FIELD_INT, .min = 1800, .max = 2100, .help = "Tracks and releases of this year or a later one"},
    {"year_to", FIELD_INT, .min = 1800, .max = 2100, .help = "Tracks and releases of this year or an earlier one"},
    {"duration_from", FIELD_INT, .min = 0, .max = 3600, .help = "Tracks that last so many seconds or longer, in steps of ten"},
    {"duration_to", FIELD_INT, .min = 0, .max = 3600, .help = "Tracks that last so many seconds or less, in steps of ten; 3600 is no bound"},
    {"licence", FIELD_ENUM, .values = "all_rights_reserved|cc_by|cc_by_sa|cc_by_nc|cc_by_nd|cc_by_nc_sa|cc_by_nc_nd|cc0",
     .help = "Releases under this licence, and what is on them"},
    {"downloadable", FIELD_BOOL, .help = "true: only what may be downloaded"},
    {"explain", FIELD_BOOL, .fallback = "false", .help = "Each hit has `why`: how it was found"},
    FIELD_END};

static const struct field suggestion_inputs[] = {
    {"q", FIELD_STRING, .required = true, .min = 1, .max = 200, .example = "late tr", .help = "What was typed so far"}, FIELD_END};

static const struct field facet_items[] = {
    {"value", FIELD_STRING, .required = true}, {"count", FIELD_INT, .required = true, .help = "Of the candidates: at least so many"}, FIELD_END};
#define FACET(name, text) {name, FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = facet_items), .help = text}

static const struct field facet_reply[] = {
    FACET("genres", "Values of `genre`"), FACET("tags", "Values of `tag`"), FACET("keys", "Values of `key`"), FACET("decades", "First years of decades"), FIELD_END};

static const struct field tracks_part[] = {{"items", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT, .values = "FoundTrack")},
    {"total", FIELD_INT, .required = true, .help = "How many of the candidates match"},
    {"at_least", FIELD_BOOL, .required = true, .help = "There may be more than `total`"}, FIELD_END};
static const struct field releases_part[] = {{"items", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT, .values = "FoundRelease")},
    {"total", FIELD_INT, .required = true}, {"at_least", FIELD_BOOL, .required = true}, FIELD_END};
static const struct field users_part[] = {{"items", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT, .values = "FoundUser")},
    {"total", FIELD_INT, .required = true}, {"at_least", FIELD_BOOL, .required = true}, FIELD_END};
static const struct field playlists_part[] = {{"items", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT, .values = "FoundPlaylist")},
    {"total", FIELD_INT, .required = true}, {"at_least", FIELD_BOOL, .required = true}, FIELD_END};

static const struct field search_reply[] = {
    {"tracks", FIELD_OBJECT, .required = true, .fields = tracks_part},
    {"releases", FIELD_OBJECT, .required = true, .fields = releases_part},
    {"users", FIELD_OBJECT, .required = true, .fields = users_part},
    {"playlists", FIELD_OBJECT, .required = true, .fields = playlists_part},
    {"facets", FIELD_OBJECT, .required = true, .nullable = true, .fields = facet_reply,
     .help = "Of the tracks; null where only another kind was asked for, and where time was up"},
    {"order", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_ENUM, .values = "tracks|releases|users|playlists"),
     .help = "The kinds, those first whose best hit fits best: is called so, begins so, has all the words, has them with typing errors"},
    {"partial", FIELD_BOOL, .required = true, .help = "Time was up before everything was looked at"},
    {"did_you_mean", FIELD_STRING, .required = true, .nullable = true, .help = "Where nothing was found: words that find something"},
    FIELD_END};

static const struct query *const search_rows[] = {&q_track_found, &q_release_found, &q_user_found, &q_playlist_found, NULL};

static bool
write_kind(struct request *req, enum search_kind kind, const struct search_candidates *candidates, bool wanted, struct buf *out, struct buf *facets, int *hits,
           int *ret_best, bool *is_partial, const struct problem **ret_problem)
{
    struct search_found found = {.best = SEARCH_CLASSES};
    bool good = true;

    if (wanted)
        *ret_problem = search_ask(req, kind, text_equal(request_param(req, "type"), "all") ? MOST_OF_EACH : MOST_OF_ONE, candidates, &found);
    if (*ret_problem)
        return false;
    buf_printf(out, "\"%s\":{\"items\":", search_kind_names[kind]);
    good = search_write_hits(&found, kind, out);
    buf_printf(out, ",\"total\":%d,\"at_least\":%s},", found.total, found.at_least ? "true" : "false");
    if (found.facets)
        buf_add_text(facets, found.facets);
    *hits += found.total;
    *ret_best = found.best;
    *is_partial |= found.is_partial;
    if (found.rows)
        PQclear(found.rows);
    return good;
}

static void
write_order(const int best[SEARCH_KINDS], struct buf *out)
{
    int written = 0;

    buf_add(out, STR("\"order\":["));
    for (int class = 0; class <= SEARCH_CLASSES; class++)
        for (int kind = 0; kind < SEARCH_KINDS; kind++)
            if (best[kind] == class)
                buf_printf(out, "%s\"%s\"", written++ ? "," : "", search_kind_names[kind]);
    buf_add(out, STR("],"));
}

static const struct problem *
search_all(struct request *req)
{
    const struct problem *p = NULL;
    const char *type = request_param(req, "type"), *meant = NULL;
    bool is_all = text_equal(type, "all"), is_partial = false, good = true;
    int64_t page = 1, limit = 10;
    int hits = 0, best[SEARCH_KINDS] = {0};
    unsigned kinds = 0;
    struct search_candidates candidates;
    struct buf out = BUF_INIT(REPLY_MAX);
    scoped_buf facets = BUF_INIT(REPLY_MAX);
    json_t *text;

    text_to_int64(request_param(req, "page"), 1, 50, &page);
    text_to_int64(request_param(req, "limit"), 1, 50, &limit);
    request_set(req, "offset", arena_printf(req->arena, "%lld", is_all ? 0LL : (long long)((page - 1) * limit)));
    request_set(req, "most_shown", arena_printf(req->arena, "%lld", (long long)limit));
    request_set(req, "facets", "true");
    for (int kind = 0; kind < SEARCH_KINDS; kind++)
        kinds |= is_all || text_equal(type, search_kind_names[kind]) ? 1u << kind : 0;
    p = search_propose(req, kinds, is_all ? MOST_OF_EACH : MOST_OF_ONE, &candidates);
    good = !p;
    reply_header(req, "X-Search-Engine", candidates.is_proposed ? "elasticsearch" : "postgresql");
    buf_add(&out, STR("{"));
    for (int kind = 0; kind < SEARCH_KINDS && good; kind++)
        good = write_kind(req, (enum search_kind)kind, &candidates, is_all || text_equal(type, search_kind_names[kind]), &out, &facets, &hits, &best[kind],
                          &is_partial, &p);
    request_set(req, "facets", "false");
    if (good && !hits && !is_partial) {
        p = search_meant(req, &meant);
        good = !p;
    }
    text = meant ? json_string(meant) : json_null();
    if (good) {
        char *quoted = json_dumps(text, JSON_ENCODE_ANY);

        write_order(best, &out);
        buf_add(&out, STR("\"facets\":"));
        buf_add(&out, facets.len ? buf_str(&facets) : STR("null"));
        buf_printf(&out, ",\"partial\":%s,\"did_you_mean\":%s}", is_partial ? "true" : "false", quoted ? quoted : "null");
        free(quoted);
        good = !out.failed;
    }
    json_decref(text);
    if (!good) {
        buf_free(&out);
        return p ? p : PROBLEM(INTERNAL);
    }
    return reply_owned(req, 200, "application/json", buf_str(&out), free, out.ptr);
}

static const struct route search_routes[] = {
    {GET, "/api/v1/search", "Find tracks, releases, users and playlists by words",
     "Of each kind the best hits: names that are the text, then names that begin with it, then what has all its words in its names, its artist, genre or tags, then, "
     "where few were found, what has them with typing errors. Totals and facets count the candidates that were compared, at most 100 of each kind, or 1000 with `type`. "
     "The header X-Search-Engine says who proposed them: `elasticsearch` or `postgresql`.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .query = search_inputs, .handler = search_all, .reply = search_reply, .reply_rows = search_rows},

    {GET, "/api/v1/search/suggestions", "List what is being typed may be about", "A few of each kind, the best first.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .query = suggestion_inputs, .sql = &q_search_suggestions, .shape = MANY, .within_ms = 300},
    ROUTE_END};

static const struct job_handler search_jobs[] = {
    {"search.rank", JOB_HEAVY, search_rank_job, .every_s = 3600},
    {"search.rebuild", JOB_HEAVY, search_rebuild_job},
    {"search.owner", JOB_LIGHT, search_owner_job},
    {"search.reindex", JOB_OUTGOING, search_reindex_job},
    {"search.drift", JOB_OUTGOING, search_drift_job, .every_s = 24 * 3600},
    {0}};

static bool
search_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)with;
    return search_elastic_setup(error, error_size);
}

static void
search_metrics(struct buf *out)
{
    PGresult *rows;

    if (!elastic_configured())
        return;
    search_candidates_metrics(out);
    rows = search_run(&q_search_backlog, NULL);
    if (rows && PQntuples(rows))
        buf_printf(out, "veza_search_elasticsearch_backlog %s\nveza_search_elasticsearch_refused %s\n", PQgetvalue(rows, 0, 0), PQgetvalue(rows, 0, 1));
    PQclear(rows);
}

const struct module search_module = {.name = "search",
                                     .routes = ROUTE_TABLES(search_routes, search_admin_routes),
                                     .queries = search_queries,
                                     .jobs = search_jobs,
                                     .personal = &search_personal,
                                     .settings = search_settings,
                                     .setup = search_setup,
                                     .start = search_changes_start,
                                     .stop = search_changes_stop,
                                     .teardown = elastic_teardown,
                                     .metrics = search_metrics,
                                     .checkup = search_elastic_checkup};
