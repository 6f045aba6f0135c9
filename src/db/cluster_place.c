#include "db/cluster_place.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

#define SERVER_USER "postgres"
#define FALLBACK_FOLDER "/var/lib/veza"
#define SOCKET_NAME_MAX sizeof "/.s.PGSQL.5432"
#define SOCKET_PATH_MAX (sizeof((struct sockaddr_un *)0)->sun_path)

bool
cluster_path(char *ret_path, size_t size, const char *folder, const char *name)
{
    int len = snprintf(ret_path, size, "%s/%s", folder, name);

    return len > 0 && (size_t)len < size;
}

/* Raw system calls: glibc's wrappers signal every other thread, which a child forked from a threaded process does not have. */
bool
cluster_become(const struct cluster_place *place)
{
    return !place->switch_user ||
           (syscall(SYS_setgroups, 0, NULL) == 0 && syscall(SYS_setresgid, place->gid, place->gid, place->gid) == 0 &&
            syscall(SYS_setresuid, place->uid, place->uid, place->uid) == 0);
}

int
cluster_find_programs(int major, char *ret_folder, size_t folder_size, char *error, size_t error_size)
{
    int from = major ? major : 40, to = major ? major : CLUSTER_OLDEST_MAJOR;

    for (int version = from; version >= to; version--) {
        for (int debian = 1; debian >= 0; debian--) {
            char folder[64], program[128];

            snprintf(folder, sizeof folder, debian ? "/usr/lib/postgresql/%d/bin" : "/usr/pgsql-%d/bin", version);
            if (cluster_path(program, sizeof program, folder, "initdb") && access(program, X_OK) == 0 &&
                cluster_path(program, sizeof program, folder, "postgres") && access(program, X_OK) == 0) {
                snprintf(ret_folder, folder_size, "%s", folder);
                return version;
            }
        }
    }
    if (major)
        snprintf(error, error_size, "the database was made by PostgreSQL %d, which is not installed (package postgresql-%d)", major,
                 major);
    else
        snprintf(error, error_size, "PostgreSQL %d or newer is not installed (package postgresql-15), and DATABASE_URL is not set",
                 CLUSTER_OLDEST_MAJOR);
    return -1;
}

