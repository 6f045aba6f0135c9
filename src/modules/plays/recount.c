#include "base/log.h"
#include "db/db.h"
#include "modules/plays/internal.h"

enum job_outcome
plays_recount(struct job *job)
{
    static const struct db_arg none[] = {{0}};
    PGresult *wrong;

    (void)job;
    if (db_run(&q_counters_recount, none, &wrong, NULL))
        return JOB_RETRY;
    for (int i = 0; i < PQntuples(wrong); i++)
        log_error("a counter was wrong, and is right again", LOG_TEXT("counter", PQgetvalue(wrong, i, 0)), LOG_TEXT("rows", PQgetvalue(wrong, i, 1)),
                  LOG_TEXT("tracks", PQgetvalue(wrong, i, 2)));
    PQclear(wrong);
    return JOB_DONE;
}

void
plays_metrics(struct buf *out)
{
    static const struct db_arg none[] = {{0}};
    PGresult *checks;

    if (db_run(&q_counters_checked, none, &checks, NULL))
        return;
    for (int i = 0; i < PQntuples(checks); i++) {
        buf_printf(out, "veza_counters_wrong{counter=\"%s\"} %s\n", PQgetvalue(checks, i, 0), PQgetvalue(checks, i, 1));
        buf_printf(out, "veza_counters_wrong_total{counter=\"%s\"} %s\n", PQgetvalue(checks, i, 0), PQgetvalue(checks, i, 2));
        buf_printf(out, "veza_counters_age_seconds{counter=\"%s\"} %s\n", PQgetvalue(checks, i, 0), PQgetvalue(checks, i, 3));
    }
    PQclear(checks);
}
