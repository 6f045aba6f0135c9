/* users.h - people as others see them: profiles, following, blocking, presence, and what a person sets for themselves. */
#pragma once

#include "http/route.h"
#include "platform/storage/storage.h"

extern const struct route users_routes[];

/* Where pictures are kept. */
void users_setup(struct storage *storage);

/* Deletes all pictures of a person. False when something is left. */
bool users_files_delete(const char *user_id);
