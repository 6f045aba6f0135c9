/* s3.c - the driver's table, and what is asked of the bucket itself. */
#include "platform/storage/s3.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "platform/storage/s3_internal.h"
#include "platform/storage/s3_line.h"
#include "platform/storage/s3_xml.h"

#define ASKED_LATELY_MS 2000
#define PROBE_KEY "doctor/probe"

struct s3_settings
s3_settings_of(const struct config *config)
{
    return (struct s3_settings){.endpoint = config->s3_endpoint, .public_endpoint = config->s3_public_endpoint, .bucket = config->s3_bucket,
                                .region = config->s3_region, .access_key = config->s3_access_key, .secret_key = config->s3_secret_key,
                                .ca_file = config->s3_ca_file, .path_style = config->s3_path_style, .timeout_s = (int)config->s3_timeout_s,
                                .cache_bytes = (uint64_t)config->s3_cache_mb * 1024 * 1024, .abandoned_s = (int)config->s3_abandoned_s};
}

static void
s3_close(struct storage *storage)
{
    struct s3_store *store = (struct s3_store *)storage;

    s3_cache_free(store->cache);
    s3_client_free(store->client);
    storage_forget_local(storage);
    free(store);
}

/* What was sent is durable: the store said so. */
static int
s3_sync(struct storage *storage)
{
    (void)storage;
    return 0;
}

static int
s3_tidy(struct storage *storage)
{
    return s3_sweep_uploads((struct s3_store *)storage, NULL);
}

/* Whoever watches our health asks often: the store is asked every two seconds at most, and by one thread at once. Meanwhile the last answer counts. */
static bool
s3_answers(struct storage *storage)
{
    const struct s3_call call = {.method = "HEAD", .is_probe = true};
    struct s3_store *store = (struct s3_store *)storage;
    int64_t asked_ms = atomic_load(&store->asked_ms), now_ms = clock_monotonic_ms();
    struct s3_reply reply;
    bool good;

    if ((asked_ms && now_ms - asked_ms < ASKED_LATELY_MS) || !atomic_compare_exchange_strong(&store->asked_ms, &asked_ms, now_ms + 1000 * S3_PROBE_TIMEOUT_S))
        return atomic_load(&store->answered);
    good = s3_call(store->client, &call, &reply) == 0;
    if (good) {
        good = reply.status == 200;
        s3_reply_free(&reply);
    }
    atomic_store(&store->answered, good);
    atomic_store(&store->asked_ms, clock_monotonic_ms());
    return good;
}

static bool
s3_store_is_away(struct storage *storage)
{
    return s3_is_away(((struct s3_store *)storage)->client);
}

static bool
s3_storage_link(struct storage *storage, const char *key, const char *content_type, unsigned seconds, struct buf *out)
{
    s3_link(((struct s3_store *)storage)->client, key, content_type, seconds, out);
    return !out->failed;
}

static void
s3_metrics(struct storage *storage, struct buf *out)
{
    s3_client_metrics(((struct s3_store *)storage)->client, out);
    s3_cache_metrics(((struct s3_store *)storage)->cache, out);
}

static const struct storage_driver s3_driver = {
    .close = s3_close, .keep = s3_keep, .begin = s3_begin, .write = s3_write, .commit = s3_commit, .abort = s3_abort, .sync = s3_sync, .open = s3_open,
    .open_near = s3_open_near, .is_away = s3_store_is_away,
    .delete = s3_delete, .delete_prefix = s3_delete_prefix, .each = s3_each, .tidy = s3_tidy, .answers = s3_answers,
    .link = s3_storage_link, .metrics = s3_metrics};

struct storage *
storage_open_s3(const struct s3_settings *settings, const char *folder, char *error, size_t error_size)
{
    struct s3_store *store;

    if (!*settings->bucket || !*settings->access_key || !*settings->secret_key) {
        snprintf(error, error_size, "S3_ENABLED needs S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY");
        return NULL;
    }
    store = calloc(1, sizeof *store);
    if (!store) {
        snprintf(error, error_size, "not enough memory");
        return NULL;
    }
    store->pub.driver = &s3_driver;
    store->client = s3_client_new(settings, error, error_size);
    store->cache = s3_cache_new(settings->cache_bytes);
    if (store->client && store->cache && storage_make_local(&store->pub, folder))
        return &store->pub;
    if (store->client)
        snprintf(error, error_size, "working files cannot be kept in %s: %s", folder, strerror(errno));
    s3_close(&store->pub);
    return NULL;
}

static bool
checkup_can_write(struct s3_store *store)
{
    const struct s3_call put = {.method = "PUT", .key = PROBE_KEY, .body = STR("veza doctor"), .is_probe = true};
    const struct s3_call get = {.method = "GET", .key = PROBE_KEY, .is_probe = true};
    const struct s3_call delete = {.method = "DELETE", .key = PROBE_KEY, .is_probe = true};
    struct s3_reply reply;
    bool same;

    if (s3_do(store->client, &put) || s3_call(store->client, &get, &reply))
        return false;
    same = str_equal(buf_str(&reply.body), put.body);
    s3_reply_free(&reply);
    return s3_do(store->client, &delete) == 0 && same;
}

static void
take_versions(void *context, const char *path, const char *text)
{
    bool *has = context;

    *has |= text_equal(path, "VersioningConfiguration/Status") && text_equal(text, "Enabled");
}

void
s3_checkup(struct storage *storage, struct s3_checkup *ret_checkup)
{
    const struct s3_call list = {.method = "GET", .query = {{"list-type", "2"}, {"max-keys", "1"}}, .query_count = 2, .is_probe = true};
    const struct s3_call versions = {.method = "GET", .query = {{"versioning", ""}}, .query_count = 1, .is_probe = true};
    struct s3_store *store = (struct s3_store *)storage;
    struct s3_reply reply;

    *ret_checkup = (struct s3_checkup){0};
    if (s3_call(store->client, &list, &reply)) /* not HEAD: its refusals have no body that says why */
        return;
    ret_checkup->answers = true;
    ret_checkup->status = reply.status;
    ret_checkup->clock_ahead_s = reply.date_s ? reply.date_s - clock_unix_s() : 0;
    snprintf(ret_checkup->code, sizeof ret_checkup->code, "%s", reply.code);
    s3_reply_free(&reply);
    if (ret_checkup->status != 200)
        return;
    ret_checkup->can_write = checkup_can_write(store);
    if (!s3_call(store->client, &versions, &reply)) {
        s3_xml_read(buf_str(&reply.body), take_versions, &ret_checkup->has_versions);
        s3_reply_free(&reply);
    }
    s3_sweep_uploads(store, &ret_checkup->uploads);
}
