/* cluster_damage.h - what is wrong with the files of an embedded PostgreSQL cluster, seen without starting it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Is `data`, the folder with PostgreSQL's files, one that PostgreSQL can start from? False, and a sentence that says what is wrong and
 * what to do. A folder that does not exist is fine: it is made. Both `veza serve` and `veza doctor` ask this. */
bool cluster_is_whole(const char *data, char *error, size_t error_size);

/* The same for a data folder of Veza that no server runs on: also whether the link `pg` leads somewhere, the cluster's owner is the
 * right one and its version of PostgreSQL is installed. Changes nothing. `ret_folder`: where the database is, links resolved; "" when
 * it is still to be made. */
bool cluster_check_folder(const char *data_dir, char *ret_folder, size_t folder_size, char *error, size_t error_size);
