/* cluster_place.h - where the embedded PostgreSQL cluster lives, which programs run it and as which user.
 *
 * PostgreSQL refuses to run as root. So when Veza runs as root, the server runs as the owner of an existing cluster, or as
 * `postgres` for a new one; otherwise as Veza's own user. When that user may not enter the data folder (for example a
 * folder below /root), the cluster goes to a folder below /var/lib/veza/ that is named after the data folder, and `pg` in the data folder
 * is a link to it. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cluster_place {
    uid_t uid;        /* the server's user */
    gid_t gid;
    bool switch_user; /* we are root and it is not */
    char bin[PATH_MAX];    /* folder of postgres and initdb */
    char folder[PATH_MAX]; /* <data folder>/pg, links resolved: holds data, log and mostly the socket */
    char data[PATH_MAX];
    char log[PATH_MAX];
    char socket[100]; /* folder of the socket, mode 0700: whoever may not enter it may not connect */
};

/* The oldest PostgreSQL that Veza works with. */
#define CLUSTER_OLDEST_MAJOR 15

/* Finds the folder with PostgreSQL's programs: of version `major`, or the newest when that is 0. Returns its version; a negative
 * number and a sentence when there is none. */
int cluster_find_programs(int major, char *ret_folder, size_t folder_size, char *error, size_t error_size);

/* Finds or makes the folders below `data_dir`, an existing folder as realpath() gives it. Returns 0, or -1 and a sentence. */
int cluster_place_prepare(const char *data_dir, struct cluster_place *ret_place, char *error, size_t error_size);

/* Makes the socket's folder, or checks that the one there is ours and closed; removes it. */
int cluster_place_open_socket(const struct cluster_place *place, char *error, size_t error_size);
void cluster_place_close_socket(const struct cluster_place *place);

/* The major version of PostgreSQL that made the cluster in `data`: 0 when nothing is there, -1 when its file PG_VERSION is missing or
 * holds no number. */
int cluster_version(const char *data);

/* Sentences about a link that leads nowhere, and about somebody else's cluster. */
void cluster_say_lost(const char *link, char *error, size_t error_size);
void cluster_say_foreign(const char *link, uid_t owner, char *error, size_t error_size);

/* `folder/name` in `ret_path`; false when it does not fit. */
bool cluster_path(char *ret_path, size_t size, const char *folder, const char *name);

/* In a forked child: becomes the place's user, for good. Only system calls. False when that fails. */
bool cluster_become(const struct cluster_place *place);
