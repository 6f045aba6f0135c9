#include "platform/bus/outbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "bus.queries.h"
#include "db/db.h"
#include "platform/bus/listener.h"

#define LANES 4 /* as in bus_number */
#define NUMBER_AT_ONCE 2000
#define BATCH_MAX 500
#define BATCH_MS 200 /* a transaction takes in no more events after that */
#define UNFINISHED_MAX 10000
#define UNFINISHED_IN_ROW 100
#define LOOK_MS 2000
#define REST_MS_MIN 500
#define REST_MS_MAX 30000
#define AGAIN_MS 100 /* another node is at it, or the database is away */
#define REGISTER_MS 3600000
#define PATTERNS_TEXT_MAX 8192

/* How a transaction ended. */
enum work { WORK_DONE, WORK_NONE, WORK_FAILED, WORK_NOT_TRIED };

struct subscriber {
    const struct subscription *subscription;
    char patterns[PATTERNS_TEXT_MAX]; /* of LIKE, as an array of PostgreSQL */
    unsigned single[LANES];           /* so many events are to be tried one by one */
    unsigned tries;                   /* of a transaction that others got in the way of */
    int64_t rest_until_ms[LANES + 1]; /* after settle() left something: of each partition, and of what is tried again */
    int rest_ms[LANES + 1];
    pthread_t thread;
    pthread_cond_t wake;
    bool started, woken;
};

static struct subscriber subscribers[BUS_SUBSCRIPTIONS_MAX];
static unsigned subscriber_count;
static pthread_t thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake;
static bool running, woken;
static atomic_bool stopping;
static _Atomic uint64_t delivered, failures;

static const char *
outbox_number(char text[24], long long number)
{
    snprintf(text, 24, "%lld", number);
    return text;
}

/* NULL when it did not work, which the log tells. */
static PGresult *
outbox_ask(const struct query *query, const struct db_arg *args)
{
    PGresult *result;
    struct db_error error;
    enum db_status status = db_run(query, args, &result, &error);

    if (status == DB_OK)
        return result;
    if (status != DB_UNAVAILABLE && status != DB_RETRY)
        log_error("event query failed", LOG_TEXT("query", query->name), LOG_TEXT("error", error.message));
    return NULL;
}

/* Runs it for its effect. */
static bool
outbox_do(const struct query *query, const struct db_arg *args)
{
    PGresult *result = outbox_ask(query, args);

    PQclear(result);
    return result != NULL;
}

static const char *
outbox_value(const PGresult *rows, int row, const char *column)
{
    int at = PQfnumber(rows, column);

    return at < 0 || PQgetisnull(rows, row, at) ? NULL : PQgetvalue(rows, row, at);
}

static bool
outbox_flag(const PGresult *rows, int row, const char *column)
{
    return text_equal(outbox_value(rows, row, column), "t");
}

/* "track.*" is {"track.%"} */
static bool
write_patterns(struct subscriber *s)
{
    struct buf out = BUF_INIT(PATTERNS_TEXT_MAX);
    bool good;

    for (const char *const *event = s->subscription->events; *event; event++) {
        buf_add_text(&out, event == s->subscription->events ? "{\"" : ",\"");
        for (const char *c = *event; *c; c++) {
            const char letter[2] = {*c};

            buf_add_text(&out, *c == '*' ? "%" : *c == '_' ? "\\\\_" : letter);
        }
        buf_add_text(&out, "\"");
    }
    buf_add_text(&out, "}");
    good = !out.failed;
    if (good)
        snprintf(s->patterns, sizeof s->patterns, "%s", buf_str(&out).ptr);
    else
        log_error("the names of the events are too long: raise PATTERNS_TEXT_MAX in outbox.c", LOG_TEXT("subscriber", s->subscription->name));
    buf_free(&out);
    return good;
}

static bool
outbox_matches(const struct subscriber *s, const char *name)
{
    for (const char *const *event = s->subscription->events; *event; event++) {
        size_t length = strlen(*event);

        if ((*event)[length - 1] == '*' ? strncmp(*event, name, length - 1) == 0 : text_equal(*event, name))
            return true;
    }
    return false;
}

static bool
outbox_register(void)
{
    for (unsigned i = 0; i < subscriber_count; i++) {
        const struct subscription *s = subscribers[i].subscription;
        const struct db_arg args[] = {{"subscriber", s->name}, {"patterns", subscribers[i].patterns},
                                      {"from_start", s->from == BUS_FROM_START ? "true" : "false"}, {0}};

        if (!outbox_do(&q_bus_register, args))
            return false;
    }
    return true;
}

