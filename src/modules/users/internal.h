/* internal.h - what the parts of this module share. */
#pragma once

#include "api/file.h"
#include "api/runner.h"
#include "modules/users/users.h"
#include "platform/storage/storage.h"
#include "users.queries.h"

extern struct storage *users_storage;

/* profile.c: handlers of one's own profile and of what is between two people */
const struct problem *profile_update(struct request *req);
const struct problem *profile_likes(struct request *req);
const struct problem *profile_reposts(struct request *req);
const struct problem *person_follow(struct request *req);
const struct problem *person_block(struct request *req);
const struct problem *profile_gear(struct request *req);

/* account.c: handlers of what only the person sees */
const struct problem *account_password(struct request *req);

/* presence.c */
const struct problem *presence_tell(struct request *req);

/* picture.c */
const struct problem *avatar_put(struct request *req);
const struct problem *avatar_delete(struct request *req);
const struct problem *banner_put(struct request *req);
const struct problem *banner_delete(struct request *req);
