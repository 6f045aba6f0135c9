/* restore.c - `veza restore DIR`.
 *
 * The file RESTORING is in the data folder from the first change to the last: as long as it is there, nothing but another restore works with
 * that folder, so a restore that was killed never passes for whole. */
#include "app/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app.queries.h"
#include "app/app.h"
#include "db/db.h"
#include "db/migrate.h"

#define REPLACED "replaced-"

struct restore {
    const struct config *config;
    const char *source;
    bool trial, replace;
    int folder;   /* the backup */
    int data;     /* the data folder */
    int major;    /* of the PostgreSQL that was dumped */
    uint64_t files, bytes, done;
    char dump_sha256[SHA256_HEX];
    char error[1024];
};

static bool
fail(struct restore *r, const char *what, const char *name)
{
    snprintf(r->error, sizeof r->error, "%s %s: %s", what, name, strerror(errno));
    return false;
}

static bool
refuse(struct restore *r, const char *why)
{
    snprintf(r->error, sizeof r->error, "%s", why);
    return false;
}

/* Is it a whole backup? */
static bool
open_backup(struct restore *r)
{
    char sha256[SHA256_HEX] = "", about_path[PATH_MAX];
    const char *expected = NULL;
    json_int_t files = 0, bytes = 0;
    json_t *about;
    uint64_t size;
    int format = 0;
    bool good;

    r->folder = open(r->source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->folder < 0)
        return fail(r, "cannot open", r->source);
    snprintf(about_path, sizeof about_path, "%s/" BACKUP_ABOUT, r->source);
    about = json_load_file(about_path, 0, NULL);
    good = about && json_unpack(about, "{s:i s:i s:I s:I s:s}", "format", &format, "postgresql", &r->major, "files", &files, "bytes", &bytes,
                                "sha256sums", &expected) == 0;
    r->files = (uint64_t)files;
    r->bytes = (uint64_t)bytes;
    if (!good)
        refuse(r, "it is no backup, or not a whole one: there is no " BACKUP_ABOUT " in it");
    else if (format != BACKUP_FORMAT)
        good = refuse(r, "it was made by another version of Veza, in a form that this one does not know");
    else if (!backup_sum(r->folder, BACKUP_SUMS, sha256, &size) || !text_equal(sha256, expected))
        good = refuse(r, "its " BACKUP_SUMS " is not the one that it was made with");
    json_decref(about);
    return good;
}

/* A path of SHA256SUMS: relative, and of known parts. */
static bool
is_path(const char *path)
{
    if (!text_starts_with(path, "files/") && !text_starts_with(path, "keys/") && !text_equal(path, "secret"))
        return false;
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (*part == '.' || *part == '/' || !*part)
            return false;
    }
    return true;
}

/* One file of the backup to its place, and is it what was backed up? */
static bool
copy_file(struct restore *r, const char *path, const char *expected)
{
    char folder[PATH_MAX], sha256[SHA256_HEX] = "";
    int from = openat(r->folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    uint64_t size = 0;
    bool good;

    if (from < 0)
        return fail(r, "cannot read", path);
    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdirat(r->data, folder, 0700) < 0 && errno != EEXIST) {
            close(from);
            return fail(r, "cannot make", folder);
        }
        *slash = '/';
    }
    good = backup_copy(from, r->data, path, sha256, &size) || fail(r, "cannot write", path);
    close(from);
    r->done += size;
    backup_show("Files", r->done, r->bytes);
    if (good && !text_equal(sha256, expected)) {
        snprintf(r->error, sizeof r->error, "%s is damaged in the backup", path);
        return false;
    }
    return good;
}

static bool
copy_files(struct restore *r)
{
    int fd = openat(r->folder, BACKUP_SUMS, O_RDONLY | O_CLOEXEC);
    FILE *sums = fd >= 0 ? fdopen(fd, "r") : NULL;
    char line[SHA256_HEX + PATH_MAX];
    uint64_t files = 0;
    bool good = true;

    if (!sums)
        return fail(r, "cannot read", BACKUP_SUMS);
    while (good && fgets(line, sizeof line, sums)) {
        char *path = line + SHA256_HEX + 1;

        line[strcspn(line, "\n")] = 0;
        if (strlen(line) < SHA256_HEX + 2)
            good = refuse(r, BACKUP_SUMS " has a line that is not of veza backup");
        else {
            line[SHA256_HEX - 1] = 0;
            files++;
            if (text_equal(path, BACKUP_DUMP))
                snprintf(r->dump_sha256, sizeof r->dump_sha256, "%s", line);
            else
                good = is_path(path) ? copy_file(r, path, line) : refuse(r, BACKUP_SUMS " has a line that is not of veza backup");
        }
    }
    fclose(sums);
    if (good && files != r->files)
        return refuse(r, "a file is missing in " BACKUP_SUMS);
    return good;
}

