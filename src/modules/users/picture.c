/* picture.c - the avatar and the banner of a person (api/picture.h). */
#include "modules/users/internal.h"

#include <stdio.h>

#include "api/picture.h"

static const struct picture_kind avatar = {"avatar", "avatars", MEDIA_MODE_IMAGE, &q_user_avatar_set, &q_user_avatar_now};
static const struct picture_kind banner = {"banner", "banners", MEDIA_MODE_BANNER, &q_user_banner_set, &q_user_banner_now};

bool
users_files_delete(const char *user_id)
{
    const char *const folders[] = {avatar.folder, banner.folder};
    char key[STORAGE_KEY_MAX + 1];
    bool good = true;

    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        snprintf(key, sizeof key, "%s/%s", folders[i], user_id);
        good &= storage_delete_prefix(users_storage, key) == 0;
    }
    return good;
}

static const struct problem *
refuse_strangers(const struct request *req)
{
    return strcasecmp(request_param(req, "id"), req->identity.user_id) == 0 ? NULL : PROBLEM(NOT_FOUND);
}

static const struct problem *
put(struct request *req, const struct picture_kind *picture)
{
    const struct problem *p = refuse_strangers(req);

    return p ? p : picture_put(req, users_storage, picture, req->identity.user_id);
}

static const struct problem *
clear(struct request *req, const struct picture_kind *picture)
{
    const struct problem *p = refuse_strangers(req);

    return p ? p : picture_clear(req, users_storage, picture, req->identity.user_id);
}

const struct problem *
avatar_put(struct request *req)
{
    return put(req, &avatar);
}

const struct problem *
avatar_delete(struct request *req)
{
    return clear(req, &avatar);
}

const struct problem *
banner_put(struct request *req)
{
    return put(req, &banner);
}

const struct problem *
banner_delete(struct request *req)
{
    return clear(req, &banner);
}
