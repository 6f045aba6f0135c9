/* users.h - people as others see them: profiles, following, blocking, presence, and what a person sets for themselves. */
#pragma once

#include "api/module.h"

extern const struct module users_module;

/* Deletes all pictures of a person. False when something is left. */
bool users_files_delete(const char *user_id);