/* Where there is something: what an interrupted restore left is deleted; the rest is moved to a folder of its own, or refused. */
static bool
empty_data_folder(struct restore *r)
{
    bool again = faccessat(r->data, RESTORING, F_OK, 0) == 0;
    int own = openat(r->data, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = own >= 0 ? fdopendir(own) : NULL;
    char aside[64], moved[PATH_MAX], target[PATH_MAX];
    time_t now = time(NULL);
    struct dirent *entry;
    ssize_t len;
    struct tm tm;
    bool good = true;

    if (!dir)
        return fail(r, "cannot read", r->config->data_dir);
    strftime(aside, sizeof aside, REPLACED "%Y%m%d-%H%M%S", gmtime_r(&now, &tm));
    while (good && (entry = readdir(dir))) {
        const char *name = entry->d_name;

        if (text_equal(name, ".") || text_equal(name, "..") || text_equal(name, RESTORING) || text_equal(name, "lock") ||
            text_equal(name, "lost+found") || text_starts_with(name, REPLACED))
            continue;
        if (again) {
            /* The database may be elsewhere, behind a link that the restore made. */
            len = text_equal(name, "pg") ? readlinkat(r->data, name, target, sizeof target - 1) : -1;
            if (len > 0) {
                target[len] = 0;
                good = backup_delete(AT_FDCWD, target);
            }
            good = (good && backup_delete(r->data, name)) || fail(r, "cannot delete", name);
        } else if (!r->replace) {
            snprintf(r->error, sizeof r->error, "the data folder %s is not empty. Name another one (VEZA_DATA_DIR), or say --replace: what is "
                                                "there is then moved to a folder in it", r->config->data_dir);
            good = false;
        } else {
            snprintf(moved, sizeof moved, "%s/%s", aside, name);
            good = ((mkdirat(r->data, aside, 0700) == 0 || errno == EEXIST) && renameat(r->data, name, r->data, moved) == 0) ||
                   fail(r, "cannot move", name);
        }
    }
    closedir(dir);
    return good;
}

/* The data folder, ours alone. */
static bool
take_data_folder(struct restore *r, int *ret_lock)
{
    const char *folder = r->config->data_dir;
    const struct passwd *owner;
    struct stat st;

    if (mkdir(folder, 0755) < 0 && errno != EEXIST)
        return fail(r, "cannot make the data folder", folder);
    r->data = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->data < 0 || fstat(r->data, &st) < 0)
        return fail(r, "cannot open the data folder", folder);
    if (geteuid() == 0 && st.st_uid != 0) {
        owner = getpwuid(st.st_uid);
        snprintf(r->error, sizeof r->error, "the data folder %s is of the user %s: run this as that user (runuser -u %s -- veza restore …)", folder,
                 owner ? owner->pw_name : "?", owner ? owner->pw_name : "?");
        return false;
    }
    *ret_lock = openat(r->data, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*ret_lock < 0)
        return fail(r, "cannot write to the data folder", folder);
    if (flock(*ret_lock, LOCK_EX | LOCK_NB) < 0)
        return refuse(r, "Veza runs on the data folder; stop it first");
    return true;
}

static bool
ask_yes(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    bool yes = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1 && *PQgetvalue(result, 0, 0) == 't';

    PQclear(result);
    return yes;
}

/* A database of the operator's own: nobody works with it, and it is empty or becomes so. */
static bool
empty_database(struct restore *r, PGconn *connection, bool again)
{
    static const char *const others = "select count(*) > 0 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
                                      "and backend_type = 'client backend'";
    static const char *const tables = "select exists (select from pg_tables where schemaname = 'public')";
    PGresult *result;
    bool good;

    if (ask_yes(connection, others))
        return refuse(r, "somebody is connected to the database of DATABASE_URL; stop Veza on all machines first");
    if (!ask_yes(connection, tables))
        return true;
    if (!r->replace && !again)
        return refuse(r, "the database of DATABASE_URL is not empty; say --replace to have everything in it deleted, or name another one");
    result = PQexec(connection, "drop schema public cascade; create schema public; grant usage on schema public to public");
    good = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!good)
        snprintf(r->error, sizeof r->error, "the database cannot be emptied: %s", PQerrorMessage(connection));
    PQclear(result);
    return good;
}

/* Holds mails and push messages back, or lets them go; returns how many wait, or -1. */
static int64_t
hold_outgoing(const char *conninfo, bool held)
{
    const struct db_arg args[] = {{"held", held ? "true" : "false"}, {0}};
    int64_t waiting = -1;
    PGresult *result;

    db_setup(conninfo, 60000);
    if (db_run(&q_outgoing_hold, args, &result, NULL) == DB_OK) {
        if (PQntuples(result) == 1)
            text_to_int64(PQgetvalue(result, 0, 0), 0, INT64_MAX, &waiting);
        PQclear(result);
    }
    db_disconnect();
    return waiting;
}

