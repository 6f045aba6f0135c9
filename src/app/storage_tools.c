#include "app/storage_tools.h"

#include <errno.h>
#include <openssl/evp.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app.queries.h"
#include "app/app.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "db/db.h"
#include "platform/storage/s3.h"
#include "tracks.queries.h"

#define TOLD_MAX 20 /* lines of each kind; the rest is counted */
#define AGE_S 86400
#define PIECE (256 * 1024)
#define NOTED_AT_ONCE 64 /* copies */
#define STATEMENT_MS 600000

/* What a row owns: a file, or a folder. */
struct owned {
    const char *prefix, *kind, *id;
    bool needed, seen;
};

struct orphan {
    struct orphan *next;
    char key[STORAGE_KEY_MAX + 1];
};

struct inspection {
    struct storage *storage;
    struct owned *owned;
    int count;
    bool mend, is_short_of_memory;
    int64_t age_s;
    uint64_t files, bytes, orphans, orphan_bytes, young, foreign, missing, mended, failed;
    struct orphan *to_delete;
};

static int
owned_compare(const void *a, const void *b)
{
    return strcmp(((const struct owned *)a)->prefix, ((const struct owned *)b)->prefix);
}

/* Marks every row that owns `key`, as a file or by one of the folders that it lies in. Several may own the same. */
static bool
mark_owners(struct inspection *in, const char *key)
{
    char path[STORAGE_KEY_MAX + 1];
    bool any = false;

    snprintf(path, sizeof path, "%s", key);
    for (char *slash = path; slash; slash = strrchr(path, '/')) {
        struct owned *found;

        if (slash != path)
            *slash = 0;
        found = bsearch(&(struct owned){.prefix = path}, in->owned, (size_t)in->count, sizeof *in->owned, owned_compare);
        while (found && found > in->owned && text_equal(found[-1].prefix, path))
            found--;
        for (; found && found < in->owned + in->count && text_equal(found->prefix, path); found++)
            any = found->seen = true;
    }
    return any;
}

static bool
is_ours(const char *key)
{
    static const char *const folders[] = {"originals/", "versions/", "hls/", "waveforms/", "covers/", "avatars/", "banners/", "stems/", "downloads/", "exports/",
                                          "doctor/"};

    for (size_t i = 0; i < COUNT_OF(folders); i++)
        if (text_starts_with(key, folders[i]))
            return true;
    return false;
}

static bool
inspect_file(void *context, const struct storage_entry *entry)
{
    struct inspection *in = context;
    struct orphan *orphan;

    in->files++;
    in->bytes += entry->size;
    if (mark_owners(in, entry->key))
        return true;
    if (!is_ours(entry->key)) {
        in->foreign++;
        return true;
    }
    if (entry->changed_unix_s > clock_unix_s() - in->age_s) {
        in->young++;
        return true;
    }
    in->orphan_bytes += entry->size;
    if (++in->orphans <= TOLD_MAX)
        printf("! no row          %s (%llu bytes)\n", entry->key, (unsigned long long)entry->size);
    orphan = in->mend ? malloc(sizeof *orphan) : NULL;
    in->is_short_of_memory |= in->mend && !orphan;
    if (orphan) { /* not while the files are gone through */
        orphan->next = in->to_delete;
        snprintf(orphan->key, sizeof orphan->key, "%s", entry->key);
        in->to_delete = orphan;
    }
    return true;
}

static void
delete_orphans(struct inspection *in)
{
    for (struct orphan *orphan; (orphan = in->to_delete);) {
        in->to_delete = orphan->next;
        *(storage_delete(in->storage, orphan->key) ? &in->failed : &in->mended) += 1;
        free(orphan);
    }
}

