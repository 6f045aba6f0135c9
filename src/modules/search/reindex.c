/* reindex.c - the job that makes all anew: a new index beside the one that is asked, in batches, and then the alias is switched. Without Elasticsearch: the entries.
 *
 * Each batch is read, sent and noted in one transaction that holds the row of search_index, so the thread of changes.c waits meanwhile: what is deleted after a
 * batch was read is sent after it. A job that was killed goes on where it was. */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "modules/search/internal.h"
#include "platform/elastic/elastic.h"
#include "search.queries.h"

#define AWAY_S 10
#define KINDS 4
#define INDEXES_MAX 32

/* The indexes that are called as ours, and which of them have the aliases. */
struct indexes {
    unsigned count;
    struct {
        char name[96];
        bool is_live, is_next;
    } all[INDEXES_MAX];
};

enum step { STEP_MORE, STEP_END, STEP_AGAIN };

static bool
is_ours(const char *name)
{
    size_t len = strlen(search_alias);

    return !strncmp(name, search_alias, len) && name[len] == '-' && name[len + 1] && !name[len + 1 + strspn(name + len + 1, "0123456789")] && strlen(name) < 96;
}

static bool
list_indexes(struct indexes *ret_indexes, char error[SEARCH_ERROR])
{
    char next[96];
    json_t *json = NULL, *one;
    const char *name;
    int status = search_index_ask("GET", (struct str){0}, false, &json, error, "/%s-*/_alias", search_alias);

    *ret_indexes = (struct indexes){0};
    snprintf(next, sizeof next, "%s-next", search_alias);
    if (status == 404)
        return true;
    if (status != 200)
        return false;
    json_object_foreach(json, name, one) {
        const json_t *aliases = json_object_get(one, "aliases");

        if (!is_ours(name) || ret_indexes->count == INDEXES_MAX)
            continue;
        snprintf(ret_indexes->all[ret_indexes->count].name, sizeof ret_indexes->all[0].name, "%s", name);
        ret_indexes->all[ret_indexes->count].is_live = json_object_get(aliases, search_alias);
        ret_indexes->all[ret_indexes->count].is_next = json_object_get(aliases, next);
        ret_indexes->count++;
    }
    json_decref(json);
    return true;
}

/* Of nobody's any more: all but the one that is asked, and `kept` (may be NULL). */
static bool
delete_others(const struct indexes *indexes, const char *kept, char error[SEARCH_ERROR])
{
    bool good = true;

    for (unsigned i = 0; i < indexes->count && good; i++)
        if (!indexes->all[i].is_live && !text_equal(indexes->all[i].name, kept)) {
            int status = search_index_ask("DELETE", (struct str){0}, false, NULL, error, "/%s", indexes->all[i].name);

            good = (status >= 200 && status <= 299) || status == 404;
        }
    return good;
}

/* An index without anything, to which changes go from now on. */
static bool
begin(const struct indexes *indexes, char error[SEARCH_ERROR])
{
    char name[96];
    int status;

    snprintf(name, sizeof name, "%s-%lld", search_alias, (long long)clock_unix_ms());
    if (!delete_others(indexes, NULL, error))
        return false;
    status = search_index_create(name, error);
    return status >= 200 && status <= 299 && search_do(&q_search_index_begin, (const struct db_arg[]){{"name", name}, {0}});
}

static bool
note_refused(const PGresult *rows, const struct sent_change *changes, int count)
{
    scoped_buf items = BUF_INIT(1024 * 1024);

    buf_add(&items, STR("["));
    for (int i = 0; i < count; i++)
        if (changes[i].outcome == SENT_REFUSED) {
            buf_printf(&items, "%s{\"kind\":%s,\"id\":\"%s\",\"version\":%s,\"error\":", items.len > 1 ? "," : "", PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1),
                       PQgetvalue(rows, i, 2));
            buf_add_json_string(&items, changes[i].error);
            buf_add(&items, STR("}"));
        }
    buf_add(&items, STR("]"));
    return !items.failed && (items.len == 2 || search_do(&q_search_index_refused, (const struct db_arg[]){{"items", buf_str(&items).ptr}, {0}}));
}

static void
tell_progress(struct job *job, const PGresult *state)
{
    int64_t filled = 0, total = 0;

    text_to_int64(search_value(state, "filled"), 0, INT64_MAX, &filled);
    text_to_int64(search_value(state, "fill_total"), 0, INT64_MAX, &total);
    job_progress(job, "filling", total > filled ? (float)filled / (float)total : 1);
}

/* One batch, within a transaction: `state` is locked. */
static enum step
fill_batch(const PGresult *state, char error[SEARCH_ERROR])
{
    struct sent_change *changes = calloc(SEARCH_BATCH, sizeof *changes);
    char target[96], count[24], kind[24];
    const char *const targets[] = {target};
    const char *after = search_value(state, "fill_after");
    enum step step = STEP_AGAIN;
    PGresult *rows = NULL;
    int64_t at = 0;
    int sent = -1;

    snprintf(target, sizeof target, "%s-next", search_alias);
    if (changes && text_to_int64(search_value(state, "fill_kind"), 1, KINDS, &at))
        rows = search_run(&q_search_index_fill, (const struct db_arg[]){{"kind", search_value(state, "fill_kind")}, {"after", after}, {0}});
    if (rows) {
        sent = search_index_send(rows, targets, 1, changes, error);
        for (int i = 0; i < sent; i++)
            if (changes[i].outcome == SENT_LATER || changes[i].outcome == SENT_NO_INDEX) {
                snprintf(error, SEARCH_ERROR, "%s", changes[i].error);
                sent = -1;
            }
    }
    if (sent >= 0 && note_refused(rows, changes, sent)) {
        snprintf(kind, sizeof kind, "%d", (int)at + !sent);
        snprintf(count, sizeof count, "%d", sent);
        if (search_do(&q_search_index_filled, (const struct db_arg[]){{"kind", kind}, {"after", sent ? PQgetvalue(rows, sent - 1, 1) : NULL}, {"n", count}, {0}}))
            step = !sent && at == KINDS ? STEP_END : STEP_MORE;
    }
    PQclear(rows);
    free(changes);
    return step;
}