/* One event in the open transaction. */
static bool
outbox_handle(const struct subscriber *s, const PGresult *rows, int row)
{
    json_t *payload = json_loads(outbox_value(rows, row, "payload"), JSON_DECODE_ANY, NULL);
    const struct event event = {.id = outbox_value(rows, row, "event_id"), .name = outbox_value(rows, row, "name"), .key = outbox_value(rows, row, "key"),
                                .number = strtoll(outbox_value(rows, row, "number"), NULL, 10), .at_ms = strtoll(outbox_value(rows, row, "at_ms"), NULL, 10),
                                .payload = payload, .replayed = outbox_flag(rows, row, "replayed")};
    bool good = payload && s->subscription->handle(&event, s->subscription->context);

    json_decref(payload);
    return good;
}

/* The transaction is undone. Was that the fault of the event, rather than of other transactions or of the database? */
static bool
is_to_blame(struct subscriber *s, enum db_status end)
{
    if ((db_transaction_lost() || end == DB_UNAVAILABLE) && s->tries < DB_TRIES) {
        db_wait_before_retry((int)s->tries % DB_TRIES);
        s->tries++;
        return false;
    }
    s->tries = 0;
    return true;
}

static void
note_failure(const struct subscriber *s, const PGresult *rows, int row)
{
    atomic_fetch_add(&failures, 1);
    log_warn("event not handled", LOG_TEXT("subscriber", s->subscription->name), LOG_TEXT("event", outbox_value(rows, row, "name")),
             LOG_TEXT("id", outbox_value(rows, row, "event_id")));
}

/* Hands out what has been claimed, until the time is over; `waiting` gets those that wait for others. Returns how many are through, or, when one
 * failed, minus its place counted from 1. */
static int
hand_out(const struct subscriber *s, const PGresult *rows, struct buf *waiting, int *ret_handled)
{
    int64_t until_ms = clock_monotonic_ms() + BATCH_MS;
    int row = 0;

    *ret_handled = 0;
    for (; row < PQntuples(rows) && (row == 0 || (clock_monotonic_ms() < until_ms && !stopping)); row++) {
        if (outbox_flag(rows, row, "waits")) {
            buf_printf(waiting, "%s%s", waiting->len > 1 ? "," : "", outbox_value(rows, row, "number"));
            continue;
        }
        if (!outbox_handle(s, rows, row))
            return -row - 1;
        ++*ret_handled;
    }
    return row;
}

static bool
outbox_ready(const struct subscriber *s)
{
    return !s->subscription->ready || s->subscription->ready(s->subscription->context);
}

static bool
outbox_rests(const struct subscriber *s, int lane)
{
    return s->rest_ms[lane] && clock_monotonic_ms() < s->rest_until_ms[lane];
}

/* Somebody else did not take all. What they refuse they go on refusing for a while, and each attempt may reach others a second time. */
static void
outbox_rest(struct subscriber *s, int lane, bool took_some)
{
    int ms = took_some || !s->rest_ms[lane] ? REST_MS_MIN : s->rest_ms[lane] * 2;

    s->rest_ms[lane] = ms < REST_MS_MAX ? ms : REST_MS_MAX;
    s->rest_until_ms[lane] = clock_monotonic_ms() + s->rest_ms[lane];
}

/* How many of these are through, of which `handled` were handed out, and the rest wait for others: then all of them or none. */
static int
outbox_settle(const struct subscriber *s, int through, int handled)
{
    int settled = s->subscription->settle ? (int)s->subscription->settle(s->subscription->context) : handled;

    return settled == handled ? through : handled == through ? settled : 0;
}

