#include "platform/storage/staged.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "platform/storage/driver.h"

#define PATH_BYTES 4096
#define COPY_PIECE (256 * 1024)

static bool
staged_path(struct storage *storage, const char *id, char path[PATH_BYTES])
{
    size_t len = strnlen(id, STAGED_NAME_MAX + 1);

    if (len == 0 || len > STAGED_NAME_MAX || strspn(id, "0123456789abcdef-") != len)
        return false;
    return (size_t)snprintf(path, PATH_BYTES, "%s/%s", storage->staged_dir, id) < PATH_BYTES;
}

/* A name that was made is lost with the power unless its folder is on the disk too. */
static bool
staged_sync_folder(struct storage *storage)
{
    int folder = open(storage->staged_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;

    if (folder >= 0)
        close(folder);
    return good;
}

int
staged_open(struct storage *storage, const char *id, struct scratch **ret_file)
{
    char path[PATH_BYTES];
    struct scratch *file = malloc(sizeof *file);
    bool is_new = false;
    int error;

    if (!file || !staged_path(storage, id, path)) {
        free(file);
        return file ? STORAGE_BAD_KEY : STORAGE_FAILED;
    }
    do { /* of several at once, one makes it */
        file->fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (file->fd < 0 && errno == ENOENT) {
            file->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
            is_new = file->fd >= 0;
        }
    } while (file->fd < 0 && errno == EEXIST);
    error = file->fd < 0 ? storage_error_of_errno() : is_new && !staged_sync_folder(storage) ? STORAGE_FAILED : 0;
    if (error) {
        if (file->fd >= 0)
            close(file->fd);
        free(file);
        return error;
    }
    file->size = 0;
    staged_size(file);
    *ret_file = file;
    return 0;
}

bool
staged_lock(struct scratch *file)
{
    struct stat st;

    return flock(file->fd, LOCK_EX | LOCK_NB) == 0 && fstat(file->fd, &st) == 0 && st.st_nlink > 0;
}

uint64_t
staged_size(struct scratch *file)
{
    struct stat st;

    if (fstat(file->fd, &st) == 0)
        file->size = (uint64_t)st.st_size;
    return file->size;
}

int
staged_write(struct scratch *file, uint64_t offset, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        ssize_t n = pwrite(file->fd, at, len, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return storage_error_of_errno();
        at += n;
        offset += (uint64_t)n;
        len -= (size_t)n;
    }
    return 0;
}

ssize_t
staged_read(struct scratch *file, uint64_t offset, void *bytes, size_t len)
{
    ssize_t n;

    do
        n = pread(file->fd, bytes, len, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n;
}

/* For file systems that copy nothing by themselves. */
static int
staged_copy_by_hand(struct scratch *file, uint64_t offset, const struct scratch *from, uint64_t done)
{
    char *piece = malloc(COPY_PIECE);
    int error = piece ? 0 : STORAGE_FAILED;

    while (!error && done < from->size) {
        ssize_t n = pread(from->fd, piece, COPY_PIECE, (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        error = n <= 0 ? STORAGE_FAILED : staged_write(file, offset + done, piece, (size_t)n);
        done += n > 0 ? (uint64_t)n : 0;
    }
    free(piece);
    return error;
}

int
staged_copy(struct scratch *file, uint64_t offset, const struct scratch *from)
{
    loff_t in = 0, out = (loff_t)offset;

    while ((uint64_t)in < from->size) {
        ssize_t n = copy_file_range(from->fd, &in, file->fd, &out, from->size - (uint64_t)in, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == ENOSPC || errno == EDQUOT))
            return STORAGE_FULL;
        if (n <= 0)
            return staged_copy_by_hand(file, offset, from, (uint64_t)in);
    }
    return 0;
}

void
staged_begin_sync(struct scratch *file, uint64_t offset, uint64_t len)
{
    (void)sync_file_range(file->fd, (off_t)offset, (off_t)len, SYNC_FILE_RANGE_WRITE);
}

int
staged_sync(struct scratch *file)
{
    return fdatasync(file->fd) == 0 ? 0 : storage_error_of_errno() == STORAGE_FULL ? STORAGE_FULL : STORAGE_FAILED;
}

bool
staged_look(struct storage *storage, const char *id, struct staged_state *ret_state)
{
    char path[PATH_BYTES];
    struct stat st;

    if (!staged_path(storage, id, path) || lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    *ret_state = (struct staged_state){(uint64_t)st.st_size, st.st_mtim.tv_sec};
    return true;
}

int
staged_delete(struct storage *storage, const char *id)
{
    char path[PATH_BYTES];

    if (!staged_path(storage, id, path))
        return STORAGE_BAD_KEY;
    return unlink(path) == 0 || errno == ENOENT ? 0 : STORAGE_FAILED;
}

bool
staged_each(struct storage *storage, void (*tell)(void *context, const char *id), void *context)
{
    DIR *dir = opendir(storage->staged_dir);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            tell(context, entry->d_name);
    if (dir)
        closedir(dir);
    return dir;
}

int64_t
storage_free_bytes(struct storage *storage)
{
    struct statvfs disk;

    return statvfs(storage->staged_dir, &disk) == 0 ? (int64_t)disk.f_bavail * (int64_t)disk.f_frsize : -1;
}

void
storage_keep_free(struct storage *storage, int64_t bytes)
{
    storage->keep_free_bytes = bytes;
}

bool
storage_is_low(struct storage *storage)
{
    int64_t free_bytes = storage_free_bytes(storage);

    return free_bytes >= 0 && free_bytes < storage->keep_free_bytes;
}
