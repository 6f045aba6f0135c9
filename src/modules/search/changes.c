/* changes.c - a thread that brings the index of Elasticsearch what changed (search_changes), in batches. One process at a time: it locks the row of search_index
 * until the answer is noted. So neither a batch of a new index that is being filled, nor its switch, is at the same time as one of these. */
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "modules/search/internal.h"
#include "platform/elastic/elastic.h"
#include "search.queries.h"

#define LOOK_MS 1000
#define PAUSE_MAX_MS 30000
#define CHECK_MS 60000 /* that the index is still there */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static pthread_t thread;
static bool started, stopping, lost;

void
search_changes_lost(void)
{
    pthread_mutex_lock(&lock);
    lost = true;
    pthread_mutex_unlock(&lock);
}

static void
write_item(const PGresult *rows, int row, const char *error, struct buf *out)
{
    buf_printf(out, "%s{\"kind\":%s,\"id\":\"%s\",\"version\":%s,\"error\":", out->len > 1 ? "," : "", PQgetvalue(rows, row, PQfnumber(rows, "kind")),
               PQgetvalue(rows, row, PQfnumber(rows, "id")), PQgetvalue(rows, row, PQfnumber(rows, "noted")));
    buf_add_json_string(out, error);
    buf_add(out, STR("}"));
}

bool
search_changes_settle(const PGresult *rows, const struct sent_change *changes, int count)
{
    scoped_buf done = BUF_INIT(1024 * 1024);
    scoped_buf refused = BUF_INIT(1024 * 1024);
    PGresult *dead;
    bool good;

    buf_add(&done, STR("["));
    buf_add(&refused, STR("["));
    for (int i = 0; i < count; i++)
        if (changes[i].outcome == SENT_GOOD)
            write_item(rows, i, NULL, &done);
        else if (changes[i].outcome == SENT_REFUSED)
            write_item(rows, i, changes[i].error, &refused);
    buf_add(&done, STR("]"));
    buf_add(&refused, STR("]"));
    if (done.failed || refused.failed)
        return false;
    good = done.len == 2 || search_do(&q_search_changes_done, (const struct db_arg[]){{"items", buf_str(&done).ptr}, {0}});
    if (!good || refused.len == 2)
        return good;
    dead = search_run(&q_search_changes_refused, (const struct db_arg[]){{"items", buf_str(&refused).ptr}, {0}});
    for (int i = 0; dead && i < PQntuples(dead); i++)
        if (*PQgetvalue(dead, i, 2) == 't')
            log_error("Elasticsearch refuses an entry for good", LOG_TEXT("kind", PQgetvalue(dead, i, 0)), LOG_TEXT("id", PQgetvalue(dead, i, 1)),
                      LOG_TEXT("error", PQgetvalue(dead, i, 3)));
    good = dead;
    PQclear(dead);
    return good;
}

/* One batch, in one transaction. How many rows were sent, 0: nothing to do, negative: it did not work. */
static int
send_batch(char error[SEARCH_ERROR])
{
    struct sent_change *changes = calloc(SEARCH_BATCH, sizeof *changes);
    char next[128];
    const char *targets[2];
    unsigned target_count = 0;
    PGresult *state = NULL, *rows = NULL;
    int sent = -1;
    bool good = changes && !db_begin(), is_later = false;

    if (!good) {
        free(changes);
        return -1;
    }
    state = search_run(&q_search_index_lock, NULL);
    good = state;
    if (good && search_value_is(state, "is_live", "t"))
        targets[target_count++] = search_alias;
    if (good && search_value(state, "next_index")) {
        snprintf(next, sizeof next, "%s-next", search_alias);
        targets[target_count++] = next;
    }
    if (good && target_count) {
        rows = search_run(&q_search_changes_due, NULL);
        good = rows;
    }
    sent = !good ? -1 : 0;
    if (rows && PQntuples(rows)) {
        sent = search_index_send(rows, targets, target_count, changes, error);
        good = sent >= 0 && search_changes_settle(rows, changes, sent);
        for (int i = 0; i < sent; i++) {
            is_later |= changes[i].outcome == SENT_LATER || changes[i].outcome == SENT_NO_INDEX;
            if (changes[i].outcome == SENT_NO_INDEX)
                search_changes_lost();
            if (is_later && !*error)
                snprintf(error, SEARCH_ERROR, "%s", changes[i].error);
        }
    }
    good = db_end(good) == DB_OK && good;
    PQclear(state);
    PQclear(rows);
    free(changes);
    return good && !is_later ? sent : -1;
}

/* Is the index that the database knows of still there, and in the same cluster? Asks for a new one where that is not so. */
static bool
check_index(void)
{
    char error[SEARCH_ERROR] = "";
    json_t *json = NULL;
    const char *cluster;
    int status = search_index_ask("GET", (struct str){0}, false, &json, error, "/");
    bool good = status == 200, there = true;

    cluster = json_string_value(json_object_get(json, "cluster_uuid"));
    if (good) {
        status = search_index_ask("GET", (struct str){0}, false, NULL, error, "/_alias/%s", search_alias);
        there = status != 404;
        good = status == 200 || status == 404;
    }
    if (good && cluster)
        good = search_do(&q_search_index_seen, (const struct db_arg[]){{"cluster", cluster}, {"is_there", there ? "true" : "false"}, {"mapping", SEARCH_MAPPING},
                                                                         {"may_make", search_auto_index ? "true" : "false"}, {0}});
    json_decref(json);
    return good;
}

static void *
changes_loop(void *argument)
{
    int64_t check_ms = 0, pause_ms = 0;
    bool failing = false;

    (void)argument;
    while (true) {
        char error[SEARCH_ERROR] = "";
        int64_t now_ms = clock_monotonic_ms();
        int sent;
        bool look;

        pthread_mutex_lock(&lock);
        look = lost || now_ms >= check_ms;
        lost = false;
        pthread_mutex_unlock(&lock);
        if (look)
            check_ms = check_index() ? now_ms + CHECK_MS : now_ms + LOOK_MS * 5;
        sent = send_batch(error);
        pause_ms = sent > 0 ? 0 : sent == 0 || !pause_ms ? LOOK_MS : pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
        if (sent < 0 && !failing && *error)
            log_warn("Elasticsearch does not take what changed; it waits in the database", LOG_TEXT("error", error));
        if (sent > 0 && failing)
            log_info("Elasticsearch takes what changed again");
        failing = sent < 0 || (failing && !sent);
        db_give_back();
        pthread_mutex_lock(&lock);
        for (int64_t until_ms = now_ms + pause_ms; !stopping && !lost && clock_monotonic_ms() < until_ms;)
            clock_wait_until(&wake, &lock, until_ms);
        if (stopping) {
            pthread_mutex_unlock(&lock);
            break;
        }
        pthread_mutex_unlock(&lock);
    }
    db_disconnect();
    return NULL;
}

bool
search_changes_start(void)
{
    /* From now on changes are noted, or not any more. What was changed before is not known: the index is made anew. */
    if (!search_do(&q_search_index_keep, (const struct db_arg[]){{"is_kept", elastic_configured() ? "true" : "false"}, {0}}))
        log_warn("whether changes are noted for Elasticsearch could not be written");
    if (!elastic_configured())
        return true;
    stopping = false;
    started = pthread_create(&thread, NULL, changes_loop, NULL) == 0;
    if (started)
        pthread_setname_np(thread, "search-index");
    return started;
}

void
search_changes_stop(void)
{
    if (!started)
        return;
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    started = false;
}