/* The next events of a partition, in one transaction. */
static enum work
deliver_batch(struct subscriber *s, int partition)
{
    char partition_text[24], most[24], unfinished[24];
    struct db_arg args[] = {{"subscriber", s->subscription->name}, {"partition", outbox_number(partition_text, partition)}, {"patterns", s->patterns},
                            {"most", outbox_number(most, s->single[partition] ? 1 : BATCH_MAX)},
                            {"unfinished_most", outbox_number(unfinished, UNFINISHED_MAX)}, {0}};
    scoped_buf waiting = BUF_INIT(BATCH_MAX * 24);
    enum work work = WORK_NONE;
    enum db_status end;
    PGresult *rows;
    int through, handled, settled;

    if (outbox_rests(s, partition) || !outbox_ready(s) || db_begin())
        return WORK_NOT_TRIED;
    rows = outbox_ask(&q_bus_claim, args);
    if (!rows || PQntuples(rows) == 0) {
        db_end(false);
        PQclear(rows);
        return rows ? WORK_NONE : WORK_NOT_TRIED;
    }
    buf_add_text(&waiting, "{");
    through = hand_out(s, rows, &waiting, &handled);
    buf_add_text(&waiting, "}");
    settled = through > 0 ? outbox_settle(s, through, handled) : through;
    if (settled < through)
        outbox_rest(s, partition, settled > 0);
    else
        s->rest_ms[partition] = 0;
    if (settled > 0) {
        const struct db_arg done[] = {args[0], args[1], {"number", outbox_value(rows, settled - 1, "number")}, {"waiting", buf_str(&waiting).ptr}, {0}};

        bool good = outbox_do(&q_bus_advance, done);

        end = db_end(good);
        work = good && end == DB_OK ? WORK_DONE : WORK_FAILED;
    } else if (through > 0) {
        db_end(false);
        s->single[partition] = 1; /* should it be the fault of the first after all, those behind it do not go out again and again */
        PQclear(rows);
        return WORK_NOT_TRIED;
    } else {
        end = db_end(false);
        work = WORK_FAILED;
    }
    if (work == WORK_DONE) {
        s->tries = 0;
        s->single[partition] = settled < through ? 1 : s->single[partition] - (s->single[partition] ? 1 : 0);
        atomic_fetch_add(&delivered, (uint64_t)(settled < through ? settled : handled));
    } else if (!is_to_blame(s, end)) {
        work = WORK_NOT_TRIED;
    } else if (PQntuples(rows) > 1) {
        s->single[partition] = through < 0 ? (unsigned)-through : (unsigned)through;
        work = WORK_DONE;
    } else {
        const struct db_arg aside[] = {args[0], args[1], {"number", outbox_value(rows, 0, "number")}, {"position", outbox_value(rows, 0, "position")},
                                       {"error", "it was not handled; the log tells more"}, {0}};

        note_failure(s, rows, 0);
        s->single[partition] -= s->single[partition] ? 1 : 0;
        work = outbox_do(&q_bus_set_aside, aside) ? WORK_DONE : WORK_NOT_TRIED;
    }
    PQclear(rows);
    return work;
}

/* Whoever waited for this one is next. */
static bool
let_next(const struct subscriber *s, const PGresult *rows)
{
    const struct db_arg args[] = {{"subscriber", s->subscription->name}, {"key", outbox_value(rows, 0, "key")}, {0}};

    return !args[1].text || outbox_do(&q_bus_next, args);
}

static void
note_attempt(const struct subscriber *s, const PGresult *rows)
{
    char most[24];
    const struct db_arg args[] = {{"id", outbox_value(rows, 0, "id")}, {"attempts", outbox_value(rows, 0, "attempts")},
                                  {"attempts_most", outbox_number(most, BUS_ATTEMPTS)}, {"error", "it was not handled; the log tells more"}, {0}};
    PGresult *result = outbox_ask(&q_bus_failed, args);

    note_failure(s, rows, 0);
    if (result && PQntuples(result) && outbox_flag(result, 0, "is_dead")) {
        log_error("event given up: it is kept as a dead letter", LOG_TEXT("subscriber", s->subscription->name),
                  LOG_TEXT("event", outbox_value(rows, 0, "name")), LOG_TEXT("id", outbox_value(rows, 0, "event_id")));
        let_next(s, rows);
    }
    PQclear(result);
}