static int
fill_database(const struct config *config, const char *conninfo, void *context)
{
    static const char *const arguments[] = {"--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password", "--dbname=", NULL};
    struct restore *r = context;
    PGconn *connection = PQconnectdb(conninfo);
    int input = openat(r->folder, BACKUP_DUMP, O_RDONLY | O_CLOEXEC), major = PQserverVersion(connection) / 10000;
    bool good = PQstatus(connection) == CONNECTION_OK;

    if (!good)
        snprintf(r->error, sizeof r->error, "the database cannot be reached: %s", PQerrorMessage(connection));
    good = good && (!*config->database_url || empty_database(r, connection, true));
    PQfinish(connection);
    good = good && backup_run_program("pg_restore", major > r->major ? major : r->major, conninfo, arguments, input, -1, NULL, NULL, r->error,
                                      sizeof r->error);
    if (input >= 0)
        close(input);
    /* This also gives the role of requests its rights, which are not in the dump. */
    good = good && migrate_up(&embedded_migrations, conninfo, config_is_production(config), r->error, sizeof r->error) >= 0;
    if (good && r->trial && hold_outgoing(conninfo, true) < 0)
        good = refuse(r, "mails and push messages cannot be held back");
    return good ? 0 : 1;
}

/* Before anything is changed. */
static bool
check_database(struct restore *r)
{
    bool again = faccessat(r->data, RESTORING, F_OK, 0) == 0, good;
    PGconn *connection;

    if (!*r->config->database_url)
        return true;
    connection = PQconnectdb(r->config->database_url);
    good = PQstatus(connection) == CONNECTION_OK;
    if (!good)
        snprintf(r->error, sizeof r->error, "the database cannot be reached: %s", PQerrorMessage(connection));
    else if (!again && !r->replace && ask_yes(connection, "select exists (select from pg_tables where schemaname = 'public')"))
        good = refuse(r, "the database of DATABASE_URL is not empty; say --replace to have everything in it deleted, or name another one");
    PQfinish(connection);
    return good;
}

static bool
restore_all(struct restore *r)
{
    char sha256[SHA256_HEX];
    uint64_t size;
    int lock = -1, marker;
    bool good = open_backup(r) && take_data_folder(r, &lock) && check_database(r) && empty_data_folder(r);

    if (good) {
        marker = openat(r->data, RESTORING, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        good = marker >= 0 && fsync(marker) == 0 && fsync(r->data) == 0 && close(marker) == 0;
        good = (good || fail(r, "cannot write", RESTORING)) && copy_files(r);
    }
    if (lock >= 0)
        close(lock); /* the database takes it */
    if (good && (!backup_sum(r->folder, BACKUP_DUMP, sha256, &size) || !text_equal(sha256, r->dump_sha256)))
        good = refuse(r, BACKUP_DUMP " is damaged in the backup");
    if (good)
        backup_show("Database", r->bytes, r->bytes);
    good = good && with_database_of_restore(r->config, fill_database, r) == 0;
    return good && ((syncfs(r->data) == 0 && unlinkat(r->data, RESTORING, 0) == 0 && fsync(r->data) == 0) || fail(r, "cannot end", r->source));
}

static int
release_outgoing(const struct config *config, const char *conninfo, void *context)
{
    int64_t waiting = hold_outgoing(conninfo, false);

    (void)config, (void)context;
    if (waiting < 0)
        return 1;
    printf("Mails and push messages are sent again; %lld were waiting.\n", (long long)waiting);
    return 0;
}

int
restore_main(const struct config *config, int argc, char **argv)
{
    struct restore r = {.config = config, .folder = -1, .data = -1};
    bool release = false;
    bool good;

    for (int i = 2; i < argc; i++) {
        if (text_equal(argv[i], "--trial"))
            r.trial = true;
        else if (text_equal(argv[i], "--replace"))
            r.replace = true;
        else if (text_equal(argv[i], "--release"))
            release = true;
        else if (*argv[i] != '-' && !r.source)
            r.source = argv[i];
        else
            r.source = NULL, i = argc;
    }
    if (release && !r.source && !r.trial && !r.replace)
        return with_existing_database(config, release_outgoing, NULL);
    if (!r.source || release) {
        fputs("veza restore DIR [--trial] [--replace]\nveza restore --release\n", stderr);
        return 2;
    }
    good = restore_all(&r);
    if (isatty(STDOUT_FILENO))
        fputs("\r\033[K", stdout);
    if (!good) {
        fprintf(stderr, "veza: %s was not restored%s%s\n", r.source, *r.error ? ": " : "", r.error);
        return 1;
    }
    printf("%s is restored: %llu files, %.1f MB together.\n", r.source, (unsigned long long)r.files - 1, (double)r.bytes / 1048576);
    if (r.trial)
        puts("Mails and push messages wait until you run: veza restore --release");
    return 0;
}
