/* backup.h - `veza backup` and `veza restore`.
 *
 * A backup is a folder: `database.dump` (pg_dump, custom format), `files/`, `keys/` and `secret` of the data folder, `SHA256SUMS` of all of
 * them (as sha256sum writes it), and `backup.json`, which tells of them and of SHA256SUMS. It is made as DIR.part and renamed when it is
 * whole and on the disk. See docs/adr/0026-backup.md. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/encode.h"

#define BACKUP_FORMAT 1
#define BACKUP_DUMP "database.dump"
#define BACKUP_SUMS "SHA256SUMS"
#define BACKUP_ABOUT "backup.json"

/* Both return the process's exit code and say on standard error what is wrong. */
int backup_main(const struct config *config, int argc, char **argv);
int restore_main(const struct config *config, int argc, char **argv);

/* What the two share. Those that can fail return false with a sentence. */

/* Copies what `from` is at to a new file; its SHA-256 as hex and its size. Fails when the file exists. */
bool backup_copy(int from, int to_folder, const char *name, char ret_sha256[SHA256_HEX], uint64_t *ret_size);

/* The SHA-256 of a file. */
bool backup_sum(int folder, const char *name, char ret_sha256[SHA256_HEX], uint64_t *ret_size);

/* Deletes a folder and all that is in it, or a file; links are not followed. What is not there is deleted already. */
bool backup_delete(int parent, const char *name);

/* Starts `program` (pg_dump or pg_restore) of the installed PostgreSQL that fits the server's `major` version, for the database of
 * `conninfo`, which is not on its command line. `input` and `output` become its standard input and output where they are not -1. Calls
 * `watch` five times a second (may be NULL). True when it ended well. */
bool backup_run_program(const char *program, int major, const char *conninfo, const char *const *arguments, int input, int output,
                        void (*watch)(void *context), void *context, char *error, size_t error_size);

/* The line that is shown while something lasts, on a terminal only. `done` and `total` in bytes; `total` 0 when nobody knows. */
void backup_show(const char *what, uint64_t done, uint64_t total);