/* One that failed before, or waited for one that did. */
static enum work
deliver_again(struct subscriber *s)
{
    const struct db_arg args[] = {{"subscriber", s->subscription->name}, {0}};
    enum work work;
    enum db_status end;
    PGresult *rows;
    bool good;

    if (outbox_rests(s, LANES) || !outbox_ready(s) || db_begin())
        return WORK_NOT_TRIED;
    rows = outbox_ask(&q_bus_due, args);
    if (!rows || PQntuples(rows) == 0) {
        db_end(false);
        PQclear(rows);
        return rows ? WORK_NONE : WORK_NOT_TRIED;
    }
    good = outbox_handle(s, rows, 0);
    if (good && !outbox_settle(s, 1, 1)) {
        outbox_rest(s, LANES, false);
        db_end(false);
        PQclear(rows);
        return WORK_NOT_TRIED;
    }
    s->rest_ms[LANES] = 0;
    good = good && outbox_do(&q_bus_finished, (const struct db_arg[]){{"id", outbox_value(rows, 0, "id")}, {0}}) && let_next(s, rows);
    end = db_end(good);
    if (good && end == DB_OK) {
        s->tries = 0;
        atomic_fetch_add(&delivered, 1);
        work = WORK_DONE;
    } else if (!is_to_blame(s, end)) {
        work = WORK_NOT_TRIED;
    } else {
        note_attempt(s, rows);
        work = WORK_FAILED;
    }
    PQclear(rows);
    return work;
}

/* Goes past events that are not for this subscriber. */
static void
skip_partitions(const struct subscriber *s, const char *partitions, const char *last)
{
    const struct db_arg args[] = {{"subscriber", s->subscription->name}, {"partitions", partitions}, {"last", last}, {0}};

    outbox_do(&q_bus_skip, args);
}

/* What there is now. True when there may be more, `ret_again` when it is worth to look again soon. */
static bool
subscriber_work(struct subscriber *s, bool *ret_again)
{
    const struct db_arg args[] = {{"subscriber", s->subscription->name}, {"patterns", s->patterns}, {0}};
    bool ready = outbox_ready(s);
    PGresult *partitions = ready ? outbox_ask(&q_bus_peek, args) : NULL;
    scoped_buf passed = BUF_INIT(64);
    enum work work = WORK_NONE;
    bool more = false, has_events = false;

    *ret_again = !partitions;
    for (int i = 0; partitions && i < PQntuples(partitions) && !stopping; i++) {
        if (outbox_flag(partitions, i, "has_events")) {
            has_events = true;
            more |= deliver_batch(s, (int)strtol(outbox_value(partitions, i, "partition"), NULL, 10)) == WORK_DONE;
        } else {
            buf_printf(&passed, "%s%s", passed.len ? "," : "{", outbox_value(partitions, i, "partition"));
        }
    }
    if (passed.len) {
        buf_add_text(&passed, "}");
        skip_partitions(s, buf_str(&passed).ptr, outbox_value(partitions, 0, "last"));
    }
    PQclear(partitions);
    for (int i = 0; ready && i < UNFINISHED_IN_ROW && !stopping && (i == 0 || work == WORK_DONE || work == WORK_FAILED); i++)
        work = deliver_again(s);
    *ret_again |= has_events || work == WORK_NOT_TRIED;
    return more || work == WORK_DONE;
}

/* Until `flag` is set, the end, or so long. Clears it. */
static void
outbox_wait(pthread_cond_t *condition, bool *flag, int ms)
{
    int64_t until_ms = clock_monotonic_ms() + ms;

    pthread_mutex_lock(&lock);
    while (!*flag && !stopping)
        if (!clock_wait_until(condition, &lock, until_ms))
            break;
    *flag = false;
    pthread_mutex_unlock(&lock);
}

static void
outbox_wake(pthread_cond_t *condition, bool *flag)
{
    pthread_mutex_lock(&lock);
    *flag = true;
    pthread_cond_signal(condition);
    pthread_mutex_unlock(&lock);
}

static void *
subscriber_loop(void *argument)
{
    struct subscriber *s = argument;

    while (!stopping) {
        bool again;

        if (subscriber_work(s, &again))
            continue;
        db_give_back();
        outbox_wait(&s->wake, &s->woken, again ? AGAIN_MS : REGISTER_MS);
    }
    db_disconnect();
    return NULL;
}

/* Gives numbers to what was committed, and wakes those whom it is for. True when there may be more. */
static bool
give_numbers(void)
{
    char most[24];
    PGresult *names = outbox_ask(&q_bus_number, (const struct db_arg[]){{"most", outbox_number(most, NUMBER_AT_ONCE)}, {0}});
    long events = 0;

    for (int i = 0; names && i < PQntuples(names); i++) {
        events += strtol(outbox_value(names, i, "events"), NULL, 10);
        for (unsigned k = 0; k < subscriber_count; k++)
            if (outbox_matches(&subscribers[k], outbox_value(names, i, "name")))
                outbox_wake(&subscribers[k].wake, &subscribers[k].woken);
    }
    PQclear(names);
    return events >= NUMBER_AT_ONCE;
}