/* Can what is missing be made again? */
static bool
make_again(const struct owned *owned)
{
    const struct db_arg again[] = {{"track_id", owned->id}, {"priority", NULL}, {0}}, forget[] = {{"id", owned->id}, {"key", owned->prefix}, {0}};
    bool is_stream = text_equal(owned->kind, "stream");
    PGresult *result;
    bool good;

    if (!is_stream && !text_equal(owned->kind, "download"))
        return false;
    if (db_run(is_stream ? &q_track_process_again : &q_storage_download_forget, is_stream ? again : forget, &result, NULL))
        return false;
    good = PQntuples(result) > 0;
    PQclear(result);
    return good;
}

static void
tell_missing(struct inspection *in)
{
    for (int i = 0; i < in->count; i++) {
        const struct owned *owned = &in->owned[i];
        bool made;

        if (!owned->needed || owned->seen)
            continue;
        made = in->mend && make_again(owned);
        in->mended += made;
        if (++in->missing <= TOLD_MAX)
            printf("✗ no file         %s, the %s of %s%s\n", owned->prefix, owned->kind, owned->id, made ? ": is made again" : "");
    }
}

static int
tell_sum(const struct inspection *in)
{
    bool is_clean = !in->orphans && !in->missing;

    if (in->orphans > TOLD_MAX || in->missing > TOLD_MAX)
        printf("… and more: %llu files without a row, %llu rows without a file\n", (unsigned long long)in->orphans, (unsigned long long)in->missing);
    printf("%s files           %llu (%.1f MB); %llu without a row (%.1f MB), %llu rows without a file, %llu younger than %lld s left alone, %llu that are not Veza's\n",
           is_clean ? "✓" : "!", (unsigned long long)in->files, (double)in->bytes / 1e6, (unsigned long long)in->orphans, (double)in->orphan_bytes / 1e6,
           (unsigned long long)in->missing, (unsigned long long)in->young, (long long)in->age_s, (unsigned long long)in->foreign);
    if (in->mend)
        printf("%s mended          %llu; %llu not, since they could not be deleted\n", in->failed ? "✗" : "✓", (unsigned long long)in->mended,
               (unsigned long long)in->failed);
    else if (!is_clean)
        puts("  veza doctor storage --mend deletes files without a row, and makes again what can be made from the original. Take a backup before.");
    return is_clean || (in->mend && !in->failed && in->mended == in->orphans + in->missing) ? 0 : 1;
}

static int
inspect(const struct config *config, const char *conninfo, void *context)
{
    struct inspection *in = context;
    PGresult *rows = NULL;
    char error[512];
    int failed;

    db_setup(conninfo, STATEMENT_MS);
    in->storage = app_open_storage(config, error, sizeof error);
    if (!in->storage) {
        fprintf(stderr, "veza: %s\n", error);
        return 1;
    }
    failed = db_run(&q_storage_owned, NULL, &rows, NULL);
    in->count = failed ? 0 : PQntuples(rows);
    in->owned = calloc((size_t)in->count + 1, sizeof *in->owned);
    for (int i = 0; in->owned && i < in->count; i++)
        in->owned[i] = (struct owned){PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1), PQgetvalue(rows, i, 2), *PQgetvalue(rows, i, 3) == 't', false};
    if (in->owned)
        qsort(in->owned, (size_t)in->count, sizeof *in->owned, owned_compare);
    failed = failed || !in->owned || storage_each(in->storage, inspect_file, in) || in->is_short_of_memory;
    if (failed) {
        fputs("veza: the database or the files cannot be read; nothing was changed\n", stderr);
        in->mend = false;
    } else {
        delete_orphans(in);
        tell_missing(in);
        failed = tell_sum(in);
    }
    free(in->owned);
    PQclear(rows);
    storage_close(in->storage);
    db_disconnect();
    return failed ? 1 : 0;
}

