/* files.c - hands out what belongs to a track: peaks, cover, original. */
#include "modules/tracks/internal.h"

#include <stdlib.h>
#include <unistd.h>

#define WAVEFORM_MAX (4 * 1024 * 1024)

static int
read_whole(int fd, char *to, size_t size)
{
    size_t at = 0;

    while (at < size) {
        ssize_t n = pread(fd, to + at, size - at, (off_t)at);

        if (n <= 0)
            return -1;
        at += (size_t)n;
    }
    return 0;
}

const struct problem *
track_waveform(struct request *req)
{
    const char *resolution = request_param(req, "resolution"), *folder, *key;
    const struct problem *p;
    struct row track;
    uint64_t size;
    char *bytes;
    int fd, error;

    p = db_one(req, &q_track_file, &track);
    if (p)
        return p;
    folder = row_text(&track, "waveform_path");
    if (!folder)
        return PROBLEM(NOT_FOUND);
    key = arena_printf(req->arena, "%s/%s.json", folder, resolution);
    error = key ? storage_get(tracks_storage, key, &fd, &size) : STORAGE_FAILED;
    if (error)
        return problem_of_storage(error);
    bytes = size <= WAVEFORM_MAX ? malloc(size + 1) : NULL;
    error = bytes ? read_whole(fd, bytes, size) : -1;
    close(fd);
    if (error) {
        free(bytes);
        return PROBLEM(INTERNAL);
    }
    reply_owned(req, 200, "application/json", (struct str){bytes, size}, free, bytes);
    /* The folder is of one run of the processing: its peaks never change. */
    req->reply.etag = arena_printf(req->arena, "W/\"%s-%s\"", folder, resolution);
    req->reply.cache_control = row_bool(&track, "is_public") ? CACHE_PUBLIC : CACHE_PRIVATE;
    return NULL;
}

static const char *
media_type(const char *format)
{
    static const char *const types[][2] = {{"wav", "audio/wav"},   {"w64", "audio/x-w64"}, {"flac", "audio/flac"}, {"mp3", "audio/mpeg"},
                                           {"aiff", "audio/aiff"}, {"ogg", "audio/ogg"},   {"mp4", "audio/mp4"},   {"aac", "audio/aac"}};

    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (text_equal(types[i][0], format))
            return types[i][1];
    return "application/octet-stream";
}

/* attachment; with a plain name for old clients and the real one (RFC 6266, RFC 8187). */
static const char *
disposition(struct arena *arena, const char *name)
{
    scoped_buf out = BUF_INIT(4096);

    buf_add_text(&out, "attachment; filename=\"");
    for (const char *p = name; *p; p++)
        if (((unsigned char)*p & 0xC0) != 0x80) /* one character for each that is not plain */
            buf_printf(&out, "%c", *p < 0x20 || *p > 0x7E || strchr("\"\\%;/", *p) ? '_' : *p);
    buf_add_text(&out, "\"; filename*=UTF-8''");
    for (const char *p = name; *p; p++)
        if ((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || strchr("!#$&+-.^_`|~", *p))
            buf_printf(&out, "%c", *p);
        else
            buf_printf(&out, "%%%02X", (unsigned char)*p);
    return out.failed ? "attachment" : arena_strndup(arena, out.ptr, out.len);
}

const struct problem *
track_download(struct request *req)
{
    const char *name, *sha256;
    const struct problem *p;
    struct row track;
    uint64_t size;
    int fd, error;

    p = db_one(req, &q_track_file, &track);
    if (p)
        return p;
    if (!row_bool(&track, "may_download"))
        return problem_detail(req->arena, PROBLEM(FORBIDDEN), "The creator does not offer this track for download.");
    if (!row_text(&track, "file_path"))
        return PROBLEM(NOT_FOUND);
    error = storage_get(tracks_storage, row_text(&track, "file_path"), &fd, &size);
    if (error)
        return problem_of_storage(error);
    name = row_text(&track, "original_filename");
    sha256 = row_text(&track, "sha256");
    p = reply_file(req, fd, size, media_type(row_text(&track, "format")), arena_printf(req->arena, "\"%s\"", sha256 ? sha256 : "original"));
    reply_header(req, "Content-Disposition", disposition(req->arena, name ? name : "track"));
    req->reply.cache_control = CACHE_PRIVATE;
    return p;
}
