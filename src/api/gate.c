/* gate.c - files as they come in: hashed and counted while they are written to scratch, which nothing remembers when the process dies. */
#include "api/gate.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "api.queries.h"
#include "api/file.h"
#include "api/runner.h"
#include "base/log.h"

#define HEAD_BYTES 16
#define PIECE_BYTES (256 * 1024)
#define SCANNER_RETRY_S 30

struct gate_file {
    struct scratch *scratch;
    struct source *source; /* made when it is asked for */
    EVP_MD_CTX *digest;
    char head[HEAD_BYTES]; /* the first bytes, by which the type is told */
    size_t head_len;
    char sha256[SHA256_HEX];
    struct scan *scan;     /* while it arrives; NULL when nothing is scanned, or the scanner is away */
    const char *unscanned; /* why nobody knows whether it is harmful, as unscanned_files says it; NULL: it was scanned, or nothing is */
};

static const struct config *gate_config;
static struct storage *gate_storage;
static const struct scanner *gate_scanner;

void
gate_setup(const struct config *config, struct storage *storage)
{
    gate_config = config;
    gate_storage = storage;
}

uint64_t
gate_max_bytes(void)
{
    uint64_t most = (uint64_t)gate_config->max_upload_mb * 1024 * 1024;

    return gate_scanner && gate_config->clamav_required && gate_scanner->max_bytes < most ? gate_scanner->max_bytes : most;
}

int64_t
gate_usual_quota(void)
{
    return gate_config->storage_quota_mb * 1024 * 1024;
}

void
gate_set_scanner(const struct scanner *scanner)
{
    gate_scanner = scanner;
}

const struct scanner *
gate_get_scanner(void)
{
    return gate_scanner;
}

const struct problem *
gate_ready(struct request *req)
{
    bool scans = false;

    for (const struct file_field *field = req->route->files; field->name; field++)
        scans |= field->type != FILE_TYPE_PART;
    if (!scans || !gate_scanner || !gate_config->clamav_required || gate_scanner->ready())
        return NULL;
    return problem_retry(req->arena, PROBLEM(UNAVAILABLE), SCANNER_RETRY_S);
}

static const struct problem *
gate_problem(int error)
{
    if (!error)
        return NULL;
    if (error == STORAGE_FULL)
        return PROBLEM(STORAGE_FULL);
    log_error("a received file cannot be written");
    return PROBLEM(INTERNAL);
}

const struct problem *
gate_begin(struct request *req, struct upload *upload)
{
    struct gate_file *file = arena_alloc(req->arena, sizeof *file);
    int error;

    if (!file)
        return PROBLEM(INTERNAL);
    if (storage_is_away(gate_storage)) /* said now, not after gigabytes */
        return problem_of_storage(req->arena, STORAGE_AWAY);
    *file = (struct gate_file){0};
    error = storage_scratch(gate_storage, &file->scratch);
    if (error)
        return gate_problem(error);
    file->digest = EVP_MD_CTX_new();
    file->scan = gate_scanner && upload->field->type != FILE_TYPE_PART ? gate_scanner->begin() : NULL;
    upload->file = file;
    if (file->digest && EVP_DigestInit_ex(file->digest, EVP_sha256(), NULL) == 1)
        return NULL;
    gate_free(upload);
    return PROBLEM(INTERNAL);
}

const struct problem *
gate_add(struct upload *upload, const char *bytes, size_t len)
{
    struct gate_file *file = upload->file;
    size_t missing = sizeof file->head - file->head_len, first = len < missing ? len : missing;
    const struct problem *p;

    memcpy(file->head + file->head_len, bytes, first);
    file->head_len += first;
    if (EVP_DigestUpdate(file->digest, bytes, len) != 1)
        return PROBLEM(INTERNAL);
    if (upload->size > gate_max_bytes() && upload->field->type != FILE_TYPE_PART)
        return PROBLEM(PAYLOAD_TOO_LARGE);
    p = gate_problem(scratch_write(file->scratch, bytes, len));
    if (!p && file->scan)
        gate_scanner->follow(file->scan, file->scratch);
    return p;
}

void
gate_free(struct upload *upload)
{
    if (upload->file->scan)
        gate_scanner->cancel(upload->file->scan);
    source_unref(upload->file->source);
    scratch_free(upload->file->scratch);
    EVP_MD_CTX_free(upload->file->digest);
    *upload->file = (struct gate_file){0};
}

static bool
gate_is_picture(const struct gate_file *file)
{
    return file->head_len >= 12 && (memcmp(file->head, "\xFF\xD8\xFF", 3) == 0 || memcmp(file->head, "\x89PNG\r\n\x1A\n", 8) == 0 ||
                                    (memcmp(file->head, "RIFF", 4) == 0 && memcmp(file->head + 8, "WEBP", 4) == 0));
}

