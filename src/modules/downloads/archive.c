/* archive.c - a release as one ZIP file, put together while it is sent (ADR 0081). */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zlib.h>

#include "api/file.h"
#include "api/runner.h"
#include "base/log.h"
#include "base/source_joined.h"
#include "modules/downloads/internal.h"
#include "platform/archive/stored_zip.h"

#define FILES_MAX 502 /* 500 tracks, the cover and the text */
#define NAMES_MAX (1024 * 1024)
#define FOLDER_MAX_BYTES 60 /* Windows takes 260 characters for a whole path, and its Explorer unpacks into a folder that is called as the archive is */
#define NAME_MAX_BYTES 96
#define COVER_MAX (8 * 1024 * 1024)

/* What the reply needs while it is sent. */
struct archive {
    struct source_part *parts; /* head, file, head, file ..., tail */
    char (*keys)[STORAGE_KEY_MAX + 1]; /* of the files; "": it is in memory */
    struct buf names, notes, heads, tail;
    unsigned char *cover;
};

static void
archive_free(void *context)
{
    struct archive *archive = context;

    buf_free(&archive->names);
    buf_free(&archive->notes);
    buf_free(&archive->heads);
    buf_free(&archive->tail);
    free(archive->cover);
    free(archive->keys);
    free(archive->parts);
    free(archive);
}

static struct source *
archive_open(void *context, unsigned part)
{
    const struct archive *archive = context;
    struct source *source;

    if (storage_open_near(downloads_storage, archive->keys[part / 2], FILE_COPIED_MAX, &source) == 0)
        return source;
    log_warn("a file of an archive is gone", LOG_TEXT("key", archive->keys[part / 2]));
    return NULL;
}

static struct archive *
archive_new(unsigned files)
{
    struct archive *archive = calloc(1, sizeof *archive);

    if (!archive)
        return NULL;
    archive->names = archive->notes = archive->heads = archive->tail = (struct buf)BUF_INIT(NAMES_MAX);
    archive->parts = calloc(2 * (size_t)files + 1, sizeof *archive->parts);
    archive->keys = calloc(files, sizeof *archive->keys);
    if (archive->parts && archive->keys)
        return archive;
    archive_free(archive);
    return NULL;
}

static const char *
value(const PGresult *rows, int row, const char *column)
{
    return PQgetvalue(rows, row, PQfnumber(rows, column));
}

/* "Artist - Title/2-07 Artist - Title.flac": the numbers make it the only one of its name. */
static void
archive_name(struct buf *out, const char *folder, const PGresult *tracks, int row)
{
    scoped_buf text = BUF_INIT(4096);
    const char *artist = value(tracks, row, "artist");

    if (atoll(value(tracks, row, "discs")) > 1)
        buf_printf(&text, "%s-", value(tracks, row, "disc"));
    buf_printf(&text, "%02lld ", strtoll(value(tracks, row, "number"), NULL, 10));
    buf_printf(&text, "%s%s%s", artist, *artist ? " - " : "", value(tracks, row, "title"));
    buf_add(&text, (struct str){"", 1});
    buf_printf(out, "%s/", folder);
    stored_zip_name(out, text.failed ? "track" : text.ptr, NAME_MAX_BYTES, value(tracks, row, "ending"));
    buf_add(out, (struct str){"", 1});
}

static void
archive_write_notes(struct buf *out, const struct row *release, const PGresult *tracks)
{
    buf_printf(out, "\xEF\xBB\xBF%s\r\n\r\n", row_text(release, "notes"));
    for (int i = 0; i < PQntuples(tracks); i++)
        buf_printf(out, "%s-%s %s%s%s%s%s\r\n", value(tracks, i, "disc"), value(tracks, i, "number"), value(tracks, i, "artist"),
                   *value(tracks, i, "artist") ? " - " : "", value(tracks, i, "title"), *value(tracks, i, "isrc") ? ", ISRC " : "", value(tracks, i, "isrc"));
}

/* The cover is small: it is read once, for its checksum, and sent from memory. One that is lost, or cannot be read, is left out: *ret_size is 0. STORAGE_AWAY while
 * nobody knows whether there is one. */
static int
archive_read_cover(struct archive *archive, const char *key, uint64_t *ret_size)
{
    struct source *source;
    int error = key ? storage_open_local(downloads_storage, key, &source) : STORAGE_NOT_FOUND;

    *ret_size = 0;
    if (error)
        return error == STORAGE_AWAY ? error : STORAGE_OK;
    archive->cover = source_size(source) <= COVER_MAX ? malloc((size_t)source_size(source) + 1) : NULL;
    if (archive->cover && source_read_all(source, archive->cover))
        *ret_size = source_size(source);
    source_unref(source);
    return STORAGE_OK;
}

static void
archive_add_bytes(struct archive *archive, struct stored_file *files, unsigned *count, const void *bytes, uint64_t size)
{
    files[*count].size = size;
    files[*count].crc32 = (uint32_t)crc32_z(0, bytes, (size_t)size);
    archive->parts[2 * *count + 1] = (struct source_part){bytes, size};
    ++*count;
}

