/* events CONNINFO hand-out SUBSCRIBERS [stuck]: hands out the events of a migrated database to so many subscribers, each of which writes a row for
 * each event, until standard input ends. `stuck`: one more subscriber, which never comes to an end with its first event.
 *
 * events CONNINFO write COUNT EVENTS_A_COMMIT EVENTS_A_SECOND: writes events of 1,000 keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "platform/bus/bus.h"
#include "platform/bus/listener.h"

static const struct query insert_effect = {
    .name = "bench_effect",
    .prefix = "",
    .main = "insert into bench_effects (subscriber, event_id) values ($1, $2::uuid)",
    .params = (const char *const[]){"subscriber", "event_id", NULL},
    .writes = true,
};

static bool
write_row(const struct event *event, void *context)
{
    const struct db_arg args[] = {{"subscriber", context}, {"event_id", event->id}, {0}};
    PGresult *result;

    if (db_run(&insert_effect, args, &result, NULL))
        return false;
    PQclear(result);
    return true;
}

static bool
never_end(const struct event *event, void *context)
{
    bool good = write_row(event, context);

    while (good)
        pause();
    return good;
}

static int
hand_out(int count, bool with_stuck)
{
    static const char *const all[] = {"bench.*", NULL};
    static char names[BUS_SUBSCRIPTIONS_MAX][16];
    static struct subscription subscriptions[BUS_SUBSCRIPTIONS_MAX];

    for (int i = 0; i < count + with_stuck; i++) {
        snprintf(names[i], sizeof names[i], i < count ? "bench%d" : "stuck", i);
        subscriptions[i] = (struct subscription){names[i], all, BUS_FROM_START, i < count ? write_row : never_end, names[i]};
        bus_subscribe(&subscriptions[i]);
    }
    if (!bus_start() || !listener_start())
        return 1;
    while (getchar() != EOF)
        ;
    _exit(0); /* the stuck one cannot be stopped */
}

static int
write_events(PGconn *pg, long count, long batch, long per_second)
{
    char sql[256];
    int64_t began_ns = clock_monotonic_ns();

    for (long written = 0; written < count; written += batch) {
        int64_t ahead_ns = began_ns + (int64_t)written * 1000000000 / per_second - clock_monotonic_ns();

        if (ahead_ns > 0)
            nanosleep(&(struct timespec){ahead_ns / 1000000000, ahead_ns % 1000000000}, NULL);
        snprintf(sql, sizeof sql, "insert into outbox (name, key, payload) select 'bench.event', 'key' || n %% 1000, jsonb_build_object('n', n)"
                 "  from generate_series(%ld, %ld) n", written, written + batch - 1);
        PQclear(PQexec(pg, sql));
    }
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    log_setup(LOG_LEVEL_WARN, false);
    db_setup(argv[1], 60000);
    if (strcmp(argv[2], "write") == 0 && argc == 6)
        return write_events(db_connection(), atol(argv[3]), atol(argv[4]), atol(argv[5]));
    return hand_out(atoi(argv[3]), argc > 4);
}
