/* cover.c - covers are decoded and made anew in the media worker, so no byte that a person sent is ever served as it came. */
#include "modules/tracks/internal.h"

#include <stdio.h>

struct cover_files {
    const char *track_id;
    struct storage_writer *writer;
};

static int
begin_file(void *user, const char *name)
{
    struct cover_files *files = user;
    char key[STORAGE_KEY_MAX + 1];

    if (!text_starts_with(name, "image_"))
        return -1;
    snprintf(key, sizeof key, "covers/%s/%s", files->track_id, name + strlen("image_"));
    return storage_begin(tracks_storage, key, &files->writer);
}

static int
add_bytes(void *user, const void *bytes, size_t length)
{
    return storage_write(((struct cover_files *)user)->writer, bytes, length);
}

static int
end_file(void *user)
{
    struct cover_files *files = user;
    int error = storage_commit(files->writer);

    files->writer = NULL;
    return error;
}

struct media_outcome
cover_make(const char *track_id, int fd, const atomic_bool *cancel)
{
    struct cover_files files = {.track_id = track_id};
    struct media_job job = {.mode = MEDIA_MODE_IMAGE, .input_fd = fd, .cancel = cancel, .on_file_begin = begin_file,
                            .on_file_data = add_bytes, .on_file_end = end_file, .user = &files};
    struct media_outcome outcome = media_run(&job);

    storage_abort(files.writer);
    return outcome;
}
