/* scans.c - asks the antivirus again about files that came in while it could not be asked, deletes what it finds, and tells how it is. */
#include "api/checkup.h"
#include "api/gate.h"
#include "api/module.h"
#include "api/personal.h"
#include "api/runner.h"
#include "base/log.h"
#include "db/db.h"
#include "modules/chat/chat.h"
#include "modules/stems/stems.h"
#include "modules/tracks/tracks.h"
#include "platform/scanner/clamav.h"
#include "scans.queries.h"

#define SCAN_EVERY_S 60

extern const struct module scans_module;

static const struct config *scans_config;
static struct storage *scans_storage;

/* How many rows it gave, or -1. The caller frees the result where `ret_result` is not NULL. */
static int
scans_run(const struct query *query, const struct db_arg *args, PGresult **ret_result)
{
    PGresult *result;
    int rows;

    if (db_run(query, args, &result, NULL))
        return -1;
    rows = PQntuples(result);
    if (ret_result)
        *ret_result = result;
    else
        PQclear(result);
    return rows;
}

/* Deletes what the file is of, with all that follows from it, or nothing. */
static bool
scans_remove(const char *key, const char *found)
{
    struct infected infected = {0};
    const struct db_arg args[] = {{"key", key}, {"found", found}, {"user_id", infected.user_id}, {"track_id", infected.track_id}, {"title", infected.title}, {0}};
    bool good;

    if (db_begin())
        return false;
    good = (text_starts_with(key, "chat/")    ? chat_remove_infected(key, &infected)
            : text_starts_with(key, "stems/") ? stem_remove_infected(key, &infected)
                                              : track_remove_infected(key, &infected)) &&
           (!*infected.user_id || scans_run(&q_scan_found, args, NULL) == 1) && scans_run(&q_scan_done, args, NULL) >= 0;
    good = db_end(good) == DB_OK && good;
    if (good)
        log_warn("a harmful file was deleted", LOG_TEXT("key", key), LOG_TEXT("found", found));
    return good;
}

/* False: the antivirus is still away, or the file cannot be read now. */
static bool
scans_look_at(const struct scanner *scanner, const char *key, bool is_old)
{
    const struct db_arg args[] = {{"key", key}, {0}};
    struct source *source;
    char found[128] = "";
    enum scan_verdict verdict;
    int error = storage_open(scans_storage, key, &source);

    if (error == STORAGE_NOT_FOUND) /* it may be on its way to its key; what was never kept is forgotten after a day */
        return !is_old || scans_run(&q_scan_done, args, NULL) >= 0;
    if (error)
        return false;
    verdict = scanner->end(NULL, source, found, sizeof found);
    source_unref(source);
    switch (verdict) {
    case SCAN_CLEAN:
        return scans_run(&q_scan_done, args, NULL) >= 0;
    case SCAN_TOO_LARGE:
        return scans_run(&q_scan_too_large, args, NULL) >= 0;
    case SCAN_FOUND:
        return scans_remove(key, found);
    default:
        return false;
    }
}

static enum job_outcome
scans_scan(struct job *job)
{
    static const struct db_arg none[] = {{0}};
    const struct scanner *scanner = gate_get_scanner();
    bool good = scanner;

    while (good && !job_cancelled(job)) {
        PGresult *next;
        int rows = scans_run(&q_scan_next, none, &next);

        if (rows < 0)
            return JOB_RETRY;
        good = rows && scans_look_at(scanner, PQgetvalue(next, 0, 0), *PQgetvalue(next, 0, 1) == 't');
        PQclear(next);
    }
    return JOB_DONE;
}

static bool
scans_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    scans_config = with->config;
    scans_storage = with->storage;
    return true;
}

static const struct problem *
scans_get(struct request *req)
{
    const struct scanner *scanner = gate_get_scanner();
    struct row counts;
    const struct problem *p = db_one(req, &q_scan_counts, &counts);

    if (p)
        return p;
    return reply_json(req, 200,
                      json_pack("{s:s, s:b, s:I, s:I, s:I}", "state", !scanner ? "off" : scanner->ready() ? "up" : "down", "is_required",
                                scanner && scans_config->clamav_required, "max_bytes", (json_int_t)(scanner ? scanner->max_bytes : 0), "waiting",
                                (json_int_t)row_int(&counts, "waiting", 0), "too_large", (json_int_t)row_int(&counts, "too_large", 0)));
}