static const struct {
    const char *kind, *media_type;
    size_t at;
    struct str bytes;
    size_t also_at; /* 0: nothing more */
    struct str also;
} attachments[] = {
    {"image", "image/jpeg", 0, STR("\xFF\xD8\xFF"), 0, {0}},
    {"image", "image/png", 0, STR("\x89PNG\r\n\x1A\n"), 0, {0}},
    {"image", "image/webp", 0, STR("RIFF"), 8, STR("WEBP")},
    {"image", "image/gif", 0, STR("GIF8"), 0, {0}},
    {"pdf", "application/pdf", 0, STR("%PDF-"), 0, {0}},
    {"audio", "audio/wav", 0, STR("RIFF"), 8, STR("WAVE")},
    {"audio", "audio/flac", 0, STR("fLaC"), 0, {0}},
    {"audio", "audio/ogg", 0, STR("OggS"), 0, {0}},
    {"audio", "audio/mpeg", 0, STR("ID3"), 0, {0}},
    {"audio", "audio/mpeg", 0, STR("\xFF\xFB"), 0, {0}},
    {"audio", "audio/mpeg", 0, STR("\xFF\xF3"), 0, {0}},
    {"audio", "audio/aiff", 0, STR("FORM"), 8, STR("AIF")},
    {"audio", "audio/mp4", 4, STR("ftyp"), 0, {0}},
    {"audio", "audio/webm", 0, STR("\x1A\x45\xDF\xA3"), 0, {0}},
};

/* Of the files of music programs, and of what people pack them in. */
static const char projects[] = " als alp adg adv agr amxd flp fst logicx band cpr npr rpp ptx ptf song bwproject bwclip bwpreset reason rns aup3 mid midi syx "
                               "fxp fxb vstpreset aupreset nki nksf nmsv serumpreset vital sf2 sfz gp gp5 gpx mscz musicxml mxl ardour zip 7z rar gz tgz ";

static bool
gate_has(const struct gate_file *file, size_t at, struct str bytes)
{
    return file->head_len >= at + bytes.len && memcmp(file->head + at, bytes.ptr, bytes.len) == 0;
}

const char *
gate_attachment_kind(const struct upload *upload, const char **ret_media_type)
{
    const char *dot = upload->filename ? strrchr(upload->filename, '.') : NULL;
    char ending[16];

    for (size_t i = 0; i < COUNT_OF(attachments); i++)
        if (gate_has(upload->file, attachments[i].at, attachments[i].bytes) &&
            (!attachments[i].also_at || gate_has(upload->file, attachments[i].also_at, attachments[i].also))) {
            *ret_media_type = attachments[i].media_type;
            return attachments[i].kind;
        }
    *ret_media_type = "application/octet-stream";
    if (!dot || !dot[1] || strlen(dot) > 12 || strchr(dot, ' '))
        return NULL;
    snprintf(ending, sizeof ending, " %s ", dot + 1);
    return upload->size && strcasestr(projects, ending) ? "project" : NULL;
}

static const struct problem *
gate_check_type(struct request *req, const struct upload *upload)
{
    const char *media_type;

    if (upload->field->type == FILE_TYPE_ATTACHMENT && !gate_attachment_kind(upload, &media_type))
        return problem_field(req->arena, upload->field->name, "attachment_kind", "Pictures, sound, PDF, and projects and presets of music programs can be sent.");
    if (upload->field->type != FILE_TYPE_PICTURE || gate_is_picture(upload->file))
        return NULL;
    return problem_field(req->arena, upload->field->name, "image_unreadable", "This image could not be read: use JPEG, PNG or WebP.");
}

const struct problem *
gate_check_room(struct request *req, uint64_t size)
{
    if (!size || !req->identity.known)
        return NULL;
    request_set(req, "size", arena_printf(req->arena, "%llu", (unsigned long long)size));
    request_set(req, "quota", arena_printf(req->arena, "%lld", (long long)gate_usual_quota()));
    return db_one(req, &q_gate_quota, NULL);
}

static const struct problem *
gate_check_scanner(struct request *req, const struct upload *upload)
{
    struct gate_file *file = upload->file;
    struct scan *scan = file->scan;
    char name[128] = "";

    file->scan = NULL;
    switch (gate_scanner->end(scan, gate_source(upload), name, sizeof name)) {
    case SCAN_CLEAN:
        return NULL;
    case SCAN_FOUND:
        log_warn("an upload was refused by the scanner", LOG_TEXT("found", name), LOG_TEXT("sha256", gate_sha256(upload)));
        return problem_field(req->arena, upload->field->name, "infected", "This file was refused: it contains harmful software.");
    case SCAN_TOO_LARGE:
        file->unscanned = "too_large";
        return !gate_config->clamav_required ? NULL
                                             : problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "A file has at most %llu bytes: larger ones cannot be scanned.",
                                                              (unsigned long long)gate_scanner->max_bytes);
    default:
        file->unscanned = "unreachable";
        return gate_config->clamav_required ? problem_retry(req->arena, PROBLEM(UNAVAILABLE), SCANNER_RETRY_S) : NULL;
    }
}

