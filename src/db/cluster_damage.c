#include "db/cluster_damage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "db/cluster_place.h"

#define RESTORE "restore a backup (docs/operating.md), or move the folder away to begin with an empty database"

/* pg_control, the same since PostgreSQL 12: the checkpoint to start from, and somewhere behind it a checksum of all before. */
#define CONTROL_BYTES 8192
#define CONTROL_REDO 40
#define CONTROL_TIMELINE 48
#define CONTROL_CHECKSUM_FIRST 200
#define CONTROL_CHECKSUM_LAST 400
#define SEGMENT_NAME 24

static uint32_t
crc32c(const unsigned char *bytes, size_t len)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

static bool
control_is_whole(const unsigned char control[CONTROL_BYTES])
{
    for (size_t at = CONTROL_CHECKSUM_FIRST; at <= CONTROL_CHECKSUM_LAST; at += 4) {
        uint32_t told;

        memcpy(&told, control + at, sizeof told);
        if (told && told == crc32c(control, at))
            return true;
    }
    return false;
}

/* 0, or an errno; EBADMSG when the file is not what it should be. */
static int
read_control(const char *data, unsigned char ret_control[CONTROL_BYTES])
{
    char path[PATH_MAX];
    ssize_t len = 0;
    int fd = cluster_path(path, sizeof path, data, "global/pg_control") ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0)
        return errno;
    len = read(fd, ret_control, CONTROL_BYTES);
    close(fd);
    return len == CONTROL_BYTES && control_is_whole(ret_control) ? 0 : EBADMSG;
}

static bool
is_segment(const char *name)
{
    return strlen(name) == SEGMENT_NAME && strspn(name, "0123456789ABCDEF") == SEGMENT_NAME;
}

/* Bytes of a segment of the write-ahead log, by any of them; 0 when there is none. */
static uint64_t
segment_bytes(const char *wal)
{
    DIR *folder = opendir(wal);
    struct dirent *entry;
    uint64_t bytes = 0;

    while (folder && !bytes && (entry = readdir(folder))) {
        struct stat st;

        if (is_segment(entry->d_name) && fstatat(dirfd(folder), entry->d_name, &st, 0) == 0)
            bytes = (uint64_t)st.st_size;
    }
    if (folder)
        closedir(folder);
    return bytes;
}

/* Is the segment there from which PostgreSQL would start? */
static bool
has_wal(const char *data, const unsigned char control[CONTROL_BYTES])
{
    char wal[PATH_MAX], name[SEGMENT_NAME + 8], path[PATH_MAX];
    uint64_t redo, bytes, number;
    uint32_t timeline;
    struct stat st;

    if (!cluster_path(wal, sizeof wal, data, "pg_wal"))
        return false;
    bytes = segment_bytes(wal);
    if (bytes < 1024 * 1024)
        return false;
    memcpy(&redo, control + CONTROL_REDO, sizeof redo);
    memcpy(&timeline, control + CONTROL_TIMELINE, sizeof timeline);
    number = redo / bytes;
    snprintf(name, sizeof name, "%08X%08X%08X", timeline, (unsigned)(number / (0x100000000ULL / bytes)),
             (unsigned)(number % (0x100000000ULL / bytes)));
    return cluster_path(path, sizeof path, wal, name) && stat(path, &st) == 0 && st.st_size > 0;
}

static bool
damaged(char *error, size_t error_size, const char *data, const char *what)
{
    snprintf(error, error_size, "the database in %s is damaged: %s; " RESTORE, data, what);
    return false;
}

/* What PostgreSQL wants of its folder before it starts, and a `chmod -R` or `chown -R` may have taken. */
static bool
is_private(const char *data, const struct stat *st, char *error, size_t error_size)
{
    if (st->st_mode & 0027)
        snprintf(error, error_size, "the database's folder %s has the mode %04o, and PostgreSQL starts only where others may not enter: chmod 0700 it",
                 data, (unsigned)st->st_mode & 07777);
    else if (st->st_uid == 0)
        snprintf(error, error_size, "the database in %s belongs to root, as whom PostgreSQL does not run: as root, chown -R %s it", data,
                 geteuid() ? "to the user that runs Veza" : "postgres:");
    else
        return true;
    return false;
}

bool
cluster_is_whole(const char *data, char *error, size_t error_size)
{
    static const char *const folders[] = {"base", "global", "pg_xact", "pg_multixact", "pg_wal"};
    static const char *const files[] = {"postgresql.conf", "pg_hba.conf", "pg_ident.conf"};
    unsigned char control[CONTROL_BYTES];
    char path[PATH_MAX], what[128];
    struct stat st;
    int failed;

    if (stat(data, &st) < 0 && errno == ENOENT)
        return true;
    if (cluster_version(data) <= 0)
        return damaged(error, error_size, data, "its file PG_VERSION is missing or holds no number");
    if (!is_private(data, &st, error, error_size))
        return false;
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        snprintf(what, sizeof what, "its folder %s is missing", folders[i]);
        if (!cluster_path(path, sizeof path, data, folders[i]) || stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
            return damaged(error, error_size, data, what);
    }
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(what, sizeof what, "its file %s is missing", files[i]);
        if (!cluster_path(path, sizeof path, data, files[i]) || access(path, F_OK) < 0)
            return damaged(error, error_size, data, what);
    }
    failed = read_control(data, control);
    for (int again = 0; failed == EBADMSG && again < 5; again++) { /* a server that runs may just be writing it */
        usleep(20000);
        failed = read_control(data, control);
    }
    if (failed == EACCES) {
        snprintf(error, error_size, "the files of the database in %s cannot be read: %s", data, strerror(failed));
        return false;
    }
    if (failed)
        return damaged(error, error_size, data, failed == ENOENT ? "its file global/pg_control is missing"
                                                                 : "its file global/pg_control is cut or overwritten");
    if (!has_wal(data, control))
        return damaged(error, error_size, data, "the newest file of its write-ahead log (pg_wal) is missing");
    return true;
}

bool
cluster_check_folder(const char *data_dir, char *ret_folder, size_t folder_size, char *error, size_t error_size)
{
    char link[PATH_MAX], folder[PATH_MAX], data[PATH_MAX], bin[PATH_MAX];
    struct stat st;

    *ret_folder = 0;
    if (!cluster_path(link, sizeof link, data_dir, "pg") || lstat(link, &st) < 0)
        return true;
    if (!realpath(link, folder)) {
        cluster_say_lost(link, error, error_size);
        return false;
    }
    snprintf(ret_folder, folder_size, "%s", folder);
    if (stat(folder, &st) == 0 && geteuid() != 0 && st.st_uid != geteuid()) {
        cluster_say_foreign(link, st.st_uid, error, error_size);
        return false;
    }
    return cluster_path(data, sizeof data, folder, "data") && cluster_is_whole(data, error, error_size) &&
           cluster_find_programs(cluster_version(data), bin, sizeof bin, error, error_size) >= 0;
}
