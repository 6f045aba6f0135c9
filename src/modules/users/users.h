/* users.h - people as others see them: profiles, following, blocking, presence, and what a person sets for themselves. */
#pragma once

#include "http/route.h"
#include "platform/storage/storage.h"

extern const struct route users_routes[];

/* Where avatars are kept. */
void users_setup(struct storage *storage);