/* May the server's user enter `folder`? Asked of the kernel, as that user: parents, lists and mounts count too. */
static bool
can_enter(const struct cluster_place *place, const char *folder)
{
    int status = 1;
    pid_t pid = fork();

    if (pid == 0)
        _exit(cluster_become(place) && chdir(folder) == 0 ? 0 : 1);
    if (pid < 0)
        return false;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Makes `folder` with mode 0700 for the server's user; one that exists must be exactly that. */
static int
make_private(const struct cluster_place *place, const char *folder, char *error, size_t error_size)
{
    struct stat st;

    if (mkdir(folder, 0700) == 0 || (errno == EEXIST && place->switch_user && lstat(folder, &st) == 0 && st.st_uid == 0)) {
        if (place->switch_user && lchown(folder, place->uid, place->gid) < 0) {
            snprintf(error, error_size, "cannot give %s to PostgreSQL's user: %s", folder, strerror(errno));
            return -1;
        }
    } else if (errno != EEXIST) {
        snprintf(error, error_size, "cannot make the folder %s: %s", folder, strerror(errno));
        return -1;
    }
    if (lstat(folder, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != place->uid) {
        snprintf(error, error_size, "%s is not a folder of the database's user (number %u)", folder, (unsigned)place->uid);
        return -1;
    }
    if ((st.st_mode & 0777) != 0700 && chmod(folder, 0700) < 0) {
        snprintf(error, error_size, "cannot close %s to other users: %s", folder, strerror(errno));
        return -1;
    }
    return 0;
}

/* A folder of our own below /var/lib, and `link` pointing to it. */
static int
place_elsewhere(const struct cluster_place *place, const char *link, char *error, size_t error_size)
{
    unsigned long long number = 0;
    char folder[128];

    if ((mkdir(FALLBACK_FOLDER, 0711) < 0 && errno != EEXIST) || getrandom(&number, sizeof number, 0) != sizeof number ||
        !can_enter(place, FALLBACK_FOLDER)) {
        snprintf(error, error_size, "PostgreSQL runs as another user than root, and that user can reach neither the data folder nor "
                                    FALLBACK_FOLDER "; set VEZA_DATA_DIR to a folder whose parents everybody may enter");
        return -1;
    }
    snprintf(folder, sizeof folder, FALLBACK_FOLDER "/%016llx", number);
    if (make_private(place, folder, error, error_size) < 0)
        return -1;
    if (symlink(folder, link) < 0) {
        int why = errno;

        rmdir(folder);
        if (why != EEXIST) {
            snprintf(error, error_size, "cannot write %s: %s", link, strerror(why));
            return -1;
        }
    }
    return 0;
}

static int
choose_user(struct cluster_place *place, const char *link, char *error, size_t error_size)
{
    struct stat st;
    bool exists = stat(link, &st) == 0;

    place->uid = geteuid();
    place->gid = getegid();
    if (place->uid != 0) {
        if (!exists || st.st_uid == place->uid)
            return 0;
        snprintf(error, error_size, "the database in %s belongs to another user (number %u); start Veza as root or as that user",
                 link, (unsigned)st.st_uid);
        return -1;
    }
    place->switch_user = true;
    if (exists && st.st_uid != 0) {
        struct passwd *owner = getpwuid(st.st_uid);

        place->uid = st.st_uid;
        place->gid = owner ? owner->pw_gid : st.st_gid;
        return 0;
    }
    struct passwd *user = getpwnam(SERVER_USER);
    if (!user || user->pw_uid == 0) {
        snprintf(error, error_size, "PostgreSQL does not run as root, and there is no user \"" SERVER_USER "\" to run it as; "
                                    "start Veza as an ordinary user or create that one");
        return -1;
    }
    place->uid = user->pw_uid;
    place->gid = user->pw_gid;
    return 0;
}

/* As root: lets the server's group through (not into) our own data folder, or goes elsewhere. */
static int
make_reachable(struct cluster_place *place, const char *data_dir, const char *link, char *error, size_t error_size)
{
    struct stat st, linked;

    if (!place->switch_user)
        return 0;
    if (lstat(link, &linked) == 0 && S_ISLNK(linked.st_mode))
        return 0;
    if (can_enter(place, data_dir))
        return 0;
    if (stat(data_dir, &st) == 0 && st.st_uid == 0 && st.st_gid == 0 && !(st.st_mode & 0070) &&
        chown(data_dir, 0, place->gid) == 0 && chmod(data_dir, (st.st_mode & 0777) | 0010) == 0 && can_enter(place, data_dir))
        return 0;
    if (lstat(link, &linked) == 0) {
        snprintf(error, error_size, "PostgreSQL's user may not enter %s any more; let it (chmod o+x on its parents), or move the "
                                    "data folder and set VEZA_DATA_DIR", data_dir);
        return -1;
    }
    return place_elsewhere(place, link, error, error_size);
}

/* Beside the data where the path is short and plain enough for a socket, else a folder named after the data folder. */
static void
choose_socket(struct cluster_place *place)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    unsigned long long hash = 14695981039346656037ULL;

    _Static_assert(sizeof place->socket + SOCKET_NAME_MAX > SOCKET_PATH_MAX, "socket names are short");
    if (strlen(place->folder) + sizeof "/run" + SOCKET_NAME_MAX <= SOCKET_PATH_MAX - sizeof ".lock" &&
        place->folder[strspn(place->folder, plain)] == 0) {
        snprintf(place->socket, sizeof place->socket, "%.90s/run", place->folder);
    } else {
        for (const char *c = place->folder; *c; c++)
            hash = (hash ^ (unsigned char)*c) * 1099511628211ULL;
        snprintf(place->socket, sizeof place->socket, "%s/veza-%u-%016llx",
                 place->switch_user && access("/run", W_OK) == 0 ? "/run" : "/tmp", (unsigned)place->uid, hash);
    }
}

int
cluster_place_open_socket(const struct cluster_place *place, char *error, size_t error_size)
{
    return make_private(place, place->socket, error, error_size);
}

void
cluster_place_close_socket(const struct cluster_place *place)
{
    rmdir(place->socket);
}

int
cluster_place_prepare(const char *data_dir, struct cluster_place *ret_place, char *error, size_t error_size)
{
    struct cluster_place place = {0};
    char link[PATH_MAX], version[PATH_MAX], text[16] = "";
    int64_t major = 0;
    struct stat st;
    FILE *file;

    snprintf(error, error_size, "the name of the data folder is too long");
    if (!cluster_path(link, sizeof link, data_dir, "pg"))
        return -1;
    if (choose_user(&place, link, error, error_size) < 0 || make_reachable(&place, data_dir, link, error, error_size) < 0)
        return -1;
    if (lstat(link, &st) == 0 && S_ISLNK(st.st_mode)) {
        if (!realpath(link, place.folder)) {
            snprintf(error, error_size, "%s points to a folder that does not exist", link);
            return -1;
        }
    } else {
        snprintf(place.folder, sizeof place.folder, "%s", link);
    }
    if (make_private(&place, place.folder, error, error_size) < 0)
        return -1;
    choose_socket(&place);
    if (!cluster_path(place.data, sizeof place.data, place.folder, "data") ||
        !cluster_path(place.log, sizeof place.log, place.folder, "log") ||
        !cluster_path(version, sizeof version, place.data, "PG_VERSION"))
        return -1;
    file = fopen(version, "re");
    if (file) {
        if (fgets(text, sizeof text, file))
            text[strcspn(text, "\n")] = 0;
        if (!text_to_int64(text, 1, 99, &major))
            major = 0;
        fclose(file);
    }
    if (cluster_find_programs((int)major, place.bin, sizeof place.bin, error, error_size) < 0)
        return -1;
    *ret_place = place;
    return 0;
}
