/* disk.c - a folder. Files are written without a name and linked when they are whole, so a crash leaves nothing behind.
 *
 * The way to a file is walked a part at a time without following symbolic links; with keys that hold no `..` nothing outside the
 * folder can be reached. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/encode.h"
#include "platform/storage/driver.h"

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define DISK_READS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
#define DEPTH_MAX 16
#define HOLD_NAME ".backup" /* no key begins with a dot */
#define HOLD_TRIES 2000
#define HOLD_PAUSE_US 5000

int storage_left_after_s = 60; /* nobody needs as long from one system call to the next */

struct disk {
    struct storage pub; /* first, so that a storage is a disk */
    int root;
};

struct disk_writer {
    struct storage_writer pub;
    struct scratch *scratch;
    char key[STORAGE_KEY_MAX + 1];
};

/* Opens the folder `name` in `parent`, making it when `create`; a new one is on the disk when this returns. */
static int
open_child(int parent, const char *name, bool create)
{
    int child = openat(parent, name, FOLDER_FLAGS);

    if (child >= 0 || errno != ENOENT || !create)
        return child;
    if (mkdirat(parent, name, 0700) < 0) {
        if (errno != EEXIST)
            return -1;
    } else if (fsync(parent) < 0) {
        return -1;
    }
    return openat(parent, name, FOLDER_FLAGS);
}

/* Opens the folder that holds `key`; *ret_name is the key's last part. -1 with errno. */
static int
open_folder_of(struct disk *disk, const char *key, bool create, const char **ret_name)
{
    int folder = fcntl(disk->root, F_DUPFD_CLOEXEC, 3);
    char part[STORAGE_KEY_MAX + 1];
    const char *slash;

    for (; folder >= 0 && (slash = strchr(key, '/')); key = slash + 1) {
        int child;

        memcpy(part, key, (size_t)(slash - key));
        part[slash - key] = 0;
        child = open_child(folder, part, create);
        if (child < 0) {
            int before = errno;

            close(folder);
            errno = before;
            return -1;
        }
        close(folder);
        folder = child;
    }
    *ret_name = key;
    return folder;
}

/* Gives the unnamed file a name, in one step also when the name is taken: then it first gets another in the folder for unnamed files. */
static int
link_as(struct disk *disk, int fd, int folder, const char *name)
{
    char self[32], aside[48];
    unsigned char random[8];
    char hex[sizeof random * 2 + 1];

    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (linkat(AT_FDCWD, self, folder, name, AT_SYMLINK_FOLLOW) == 0)
        return 0;
    if (errno != EEXIST)
        return -1;
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, hex);
    snprintf(aside, sizeof aside, STORAGE_TMP "/%s", hex);
    if (linkat(AT_FDCWD, self, disk->root, aside, AT_SYMLINK_FOLLOW) < 0)
        return -1;
    if (renameat(disk->root, aside, folder, name) == 0)
        return 0;
    unlinkat(disk->root, aside, 0);
    return -1;
}

static int
publish(struct disk *disk, const char *key, int fd, bool durable)
{
    const char *name;
    int folder = -1, error = 0;

    if (durable && fsync(fd) < 0)
        return storage_error_of_errno();
    folder = open_folder_of(disk, key, true, &name);
    if (folder < 0)
        return storage_error_of_errno() == STORAGE_FULL ? STORAGE_FULL : STORAGE_FAILED;
    if (link_as(disk, fd, folder, name) < 0 || (durable && fsync(folder) < 0))
        error = storage_error_of_errno() == STORAGE_FULL ? STORAGE_FULL : STORAGE_FAILED;
    close(folder);
    return error;
}

static int
disk_keep(struct storage *storage, const char *key, struct scratch *scratch)
{
    return publish((struct disk *)storage, key, scratch->fd, true);
}

static int
disk_begin(struct storage *storage, const char *key, struct storage_writer **ret_writer)
{
    struct disk_writer *writer = malloc(sizeof *writer);
    int error = writer ? storage_scratch(storage, &writer->scratch) : STORAGE_FAILED;

    if (error) {
        free(writer);
        return error;
    }
    writer->pub.storage = storage;
    snprintf(writer->key, sizeof writer->key, "%s", key);
    *ret_writer = &writer->pub;
    return 0;
}