int
doctor_storage(const struct config *config, int argc, char **argv)
{
    struct inspection in = {.age_s = AGE_S};

    for (int i = 3; i < argc; i++) {
        if (text_equal(argv[i], "--mend")) {
            in.mend = true;
        } else if (!text_equal(argv[i], "--age") || i + 1 >= argc || !text_to_int64(argv[++i], 0, INT32_MAX, &in.age_s)) {
            fputs("usage: veza doctor storage [--mend] [--age SECONDS]\n", stderr);
            return 2;
        }
    }
    return with_existing_database(config, inspect, &in);
}

struct move {
    struct storage *from, *to;
    FILE *journal;
    void *done; /* tree of the lines of the journal: "key size changed" */
    void *there; /* of "key size" of what is at the destination, which may have lost what the journal has, or be another one */
    struct buf lines; /* for the journal, of copies that a power failure may still take */
    bool broken; /* they could not be made durable, or noted */
    uint64_t files, bytes, skipped, failed;
    int64_t told_ms;
};

static int
line_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool
hash_source(struct source *source, struct storage_writer *writer, unsigned char digest[SHA256_BYTES])
{
    struct source_reader reader = source_reader(source, 0, UINT64_MAX);
    EVP_MD_CTX *sum = EVP_MD_CTX_new();
    char *piece = malloc(PIECE);
    ssize_t n = -1;
    bool good = sum && piece && EVP_DigestInit_ex(sum, EVP_sha256(), NULL) == 1;

    while (good && (n = source_read(&reader, piece, PIECE)) > 0)
        good = EVP_DigestUpdate(sum, piece, (size_t)n) == 1 && (!writer || storage_write(writer, piece, (size_t)n) == 0);
    good = good && n == 0 && EVP_DigestFinal_ex(sum, digest, NULL) == 1;
    source_read_end(&reader);
    EVP_MD_CTX_free(sum);
    free(piece);
    return good;
}

/* Copies a file, reads the copy back and compares. What was deleted meanwhile needs no copy. */
static bool
move_file(struct move *move, const char *key)
{
    unsigned char before[SHA256_BYTES], after[SHA256_BYTES];
    struct storage_writer *writer;
    struct source *source;
    int error = storage_open(move->from, key, &source);
    bool good;

    if (error)
        return error == STORAGE_NOT_FOUND;
    if (storage_begin(move->to, key, &writer)) {
        source_unref(source);
        return false;
    }
    good = hash_source(source, writer, before);
    source_unref(source);
    if (!good) {
        storage_abort(writer);
        return false;
    }
    if (storage_commit(writer) || storage_open(move->to, key, &source))
        return false;
    good = hash_source(source, NULL, after) && memcmp(before, after, sizeof before) == 0;
    source_unref(source);
    if (!good)
        storage_delete(move->to, key);
    return good;
}

static void
move_show(struct move *move)
{
    int64_t now_ms = clock_monotonic_ms();

    if (now_ms - move->told_ms < 1000)
        return;
    move->told_ms = now_ms;
    printf("%llu files copied (%.1f MB), %llu were there\n", (unsigned long long)move->files, (double)move->bytes / 1e6, (unsigned long long)move->skipped);
    fflush(stdout);
}

/* Makes the last copies durable, and only then notes them. */
static bool
move_note(struct move *move)
{
    move->broken = move->broken || move->lines.failed || storage_sync(move->to) ||
                   fwrite(buf_str(&move->lines).ptr, 1, move->lines.len, move->journal) != move->lines.len || fflush(move->journal);
    move->lines.len = 0;
    return !move->broken;
}

static bool
move_find_there(void *context, const struct storage_entry *entry)
{
    char line[STORAGE_KEY_MAX + 64], *kept;
    struct move *move = context;

    snprintf(line, sizeof line, "%s %llu", entry->key, (unsigned long long)entry->size);
    kept = strdup(line);
    return kept && tsearch(kept, &move->there, line_compare);
}

