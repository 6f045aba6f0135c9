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

static const struct problem *
get(struct request *req, const struct picture_kind *picture, const struct query *find)
{
    const char *pixels = request_param(req, "size"), *version, *key;
    const struct problem *p;
    struct row row;
    uint64_t size;
    int fd, error;

    p = db_one(req, find, &row);
    if (p)
        return p;
    version = row_text(&row, "version");
    if (!version)
        return PROBLEM(NOT_FOUND);
    key = arena_printf(req->arena, "%s/%s/%s/%s.webp", picture->folder, row_text(&row, "id"), version, pixels);
    error = key ? storage_get(users_storage, key, &fd, &size) : STORAGE_FAILED;
    if (error)
        return error == STORAGE_NOT_FOUND ? PROBLEM(NOT_FOUND) : PROBLEM(INTERNAL);
    p = reply_file(req, fd, size, "image/webp", arena_printf(req->arena, "\"%s-%s\"", version, pixels));
    req->reply.cache_control = row_bool(&row, "is_public") ? "public, max-age=3600" : "private, no-cache";
    return p;
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
avatar_get(struct request *req)
{
    return get(req, &avatar, &q_user_avatar);
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

const struct problem *
banner_get(struct request *req)
{
    return get(req, &banner, &q_user_banner);
}