static int
disk_write(struct storage_writer *pub, const void *bytes, size_t len)
{
    return scratch_write(((struct disk_writer *)pub)->scratch, bytes, len);
}

static void
disk_abort(struct storage_writer *pub)
{
    struct disk_writer *writer = (struct disk_writer *)pub;

    scratch_free(writer->scratch);
    free(writer);
}

static int
disk_commit(struct storage_writer *pub)
{
    struct disk_writer *writer = (struct disk_writer *)pub;
    int error = publish((struct disk *)pub->storage, writer->key, writer->scratch->fd, false);

    disk_abort(pub);
    return error;
}

static int
disk_sync(struct storage *storage)
{
    if (syncfs(((struct disk *)storage)->root) == 0)
        return 0;
    return storage_error_of_errno() == STORAGE_FULL ? STORAGE_FULL : STORAGE_FAILED;
}

/* Takes over the descriptor, which openat() may have refused. */
static int
disk_source(int fd, struct source **ret_source)
{
    struct stat st = {0};
    int error = 0;

    if (fd < 0 || fstat(fd, &st) < 0)
        error = storage_error_of_errno();
    else if (!S_ISREG(st.st_mode))
        error = STORAGE_NOT_FOUND;
    if (error) {
        if (fd >= 0)
            close(fd);
        return error;
    }
    *ret_source = source_of_file(fd, (uint64_t)st.st_size);
    return *ret_source ? 0 : STORAGE_FAILED;
}

static int
disk_open(struct storage *storage, const char *key, struct source **ret_source)
{
    const char *name;
    int folder = open_folder_of((struct disk *)storage, key, false, &name), error;

    if (folder < 0)
        return storage_error_of_errno();
    error = disk_source(openat(folder, name, DISK_READS), ret_source);
    close(folder);
    return error;
}

