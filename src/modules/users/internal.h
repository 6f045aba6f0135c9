/* internal.h - what the parts of this module share. */
#pragma once

#include "api/file.h"
#include "api/picture.h"
#include "api/runner.h"
#include "modules/users/users.h"
#include "platform/storage/storage.h"
#include "users.queries.h"

extern const struct personal users_personal; /* personal.c */

extern struct storage *users_storage;

/* account.c: handlers of what only the person sees */
const struct problem *account_password(struct request *req);

/* presence.c */
const struct problem *presence_tell(struct request *req);

/* picture.c */
const struct problem *avatar_put(struct request *req);
const struct problem *avatar_delete(struct request *req);
const struct problem *banner_put(struct request *req);
const struct problem *banner_delete(struct request *req);
