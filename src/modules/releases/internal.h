/* internal.h - what the files of this module share. */
#pragma once

#include "api/personal.h"
#include "platform/storage/storage.h"
#include "releases.queries.h"

extern struct storage *releases_storage;
extern const struct personal releases_personal; /* personal.c */

/* Deletes all files of a release. False when something is left. */
bool release_files_delete(const char *release_id);
