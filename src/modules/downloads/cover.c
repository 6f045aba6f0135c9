/* cover.c - the cover that goes into the tags of a file. Covers are kept as WebP, which few players read in tags, so the media worker makes a JPEG of it. */
#include "base/log.h"
#include "media/worker_client.h"
#include "modules/downloads/internal.h"

static int
cover_add_bytes(void *user, const void *bytes, size_t length)
{
    struct buf *jpeg = user;

    buf_add(jpeg, (struct str){bytes, length});
    return jpeg->failed ? -1 : 0;
}

bool
download_cover(struct job *job, const char *key, struct buf *ret_jpeg)
{
    struct media_job media = {.mode = MEDIA_MODE_JPEG, .cancel = job->cancel, .on_file_data = cover_add_bytes, .user = ret_jpeg};
    struct media_outcome outcome;
    int error = storage_open_local(downloads_storage, key, &media.input);

    if (error) {
        log_warn("the cover of a download cannot be read", LOG_TEXT("key", key), LOG_INT("error", error));
        return error == STORAGE_NOT_FOUND;
    }
    outcome = media_run(&media);
    source_unref(media.input);
    if (outcome.kind == MEDIA_OK)
        return true;
    buf_free(ret_jpeg);
    log_warn("the cover of a download could not be made", LOG_TEXT("key", key), LOG_TEXT("code", outcome.code));
    return outcome.kind == MEDIA_FAILED;
}
