#include "modules/downloads/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "api/media_work.h"
#include "base/buf.h"
#include "base/log.h"
#include "db/db.h"

#define PLAYLIST_MAX (4 * 1024 * 1024)
#define HEAD_MAX (1024 * 1024) /* of a rendition: init.mp4 */
#define PIECE (256 * 1024)
#define TEXTS_MAX (64 * 1024)
#define TAGS_MAX (DOWNLOAD_COVER_MAX + TEXTS_MAX)
#define NO_ROOM_WAIT_S 120

struct work {
    struct job *job;
    const char *track_id, *format;
    PGresult *track; /* the row of download_work */
    char folder[STORAGE_KEY_MAX], key[STORAGE_KEY_MAX];
    struct storage_writer *writer;
    uint64_t written;
    uLong crc;
    struct buf cover; /* a JPEG; empty: there is none */
    bool is_original; /* only read, for its size and checksum */
    unsigned char piece[PIECE];
};

static const char *
track_text(const struct work *work, const char *column)
{
    return PQgetvalue(work->track, 0, PQfnumber(work->track, column));
}

static int
make_write(struct work *work, const void *bytes, size_t len)
{
    int error = work->is_original ? 0 : storage_write(work->writer, bytes, len);

    work->written += error ? 0 : len;
    work->crc = crc32_z(work->crc, bytes, len);
    return error;
}

static int
make_open(const struct work *work, const char *name, struct source **ret_source)
{
    char key[STORAGE_KEY_MAX + 1];

    snprintf(key, sizeof key, "%s/%s", work->folder, name);
    return storage_open(downloads_storage, key, ret_source);
}

static int
make_read(const struct work *work, const char *name, size_t max, unsigned char **ret_bytes, size_t *ret_len)
{
    char key[STORAGE_KEY_MAX + 1];

    snprintf(key, sizeof key, "%s/%s", work->folder, name);
    return storage_read_whole(downloads_storage, key, max, ret_bytes, ret_len);
}

static uint32_t
big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Copies `limit` bytes of the source from `from` on. */
static int
make_copy(struct work *work, struct source *source, uint64_t from, uint64_t limit)
{
    struct source_reader reader = source_reader(source, from, limit);
    int error = 0;
    ssize_t n;

    while (!error && (n = source_read(&reader, work->piece, sizeof work->piece)) > 0)
        error = make_write(work, work->piece, (size_t)n);
    source_read_end(&reader);
    return error ? error : n < 0 ? STORAGE_FAILED : 0;
}

/* What is in the boxes `mdat` of a segment: the frames of FLAC. We made the file, so its boxes have 32 bit lengths, and it ends with a whole one. */
static int
make_copy_frames(struct work *work, struct source *source)
{
    uint64_t at = 0, size = source_size(source);

    while (at + 8 <= size) {
        struct source_reader reader = source_reader(source, at, 8);
        unsigned char head[8];
        uint32_t len;
        bool read = source_read(&reader, head, 8) == 8;
        int error;

        source_read_end(&reader);
        len = read ? big_endian(head) : 0;
        if (len < 8 || len > size - at)
            return STORAGE_FAILED;
        error = memcmp(head + 4, "mdat", 4) == 0 ? make_copy(work, source, at + 8, len - 8) : 0;
        if (error)
            return error;
        at += len;
    }
    return at == size ? 0 : STORAGE_FAILED;
}

/* A comment of Vorbis: its length in the other byte order, then NAME=value. */
static void
add_comment(struct buf *out, const char *name, const char *value, uint32_t *count)
{
    uint32_t len = (uint32_t)(strlen(name) + 1 + strlen(value));

    if (!*value)
        return;
    buf_add(out, (struct str){(const char[]){(char)len, (char)(len >> 8), (char)(len >> 16), (char)(len >> 24)}, 4});
    buf_add_text(out, name);
    buf_add_text(out, "=");
    buf_add_text(out, value);
    *count += 1;
}