static const struct field scans_reply[] = {
    {"state", FIELD_ENUM, .required = true, .values = "off|up|down", .help = "`off`: no file is scanned. `down`: the antivirus does not answer"},
    {"is_required", FIELD_BOOL, .required = true, .help = "What cannot be scanned is refused"},
    {"max_bytes", FIELD_INT64, .required = true, .help = "Larger files are not scanned; 0 when none are"},
    {"waiting", FIELD_INT64, .required = true, .help = "Files that came in while it did not answer, and are scanned when it does"},
    {"too_large", FIELD_INT64, .required = true, .help = "Files that came in and are larger than it looks at"},
    FIELD_END};

static const struct route scans_routes[] = {
    {GET, "/api/v1/admin/antivirus", "Get whether uploaded files are scanned, and how many were not",
     .auth = AUTH_ADMIN, .permission = "storage.manage", .limit = LIMIT_READ, .handler = scans_get, .reply = scans_reply},
    ROUTE_END};

static void
scans_metrics(struct buf *out)
{
    static const struct db_arg none[] = {{0}};
    PGresult *counts = NULL;

    clamav_metrics(out);
    if (scans_run(&q_scan_counts, none, &counts) == 1)
        buf_printf(out, "veza_unscanned_files{reason=\"unreachable\"} %s\nveza_unscanned_files{reason=\"too_large\"} %s\n", PQgetvalue(counts, 0, 0),
                   PQgetvalue(counts, 0, 1));
    PQclear(counts);
}

static void
scans_checkup(struct checkup *d)
{
    const struct scanner *scanner;
    char error[256];

    if (!d->config->enable_clamav && config_is_development(d->config)) {
        checkup_fine("antivirus", "none (ENABLE_CLAMAV is not true)");
        return;
    }
    if (!d->config->enable_clamav) {
        checkup_note(d, "antivirus", "none (ENABLE_CLAMAV is not true): nobody looks for harmful files");
        return;
    }
    if (!clamav_setup(d->config, &scanner, error, sizeof error)) {
        checkup_wrong(d, NULL, "antivirus", "%s", error);
        return;
    }
    switch (clamav_probe(scanner->max_bytes)) {
    case CLAMAV_DOWN:
        checkup_wrong(d, "start clamd, or mend CLAMAV_ADDRESS", "antivirus", "nobody answers at %s; %s", d->config->clamav_address,
                      d->config->clamav_required ? "uploads are refused" : "uploads come in unscanned");
        break;
    case CLAMAV_BLIND:
        checkup_wrong(d, "run freshclam, and see in clamd's log that it loads signatures", "antivirus", "clamd does not find the test file of EICAR");
        break;
    case CLAMAV_LIMITED:
        checkup_wrong(d, "raise StreamMaxLength, MaxFileSize and MaxScanSize in clamd.conf, or lower CLAMAV_MAX_MB", "antivirus",
                      "clamd does not look at files of CLAMAV_MAX_MB (%lld MB)", (long long)d->config->clamav_max_mb);
        break;
    case CLAMAV_ANSWERS:
        if (d->config->clamav_max_mb < d->config->max_upload_mb)
            checkup_note(d, "antivirus", "clamd scans %lld MB, and MAX_UPLOAD_MB is %lld: larger files %s; raise clamd's limits and CLAMAV_MAX_MB",
                         (long long)d->config->clamav_max_mb, (long long)d->config->max_upload_mb,
                         d->config->clamav_required ? "are refused" : "come in unscanned");
        else
            checkup_fine("antivirus", "clamd answers, and scans %lld MB", (long long)d->config->clamav_max_mb);
    }
}

static const struct job_handler jobs[] = {{"scan", JOB_ARCHIVE, scans_scan, .every_s = SCAN_EVERY_S}, {0}};

static const struct personal_table tables[] = {
    {"unscanned_files", NOT_PERSONAL, "the keys of files that the antivirus has not seen; they go with the files"}, {0}};

static const struct personal personal = {.tables = tables};

const struct module scans_module = {.name = "scans",
                                    .personal = &personal,
                                    .routes = ROUTE_TABLES(scans_routes),
                                    .queries = scans_queries,
                                    .jobs = jobs,
                                    .setup = scans_setup,
                                    .metrics = scans_metrics,
                                    .checkup = scans_checkup};
