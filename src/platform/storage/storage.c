#include "platform/storage/storage.h"

#include <stdlib.h>
#include <string.h>

#include "platform/storage/driver.h"

#define PARTS_MAX 8
#define COPY_PIECE (256 * 1024)

static bool
is_first(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Does the key lie in this folder, which has no stored files? */
static bool
is_own_folder(const char *key, const char *folder)
{
    size_t len = strlen(folder);

    return strncmp(key, folder, len) == 0 && (key[len] == '/' || !key[len]);
}

bool
storage_key_valid(const char *key)
{
    size_t len = key ? strnlen(key, STORAGE_KEY_MAX + 1) : 0;
    int parts = 1;

    if (len == 0 || len > STORAGE_KEY_MAX)
        return false;
    for (const char *p = key; *p; p++) {
        bool begins = p == key || p[-1] == '/';

        if (*p == '/') {
            if (begins || ++parts > PARTS_MAX)
                return false;
        } else if (!is_first(*p) && (begins || !strchr("_.-", *p))) {
            return false;
        }
    }
    return key[len - 1] != '/' && !is_own_folder(key, STORAGE_TMP) && !is_own_folder(key, STORAGE_STAGED);
}

void
storage_close(struct storage *storage)
{
    if (storage)
        storage->driver->close(storage);
}

int
storage_keep(struct storage *storage, const char *key, struct scratch *scratch)
{
    return storage_key_valid(key) ? storage->driver->keep(storage, key, scratch) : STORAGE_BAD_KEY;
}

int
storage_begin(struct storage *storage, const char *key, struct storage_writer **ret_writer)
{
    return storage_key_valid(key) ? storage->driver->begin(storage, key, ret_writer) : STORAGE_BAD_KEY;
}

int
storage_write(struct storage_writer *writer, const void *bytes, size_t len)
{
    return writer->storage->driver->write(writer, bytes, len);
}

int
storage_commit(struct storage_writer *writer)
{
    return writer->storage->driver->commit(writer);
}

void
storage_abort(struct storage_writer *writer)
{
    if (writer)
        writer->storage->driver->abort(writer);
}

int
storage_sync(struct storage *storage)
{
    return storage->driver->sync(storage);
}

int
storage_open(struct storage *storage, const char *key, struct source **ret_source)
{
    return storage_key_valid(key) ? storage->driver->open(storage, key, ret_source) : STORAGE_BAD_KEY;
}

int
storage_open_quick(struct storage *storage, const char *key, struct source **ret_source)
{
    if (!storage_key_valid(key))
        return STORAGE_BAD_KEY;
    return storage->driver->open_quick ? storage->driver->open_quick(storage, key, ret_source) : STORAGE_WAITS;
}

/* Copies what lies elsewhere, in pieces. */
static int
storage_copy(struct source *source, struct scratch *scratch)
{
    struct source_reader reader = source_reader(source, 0, source_size(source));
    char *piece = malloc(COPY_PIECE);
    int error = piece ? 0 : STORAGE_FAILED;
    ssize_t n = 0;

    while (!error && (n = source_read(&reader, piece, COPY_PIECE)) > 0)
        error = scratch_write(scratch, piece, (size_t)n);
    source_read_end(&reader);
    free(piece);
    return error || n == 0 ? error : STORAGE_FAILED;
}

int
storage_make_copy(struct storage *storage, struct source *source, struct source **ret_local)
{
    struct scratch *scratch = NULL;
    struct source *local = NULL;
    int error = storage_scratch(storage, &scratch);

    if (!error)
        error = storage_copy(source, scratch);
    if (!error) {
        local = scratch_source(scratch);
        error = local ? 0 : STORAGE_FAILED;
    }
    scratch_free(scratch);
    if (error)
        return error;
    local->copy_size = local->size;
    *ret_local = local;
    return 0;
}

int
storage_open_local(struct storage *storage, const char *key, struct source **ret_source)
{
    return storage_open_near(storage, key, UINT64_MAX, ret_source);
}

int
storage_open_near(struct storage *storage, const char *key, uint64_t max_bytes, struct source **ret_source)
{
    struct source *source;
    int error;

    if (storage->driver->open_near)
        return storage_key_valid(key) ? storage->driver->open_near(storage, key, max_bytes, ret_source) : STORAGE_BAD_KEY;
    error = storage_open(storage, key, &source);
    if (error)
        return error;
    if (source_is_local(source) || source_size(source) > max_bytes) {
        *ret_source = source;
        return 0;
    }
    error = storage_make_copy(storage, source, ret_source);
    source_unref(source);
    return error;
}

int
storage_read_whole(struct storage *storage, const char *key, size_t max, unsigned char **ret_bytes, size_t *ret_len)
{
    unsigned char *bytes;
    struct source *source;
    size_t len;
    int error = storage_open_near(storage, key, max, &source);

    if (error)
        return error;
    len = (size_t)source_size(source);
    bytes = source_size(source) <= max ? malloc(len + 1) : NULL;
    if (!bytes || !source_read_all(source, bytes)) {
        free(bytes);
        source_unref(source);
        return STORAGE_FAILED;
    }
    source_unref(source);
    bytes[len] = 0;
    *ret_bytes = bytes;
    *ret_len = len;
    return 0;
}

int
storage_delete(struct storage *storage, const char *key)
{
    return storage_key_valid(key) ? storage->driver->delete(storage, key) : STORAGE_BAD_KEY;
}

int
storage_delete_prefix(struct storage *storage, const char *prefix)
{
    return storage_key_valid(prefix) ? storage->driver->delete_prefix(storage, prefix) : STORAGE_BAD_KEY;
}

int
storage_tidy(struct storage *storage)
{
    return storage->driver->tidy(storage);
}

int
storage_each(struct storage *storage, storage_tell *tell, void *context)
{
    return storage->driver->each(storage, tell, context);
}

bool
storage_is_elsewhere(const struct storage *storage)
{
    return storage->driver->answers;
}

bool
storage_is_away(struct storage *storage)
{
    return storage->driver->is_away && storage->driver->is_away(storage);
}

bool
storage_answers(struct storage *storage)
{
    return !storage->driver->answers || storage->driver->answers(storage);
}

bool
storage_link(struct storage *storage, const char *key, const char *content_type, unsigned seconds, struct buf *out)
{
    return storage->driver->link && storage_key_valid(key) && storage->driver->link(storage, key, content_type, seconds, out);
}

void
storage_metrics(struct storage *storage, struct buf *out)
{
    if (storage->driver->metrics)
        storage->driver->metrics(storage, out);
}
