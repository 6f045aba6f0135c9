/* backup.c - `veza backup DIR`.
 *
 * First deletions are held back, then the database is dumped in one snapshot, then the files are copied: a file that a row of the snapshot
 * names was there before the snapshot (rows come after files) and is still there, under its key or set aside. */
#include "app/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/app.h"
#include "platform/storage/storage.h"
#include "version.h"

#define DEPTH_MAX 12
#define OLDEST_SCHEMA 65 /* see migrations/0065_backup.up.sql */

struct backup {
    const char *target;
    char part[PATH_MAX], path[PATH_MAX]; /* `path`: of the file in hand, for the list and for sentences */
    int folder;                          /* `part` */
    int data;                            /* the data folder */
    int hold;
    int major;
    char schema[32];
    FILE *sums;
    uint64_t files, bytes;
    char error[1024];
};

static bool
fail(struct backup *b, const char *what)
{
    if (!*b->error)
        snprintf(b->error, sizeof b->error, "%s %s: %s", what, b->path, strerror(errno));
    return false;
}

static bool
note_file(struct backup *b, const char *sha256, uint64_t size)
{
    b->files++;
    b->bytes += size;
    if (b->files % 16 == 0 || size > (8 << 20))
        backup_show("Files", b->bytes, 0);
    return fprintf(b->sums, "%s  %s\n", sha256, b->path) > 0 || fail(b, "cannot write the checksum of");
}

/* One file into an open folder. What is not there any more was set aside, or nobody needs it. */
static bool
copy_file(struct backup *b, int from, int to, const char *name)
{
    int fd = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    char sha256[SHA256_HEX];
    uint64_t size;
    bool good;

    if (fd < 0)
        return errno == ENOENT || fail(b, "cannot read");
    good = backup_copy(fd, to, name, sha256, &size);
    if (!good && errno == EEXIST) { /* the same file, found under its key and set aside */
        close(fd);
        return true;
    }
    close(fd);
    return good ? note_file(b, sha256, size) : fail(b, "cannot copy");
}

/* Everything in the folder `from`, whose names then follow `path`. `top`: of the store, where working files are left out. */
static bool
copy_folder(struct backup *b, int from, int to, bool top, int depth)
{
    int own = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = own >= 0 && depth < DEPTH_MAX ? fdopendir(own) : NULL;
    size_t len = strlen(b->path);
    struct dirent *entry;
    bool good = dir || fail(b, "cannot read");

    if (!dir && own >= 0)
        close(own);
    while (dir && good && (entry = readdir(dir))) {
        const char *name = entry->d_name;
        struct stat st;

        if (*name == '.' || (top && (text_equal(name, "tmp") || text_equal(name, "staged"))))
            continue;
        snprintf(b->path + len, sizeof b->path - len, "%s%s", len ? "/" : "", name);
        if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
            good = errno == ENOENT || fail(b, "cannot read");
        } else if (S_ISREG(st.st_mode)) {
            good = copy_file(b, from, to, name);
        } else if (S_ISDIR(st.st_mode)) {
            int source = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), target = -1;

            good = source >= 0 || errno == ENOENT || fail(b, "cannot read");
            if (source >= 0) {
                if (mkdirat(to, name, 0700) == 0 || errno == EEXIST)
                    target = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
                good = target >= 0 ? copy_folder(b, source, target, false, depth + 1) : fail(b, "cannot make");
                close(source);
            }
            if (target >= 0)
                close(target);
        }
        b->path[len] = 0;
    }
    if (dir)
        closedir(dir);
    return good;
}

