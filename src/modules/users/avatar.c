/* avatar.c - pictures of people, decoded and made anew in the media worker like covers. Each picture has a version of its own in its
 * key and address, so that replacing one is one update of the row. */
#include "modules/users/internal.h"

#include <stdio.h>

#include "base/log.h"
#include "media/worker_client.h"

#define VERSION_BYTES 8
#define VERSION_TEXT (VERSION_BYTES * 2 + 1)

struct avatar_files {
    const char *user_id, *version;
    struct storage_writer *writer;
};

static int
begin_file(void *user, const char *name)
{
    struct avatar_files *files = user;
    char key[STORAGE_KEY_MAX + 1];

    if (!text_starts_with(name, "image_"))
        return -1;
    snprintf(key, sizeof key, "avatars/%s/%s/%s", files->user_id, files->version, name + strlen("image_"));
    return storage_begin(users_storage, key, &files->writer);
}

static int
add_bytes(void *user, const void *bytes, size_t length)
{
    return storage_write(((struct avatar_files *)user)->writer, bytes, length);
}

static int
end_file(void *user)
{
    struct avatar_files *files = user;
    int error = storage_commit(files->writer);

    files->writer = NULL;
    return error;
}

static const struct problem *
make_files(struct request *req, const char *version)
{
    struct avatar_files files = {.user_id = req->identity.user_id, .version = version};
    struct media_job job = {.mode = MEDIA_MODE_IMAGE, .input_fd = request_upload(req, "avatar")->fd, .on_file_begin = begin_file,
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
        return problem_field(req->arena, "avatar", arena_strdup(req->arena, outcome.code), arena_strdup(req->arena, outcome.message));
    }
}

static void
forget_files(const char *user_id, const char *version)
{
    char key[STORAGE_KEY_MAX + 1];

    if (!version)
        return;
    snprintf(key, sizeof key, "avatars/%s/%s", user_id, version);
    if (storage_delete_prefix(users_storage, key))
        log_warn("old picture not deleted", LOG_TEXT("user_id", user_id));
}

/* The version that is up now, or NULL; NOT_FOUND for everybody else's. */
static const struct problem *
own_avatar(struct request *req, const char **ret_version)
{
    struct row row;
    const struct problem *p;

    if (strcasecmp(request_param(req, "id"), req->identity.user_id) != 0)
        return PROBLEM(NOT_FOUND);
    p = db_maybe(req, &q_user_avatar, &row);
    if (p)
        return p;
    *ret_version = row.count ? row_text(&row, "version") : NULL;
    return NULL;
}

const struct problem *
avatar_put(struct request *req)
{
    unsigned char random[VERSION_BYTES];
    char version[VERSION_TEXT];
    const char *before = NULL;
    const struct problem *p = own_avatar(req, &before);

    if (p)
        return p;
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, version);
    request_set(req, "version", arena_strdup(req->arena, version));
    p = make_files(req, version);
    if (!p)
        p = reply_query(req, 200, &q_user_avatar_set);
    forget_files(req->identity.user_id, p ? version : before);
    return p;
}

const struct problem *
avatar_delete(struct request *req)
{
    const char *before = NULL;
    const struct problem *p = own_avatar(req, &before);

    if (!p)
        p = db_one(req, &q_user_avatar_clear, NULL);
    if (p)
        return p;
    forget_files(req->identity.user_id, before);
    return reply_empty(req, 204);
}

const struct problem *
avatar_get(struct request *req)
{
    const char *pixels = request_param(req, "size"), *version, *key;
    const struct problem *p;
    struct row row;
    uint64_t size;
    int fd, error;

    p = db_one(req, &q_user_avatar, &row);
    if (p)
        return p;
    version = row_text(&row, "version");
    if (!version)
        return PROBLEM(NOT_FOUND);
    key = arena_printf(req->arena, "avatars/%s/%s/%s.webp", row_text(&row, "id"), version, pixels);
    error = key ? storage_get(users_storage, key, &fd, &size) : STORAGE_FAILED;
    if (error)
        return error == STORAGE_NOT_FOUND ? PROBLEM(NOT_FOUND) : PROBLEM(INTERNAL);
    p = reply_file(req, fd, size, "image/webp", arena_printf(req->arena, "\"%s-%s\"", version, pixels));
    req->reply.cache_control = row_bool(&row, "is_public") ? "public, max-age=3600" : "private, no-cache";
    return p;
}