struct upload *
gate_file(struct request *req, const char *name)
{
    struct upload *upload = request_upload(req, name);

    return upload && (upload->size || upload->field->required) ? upload : NULL;
}

const struct problem *
gate_check(struct request *req)
{
    const struct problem *p = NULL;
    uint64_t counted = 0;

    for (const struct file_field *field = req->route->files; !p && field->name; field++) {
        const struct upload *upload = gate_file(req, field->name);

        if (upload)
            p = gate_source(upload) ? gate_check_type(req, upload) : PROBLEM(INTERNAL);
        counted += upload && field->counts ? upload->size : 0;
    }
    if (!p)
        p = gate_check_room(req, counted);
    for (const struct file_field *field = req->route->files; !p && gate_scanner && field->name; field++) {
        const struct upload *upload = gate_file(req, field->name);

        if (upload && field->type != FILE_TYPE_PART)
            p = gate_check_scanner(req, upload);
    }
    return p;
}

/* `most` bytes from the beginning, into the hash and, the first of them, into `head`. */
static const struct problem *
gate_read(struct upload *upload, uint64_t most)
{
    struct gate_file *file = upload->file;
    struct source_reader reader = source_reader(gate_source(upload), 0, most);
    char *piece = malloc(PIECE_BYTES);
    ssize_t n = -1;

    while (piece && (n = source_read(&reader, piece, PIECE_BYTES)) > 0) {
        size_t missing = sizeof file->head - file->head_len, first = (size_t)n < missing ? (size_t)n : missing;

        memcpy(file->head + file->head_len, piece, first);
        file->head_len += first;
        if (file->digest && EVP_DigestUpdate(file->digest, piece, (size_t)n) != 1)
            break;
    }
    source_read_end(&reader);
    free(piece);
    return n == 0 ? NULL : gate_problem(STORAGE_FAILED);
}

const struct problem *
gate_take(struct request *req, const struct file_field *field, const char *filename, struct scratch *scratch, const EVP_MD_CTX *sha256,
          struct upload *ret_upload)
{
    struct gate_file *file = arena_alloc(req->arena, sizeof *file);
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    const struct problem *p;

    *ret_upload = (struct upload){0};
    if (!file || !digest || (sha256 ? EVP_MD_CTX_copy_ex(digest, sha256) : EVP_DigestInit_ex(digest, EVP_sha256(), NULL)) != 1) {
        EVP_MD_CTX_free(digest);
        return PROBLEM(INTERNAL);
    }
    *file = (struct gate_file){.scratch = scratch, .digest = sha256 ? NULL : digest};
    *ret_upload = (struct upload){.field = field, .filename = filename, .content_type = "", .file = file};
    p = !gate_source(ret_upload) ? PROBLEM(INTERNAL) : NULL;
    if (!p) {
        ret_upload->size = source_size(file->source);
        p = gate_read(ret_upload, sha256 && ret_upload->size > HEAD_BYTES ? HEAD_BYTES : ret_upload->size);
    }
    file->digest = digest;
    p = p ? p : gate_check_type(req, ret_upload);
    return p || !gate_scanner ? p : gate_check_scanner(req, ret_upload);
}

void
gate_leave(struct upload *upload)
{
    if (!upload->file)
        return;
    upload->file->scratch = NULL;
    gate_free(upload);
}

struct source *
gate_source(const struct upload *upload)
{
    struct gate_file *file = upload->file;

    if (!file->source)
        file->source = scratch_source(file->scratch);
    return file->source;
}

const struct scratch *
gate_scratch(const struct upload *upload)
{
    return upload->file->scratch;
}

const char *
gate_sha256(const struct upload *upload)
{
    struct gate_file *file = upload->file;
    unsigned char digest[SHA256_BYTES];

    if (!*file->sha256 && EVP_DigestFinal_ex(file->digest, digest, NULL) == 1)
        hex_encode(digest, sizeof digest, file->sha256);
    return file->sha256;
}

/* Before the file has its key, so that none is there unnoted. */
static const struct problem *
gate_note_unscanned(const struct upload *upload, const char *key)
{
    char size[24];
    const struct db_arg args[] = {{"key", key}, {"size", size}, {"reason", upload->file->unscanned}, {0}};
    PGresult *result;

    snprintf(size, sizeof size, "%llu", (unsigned long long)upload->size);
    if (db_run(&q_gate_unscanned, args, &result, NULL))
        return PROBLEM(UNAVAILABLE);
    PQclear(result);
    return NULL;
}

const struct problem *
gate_keep(struct request *req, const struct upload *upload, const char *key)
{
    const struct problem *p = upload->file->unscanned ? gate_note_unscanned(upload, key) : NULL;
    int error = p ? 0 : storage_keep(gate_storage, key, upload->file->scratch);

    return p ? p : error == STORAGE_AWAY ? problem_of_storage(req->arena, error) : gate_problem(error);
}