/* A folder of the data folder to where `name` is in the backup. One that is not there is empty. */
static bool
copy_part(struct backup *b, const char *source, const char *name, bool top)
{
    int from = openat(b->data, source, O_RDONLY | O_DIRECTORY | O_CLOEXEC), to;
    bool good;

    snprintf(b->path, sizeof b->path, "%s", name);
    if (from < 0)
        return errno == ENOENT || fail(b, "cannot read");
    if (mkdirat(b->folder, name, 0700) < 0 && errno != EEXIST) {
        close(from);
        return fail(b, "cannot make");
    }
    to = openat(b->folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    good = to >= 0 ? copy_folder(b, from, to, top, 0) : fail(b, "cannot open");
    if (to >= 0)
        close(to);
    close(from);
    return good;
}

static void
watch_dump(void *context)
{
    struct backup *b = context;
    struct stat st;

    if (fstatat(b->folder, BACKUP_DUMP, &st, 0) == 0)
        backup_show("Database", (uint64_t)st.st_size, 0);
}

static bool
dump_database(struct backup *b, const char *conninfo)
{
    static const char *const arguments[] = {"--format=custom", "--no-owner", "--no-password", NULL};
    int output = openat(b->folder, BACKUP_DUMP, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    char sha256[SHA256_HEX];
    uint64_t size;
    bool good;

    snprintf(b->path, sizeof b->path, BACKUP_DUMP);
    if (output < 0)
        return fail(b, "cannot make");
    good = backup_run_program("pg_dump", b->major, conninfo, arguments, -1, output, watch_dump, b, b->error, sizeof b->error);
    if (close(output) < 0 || !good)
        return good ? fail(b, "cannot write") : false;
    return backup_sum(b->folder, BACKUP_DUMP, sha256, &size) ? note_file(b, sha256, size) : fail(b, "cannot read");
}

/* The server's version and the schema's, before the dump. */
static bool
ask_versions(struct backup *b, const char *conninfo)
{
    PGconn *connection = PQconnectdb(conninfo);
    PGresult *result = PQexec(connection, "select max(version)::text from schema_migrations");
    bool good = PQresultStatus(result) == PGRES_TUPLES_OK;

    if (good)
        snprintf(b->schema, sizeof b->schema, "%s", PQgetvalue(result, 0, 0));
    else
        snprintf(b->error, sizeof b->error, "the database cannot be read: %s", PQerrorMessage(connection));
    b->major = PQserverVersion(connection) / 10000;
    PQclear(result);
    PQfinish(connection);
    if (good && strtol(b->schema, NULL, 10) < OLDEST_SCHEMA) {
        snprintf(b->error, sizeof b->error, "the database is of an older Veza, and a dump of it could not be restored: run `veza migrate up` first");
        return false;
    }
    return good;
}

/* The last file: what it says of SHA256SUMS makes the backup whole. */
static bool
write_about(struct backup *b)
{
    char sha256[SHA256_HEX], made_at[32];
    time_t now = time(NULL);
    struct tm tm;
    uint64_t size;
    json_t *about;
    int fd;
    bool good;

    snprintf(b->path, sizeof b->path, BACKUP_SUMS);
    if (fflush(b->sums) || ferror(b->sums) || !backup_sum(b->folder, BACKUP_SUMS, sha256, &size))
        return fail(b, "cannot write");
    snprintf(b->path, sizeof b->path, BACKUP_ABOUT);
    strftime(made_at, sizeof made_at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    about = json_pack("{s:i s:s s:s s:i s:s s:I s:I s:s}", "format", BACKUP_FORMAT, "veza", VEZA_VERSION, "made_at", made_at, "postgresql",
                      b->major, "schema", b->schema, "files", (json_int_t)b->files, "bytes", (json_int_t)b->bytes, "sha256sums", sha256);
    fd = openat(b->folder, BACKUP_ABOUT, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    good = about && fd >= 0 && json_dumpfd(about, fd, JSON_INDENT(2)) == 0;
    json_decref(about);
    if (fd >= 0 && close(fd) < 0)
        good = false;
    return good || fail(b, "cannot write");
}

static bool
copy_everything(struct backup *b, const char *conninfo, const char *files)
{
    const char *aside = "files/" STORAGE_ASIDE;
    bool good;

    good = storage_hold_deletions(files, &b->hold, b->error, sizeof b->error) && ask_versions(b, conninfo) && dump_database(b, conninfo) &&
           copy_part(b, "keys", "keys", false);
    snprintf(b->path, sizeof b->path, "secret");
    good = good && copy_file(b, b->data, b->folder, "secret") && copy_part(b, "files", "files", true) && copy_part(b, aside, "files", true) &&
           write_about(b);
    return good && (syncfs(b->folder) == 0 || fail(b, "cannot flush"));
}

/* DIR.part, new and empty; what a killed backup left there is deleted. */
static bool
begin_part(struct backup *b, const char *files)
{
    char parent[PATH_MAX], real[PATH_MAX], store[PATH_MAX], *slash;
    int sums;

    snprintf(b->path, sizeof b->path, "%s", b->part);
    snprintf(parent, sizeof parent, "%s", b->target);
    slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = 0;
    if (!realpath(slash ? parent : ".", real) || !realpath(files, store))
        return fail(b, "there is no folder for");
    if (text_starts_with(real, store)) {
        snprintf(b->error, sizeof b->error, "%s is among the files that are to be copied; choose another place", b->target);
        return false;
    }
    if (!backup_delete(AT_FDCWD, b->part) || mkdir(b->part, 0700) < 0)
        return fail(b, "cannot make");
    b->folder = open(b->part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    sums = b->folder < 0 ? -1 : openat(b->folder, BACKUP_SUMS, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    b->sums = sums < 0 ? NULL : fdopen(sums, "w");
    return b->sums || fail(b, "cannot write to");
}

static int
make_backup(const struct config *config, const char *conninfo, void *context)
{
    struct backup *b = context;
    char files[PATH_MAX], error[256];
    struct storage *storage;
    bool good;

    snprintf(files, sizeof files, "%s/files", config->data_dir);
    b->data = open(config->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    good = (b->data >= 0 || fail(b, "cannot open the data folder for")) && begin_part(b, files) && copy_everything(b, conninfo, files);
    if (b->sums && fclose(b->sums))
        good = false;
    if (good && rename(b->part, b->target) < 0)
        good = fail(b, "cannot rename");
    if (b->hold >= 0) {
        close(b->hold);
        storage = storage_open_disk(files, error, sizeof error); /* deletes what was set aside */
        if (storage)
            storage_close(storage);
    }
    if (isatty(STDOUT_FILENO))
        fputs("\r\033[K", stdout);
    if (good)
        printf("The backup in %s is whole: the database and %llu files, %.1f MB together.\n", b->target, (unsigned long long)b->files - 1,
               (double)b->bytes / 1048576);
    if (good && config->s3_enabled)
        printf("Objects in the bucket %s are not in it. Copy them now: VEZA_DATA_DIR=FOLDER veza storage move --to disk (docs/operating.md).\n", config->s3_bucket);
    if (!good)
        fprintf(stderr, "veza: no backup was made: %s\n", *b->error ? b->error : strerror(errno));
    if (!good && *b->part)
        backup_delete(AT_FDCWD, b->part);
    return good ? 0 : 1;
}

int
backup_main(const struct config *config, int argc, char **argv)
{
    struct backup b = {.folder = -1, .hold = -1, .data = -1};
    char target[PATH_MAX - 8];
    struct stat st;
    size_t len;

    if (argc != 3 || *argv[2] == '-') {
        fputs("veza backup DIR: makes the folder DIR, which must not exist yet\n", stderr);
        return 2;
    }
    snprintf(target, sizeof target, "%s", argv[2]);
    for (len = strlen(target); len > 1 && target[len - 1] == '/'; len--)
        target[len - 1] = 0;
    b.target = target;
    snprintf(b.part, sizeof b.part, "%s.part", target);
    if (lstat(target, &st) == 0) {
        fprintf(stderr, "veza: %s is there already; a backup is a new folder\n", target);
        return 1;
    }
    return with_existing_database(config, make_backup, &b);
}