static bool
move_entry(void *context, const struct storage_entry *entry)
{
    char line[STORAGE_KEY_MAX + 64], there[STORAGE_KEY_MAX + 64];
    struct move *move = context;

    snprintf(line, sizeof line, "%s %llu %lld", entry->key, (unsigned long long)entry->size, (long long)entry->changed_unix_s);
    snprintf(there, sizeof there, "%s %llu", entry->key, (unsigned long long)entry->size);
    if (tfind(line, &move->done, line_compare) && tfind(there, &move->there, line_compare)) {
        move->skipped++;
        return true;
    }
    if (!move_file(move, entry->key)) {
        move->failed++;
        fprintf(stderr, "veza: not copied: %s\n", entry->key);
        return move->failed < TOLD_MAX;
    }
    move->files++;
    move->bytes += entry->size;
    buf_printf(&move->lines, "%s\n", line);
    move_show(move);
    return move->files % NOTED_AT_ONCE || move_note(move);
}

static bool
journal_open(struct move *move, const char *path)
{
    char line[STORAGE_KEY_MAX + 64];

    move->journal = fopen(path, "a+e");
    if (!move->journal)
        return false;
    rewind(move->journal);
    while (fgets(line, sizeof line, move->journal)) {
        char *kept = line[strcspn(line, "\n")] ? strndup(line, strcspn(line, "\n")) : NULL; /* one without its end was being written */

        if (kept)
            tsearch(kept, &move->done, line_compare);
    }
    fseek(move->journal, 0, SEEK_END);
    return true;
}

static int
move_all(struct move *move, const char *path, bool to_s3)
{
    int error = !journal_open(move, path) || storage_each(move->to, move_find_there, move) || storage_each(move->from, move_entry, move);

    if (move->journal)
        error = !move_note(move) || error;
    buf_free(&move->lines);
    if (move->journal && fclose(move->journal))
        error = 1;
    tdestroy(move->done, free);
    tdestroy(move->there, free);
    printf("%llu files copied and compared (%.1f MB), %llu were there, %llu failed\n", (unsigned long long)move->files, (double)move->bytes / 1e6,
           (unsigned long long)move->skipped, (unsigned long long)move->failed);
    if (error || move->failed) {
        fputs("veza: not everything was copied; run it again, it goes on from here\n", stderr);
        return 1;
    }
    printf("To switch over: set S3_ENABLED=%s, restart Veza, and run this once more for what came meanwhile. Nothing was deleted where the files were.\n",
           to_s3 ? "true" : "false");
    return 0;
}

int
storage_move(const struct config *config, int argc, char **argv)
{
    bool to_s3 = argc == 5 && text_equal(argv[4], "s3"), to_disk = argc == 5 && text_equal(argv[4], "disk");
    const struct s3_settings settings = s3_settings_of(config);
    char error[512], folder[4096], path[4096 + 32];
    struct storage *disk, *s3;
    struct move move = {.lines = BUF_INIT(NOTED_AT_ONCE * (STORAGE_KEY_MAX + 64))};
    int result = 1;

    if (argc != 5 || !text_equal(argv[2], "move") || !text_equal(argv[3], "--to") || !(to_s3 || to_disk)) {
        fputs("usage: veza storage move --to s3|disk\n", stderr);
        return 2;
    }
    snprintf(folder, sizeof folder, "%s/files", config->data_dir);
    snprintf(path, sizeof path, "%s/storage-moved-to-%s", config->data_dir, argv[4]);
    disk = storage_open_disk(folder, error, sizeof error);
    s3 = disk ? storage_open_s3(&settings, folder, error, sizeof error) : NULL;
    move.from = to_s3 ? disk : s3;
    move.to = to_s3 ? s3 : disk;
    if (!disk || !s3)
        fprintf(stderr, "veza: %s\n", error);
    else if (!storage_answers(s3))
        fprintf(stderr, "veza: the object store at %s does not answer, or refuses the bucket; veza doctor tells more\n", config->s3_endpoint);
    else
        result = move_all(&move, path, to_s3);
    storage_close(s3);
    storage_close(disk);
    return result;
}
