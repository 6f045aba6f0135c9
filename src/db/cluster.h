/* cluster.h - the embedded database: a private PostgreSQL cluster in the data folder.
 *
 * The first process on a data folder holds `<data folder>/lock` and runs the server as its child; further ones (roles started
 * separately) attach to that server, and one of them takes over when the first ends. The server listens on a Unix socket in a
 * folder that only its user and root may enter, and on no network.
 *
 *     <data folder>/pg/data    PostgreSQL's files         <data folder>/pg/log    what it says
 *     <data folder>/pg/run     its socket (elsewhere when the path is long)
 *
 * A server that dies is started again. It never outlives its Veza process, not even when that is killed with SIGKILL. Ctrl-C at
 * the terminal does not reach it, so that it ends after the work that still needs it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct cluster;
struct config;

/* Starts the cluster of config->data_dir, making it when it is new, or attaches to a running one. Returns 0 when the database
 * answers; else -1 and a sentence. To be called before other threads start; config is not kept. */
int cluster_start(const struct config *config, struct cluster **ret_cluster, char *error, size_t error_size);

/* How to connect: libpq connection texts, valid until cluster_stop(). cluster_url() is the role that owns the database `veza` and
 * nothing else (requests are of another one, see db_act_as_app()); cluster_admin_url() is the superuser, for tests and backups. */
const char *cluster_url(const struct cluster *cluster);
const char *cluster_admin_url(const struct cluster *cluster);

/* Does this process run the server (or has it attached to another's)? */
bool cluster_is_owner(const struct cluster *cluster);

/* Stops the server if it is ours (connections are cut, what was committed is kept) and frees. Accepts and returns NULL. */
struct cluster *cluster_stop(struct cluster *cluster);

/* The folder of the running server's socket, of a data folder that may have none (false). For `veza doctor` and tools. */
bool cluster_running(const char *data_dir, char *ret_socket, size_t socket_size);
