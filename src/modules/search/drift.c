/* drift.c - the job that compares all of the index with the entries, each night. What differs is noted as changed, so the index gets it again. */
#include <stdio.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/log.h"
#include "modules/search/internal.h"
#include "platform/elastic/elastic.h"
#include "search.queries.h"

#define PAGE 1000
#define AGAIN_S 600
#define WAIT_S 60 /* for what waits to be sent */
#define KEY_TEXT (UUID_TEXT + 2)

struct counts {
    int64_t missing, extra, stale, ahead;
};

static bool
is_key(const char *key)
{
    return key && key[0] >= '1' && key[0] <= '4' && key[1] == ':' && uuid_valid(key + 2);
}

/* The versions of the next documents. How many, or negative. */
static int
read_page(const char *after, struct buf *keys, struct buf *versions, char ret_last[KEY_TEXT], char error[SEARCH_ERROR])
{
    scoped_buf body = BUF_INIT(4096);
    json_t *json = NULL;
    const json_t *hits, *hit;
    size_t i;
    int count = 0;

    buf_printf(&body,
               "{\"size\":%d,\"version\":true,\"_source\":false,\"track_total_hits\":false,\"query\":{\"match_all\":{}},\"sort\":[{\"key\":{\"order\":\"asc\"}}]", PAGE);
    if (*after)
        buf_printf(&body, ",\"search_after\":[\"%s\"]", after);
    buf_add(&body, STR("}"));
    if (search_index_ask("POST", buf_str(&body), false, &json, error, "/%s/_search?filter_path=timed_out,_shards.failed,hits.hits._id,hits.hits._version",
                         search_alias) != 200)
        return -1;
    hits = json_object_get(json_object_get(json, "hits"), "hits");
    if (json_is_true(json_object_get(json, "timed_out")) || json_integer_value(json_object_get(json_object_get(json, "_shards"), "failed")))
        count = -1;
    json_array_foreach(hits, i, hit) {
        const char *key = json_string_value(json_object_get(hit, "_id"));
        const json_t *version = json_object_get(hit, "_version");

        if (count < 0 || !is_key(key) || !json_is_integer(version) || strcmp(key, i ? ret_last : after) <= 0 || count == PAGE) {
            snprintf(error, SEARCH_ERROR, "a page of the index is not what was asked for");
            count = -1;
            break;
        }
        buf_printf(keys, "%s%s", count ? "," : "", key);
        buf_printf(versions, "%s%lld", count ? "," : "", (long long)json_integer_value(version));
        snprintf(ret_last, KEY_TEXT, "%s", key);
        count++;
    }
    json_decref(json);
    return count;
}

static bool
compare_page(const char *after, bool is_end, const char *last, struct buf *keys, struct buf *versions, const char *fence, struct counts *counts)
{
    static const char *const columns[] = {"missing", "extra", "stale", "ahead"};
    int64_t *const sums[] = {&counts->missing, &counts->extra, &counts->stale, &counts->ahead}, n;
    PGresult *rows;

    buf_add(keys, STR("}"));
    buf_add(versions, STR("}"));
    if (keys->failed || versions->failed)
        return false;
    rows = search_run(&q_search_drift_compare, (const struct db_arg[]){{"keys", buf_str(keys).ptr}, {"versions", buf_str(versions).ptr}, {"after", after},
                                                                      {"until", is_end ? NULL : last}, {"fence", fence}, {0}});
    for (size_t i = 0; rows && i < COUNT_OF(columns); i++)
        if (text_to_int64(search_value(rows, columns[i]), 0, INT32_MAX, &n))
            *sums[i] += n;
    PQclear(rows);
    return rows;
}

/* The number of the last change; false where what was changed before it is not in the index yet. */
static bool
read_fence(char ret_fence[24])
{
    PGresult *rows = search_run(&q_search_drift_fence, NULL);
    bool good = rows && search_value_is(rows, "is_behind", "f");

    if (good)
        snprintf(ret_fence, 24, "%s", search_value(rows, "fence"));
    PQclear(rows);
    return good;
}

static bool
write_counts(const struct counts *counts)
{
    char missing[24], extra[24], stale[24];

    snprintf(missing, sizeof missing, "%lld", (long long)counts->missing);
    snprintf(extra, sizeof extra, "%lld", (long long)counts->extra);
    snprintf(stale, sizeof stale, "%lld", (long long)counts->stale);
    if (counts->missing || counts->extra || counts->stale || counts->ahead)
        log_warn("the index of Elasticsearch differed from the entries, and is mended", LOG_INT("missing", counts->missing), LOG_INT("extra", counts->extra),
                 LOG_INT("stale", counts->stale), LOG_INT("ahead", counts->ahead));
    return search_do(&q_search_drift_done, (const struct db_arg[]){{"missing", missing}, {"extra", extra}, {"stale", stale},
                                                                {"is_ahead", counts->ahead ? "true" : "false"}, {0}});
}

enum job_outcome
search_drift_job(struct job *job)
{
    char after[KEY_TEXT] = "", last[KEY_TEXT] = "", fence[24] = "", error[SEARCH_ERROR] = "";
    struct counts counts = {0};
    PGresult *state;
    bool is_live, is_end = false, good;

    if (!elastic_configured())
        return JOB_DONE;
    state = search_run(&q_search_index_get, NULL);
    is_live = state && search_value_is(state, "is_live", "t");
    PQclear(state);
    if (!is_live)
        return JOB_DONE;
    good = read_fence(fence);
    for (int waited = 0; !good && waited < WAIT_S && !job_cancelled(job); waited++) {
        sleep(1);
        good = read_fence(fence);
    }
    good = good && search_index_ask("POST", (struct str){0}, false, NULL, error, "/%s/_refresh", search_alias) / 100 == 2;
    while (good && !is_end && !job_cancelled(job)) {
        scoped_buf keys = BUF_INIT(256 * 1024);
        scoped_buf versions = BUF_INIT(256 * 1024);
        int count;

        buf_add(&keys, STR("{"));
        buf_add(&versions, STR("{"));
        count = read_page(after, &keys, &versions, last, error);
        is_end = count < PAGE;
        good = count >= 0 && compare_page(after, is_end, last, &keys, &versions, fence, &counts);
        snprintf(after, sizeof after, "%s", last);
    }
    if (job_cancelled(job))
        return JOB_GIVE_BACK;
    if (good && write_counts(&counts))
        return JOB_DONE;
    job_error(job, *error ? error : "what changed does not reach the index");
    job_wait(job, AGAIN_S);
    return JOB_DONE;
}
