/* scratch.c - unnamed files: the kernel deletes them with their last descriptor, whatever happens to the process. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/storage/driver.h"

int
storage_error_of_errno(void)
{
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
        return STORAGE_NOT_FOUND;
    return errno == ENOSPC || errno == EDQUOT ? STORAGE_FULL : STORAGE_FAILED;
}

static bool
scratch_make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

bool
storage_make_local(struct storage *storage, const char *folder)
{
    if (asprintf(&storage->scratch_dir, "%s/" STORAGE_TMP, folder) < 0)
        storage->scratch_dir = NULL;
    if (asprintf(&storage->staged_dir, "%s/" STORAGE_STAGED, folder) < 0)
        storage->staged_dir = NULL;
    if (!storage->scratch_dir || !storage->staged_dir) {
        errno = ENOMEM;
        return false;
    }
    return scratch_make_folder(folder) && scratch_make_folder(storage->scratch_dir) && scratch_make_folder(storage->staged_dir);
}

void
storage_forget_local(struct storage *storage)
{
    free(storage->scratch_dir);
    free(storage->staged_dir);
}

int
storage_scratch(struct storage *storage, struct scratch **ret_scratch)
{
    struct scratch *scratch = malloc(sizeof *scratch);

    if (!scratch)
        return STORAGE_FAILED;
    *scratch = (struct scratch){.fd = open(storage->scratch_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    if (scratch->fd < 0) {
        int error = storage_error_of_errno();

        free(scratch); /* cppcheck-suppress memleak; there is no descriptor */
        return error == STORAGE_FULL ? error : STORAGE_FAILED;
    }
    *ret_scratch = scratch;
    return 0;
}

int
scratch_write(struct scratch *scratch, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        ssize_t n = write(scratch->fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return storage_error_of_errno();
        scratch->size += (uint64_t)n;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

struct source *
scratch_source(const struct scratch *scratch)
{
    int fd = fcntl(scratch->fd, F_DUPFD_CLOEXEC, 3);

    return fd < 0 ? NULL : source_of_file(fd, scratch->size);
}

ssize_t
scratch_read(const struct scratch *scratch, void *to, size_t len, uint64_t offset)
{
    return pread(scratch->fd, to, len, (off_t)offset);
}

uint64_t
scratch_size(const struct scratch *scratch)
{
    return scratch->size;
}

void
scratch_free(struct scratch *scratch)
{
    if (!scratch)
        return;
    close(scratch->fd);
    free(scratch);
}