/* Wakes those who have something to try again, and all when there are new events, which a node may have left that is gone. */
static void
look_around(char last[24])
{
    bool unblocked = outbox_do(&q_bus_unblock, (const struct db_arg[]){{0}});
    PGresult *result = unblocked ? outbox_ask(&q_bus_look, (const struct db_arg[]){{0}}) : NULL;
    const char *due = result ? outbox_value(result, 0, "due") : "{}";
    bool is_new = result && !text_equal(last, outbox_value(result, 0, "last"));

    for (unsigned i = 0; result && i < subscriber_count; i++)
        if (is_new || strstr(due, subscribers[i].subscription->name))
            outbox_wake(&subscribers[i].wake, &subscribers[i].woken);
    if (is_new)
        snprintf(last, 24, "%s", outbox_value(result, 0, "last"));
    PQclear(result);
}

static void *
number_loop(void *argument)
{
    int64_t look_ms = 0, register_ms = clock_monotonic_ms() + REGISTER_MS;
    char last[24] = "";

    (void)argument;
    while (!stopping) {
        int64_t now_ms;

        if (give_numbers())
            continue;
        now_ms = clock_monotonic_ms();
        if (now_ms >= look_ms) {
            look_around(last);
            look_ms = now_ms + LOOK_MS;
        }
        if (now_ms >= register_ms && outbox_register())
            register_ms = now_ms + REGISTER_MS;
        outbox_wait(&wake, &woken, LOOK_MS);
    }
    db_disconnect();
    return NULL;
}

static void
outbox_heard(void *context, const char *payload)
{
    (void)context, (void)payload;
    outbox_wake(&wake, &woken);
}

static bool
start_thread(pthread_t *ret_thread, void *(*loop)(void *argument), void *argument, const char *name)
{
    if (pthread_create(ret_thread, NULL, loop, argument)) {
        log_error("a thread for events cannot be started", LOG_TEXT("thread", name));
        return false;
    }
    pthread_setname_np(*ret_thread, name);
    return true;
}

bool
outbox_start(const struct subscription *const *subscriptions, unsigned count)
{
    pthread_cond_init(&wake, NULL);
    stopping = false;
    subscriber_count = count;
    for (unsigned i = 0; i < count; i++) {
        subscribers[i] = (struct subscriber){.subscription = subscriptions[i]};
        pthread_cond_init(&subscribers[i].wake, NULL);
        if (!write_patterns(&subscribers[i]))
            return false;
    }
    if (!outbox_register())
        return false;
    listener_on("outbox", outbox_heard, NULL);
    for (unsigned i = 0; i < count; i++) {
        subscribers[i].started = start_thread(&subscribers[i].thread, subscriber_loop, &subscribers[i], "veza-subscriber");
        if (!subscribers[i].started)
            return false;
    }
    running = start_thread(&thread, number_loop, NULL, "veza-bus");
    return running;
}

void
outbox_stop(void)
{
    stopping = true;
    if (running) {
        outbox_wake(&wake, &woken);
        pthread_join(thread, NULL);
    }
    for (unsigned i = 0; i < subscriber_count; i++) {
        if (subscribers[i].started) {
            outbox_wake(&subscribers[i].wake, &subscribers[i].woken);
            pthread_join(subscribers[i].thread, NULL);
        }
    }
    running = false;
    subscriber_count = 0;
}

void
outbox_metrics(struct buf *out)
{
    PGresult *result;

    buf_printf(out, "veza_events_delivered_total %llu\nveza_events_failed_total %llu\n", (unsigned long long)delivered,
               (unsigned long long)failures);
    result = outbox_ask(&q_bus_counts, (const struct db_arg[]){{0}});
    if (result)
        buf_printf(out, "veza_events_waiting %s\nveza_events_oldest_seconds %s\nveza_events_dead %s\n", PQgetvalue(result, 0, 0),
                   PQgetvalue(result, 0, 1), PQgetvalue(result, 0, 2));
    PQclear(result);
    result = outbox_ask(&q_bus_counts_each, (const struct db_arg[]){{0}});
    for (int i = 0; result && i < PQntuples(result); i++)
        buf_printf(out, "veza_events_behind{subscriber=\"%s\"} %s\n", PQgetvalue(result, i, 0), PQgetvalue(result, i, 1));
    PQclear(result);
}