/* Where the kernel has the whole path and the file's inode in memory; since Linux 5.12. The C library has no function for it. */
static int
disk_open_quick(struct storage *storage, const char *key, struct source **ret_source)
{
    struct open_how how = {.flags = DISK_READS, .resolve = RESOLVE_CACHED | RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    int fd = (int)syscall(SYS_openat2, ((struct disk *)storage)->root, key, &how, sizeof how);

    return fd < 0 ? STORAGE_WAITS : disk_source(fd, ret_source); /* another refusal comes again from disk_open() */
}

/* A lock that deletions share and a backup has to itself. */
static int
open_hold(int root)
{
    int fd = openat(root, HOLD_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat folder;

    /* The file is of whoever owns the store, not of the root who makes a backup. */
    if (fd >= 0 && geteuid() == 0 && (fstat(root, &folder) < 0 || fchown(fd, folder.st_uid, folder.st_gid) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Before a deletion: the lock, to be closed after it. *ret_aside: a backup runs, so the files must be set aside. */
static int
begin_deletion(struct disk *disk, bool *ret_aside)
{
    int hold = open_hold(disk->root);

    *ret_aside = hold >= 0 && flock(hold, LOCK_SH | LOCK_NB) < 0;
    return hold;
}

/* Moves `name` from one folder to another, into what is there already. */
static int
move_into(int from, int to, const char *name, int depth)
{
    int source, target, error = 0;
    struct dirent *entry;
    DIR *dir;

    if (renameat(from, name, to, name) == 0 || errno == ENOENT)
        return 0;
    if ((errno != ENOTEMPTY && errno != EEXIST) || depth >= DEPTH_MAX)
        return STORAGE_FAILED;
    source = openat(from, name, FOLDER_FLAGS);
    target = openat(to, name, FOLDER_FLAGS);
    dir = source >= 0 && target >= 0 ? fdopendir(source) : NULL;
    if (!dir && source >= 0)
        close(source);
    while (dir && (entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && move_into(source, target, entry->d_name, depth + 1))
            error = STORAGE_FAILED;
    if (!dir || (unlinkat(from, name, AT_REMOVEDIR) < 0 && errno != ENOENT && errno != ENOTEMPTY))
        error = STORAGE_FAILED;
    if (dir)
        closedir(dir);
    if (target >= 0)
        close(target);
    return error;
}

static int
set_aside(struct disk *disk, int folder, const char *key)
{
    struct disk aside = {.root = open_child(disk->root, STORAGE_ASIDE, true)};
    int target = aside.root < 0 ? -1 : open_folder_of(&aside, key, true, &key), error;

    error = target < 0 ? STORAGE_FAILED : move_into(folder, target, key, 0);
    if (target >= 0)
        close(target);
    if (aside.root >= 0)
        close(aside.root);
    return error;
}

static int
disk_delete(struct storage *storage, const char *key)
{
    struct disk *disk = (struct disk *)storage;
    const char *name;
    int folder = open_folder_of(disk, key, false, &name), error = 0, hold;
    bool aside;

    if (folder < 0)
        return storage_error_of_errno() == STORAGE_NOT_FOUND ? 0 : STORAGE_FAILED;
    hold = begin_deletion(disk, &aside);
    if (hold < 0)
        error = STORAGE_FAILED;
    else if (aside)
        error = set_aside(disk, folder, key);
    else if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
        error = STORAGE_FAILED;
    if (hold >= 0)
        close(hold);
    close(folder);
    return error;
}

/* Deletes all that is in `folder` and closes it. */
static int
empty_folder(int folder, int depth)
{
    DIR *dir = depth < DEPTH_MAX ? fdopendir(folder) : NULL;
    struct dirent *entry;
    int error = 0;

    if (!dir) {
        close(folder);
        return STORAGE_FAILED;
    }
    while ((entry = readdir(dir))) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || unlinkat(folder, name, 0) == 0 || errno == ENOENT)
            continue;
        if (errno == EISDIR || errno == EPERM) {
            int child = openat(folder, name, FOLDER_FLAGS);

            if (child >= 0 && empty_folder(child, depth + 1) == 0 && unlinkat(folder, name, AT_REMOVEDIR) == 0)
                continue;
        }
        error = STORAGE_FAILED;
    }
    closedir(dir);
    return error;
}

static int
disk_delete_prefix(struct storage *storage, const char *prefix)
{
    struct disk *disk = (struct disk *)storage;
    const char *name;
    int parent = open_folder_of(disk, prefix, false, &name), folder, error = 0, hold;
    bool aside;

    if (parent < 0)
        return storage_error_of_errno() == STORAGE_NOT_FOUND ? 0 : STORAGE_FAILED;
    hold = begin_deletion(disk, &aside);
    folder = openat(parent, name, FOLDER_FLAGS);
    if (hold < 0) {
        error = STORAGE_FAILED;
        if (folder >= 0)
            close(folder);
    } else if (folder >= 0 && aside) {
        close(folder);
        error = set_aside(disk, parent, prefix);
    } else if (folder >= 0) {
        error = empty_folder(folder, 0);
        /* A writer that is not done yet may put something new into it; it is then deleted the next time. */
        if (!error && unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT && errno != ENOTEMPTY)
            error = STORAGE_FAILED;
    } else if (storage_error_of_errno() != STORAGE_NOT_FOUND) {
        error = STORAGE_FAILED;
    }
    if (hold >= 0)
        close(hold);
    close(parent);
    return error;
}

/* Names that a file had between two system calls, and kept because the process was killed there. */
static void
tidy_scratch(struct disk *disk)
{
    int folder = openat(disk->root, STORAGE_TMP, FOLDER_FLAGS);
    DIR *dir = folder < 0 ? NULL : fdopendir(folder);
    struct dirent *entry;
    struct stat st;

    while (dir && (entry = readdir(dir)))
        if (fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && st.st_ctime < time(NULL) - storage_left_after_s)
            unlinkat(folder, entry->d_name, 0);
    if (dir)
        closedir(dir);
    else if (folder >= 0)
        close(folder);
}

static int
disk_tidy(struct storage *storage)
{
    struct disk *disk = (struct disk *)storage;
    bool needed;
    int hold = begin_deletion(disk, &needed), folder, error = 0;

    if (hold < 0)
        return STORAGE_FAILED;
    tidy_scratch(disk);
    folder = needed ? -1 : openat(disk->root, STORAGE_ASIDE, FOLDER_FLAGS);
    if (folder >= 0)
        error = empty_folder(folder, 0);
    close(hold);
    return error;
}

static void
disk_close(struct storage *storage)
{
    struct disk *disk = (struct disk *)storage;

    if (disk->root >= 0)
        close(disk->root);
    storage_forget_local(&disk->pub);
    free(disk);
}

/* What is not there any more was deleted meanwhile. Anything else that cannot be looked at must not pass for an empty folder. */
static int
each_gone(void)
{
    return errno == ENOENT ? 0 : STORAGE_FAILED;
}

/* Tells the files in `folder`, which is closed; `key` is its own, with `len` bytes. 1: it was ended. Else an enum storage_error. */
static int
each_in_folder(int folder, char key[STORAGE_KEY_MAX + 1], size_t len, int depth, storage_tell *tell, void *context)
{
    DIR *dir = depth < DEPTH_MAX ? fdopendir(folder) : NULL;
    struct dirent *entry;
    struct stat st;
    int end = 0;

    if (!dir) {
        close(folder);
        return STORAGE_FAILED;
    }
    while (!end && (errno = 0, entry = readdir(dir))) {
        size_t more = strlen(entry->d_name) + (len ? 1 : 0);

        if (*entry->d_name == '.' || len + more > STORAGE_KEY_MAX)
            continue;
        snprintf(key + len, STORAGE_KEY_MAX + 1 - len, "%s%s", len ? "/" : "", entry->d_name);
        if (!storage_key_valid(key)) {
            continue;
        } else if (fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
            end = each_gone();
        } else if (S_ISREG(st.st_mode)) {
            end = !tell(context, &(struct storage_entry){key, (uint64_t)st.st_size, st.st_mtim.tv_sec});
        } else if (S_ISDIR(st.st_mode)) {
            int child = openat(folder, entry->d_name, FOLDER_FLAGS);

            end = child >= 0 ? each_in_folder(child, key, len + more, depth + 1, tell, context) : each_gone();
        }
    }
    if (!end && errno)
        end = STORAGE_FAILED;
    closedir(dir);
    return end;
}

static int
disk_each(struct storage *storage, storage_tell *tell, void *context)
{
    int folder = openat(((struct disk *)storage)->root, ".", FOLDER_FLAGS), end;
    char key[STORAGE_KEY_MAX + 1] = "";

    if (folder < 0)
        return STORAGE_FAILED;
    end = each_in_folder(folder, key, 0, 0, tell, context);
    return end < 0 ? end : 0;
}

static const struct storage_driver disk_driver = {
    .close = disk_close, .keep = disk_keep, .begin = disk_begin, .write = disk_write, .commit = disk_commit, .abort = disk_abort,
    .sync = disk_sync, .tidy = disk_tidy, .each = disk_each, .open = disk_open, .open_quick = disk_open_quick,
    .delete = disk_delete, .delete_prefix = disk_delete_prefix};

struct storage *
storage_open_disk(const char *folder, char *error, size_t error_size)
{
    struct disk *disk = calloc(1, sizeof *disk);
    struct scratch *scratch = NULL;

    if (!disk) {
        snprintf(error, error_size, "not enough memory");
        return NULL;
    }
    disk->pub.driver = &disk_driver;
    disk->root = -1;
    if (storage_make_local(&disk->pub, folder))
        disk->root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (disk->root < 0 || storage_scratch(&disk->pub, &scratch)) {
        snprintf(error, error_size, "files cannot be kept in %s: %s", folder, strerror(errno));
        disk_close(&disk->pub);
        return NULL;
    }
    scratch_free(scratch);
    disk_tidy(&disk->pub);
    return &disk->pub;
}

bool
storage_hold_deletions(const char *folder, int *ret_hold, char *error, size_t error_size)
{
    int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), hold = root < 0 ? -1 : open_hold(root);
    bool held = false;

    for (int tries = 0; hold >= 0 && !held && tries < HOLD_TRIES; tries++) {
        if (tries)
            usleep(HOLD_PAUSE_US);
        held = flock(hold, LOCK_EX | LOCK_NB) == 0;
    }
    if (held)
        *ret_hold = hold;
    else if (hold < 0)
        snprintf(error, error_size, "cannot lock the files in %s: %s", folder, strerror(errno));
    else
        snprintf(error, error_size, "another backup of %s is under way", folder);
    if (hold >= 0 && !held)
        close(hold);
    if (root >= 0)
        close(root);
    return held;
}
