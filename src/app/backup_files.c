/* backup_files.c - what backup and restore share: copying with checksums, deleting, running PostgreSQL's programs. */
#include "app/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIECE (1 << 20)
#define WATCH_US 200000
#define MAJOR_MAX 40
#define ARGUMENTS_MAX 16
#define DEPTH_MAX 16

/* Reads `from` to its end, into `to` where that is not -1. */
static bool
backup_read(int from, int to, char ret_sha256[SHA256_HEX], uint64_t *ret_size)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    unsigned char digest[SHA256_BYTES];
    char *piece = malloc(PIECE);
    uint64_t size = 0;
    ssize_t n = -1;
    bool good = hash && piece && EVP_DigestInit_ex(hash, EVP_sha256(), NULL);

    while (good && (n = read(from, piece, PIECE)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        good = n > 0 && EVP_DigestUpdate(hash, piece, (size_t)n);
        for (ssize_t at = 0, m; good && to >= 0 && at < n; at += m > 0 ? m : 0) {
            m = write(to, piece + at, (size_t)(n - at));
            good = m >= 0 || errno == EINTR;
        }
        size += n > 0 ? (uint64_t)n : 0;
    }
    good = good && EVP_DigestFinal_ex(hash, digest, NULL);
    if (good) {
        hex_encode(digest, sizeof digest, ret_sha256);
        *ret_size = size;
    }
    posix_fadvise(from, 0, 0, POSIX_FADV_DONTNEED); /* a backup does not push the files that people listen to out of memory */
    free(piece);
    EVP_MD_CTX_free(hash);
    return good;
}

bool
backup_copy(int from, int to_folder, const char *name, char ret_sha256[SHA256_HEX], uint64_t *ret_size)
{
    int to = openat(to_folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool good = to >= 0 && backup_read(from, to, ret_sha256, ret_size);
    int reason = errno;

    if (to >= 0 && close(to) < 0 && good) {
        reason = errno;
        good = false;
    }
    errno = reason;
    return good;
}

bool
backup_sum(int folder, const char *name, char ret_sha256[SHA256_HEX], uint64_t *ret_size)
{
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    bool good = fd >= 0 && backup_read(fd, -1, ret_sha256, ret_size);

    if (fd >= 0)
        close(fd);
    return good;
}

static bool
backup_delete_below(int parent, const char *name, int depth)
{
    int folder;
    DIR *dir;
    struct dirent *entry;
    bool good = true;

    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return true;
    if (errno != EISDIR && errno != EPERM)
        return false;
    folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    dir = folder >= 0 && depth < DEPTH_MAX ? fdopendir(folder) : NULL;
    if (!dir) {
        if (folder >= 0)
            close(folder);
        return false;
    }
    while ((entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            good &= backup_delete_below(folder, entry->d_name, depth + 1);
    closedir(dir);
    return good && unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

bool
backup_delete(int parent, const char *name)
{
    return backup_delete_below(parent, name, 0);
}

/* Programs read servers of their own version and older ones. */
static bool
find_program(const char *program, int major, char *ret_path, size_t size)
{
    for (int version = major; version <= MAJOR_MAX; version++) {
        snprintf(ret_path, size, "/usr/lib/postgresql/%d/bin/%s", version, program);
        if (access(ret_path, X_OK) == 0)
            return true;
        snprintf(ret_path, size, "/usr/pgsql-%d/bin/%s", version, program);
        if (access(ret_path, X_OK) == 0)
            return true;
    }
    return false;
}

/* In the child: the connection as environment variables, which other users cannot see. */
static bool
set_environment(const char *conninfo)
{
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);

    if (!options)
        return false;
    for (const PQconninfoOption *option = options; option->keyword; option++)
        if (option->envvar && option->val && setenv(option->envvar, option->val, 1))
            return false;
    return true;
}

static void
become_program(const char *path, const char *conninfo, const char *const *arguments, int input, int output)
{
    const char *words[ARGUMENTS_MAX] = {path};
    sigset_t none;

    for (int i = 0; arguments[i] && i < ARGUMENTS_MAX - 2; i++)
        words[i + 1] = arguments[i];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if ((input < 0 || dup2(input, STDIN_FILENO) >= 0) && (output < 0 || dup2(output, STDOUT_FILENO) >= 0) && set_environment(conninfo))
        execv(path, (char *const *)(uintptr_t)words);
    _exit(127);
}

bool
backup_run_program(const char *program, int major, const char *conninfo, const char *const *arguments, int input, int output,
                   void (*watch)(void *context), void *context, char *error, size_t error_size)
{
    char path[128];
    int status = 0;
    pid_t pid, ended;

    if (!find_program(program, major, path, sizeof path)) {
        snprintf(error, error_size, "%s %d is not installed (package postgresql-client-%d)", program, major, major);
        return false;
    }
    pid = fork();
    if (pid == 0)
        become_program(path, conninfo, arguments, input, output);
    while (pid > 0 && (ended = waitpid(pid, &status, WNOHANG)) != pid) {
        if (ended < 0 && errno != EINTR)
            break;
        if (watch)
            watch(context);
        usleep(WATCH_US);
    }
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    snprintf(error, error_size, "%s did not work; what it said is above", path);
    return false;
}

void
backup_show(const char *what, uint64_t done, uint64_t total)
{
    static const double mb = 1024 * 1024;

    if (!isatty(STDOUT_FILENO))
        return;
    if (total)
        printf("\r\033[K  %s: %.0f of %.0f MB (%.0f %%)", what, (double)done / mb, (double)total / mb, (double)done * 100 / (double)total);
    else
        printf("\r\033[K  %s: %.0f MB", what, (double)done / mb);
    fflush(stdout);
}
