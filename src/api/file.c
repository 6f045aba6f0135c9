#include "api/file.h"

#include <stdlib.h>

#include "api/runner.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

#define IN_MEMORY_MAX (4 * 1024 * 1024) /* JSON that is compressed */

const enum problem_name file_problems[] = {PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};

static struct storage *file_storage;

void
file_setup(struct storage *storage)
{
    file_storage = storage;
}

const struct problem *
problem_of_storage(struct arena *arena, int error)
{
    switch (error) {
    case STORAGE_OK:
        return NULL;
    case STORAGE_NOT_FOUND:
    case STORAGE_BAD_KEY:
        return PROBLEM(NOT_FOUND);
    case STORAGE_FULL:
        return PROBLEM(STORAGE_FULL);
    case STORAGE_AWAY:
        return problem_retry(arena, PROBLEM(UNAVAILABLE), STORAGE_RETRY_S);
    case STORAGE_WAITS:
        return &request_parked;
    default:
        return PROBLEM(INTERNAL);
    }
}

/* The usual endings of a type, the first of which a file gets that has none of them. */
static const struct {
    const char *type, *endings;
} file_types[] = {
    {"audio/wav", "wav,wave,bwf,rf64"},
    {"audio/x-w64", "w64"},
    {"audio/flac", "flac"},
    {"audio/mpeg", "mp3,mp2"},
    {"audio/aiff", "aiff,aif,aifc"},
    {"audio/ogg", "ogg,oga,opus"},
    {"audio/mp4", "m4a,mp4,m4b,alac"},
    {"audio/aac", "aac,adts"},
    {"audio/webm", "webm,weba"},
    {"image/jpeg", "jpg,jpeg"},
    {"image/png", "png"},
    {"image/webp", "webp"},
    {"image/gif", "gif"},
    {"application/pdf", "pdf"},
    {"application/zip", "zip"},
    {"application/json", "json,jspf"},
    {"text/csv", "csv"},
    {"audio/x-mpegurl", "m3u,m3u8"},
    {"application/vnd.apple.mpegurl", "m3u8,m3u"},
    {"application/xspf+xml", "xspf"},
};

/* The name that a file of this type is saved under. Programs are chosen by the ending, so it is never one that a stranger chose. */
static const char *
file_safe_name(struct arena *arena, const char *name, const char *content_type)
{
    char *clean = arena_alloc(arena, strlen(name) + 1), *to = clean, *ending;
    size_t type_len = strcspn(content_type, "; "), hidden;
    const char *endings = "bin";
    bool belongs;

    if (!clean)
        return "file.bin";
    for (const char *p = name; *p; p += hidden) {
        hidden = text_hidden_character(p, &belongs);
        if (!hidden)
            *to++ = *p;
        hidden += !hidden;
    }
    *to = 0;
    for (size_t i = 0; i < COUNT_OF(file_types); i++)
        if (strlen(file_types[i].type) == type_len && memcmp(file_types[i].type, content_type, type_len) == 0)
            endings = file_types[i].endings;
    ending = strrchr(clean, '.');
    if (ending && ending > clean) {
        char *small = arena_strdup(arena, ending + 1);

        for (char *p = small; p && *p; p++)
            *p |= *p >= 'A' && *p <= 'Z' ? 0x20 : 0;
        if (small && text_listed(endings, small))
            return clean;
    }
    return arena_printf(arena, "%s.%.*s", *clean ? clean : "file", (int)strcspn(endings, ","), endings);
}

const char *
file_disposition(struct arena *arena, const char *name, const char *content_type)
{
    scoped_buf out = BUF_INIT(4096);
    bool plain = true;

    name = file_safe_name(arena, name, content_type);
    if (!name)
        return "attachment";
    buf_add_text(&out, "attachment; filename=\"");
    for (const char *p = name; *p; p++) {
        bool bad = *p < 0x20 || *p > 0x7E || strchr("\"\\%;/", *p);

        plain &= !bad;
        if (((unsigned char)*p & 0xC0) != 0x80) /* one character for each that is not plain */
            buf_printf(&out, "%c", bad ? '_' : *p);
    }
    buf_add_text(&out, plain ? "\"" : "\"; filename*=UTF-8''");
    for (const char *p = plain ? "" : name; *p; p++)
        if ((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || strchr("!#$&+-.^_`|~", *p))
            buf_printf(&out, "%c", *p);
        else
            buf_printf(&out, "%%%02X", (unsigned char)*p);
    return out.failed ? "attachment" : arena_strndup(arena, out.ptr, out.len);
}

static const struct problem *
file_reply_in_memory(struct request *req, struct source *source, const char *content_type)
{
    size_t size = (size_t)source_size(source);
    char *bytes = malloc(size + 1);
    bool good = bytes && source_read_all(source, bytes);

    source_unref(source);
    if (good)
        return reply_owned(req, 200, content_type, (struct str){bytes, size}, free, bytes);
    free(bytes);
    return PROBLEM(INTERNAL);
}

static const struct problem *
file_gone(const struct row *row)
{
    const char *code = row_text(row, "gone");
    const struct problem *problem = code ? problem_by_code(code) : PROBLEM(NOT_FOUND);

    return problem ? problem : PROBLEM(INTERNAL); /* the statement names no problem of ours */
}

static const struct problem *
file_expired(const struct row *row)
{
    return row_text(row, "expires_at") && row_int(row, "expires_at", 0) <= clock_unix_s() ? file_gone(row) : NULL;
}

const struct problem *
file_get(struct request *req)
{
    const char *key, *content_type, *etag, *filename;
    const struct problem *p;
    struct source *source;
    struct row row;
    int error;

    p = db_one(req, req->route->file, &row);
    if (!p)
        p = file_expired(&row);
    if (p)
        return p;
    key = row_text(&row, "key");
    error = key ? storage_open_near(file_storage, key, FILE_COPIED_MAX, &source) : STORAGE_NOT_FOUND;
    if (error == STORAGE_NOT_FOUND || error == STORAGE_BAD_KEY)
        return file_gone(&row);
    if (error) {
        if (error != STORAGE_AWAY)
            log_error("a stored file cannot be read", LOG_TEXT("key", key));
        return problem_of_storage(req->arena, error);
    }
    content_type = row_text(&row, "content_type") ? row_text(&row, "content_type") : req->route->produces;
    etag = row_text(&row, "etag") ? row_text(&row, "etag") : key;
    if (text_equal(content_type, "application/json") && source_size(source) <= IN_MEMORY_MAX) {
        p = file_reply_in_memory(req, source, content_type);
        req->reply.etag = arena_printf(req->arena, "W/\"%s\"", etag);
    } else {
        p = reply_source(req, source, content_type, arena_printf(req->arena, "\"%s\"", etag));
    }
    filename = row_text(&row, "filename");
    if (filename)
        reply_header(req, "Content-Disposition", file_disposition(req->arena, filename, content_type));
    req->reply.cache_control = row_text(&row, "expires_at")   ? CACHE_NEVER
                               : row_bool(&row, "is_public") ? "public, max-age=3600"
                                                              : "private, no-cache";
    return p;
}
