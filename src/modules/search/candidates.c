/* candidates.c - what Elasticsearch proposes. PostgreSQL writes the question (search_question()), since its functions take apart what was typed, and decides who
 * may see what is proposed (search_found()). */
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "modules/search/internal.h"
#include "platform/elastic/elastic.h"
#include "search.queries.h"

#define STATEMENT_MS 300
#define REPLY_MAX (2 * 1024 * 1024)
#define QUESTION_MAX (256 * 1024)
#define PAUSE_MIN_MS 1000
#define PAUSE_MAX_MS 30000
#define FEW 20 /* fewer than that: typing errors are looked for, as search_find() does */
#define MOST_WITH_ERRORS 100

static atomic_llong pause_until_ms, answered, failed, skipped;
static atomic_int failures;

/* What a hit's score means: the boosts of search_question(). */
static const struct {
    int score;
    const char *class, *field;
} ranks[] = {{90, "exact", "name"}, {80, "exact", "name"}, {70, "exact", "maker_and_name"}, {60, "prefix", "name"}, {50, "words", "maker"}, {40, "words", "name"},
             {30, "words", "several"}};

bool
search_elastic_is_down(void)
{
    return atomic_load(&failures) > 0;
}

/* After a failure one request tries again when the pause is over, the others go on without it. */
static bool
may_ask(void)
{
    long long until_ms = atomic_load(&pause_until_ms), now_ms = clock_monotonic_ms();

    if (now_ms < until_ms)
        return false;
    return !search_elastic_is_down() || atomic_compare_exchange_strong(&pause_until_ms, &until_ms, now_ms + PAUSE_MIN_MS);
}

static void
note_failure(const char *error)
{
    int before = atomic_fetch_add(&failures, 1);
    int64_t pause_ms = before > 5 ? PAUSE_MAX_MS : (int64_t)PAUSE_MIN_MS << before;

    atomic_store(&pause_until_ms, clock_monotonic_ms() + (pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS));
    atomic_fetch_add(&failed, 1);
    if (!before)
        log_warn("Elasticsearch is left alone: PostgreSQL answers", LOG_TEXT("error", error));
}

static void
note_answer(void)
{
    atomic_fetch_add(&answered, 1);
    if (!atomic_load(&failures))
        return;
    atomic_store(&pause_until_ms, 0);
    if (atomic_exchange(&failures, 0))
        log_info("Elasticsearch answers again");
}

/* `id` is "1:" and an UUID, of this kind. */
static bool
is_key(const char *key, enum search_kind kind)
{
    return key && key[0] == '1' + (int)kind && key[1] == ':' && uuid_valid(key + 2);
}

/* One hit, appended to `out`. `words`: 0, or how many there are, each with typing errors perhaps. */
static bool
write_hit(const json_t *hit, enum search_kind kind, int words, struct buf *out)
{
    const char *key = json_string_value(json_object_get(hit, "_id")), *class = NULL, *field = NULL;
    double score = json_is_number(json_object_get(hit, "_score")) ? json_number_value(json_object_get(hit, "_score")) : -1;
    int typos = 0;

    if (!is_key(key, kind) || !(score >= 0 && score <= 1000))
        return false;
    if (words) {
        typos = 4 * words - (int)floor(score);
        class = "typo";
        field = fmod(score, 0.5) >= 0.25 ? "name" : "several";
        if (typos < 0)
            return false;
    } else {
        for (size_t i = 0; i < COUNT_OF(ranks); i++)
            if ((int)score == ranks[i].score) {
                class = ranks[i].class;
                field = ranks[i].field;
            }
    }
    if (!class)
        return false;
    if (typos || !words) /* what has no errors was found before */
        buf_printf(out, "%s{\"id\":\"%s\",\"class\":\"%s\",\"field\":\"%s\",\"typos\":%d,\"rank\":%.2f}", out->len > 1 ? "," : "", key + 2, class, field, typos, score);
    return true;
}

/* The hits of one part of the reply, or -1 where that is not what was asked for. */
static int
write_part(const json_t *part, enum search_kind kind, int most, int words, struct buf *out)
{
    const json_t *hits = json_object_get(json_object_get(part, "hits"), "hits"), *hit;
    int64_t status = json_integer_value(json_object_get(part, "status"));
    size_t i, count = json_array_size(hits); /* without hits nothing of it comes: see filter_path */

    if (!json_is_object(part) || status != 200 || json_is_true(json_object_get(part, "timed_out")) ||
        json_integer_value(json_object_get(json_object_get(part, "_shards"), "failed")) || count > (size_t)most || (hits && !json_is_array(hits)))
        return -1;
    json_array_foreach(hits, i, hit)
        if (!write_hit(hit, kind, words, out))
            return -1;
    return (int)count;
}