static void
add_u32(struct buf *out, uint32_t n)
{
    buf_add(out, (struct str){(const char[]){(char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n}, 4});
}

/* Writes the head of a metadata block of FLAC. */
static int
make_flac_block(struct work *work, unsigned char type, bool is_last, size_t len)
{
    unsigned char head[4] = {(unsigned char)(type | (is_last ? 0x80 : 0)), (unsigned char)(len >> 16), (unsigned char)(len >> 8), (unsigned char)len};

    return make_write(work, head, sizeof head);
}

/* The block PICTURE, the last one: the front cover. Sizes are 0, which means that a reader looks into the JPEG. */
static int
make_flac_picture(struct work *work)
{
    static const char media_type[] = "image/jpeg";
    scoped_buf about = BUF_INIT(256);
    int error;

    add_u32(&about, 3); /* front cover */
    add_u32(&about, sizeof media_type - 1);
    buf_add_text(&about, media_type);
    for (unsigned i = 0; i < 5; i++)
        add_u32(&about, 0); /* length of a description, width, height, depth, colours */
    add_u32(&about, (uint32_t)work->cover.len);
    if (about.failed)
        return STORAGE_FAILED;
    error = make_flac_block(work, 6, true, about.len + work->cover.len);
    if (!error)
        error = make_write(work, about.ptr, about.len);
    return error ? error : make_write(work, work->cover.ptr, work->cover.len);
}

/* The head of a FLAC file (RFC 9639): the signature, the block STREAMINFO from `init`, the track's texts and its cover. */
static int
make_flac_head(struct work *work, const unsigned char *init, size_t len)
{
    enum { BLOCK = 4, STREAMINFO = 34, FULL_BOX = 4 };
    static const char vendor[] = "Veza";
    scoped_buf comments = BUF_INIT(TEXTS_MAX), texts = BUF_INIT(TEXTS_MAX);
    const unsigned char *found = memmem(init, len, "dfLa", 4), *info = found ? found + 4 + FULL_BOX : NULL;
    uint32_t count = 0;
    int error;

    if (!info || (size_t)(init + len - info) < BLOCK + STREAMINFO || (info[0] & 0x7F) != 0 || big_endian(info) % (1 << 24) != STREAMINFO)
        return STORAGE_FAILED;
    add_comment(&texts, "TITLE", track_text(work, "title"), &count);
    add_comment(&texts, "ARTIST", track_text(work, "artist"), &count);
    add_comment(&texts, "ALBUM", track_text(work, "album"), &count);
    buf_add(&comments, (struct str){(const char[]){sizeof vendor - 1, 0, 0, 0}, 4});
    buf_add_text(&comments, vendor);
    buf_add(&comments, (struct str){(const char[]){(char)count, 0, 0, 0}, 4});
    buf_add(&comments, buf_str(&texts));
    if (comments.failed || texts.failed)
        return STORAGE_FAILED;
    error = make_write(work, "fLaC", 4);
    if (!error)
        error = make_flac_block(work, 0, false, STREAMINFO);
    if (!error)
        error = make_write(work, info + BLOCK, STREAMINFO);
    if (!error)
        error = make_flac_block(work, 4, !work->cover.len, comments.len);
    if (!error)
        error = make_write(work, comments.ptr, comments.len);
    return error || !work->cover.len ? error : make_flac_picture(work);
}

/* A box of ISO 14496-12. `content` is freed; what it could not hold `out` cannot hold either. */
static void
add_box(struct buf *out, const char *type, struct buf *content)
{
    out->failed |= content->failed;
    add_u32(out, (uint32_t)content->len + 8);
    buf_add(out, (struct str){type, 4});
    buf_add(out, buf_str(content));
    buf_free(content);
}

enum item_kind { ITEM_UTF8 = 1, ITEM_JPEG = 13 };

/* An item of the list of metadata that players look for in MP4 files; none for an empty value. */
static void
add_item(struct buf *list, const char *type, enum item_kind kind, struct str value)
{
    struct buf data = BUF_INIT(TAGS_MAX), item = BUF_INIT(TAGS_MAX);

    if (!value.len)
        return;
    add_u32(&data, kind);
    add_u32(&data, 0);
    buf_add(&data, value);
    add_box(&item, "data", &data);
    add_box(list, type, &item);
}

/* `init` with the track's texts and cover at the end of its box `moov`; what follows in the file refers to nothing by its place. */
static int
make_mp4_head(struct work *work, const unsigned char *init, size_t len)
{
    static const char handler[] = "\0\0\0\0" "\0\0\0\0" "mdir" "appl" "\0\0\0\0" "\0\0\0\0"; /* and an empty name */
    struct buf list = BUF_INIT(TAGS_MAX), about = BUF_INIT(TEXTS_MAX), meta = BUF_INIT(TAGS_MAX), user = BUF_INIT(TAGS_MAX);
    scoped_buf tags = BUF_INIT(TAGS_MAX);
    size_t at = 0, size = 0;
    unsigned char grown[4];
    int error;

    for (; len - at >= 8; at += size) {
        size = big_endian(init + at);
        if (size < 8 || size > len - at)
            return STORAGE_FAILED;
        if (memcmp(init + at + 4, "moov", 4) == 0)
            break;
    }
    if (len - at < 8)
        return STORAGE_FAILED;
    add_item(&list, "\xA9nam", ITEM_UTF8, str_of(track_text(work, "title")));
    add_item(&list, "\xA9" "ART", ITEM_UTF8, str_of(track_text(work, "artist")));
    add_item(&list, "\xA9" "alb", ITEM_UTF8, str_of(track_text(work, "album")));
    add_item(&list, "covr", ITEM_JPEG, buf_str(&work->cover));
    buf_add(&about, (struct str){handler, sizeof handler});
    add_u32(&meta, 0);
    add_box(&meta, "hdlr", &about);
    add_box(&meta, "ilst", &list);
    add_box(&user, "meta", &meta);
    add_box(&tags, "udta", &user);
    if (tags.failed)
        return STORAGE_FAILED;
    size += tags.len;
    for (unsigned i = 0; i < 4; i++)
        grown[i] = (unsigned char)(size >> (24 - 8 * i));
    error = make_write(work, init, at);
    if (!error)
        error = make_write(work, grown, sizeof grown);
    if (!error)
        error = make_write(work, init + at + 4, size - tags.len - 4);
    if (!error)
        error = make_write(work, tags.ptr, tags.len);
    at += size - tags.len;
    return error || at == len ? error : make_write(work, init + at, len - at);
}

/* All segments that the playlist names, in its order. */
static int
make_segments(struct work *work, char *playlist, bool is_flac)
{
    unsigned total = 0, done = 0;
    char *rest = NULL;
    int error = 0;

    for (const char *p = strstr(playlist, "\nsegment_"); p; p = strstr(p + 1, "\nsegment_"))
        total++;
    for (const char *line = strtok_r(playlist, "\r\n", &rest); line && !error; line = strtok_r(NULL, "\r\n", &rest)) {
        struct source *source;

        if (*line == '#')
            continue;
        if (job_cancelled(work->job))
            return STORAGE_FAILED;
        error = make_open(work, line, &source);
        if (error)
            break;
        error = is_flac ? make_copy_frames(work, source) : make_copy(work, source, 0, source_size(source));
        source_unref(source);
        job_progress(work->job, "joining", (float)++done / (float)(total ? total : 1));
    }
    return !error && !done ? STORAGE_FAILED : error;
}

/* Of the file as it was uploaded only the checksum is wanted. */
static int
make_checksum(struct work *work)
{
    struct source *source;
    int error = storage_open(downloads_storage, work->key, &source);

    if (error)
        return error;
    error = make_copy(work, source, 0, source_size(source));
    source_unref(source);
    return error;
}

static int
make_file(struct work *work)
{
    bool is_flac = strcmp(work->format, "flac") == 0;
    unsigned char *init = NULL, *playlist = NULL;
    size_t init_len = 0, playlist_len = 0;
    int error = make_read(work, "init.mp4", HEAD_MAX, &init, &init_len);

    if (!error)
        error = make_read(work, "playlist.m3u8", PLAYLIST_MAX, &playlist, &playlist_len);
    if (!error)
        error = storage_begin(downloads_storage, work->key, &work->writer);
    if (!error) {
        error = is_flac ? make_flac_head(work, init, init_len) : make_mp4_head(work, init, init_len);
        if (!error)
            error = make_segments(work, (char *)playlist, is_flac);
        if (error)
            storage_abort(work->writer);
        else
            error = storage_commit(work->writer);
        if (!error)
            error = storage_sync(downloads_storage);
    }
    free(init);
    free(playlist);
    return error;
}

/* True when the file is the track's; false for later, since the database did not answer. */
static bool
make_note(const struct work *work)
{
    char size[24], crc[24];
    const struct db_arg args[] = {{"id", work->track_id}, {"format", work->format}, {"version", track_text(work, "version")}, {"tags", track_text(work, "tags")},
                                  {"key", work->key}, {"size_bytes", size}, {"crc32", crc}, {0}};
    PGresult *result;

    snprintf(size, sizeof size, "%llu", (unsigned long long)work->written);
    snprintf(crc, sizeof crc, "%lu", work->crc);
    if (db_run(&q_download_made, args, &result, NULL))
        return false;
    if (!PQntuples(result) && !work->is_original)
        storage_delete(downloads_storage, work->key); /* nobody needs it any more */
    else if (PQntuples(result) && !PQgetisnull(result, 0, 1))
        storage_delete(downloads_storage, PQgetvalue(result, 0, 1));
    PQclear(result);
    return true;
}

static enum job_outcome
make_run(struct work *work)
{
    const char *cover = track_text(work, "cover");
    int error;

    if (!work->is_original && *cover && !download_cover(work->job, cover, &work->cover))
        return job_cancelled(work->job) ? JOB_GIVE_BACK : job_retry_storage(work->job, downloads_storage);
    snprintf(work->folder, sizeof work->folder, "hls/%s/%s%s%s", track_text(work, "media_track"), track_text(work, "version"), *track_text(work, "version") ? "/" : "",
             track_text(work, "quality"));
    snprintf(work->key, sizeof work->key, "downloads/%s/%s%s%s-%s", work->track_id, track_text(work, "version"), *track_text(work, "version") ? "/" : "", work->format,
             track_text(work, "tags"));
    if (work->is_original) {
        snprintf(work->key, sizeof work->key, "%s", track_text(work, "original"));
        error = make_checksum(work);
    } else {
        error = make_file(work);
    }
    if (error && job_cancelled(work->job))
        return JOB_GIVE_BACK;
    if (error == STORAGE_FULL || error == STORAGE_AWAY) {
        job_wait(work->job, error == STORAGE_FULL ? NO_ROOM_WAIT_S : STORAGE_RETRY_S);
        job_error(work->job, error == STORAGE_FULL ? "the disk is full" : "the object store does not answer");
        return JOB_PUT_OFF;
    }
    if (error) {
        log_error("a download could not be made", LOG_TEXT("key", work->key), LOG_INT("error", error));
        job_error(work->job, "a file of the rendition cannot be read");
        return job_retry_storage(work->job, downloads_storage);
    }
    return make_note(work) ? JOB_DONE : JOB_RETRY;
}

enum job_outcome
download_make(struct job *job)
{
    struct work *work = calloc(1, sizeof *work);
    enum job_outcome outcome = JOB_RETRY;
    const char *id = json_string_value(json_object_get(job->payload, "track_id")), *format = json_string_value(json_object_get(job->payload, "format"));
    const struct db_arg args[] = {{"id", id}, {"format", format}, {0}};

    if (!work)
        return JOB_RETRY;
    work->job = job;
    work->cover = (struct buf)BUF_INIT(DOWNLOAD_COVER_MAX);
    work->track_id = id;
    work->format = format;
    work->is_original = format && strcmp(format, "original") == 0;
    if (!id || !format || !uuid_valid(id)) {
        outcome = JOB_FAILED;
    } else if (!db_run(&q_download_work, args, &work->track, NULL)) {
        outcome = PQntuples(work->track) ? make_run(work) : JOB_DONE; /* the track is gone, or is processed once more */
        PQclear(work->track);
    }
    buf_free(&work->cover);
    free(work);
    return outcome;
}
