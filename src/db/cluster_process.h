/* cluster_process.h - the processes of the embedded PostgreSQL cluster: making it, starting, watching and ending the server. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cluster_place;
struct config;

struct cluster_settings {
    bool durable;
    int max_connections;
    int64_t memory_bytes; /* of the machine */
};

struct cluster_process {
    pid_t pid;
    int pid_fd;      /* -1 once it ended */
    off_t log_start; /* where its words in the log begin */
    bool killed;     /* ended by a signal; `status` is its number, else the exit status */
    int status;
};

void cluster_settings_from(const struct config *config, struct cluster_settings *ret_settings);

/* mkdir -p; the last folder gets mode 0700. */
bool cluster_make_folders(const char *path);

/* Runs initdb unless the cluster exists; an interrupted one leaves nothing that counts as a cluster. 0, or -1 and a sentence. */
int cluster_create(const struct cluster_place *place, bool *ret_is_new, char *error, size_t error_size);

/* Writes a new cluster to the disk. */
void cluster_flush(const struct cluster_place *place);

/* A server that a killed Veza left behind is on its way out: waits for it, and pushes. False and a sentence when it stays. */
bool cluster_end_leftover(const struct cluster_place *place, char *error, size_t error_size);

/* Starts the server as a child of the calling thread, in a session of its own; it ends when that thread does. */
int cluster_spawn_server(const struct cluster_place *place, const struct cluster_settings *settings,
                         struct cluster_process *ret_process, char *error, size_t error_size);

/* Does the server `pid` accept connections? Reads its postmaster.pid. */
bool cluster_server_ready(const struct cluster_place *place, pid_t pid);

/* Waits until the process ends (true), `stop_fd` is readable or the time is over; timeout_ms < 0 is for ever. */
bool cluster_process_wait(struct cluster_process *process, int stop_fd, int timeout_ms);

/* Ends the server: a fast shutdown, a hard one after a while. Returns when it is gone. */
void cluster_process_end(struct cluster_process *process);

/* A sentence with what the server said last. */
void cluster_last_words(const struct cluster_place *place, off_t from, char *error, size_t error_size);
