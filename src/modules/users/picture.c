/* picture.c - the avatar and the banner of a person, decoded and made anew in the media worker like covers. Each picture has a version of
 * its own in its key and address, so that replacing one is one update of the row. */
#include "modules/users/internal.h"

#include <stdio.h>

#include "base/log.h"
#include "media/worker_client.h"

#define VERSION_BYTES 8
#define VERSION_TEXT (VERSION_BYTES * 2 + 1)

/* A kind of picture. */
struct picture {
    const char *part;   /* of the form */
    const char *folder; /* in storage */
    const char *prefix; /* of the names that the media worker gives */
    enum media_mode mode;
    const struct query *find, *set, *clear, *now;
};

static const struct picture avatar = {"avatar", "avatars", "image_", MEDIA_MODE_IMAGE, &q_user_avatar, &q_user_avatar_set, &q_user_avatar_clear,
                                     &q_user_avatar_now};
static const struct picture banner = {"banner", "banners", "banner_", MEDIA_MODE_BANNER, &q_user_banner, &q_user_banner_set, &q_user_banner_clear,
                                     &q_user_banner_now};

struct picture_files {
    const struct picture *picture;
    const char *user_id, *version;
    struct storage_writer *writer;
};

static int
begin_file(void *user, const char *name)
{
    struct picture_files *files = user;
    const struct picture *picture = files->picture;
    char key[STORAGE_KEY_MAX + 1];

    if (!text_starts_with(name, picture->prefix))
        return -1;
    snprintf(key, sizeof key, "%s/%s/%s/%s", picture->folder, files->user_id, files->version, name + strlen(picture->prefix));
    return storage_begin(users_storage, key, &files->writer);
}

static int
add_bytes(void *user, const void *bytes, size_t length)
{
    return storage_write(((struct picture_files *)user)->writer, bytes, length);
}

static int
end_file(void *user)
{
    struct picture_files *files = user;
    int error = storage_commit(files->writer);

    files->writer = NULL;
    return error;
}

static const struct problem *
make_files(struct request *req, const struct picture *picture, const char *version)
{
    struct picture_files files = {.picture = picture, .user_id = req->identity.user_id, .version = version};
    struct media_job job = {.mode = picture->mode, .input_fd = request_upload(req, picture->part)->fd, .on_file_begin = begin_file,
                            .on_file_data = add_bytes, .on_file_end = end_file, .user = &files};
    struct media_outcome outcome = media_run(&job);

    storage_abort(files.writer);
    switch (outcome.kind) {
    case MEDIA_OK:
        return storage_sync(users_storage) ? PROBLEM(INTERNAL) : NULL;
    case MEDIA_NOT_STARTED:
    case MEDIA_CANCELLED:
        log_error("media worker not started", LOG_INT("errno", outcome.error));
        return problem_retry(req->arena, PROBLEM(UNAVAILABLE), 5);
    case MEDIA_REFUSED:
        return PROBLEM(STORAGE_FULL);
    default:
        return problem_field(req->arena, picture->part, arena_strdup(req->arena, outcome.code),
                             arena_strdup(req->arena, outcome.message));
    }
}

static void
forget_files(const struct picture *picture, const char *user_id, const char *version)
{
    char key[STORAGE_KEY_MAX + 1];

    if (!version)
        return;
    snprintf(key, sizeof key, "%s/%s/%s", picture->folder, user_id, version);
    if (storage_delete_prefix(users_storage, key))
        log_warn("old picture not deleted", LOG_TEXT("user_id", user_id));
}

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
put(struct request *req, const struct picture *picture)
{
    unsigned char random[VERSION_BYTES];
    char version[VERSION_TEXT];
    const struct problem *p = refuse_strangers(req);
    struct row row;

    if (p)
        return p;
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, version);
    request_set(req, "version", arena_strdup(req->arena, version));
    p = make_files(req, picture, version);
    if (p) {
        forget_files(picture, req->identity.user_id, version);
        return p;
    }
    p = db_one(req, picture->set, &row);
    if (p && p->status == 503)
        return p; /* nobody knows whether it is up now: better a file too many than a picture without one */
    forget_files(picture, req->identity.user_id, p ? version : row_text(&row, "before"));
    return p ? p : reply_query(req, 200, picture->now);
}

static const struct problem *
clear(struct request *req, const struct picture *picture)
{
    const struct problem *p = refuse_strangers(req);
    struct row row;

    if (!p)
        p = db_one(req, picture->clear, &row);
    if (p)
        return p;
    forget_files(picture, req->identity.user_id, row_text(&row, "before"));
    return reply_empty(req, 204);
}

static const struct problem *
get(struct request *req, const struct picture *picture)
{
    const char *pixels = request_param(req, "size"), *version, *key;
    const struct problem *p;
    struct row row;
    uint64_t size;
    int fd, error;

    p = db_one(req, picture->find, &row);
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
    return get(req, &avatar);
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
    return get(req, &banner);
}
