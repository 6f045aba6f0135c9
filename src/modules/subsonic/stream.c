/* stream.c - a track as one file: as it was uploaded, where the person may download it; else a rendition. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/file.h"
#include "api/layout.h"
#include "base/log.h"
#include "modules/subsonic/internal.h"

#define PLAYLIST_MAX ((size_t)8 * 1024 * 1024)
#define RENDITIONS_MAX 4

struct stream_rendition {
    char name[16];
    int kbps, sample_rate;
};

/* The renditions of AAC, the best last. */
static unsigned
stream_renditions(const char *qualities, struct stream_rendition out[RENDITIONS_MAX])
{
    static const char *const names[] = {"low", "medium", "high"};
    json_t *list = json_loads(qualities, 0, NULL), *one;
    unsigned count = 0;
    size_t i;

    for (size_t n = 0; n < COUNT_OF(names); n++)
        json_array_foreach(list, i, one)
            if (text_equal(json_string_value(json_object_get(one, "name")), names[n]) && json_integer_value(json_object_get(one, "sample_rate")) > 0) {
                out[count] = (struct stream_rendition){.kbps = (int)(json_integer_value(json_object_get(one, "bitrate")) / 1000),
                                                       .sample_rate = (int)json_integer_value(json_object_get(one, "sample_rate"))};
                snprintf(out[count++].name, sizeof out->name, "%s", names[n]);
            }
    json_decref(list);
    return count;
}

/* The best of at most so many kbit/s, else the smallest; 0: the best. */
static const struct stream_rendition *
stream_choose(const struct stream_rendition *list, unsigned count, int64_t max_kbps)
{
    const struct stream_rendition *best = &list[0];

    for (unsigned i = 0; i < count; i++)
        if (!max_kbps || list[i].kbps <= max_kbps)
            best = &list[i];
    return best;
}

/* A track that is fetched from its beginning may be the beginning of a listening; fetching it counts nothing (ADR 0065). What is written here must not keep
 * anybody from the sound. */
static const struct problem *
stream_note(struct request *req)
{
    const char *range = request_header(req, "Range");
    const struct problem *p;

    if (req->head || (range && !text_starts_with(range, "bytes=0-")) || !text_equal(request_param(req, "time_offset"), "0"))
        return NULL;
    request_set(req, "playing", "false");
    request_set(req, "done", "false");
    p = db_maybe(req, &q_subsonic_listen, NULL);
    return p == &request_parked ? p : NULL;
}

static const struct problem *
stream_original(struct request *req, const struct row *media, bool keep)
{
    struct source *source;
    const struct problem *p;
    int error = storage_open_near(rest_storage, row_text(media, "file_path"), FILE_COPIED_MAX, &source);
    const char *type = row_text(media, "original_type");

    if (error)
        return problem_of_storage(req->arena, error);
    p = reply_source(req, source, type ? type : "application/octet-stream", arena_printf(req->arena, "\"%s\"", row_text(media, "original_hash")));
    if (keep)
        reply_header(req, "Content-Disposition", file_disposition(req->arena, row_text(media, "filename"), type ? type : "application/octet-stream"));
    req->reply.cache_control = "private, no-cache";
    return p;
}

static int
stream_layout(const struct row *media, const struct stream_rendition *rendition, struct layout **ret_layout)
{
    const char *version = row_text(media, "media_version");
    char folder[STORAGE_KEY_MAX + 1];

    snprintf(folder, sizeof folder, "hls/%s/%s%s%s", row_text(media, "media_track"), version, *version ? "/" : "", rendition->name);
    return layout_get(rest_storage, folder, rendition->sample_rate, ret_layout);
}

static const struct problem *
stream_send(struct request *req, const struct row *media, const struct stream_rendition *rendition, int64_t from_s)
{
    const char *etag = arena_printf(req->arena, "\"%s-%s-%lld\"", row_text(media, "media_version"), rendition->name, (long long)from_s);
    struct layout *layout;
    struct source *source;
    int error = stream_layout(media, rendition, &layout);
    const struct problem *p;

    if (error)
        return problem_of_storage(req->arena, error);
    source = layout_source(layout, (double)from_s);
    layout_unref(layout);
    if (!source || !etag)
        return PROBLEM(INTERNAL);
    p = reply_source(req, source, "audio/mp4", etag);
    req->reply.cache_control = "private, no-cache";
    return p;
}

