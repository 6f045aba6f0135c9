#include "db/cluster_place.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "db/cluster_damage.h"

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
        snprintf(error, error_size, "the database was made by PostgreSQL %d, which is not installed: install the package postgresql-%d, or with "
                                    "the version that made it write a backup and restore that (docs/operating.md, Upgrade)", major, major);
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

/* A new folder below /var/lib that is named after the data folder (root-veza-var), and `link` pointing to it. */
static int
place_elsewhere(const struct cluster_place *place, const char *data_dir, const char *link, char *error, size_t error_size)
{
    char name[160], folder[256], told[PATH_MAX];
    int made = -1;
    FILE *file;

    if ((mkdir(FALLBACK_FOLDER, 0711) < 0 && errno != EEXIST) || !can_enter(place, FALLBACK_FOLDER)) {
        snprintf(error, error_size, "PostgreSQL runs as another user than root, and that user can reach neither the data folder nor "
                                    FALLBACK_FOLDER "; set VEZA_DATA_DIR to a folder whose parents everybody may enter");
        return -1;
    }
    snprintf(name, sizeof name, "%.*s", 120, *data_dir == '/' ? data_dir + 1 : data_dir);
    for (char *c = name; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._", *c))
            *c = '-';
    /* One that exists is the database of an earlier data folder of that name: it is not ours to take. */
    for (int number = 1; made < 0 && number < 1000; number++) {
        if (number == 1)
            snprintf(folder, sizeof folder, FALLBACK_FOLDER "/%s", name);
        else
            snprintf(folder, sizeof folder, FALLBACK_FOLDER "/%s-%d", name, number);
        made = mkdir(folder, 0700);
        if (made < 0 && errno != EEXIST)
            break;
    }
    if (made < 0) {
        snprintf(error, error_size, "cannot make the folder %s: %s", folder, strerror(errno));
        return -1;
    }
    if (make_private(place, folder, error, error_size) < 0)
        return -1;
    if (symlink(folder, link) < 0) {
        int why = errno;

        rmdir(folder);
        if (why != EEXIST) {
            snprintf(error, error_size, "cannot write %s: %s", link, strerror(why));
            return -1;
        }
        return 0;
    }
    if (cluster_path(told, sizeof told, folder, "README") && (file = fopen(told, "we"))) {
        fprintf(file, "The database of Veza's data folder %s, whose `pg` is a link to here.\nIt belongs to that folder: copy, move and delete both.\n",
                data_dir);
        fclose(file);
    }
    log_warn("PostgreSQL's user may not enter the data folder, so the database is elsewhere: copy, move and delete both",
             LOG_TEXT("data", data_dir), LOG_TEXT("database", folder));
    return 0;
}

void
cluster_say_lost(const char *link, char *error, size_t error_size)
{
    char target[PATH_MAX];
    ssize_t len = readlink(link, target, sizeof target - 1);

    target[len > 0 ? len : 0] = 0;
    snprintf(error, error_size, "%s is a link to %s, which is not there: mount or copy the database back to that place, or restore a "
                                "backup; remove the link to begin with an empty database", link, target);
}

void
cluster_say_foreign(const char *link, uid_t owner, char *error, size_t error_size)
{
    snprintf(error, error_size, "the database in %s belongs to another user (number %u); start Veza as root or as that user", link,
             (unsigned)owner);
}

int
cluster_version(const char *data)
{
    char path[PATH_MAX], text[16] = "";
    int64_t major = -1;
    struct stat st;
    FILE *file;

    if (stat(data, &st) < 0)
        return 0;
    file = cluster_path(path, sizeof path, data, "PG_VERSION") ? fopen(path, "re") : NULL;
    if (!file)
        return -1;
    if (fgets(text, sizeof text, file))
        text[strcspn(text, "\n")] = 0;
    if (!text_to_int64(text, 1, 99, &major))
        major = -1;
    fclose(file);
    return (int)major;
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
        cluster_say_foreign(link, st.st_uid, error, error_size);
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
    return place_elsewhere(place, data_dir, link, error, error_size);
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
    char link[PATH_MAX];
    struct stat st;

    snprintf(error, error_size, "the name of the data folder is too long");
    if (!cluster_path(link, sizeof link, data_dir, "pg"))
        return -1;
    if (choose_user(&place, link, error, error_size) < 0 || make_reachable(&place, data_dir, link, error, error_size) < 0)
        return -1;
    if (lstat(link, &st) == 0 && S_ISLNK(st.st_mode)) {
        if (!realpath(link, place.folder)) {
            cluster_say_lost(link, error, error_size);
            return -1;
        }
    } else {
        snprintf(place.folder, sizeof place.folder, "%s", link);
    }
    if (make_private(&place, place.folder, error, error_size) < 0)
        return -1;
    choose_socket(&place);
    if (!cluster_path(place.data, sizeof place.data, place.folder, "data") ||
        !cluster_path(place.log, sizeof place.log, place.folder, "log"))
        return -1;
    if (!cluster_is_whole(place.data, error, error_size) ||
        cluster_find_programs(cluster_version(place.data), place.bin, sizeof place.bin, error, error_size) < 0)
        return -1;
    *ret_place = place;
    return 0;
}
