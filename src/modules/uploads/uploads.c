/* uploads.c - uploads that survive a cut connection, a reload and a killed server: one engine behind tus, the chunks of /tracks, and /uploads. */
#include "api/module.h"
#include "http/limit.h"
#include "modules/uploads/internal.h"
#include "platform/bus/listener.h"

extern const struct module uploads_module;

struct storage *uploads_storage;
int64_t uploads_expire_s, uploads_keep_free_mb, uploads_open_max;
static int64_t chunk_mb;
static const char *rate_part;

const struct field upload_track_fields[] = {TRACK_UPLOAD_FIELDS, TRACK_VERSION_FIELDS, STEM_UPLOAD_FIELDS, FIELD_END};
const struct route_rate upload_part_rate = {"upload_part", &rate_part};

static const struct setting settings[] = {
    {.section = "Uploads"},
    {"UPLOAD_EXPIRES_S", .integer = &uploads_expire_s, .fallback = "172800", .min = 1, .max = 2592000,
     .help = "how long an unfinished upload is kept after its last byte"},
    {"UPLOAD_OPEN_MAX", .integer = &uploads_open_max, .fallback = "100", .min = 1, .max = 10000, .help = "unfinished uploads of one person"},
    {"UPLOAD_CHUNK_MB", .integer = &chunk_mb, .fallback = "8", .min = 1, .max = 256, .help = "size of the parts that /tracks/initiate asks for, in megabytes"},
    {"UPLOAD_KEEP_FREE_MB", .integer = &uploads_keep_free_mb, .fallback = "512", .min = 0, .max = 1000000000,
     .help = "megabytes of the disk that no upload and no processing may take"},
    {"RATE_LIMIT_UPLOAD_PART", .text = &rate_part, .fallback = "3000/60", .staging = "6000/60", .development = "30000/60", .check = limit_rule_refusal,
     .help = "requests that send a part of an upload, per person"},
    {0}};

int64_t
uploads_chunk_bytes(void)
{
    return chunk_mb * 1024 * 1024;
}

/* Somebody on another node takes an upload over. */
static void
on_taken(void *context, const char *payload)
{
    (void)context;
    if (payload)
        writer_stop(payload);
}

static bool
uploads_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    uploads_storage = with->storage;
    storage_keep_free(with->storage, uploads_keep_free_mb * 1024 * 1024);
    writer_setup(with->storage);
    listener_on("upload_taken", on_taken, NULL);
    return true;
}

static const struct job_handler jobs[] = {{"uploads_sweep", JOB_LIGHT, uploads_sweep, .every_s = 60}, {0}};

const struct module uploads_module = {.name = "uploads",
                                      .routes = ROUTE_TABLES(tus_routes, chunk_routes, generic_routes, quota_routes),
                                      .queries = uploads_queries,
                                      .jobs = jobs,
                                      .personal = &uploads_personal,
                                      .settings = settings,
                                      .setup = uploads_setup};