/* Asks for these kinds, within *left_ms, which it lowers. `buffers`: the hits so far of each. False: go on without it. *ret_problem: the database failed. */
static bool
ask_once(struct request *req, unsigned kinds, int most, bool with_typos, int64_t *left_ms, struct buf buffers[SEARCH_KINDS], int ret_counts[SEARCH_KINDS],
         const struct problem **ret_problem)
{
    char error[128] = "it answers something else", list[32] = "{", path[256];
    struct elastic_request request = {.method = "POST", .path = path, .is_lines = true, .timeout_ms = (int)*left_ms, .max_reply = REPLY_MAX};
    PGresult *rows = NULL;
    json_t *json = NULL;
    int64_t words = 0, began_ms;
    bool late = false, good = false, asked = false;
    int status, at = 0;
    size_t len = 1;

    for (int kind = 0; kind < SEARCH_KINDS; kind++)
        if (kinds & 1u << kind) {
            if (len > 1)
                list[len++] = ',';
            list[len++] = (char)('1' + kind);
        }
    list[len] = '}';
    request_set(req, "kinds", arena_strdup(req->arena, list));
    request_set(req, "most_asked", arena_printf(req->arena, "%d", most));
    request_set(req, "with_typos", with_typos ? "true" : "false");
    *ret_problem = db_rows_within(req, &q_search_question, STATEMENT_MS, &rows, &late);
    if (*ret_problem || late)
        return false;
    if (PQntuples(rows) == 1 && !PQgetisnull(rows, 0, 0)) {
        request.body = (struct str){PQgetvalue(rows, 0, 0), (size_t)PQgetlength(rows, 0, 0)};
        text_to_int64(PQgetvalue(rows, 0, 1), 1, 100, &words);
        asked = request.body.len && request.body.len <= QUESTION_MAX;
    }
    if (asked) {
        snprintf(path, sizeof path,
                 "/%s/_msearch?filter_path=responses.status,responses.timed_out,responses._shards.failed,responses.hits.hits._id,responses.hits.hits._score",
                 search_alias);
        began_ms = clock_monotonic_ms();
        status = elastic_ask(&request, &json, error, sizeof error);
        *left_ms -= clock_monotonic_ms() - began_ms;
        if (status == 200) {
            const json_t *parts = json_object_get(json, "responses");

            good = json_array_size(parts) == (size_t)__builtin_popcount(kinds);
            for (int kind = 0; kind < SEARCH_KINDS && good; kind++)
                if (kinds & 1u << kind) {
                    const json_t *part = json_array_get(parts, (size_t)at++);

                    ret_counts[kind] = write_part(part, (enum search_kind)kind, most, with_typos ? (int)words : 0, &buffers[kind]);
                    good = ret_counts[kind] >= 0 && !buffers[kind].failed;
                    if (json_integer_value(json_object_get(part, "status")) == 404)
                        search_changes_lost();
                }
        } else if (status > 0) {
            snprintf(error, sizeof error, "status %d", status);
            if (status == 404)
                search_changes_lost();
        }
        json_decref(json);
        if (good)
            note_answer();
        else
            note_failure(error);
    }
    PQclear(rows);
    return good || (with_typos && !asked); /* no other words were meant */
}

const struct problem *
search_propose(struct request *req, unsigned kinds, int most, struct search_candidates *ret_candidates)
{
    struct buf buffers[SEARCH_KINDS];
    int counts[SEARCH_KINDS] = {0}, more[SEARCH_KINDS] = {0};
    const struct problem *p = NULL;
    int64_t left_ms = search_timeout_ms; /* for both questions: then PostgreSQL answers the same request */
    unsigned few = 0;
    bool good = elastic_configured() && kinds;

    *ret_candidates = (struct search_candidates){0};
    if (good && !may_ask()) {
        atomic_fetch_add(&skipped, 1);
        good = false;
    }
    if (good) {
        for (int kind = 0; kind < SEARCH_KINDS; kind++) {
            buffers[kind] = (struct buf)BUF_INIT(REPLY_MAX);
            buf_add(&buffers[kind], STR("["));
        }
        good = ask_once(req, kinds, most, false, &left_ms, buffers, counts, &p);
        for (int kind = 0; kind < SEARCH_KINDS && good; kind++)
            if (kinds & 1u << kind && counts[kind] < (most < FEW ? most : FEW))
                few |= 1u << kind;
        if (good && few)
            good = left_ms > 0 && ask_once(req, few, most < MOST_WITH_ERRORS ? most : MOST_WITH_ERRORS, true, &left_ms, buffers, more, &p);
        for (int kind = 0; kind < SEARCH_KINDS; kind++) {
            buf_add(&buffers[kind], STR("]"));
            good = good && !buffers[kind].failed;
            if (good && kinds & 1u << kind) {
                ret_candidates->hits[kind] = arena_strdup(req->arena, buf_str(&buffers[kind]).ptr);
                ret_candidates->is_full[kind] = counts[kind] >= most || more[kind] >= MOST_WITH_ERRORS;
            }
        }
        for (int kind = 0; kind < SEARCH_KINDS; kind++) {
            buf_free(&buffers[kind]);
            if (!good)
                ret_candidates->hits[kind] = NULL;
        }
    }
    ret_candidates->is_proposed = good;
    return p;
}

void
search_candidates_metrics(struct buf *out)
{
    buf_printf(out, "veza_search_elasticsearch_requests_total{outcome=\"answered\"} %lld\nveza_search_elasticsearch_requests_total{outcome=\"failed\"} %lld\n"
                    "veza_search_elasticsearch_requests_total{outcome=\"skipped\"} %lld\nveza_search_elasticsearch_up %d\n",
               (long long)atomic_load(&answered), (long long)atomic_load(&failed), (long long)atomic_load(&skipped), !search_elastic_is_down());
}