/* The alias leads to the new index, in one request. */
static bool
switch_alias(const char *name, const struct indexes *indexes, char error[SEARCH_ERROR])
{
    scoped_buf body = BUF_INIT(16 * 1024);
    int status;

    buf_printf(&body, "{\"actions\":[{\"add\":{\"index\":\"%s\",\"alias\":\"%s\"}},{\"remove\":{\"index\":\"%s\",\"alias\":\"%s-next\"}}", name, search_alias, name,
               search_alias);
    for (unsigned i = 0; i < indexes->count; i++)
        if (indexes->all[i].is_live)
            buf_printf(&body, ",{\"remove\":{\"index\":\"%s\",\"alias\":\"%s\"}}", indexes->all[i].name, search_alias);
    buf_add(&body, STR("]}"));
    status = search_index_ask("POST", buf_str(&body), false, NULL, error, "/_aliases");
    return status >= 200 && status <= 299;
}

/* Nobody writes meanwhile: the row is locked. */
static bool
finish(const char *name, char error[SEARCH_ERROR])
{
    struct indexes indexes;
    bool is_switched = false, is_there = false;

    if (search_index_ask("POST", (struct str){0}, false, NULL, error, "/%s/_refresh", name) / 100 != 2 || !list_indexes(&indexes, error))
        return false;
    for (unsigned i = 0; i < indexes.count; i++)
        if (text_equal(indexes.all[i].name, name)) {
            is_there = true;
            is_switched = indexes.all[i].is_live;
        }
    return is_there && (is_switched || switch_alias(name, &indexes, error)) &&
           search_do(&q_search_index_switched, (const struct db_arg[]){{"mapping", SEARCH_MAPPING}, {0}});
}

/* One step in a transaction of its own. */
static enum step
step_elastic(struct job *job, char error[SEARCH_ERROR])
{
    enum step step = STEP_AGAIN;
    PGresult *state = NULL;
    int64_t kind = 0;

    if (db_begin())
        return STEP_AGAIN;
    state = search_run(&q_search_index_hold, NULL);
    if (state && search_value(state, "next_index") && text_to_int64(search_value(state, "fill_kind"), 1, KINDS + 1, &kind)) {
        tell_progress(job, state);
        if (kind <= KINDS)
            step = fill_batch(state, error) == STEP_AGAIN ? STEP_AGAIN : STEP_MORE;
        else
            step = finish(search_value(state, "next_index"), error) ? STEP_END : STEP_AGAIN;
    }
    if (db_end(step != STEP_AGAIN))
        step = STEP_AGAIN;
    PQclear(state);
    return step;
}

/* Is what was begun still there? Else it begins anew. */
static bool
resume_or_begin(char error[SEARCH_ERROR])
{
    PGresult *state = search_run(&q_search_index_get, NULL);
    struct indexes indexes;
    bool good = state && list_indexes(&indexes, error), is_there = false;
    unsigned next = 0;

    for (unsigned i = 0; good && i < indexes.count; i++) {
        next += indexes.all[i].is_next;
        is_there |= text_equal(indexes.all[i].name, search_value(state, "next_index")) && (indexes.all[i].is_next || search_value_is(state, "fill_kind", "5"));
    }
    good = good && ((is_there && next <= 1) || begin(&indexes, error));
    PQclear(state);
    return good;
}

static enum job_outcome
reindex_elastic(struct job *job)
{
    char error[SEARCH_ERROR] = "the database does not answer";
    struct indexes indexes;
    enum step step = resume_or_begin(error) ? STEP_MORE : STEP_AGAIN;

    while (step == STEP_MORE && !job_cancelled(job))
        step = step_elastic(job, error);
    if (step == STEP_MORE)
        return JOB_GIVE_BACK;
    if (step == STEP_END) {
        if (!list_indexes(&indexes, error) || !delete_others(&indexes, NULL, error))
            log_warn("an index that is not used any more is still in Elasticsearch", LOG_TEXT("error", error));
        return JOB_DONE;
    }
    search_do(&q_search_index_failed, (const struct db_arg[]){{"error", error}, {0}});
    job_error(job, error);
    job_wait(job, AWAY_S);
    return JOB_PUT_OFF;
}

bool
search_reindex_tell(struct job *job, const char *kind, const char *after, const char *most)
{
    PGresult *state = NULL;

    if (search_do(&q_search_index_filled, (const struct db_arg[]){{"kind", kind}, {"after", after}, {"n", most}, {0}}))
        state = search_run(&q_search_index_get, NULL);
    if (state)
        tell_progress(job, state);
    PQclear(state);
    return state;
}

/* Without Elasticsearch: the entries themselves. */
static enum job_outcome
reindex_entries(struct job *job)
{
    enum job_outcome outcome = search_do(&q_search_reindex_begin, NULL) ? search_make_entries(job, true) : JOB_RETRY;

    return outcome == JOB_DONE && !search_do(&q_search_reindex_done, NULL) ? JOB_RETRY : outcome;
}

enum job_outcome
search_reindex_job(struct job *job)
{
    return elastic_configured() ? reindex_elastic(job) : reindex_entries(job);
}