const struct problem *
rest_stream(struct rest_call *call)
{
    struct request *req = call->req;
    const char *format = request_param(req, "format");
    struct stream_rendition list[RENDITIONS_MAX];
    int64_t max_kbps = 0, from_s = 0;
    const struct problem *p;
    struct row media;
    bool raw = text_equal(format, "raw"), original;
    unsigned count;

    text_to_int64(request_param(req, "max_kbps"), 0, INT32_MAX, &max_kbps);
    text_to_int64(request_param(req, "time_offset"), 0, INT32_MAX, &from_s);
    p = db_one(req, &q_subsonic_media, &media);
    if (p)
        return p;
    count = stream_renditions(row_text(&media, "qualities"), list);
    original = row_bool(&media, "gets_original") &&
               (raw || ((!format || text_equal(format, row_text(&media, "format"))) && !from_s && (!max_kbps || row_int(&media, "kbps", 0) <= max_kbps)));
    if (!count && !original)
        return PROBLEM(NOT_FOUND);
    p = stream_note(req);
    if (p)
        return p;
    return original ? stream_original(req, &media, false) : stream_send(req, &media, stream_choose(list, count, raw ? 0 : max_kbps), from_s);
}

const struct problem *
rest_download(struct rest_call *call)
{
    const struct problem *p;
    struct row media;

    p = db_one(call->req, &q_subsonic_media, &media);
    if (p)
        return p;
    if (!row_bool(&media, "may_download"))
        return rest_refuse(call, REST_NOT_ALLOWED, "The creator does not offer this track for download as it was uploaded.");
    return stream_original(call->req, &media, true);
}

/* The address of `stream` with the same credentials: a player follows it without knowing the protocol. */
static const char *
stream_address(struct rest_call *call, const struct stream_rendition *rendition)
{
    static const char *const same[] = {"u", "p", "t", "s", "apiKey", "v", "c"};
    scoped_buf out = BUF_INIT(4096);

    buf_printf(&out, "stream.view?id=tr-%s&format=m4a&maxBitRate=%d", request_param(call->req, "id"), rendition->kbps);
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        const char *value = rest_param(call, same[i], 0);

        if (value) {
            buf_printf(&out, "&%s=", same[i]);
            buf_add_url(&out, value);
        }
    }
    return out.failed ? NULL : arena_strndup(call->req->arena, out.ptr, out.len);
}

/* An HLS playlist of one rendition, as byte ranges of the file that `stream` gives. */
const struct problem *
rest_hls(struct rest_call *call)
{
    struct request *req = call->req;
    struct stream_rendition list[RENDITIONS_MAX];
    const struct stream_rendition *rendition;
    struct buf out = BUF_INIT(PLAYLIST_MAX);
    struct layout *layout;
    const struct problem *p;
    const char *address;
    struct row media;
    unsigned count;
    int error;

    p = db_one(req, &q_subsonic_media, &media);
    if (p)
        return p;
    count = stream_renditions(row_text(&media, "qualities"), list);
    if (!count)
        return PROBLEM(NOT_FOUND);
    rendition = stream_choose(list, count, request_param(req, "bit_rate") ? strtoll(request_param(req, "bit_rate"), NULL, 10) : 0);
    address = stream_address(call, rendition);
    if (!address)
        return rest_refuse(call, REST_GENERIC, "The parameters are too long.");
    error = stream_layout(&media, rendition, &layout);
    if (error)
        return problem_of_storage(req->arena, error);
    layout_playlist(layout, address, &out);
    layout_unref(layout);
    if (out.failed) {
        buf_free(&out);
        return PROBLEM(INTERNAL);
    }
    p = reply_owned(req, 200, "application/vnd.apple.mpegurl", buf_str(&out), free, out.ptr);
    req->reply.cache_control = CACHE_NEVER;
    return p;
}