/* The parts, in the order in which they are sent; their names are those of `names`, one after another. NULL when it is too much. */
static struct source *
archive_join(struct archive *archive, struct stored_file *files, unsigned count, const struct row *release)
{
    struct source_parts parts = {archive->parts, 2 * count + 1, archive_open, archive_free, archive};
    const char *name = archive->names.ptr;

    for (unsigned i = 0; i < count; i++, name += strlen(name) + 1)
        files[i].name = name;
    if (archive->names.failed ||
        !stored_zip_lay_out(files, count, (int)row_int(release, "year", 0), (int)row_int(release, "month", 1), (int)row_int(release, "day", 1), UINT32_MAX,
                            &archive->heads, &archive->tail)) {
        archive_free(archive);
        return NULL;
    }
    for (unsigned i = 0; i < count; i++)
        archive->parts[2 * i] = (struct source_part){archive->heads.ptr + files[i].head_at, files[i].head_len};
    archive->parts[2 * count] = (struct source_part){archive->tail.ptr, archive->tail.len};
    return source_join(&parts);
}

/* NULL with an enum storage_error. */
static struct source *
archive_make(const struct row *release, const PGresult *tracks, const char *folder, XXH128_hash_t *ret_hash, int *ret_error)
{
    unsigned count = 0, most = (unsigned)PQntuples(tracks) + 2;
    struct archive *archive = most <= FILES_MAX ? archive_new(most) : NULL;
    struct stored_file *files = calloc(most, sizeof *files);
    struct source *source = NULL;
    uint64_t cover_size;

    if (!archive || !files) {
        if (archive)
            archive_free(archive);
        free(files);
        return NULL;
    }
    for (; count < (unsigned)PQntuples(tracks); count++) {
        archive_name(&archive->names, folder, tracks, (int)count);
        snprintf(archive->keys[count], sizeof *archive->keys, "%s", value(tracks, (int)count, "key"));
        files[count].size = strtoull(value(tracks, (int)count, "size_bytes"), NULL, 10);
        files[count].crc32 = (uint32_t)strtoul(value(tracks, (int)count, "crc32"), NULL, 10);
        archive->parts[2 * count + 1].size = files[count].size;
    }
    *ret_error = archive_read_cover(archive, row_text(release, "cover"), &cover_size);
    if (*ret_error) {
        archive_free(archive);
        free(files);
        return NULL;
    }
    if (cover_size) {
        buf_printf(&archive->names, "%s/cover.webp%c", folder, 0);
        archive_add_bytes(archive, files, &count, archive->cover, cover_size);
    }
    archive_write_notes(&archive->notes, release, tracks);
    if (!archive->notes.failed) {
        buf_printf(&archive->names, "%s/release.txt%c", folder, 0);
        archive_add_bytes(archive, files, &count, archive->notes.ptr, archive->notes.len);
    }
    source = archive_join(archive, files, count, release);
    *ret_error = source ? STORAGE_OK : STORAGE_FAILED;
    if (source)
        *ret_hash = XXH3_128bits(archive->tail.ptr, archive->tail.len);
    free(files);
    return source;
}

const struct problem *
archive_get(struct request *req)
{
    scoped_buf folder = BUF_INIT(1024), text = BUF_INIT(2048);
    const char *format = request_param(req, "format"), *name;
    const struct problem *p;
    struct source *source;
    XXH128_hash_t hash;
    struct row release;
    PGresult *tracks;
    int error = STORAGE_FAILED;
    bool all;

    p = db_one(req, &q_archive_release, &release);
    if (!p)
        p = db_rows(req, &q_archive_files, &tracks);
    if (p)
        return p;
    buf_printf(&text, "%s - %s%c", row_text(&release, "artist"), row_text(&release, "title"), 0);
    stored_zip_name(&folder, text.failed ? "release" : text.ptr, FOLDER_MAX_BYTES, "");
    buf_add(&folder, (struct str){"", 1});
    all = PQntuples(tracks) == row_int(&release, "track_count", 0);
    source = folder.failed || !all ? NULL : archive_make(&release, tracks, folder.ptr, &hash, &error);
    PQclear(tracks);
    if (!all)
        return PROBLEM(STREAM_NOT_READY); /* it changed between the two statements */
    if (!source)
        return problem_of_storage(req->arena, error);
    p = reply_source(req, source, "application/zip", arena_printf(req->arena, "\"%016llx%016llx\"", (unsigned long long)hash.high64, (unsigned long long)hash.low64));
    name = text_equal(format, "original") ? arena_printf(req->arena, "%s.zip", folder.ptr) : arena_printf(req->arena, "%s (%s).zip", folder.ptr, format);
    reply_header(req, "Content-Disposition", file_disposition(req->arena, name, "application/zip"));
    req->reply.cache_control = "private, no-cache";
    return p;
}
