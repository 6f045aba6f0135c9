#include "platform/storage/storage.h"

#include <string.h>

#include "platform/storage/driver.h"

#define PARTS_MAX 8

static bool
is_first(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
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
    return key[len - 1] != '/' && strncmp(key, STORAGE_TMP "/", strlen(STORAGE_TMP "/")) != 0 && strcmp(key, STORAGE_TMP) != 0;
}

void
storage_close(struct storage *storage)
{
    if (storage)
        storage->driver->close(storage);
}

const char *
storage_upload_dir(const struct storage *storage)
{
    return storage->upload_dir;
}

int
storage_keep(struct storage *storage, const char *key, int fd)
{
    return storage_key_valid(key) ? storage->driver->keep(storage, key, fd) : STORAGE_BAD_KEY;
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
storage_get(struct storage *storage, const char *key, int *ret_fd, uint64_t *ret_size)
{
    return storage_key_valid(key) ? storage->driver->get(storage, key, ret_fd, ret_size) : STORAGE_BAD_KEY;
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
storage_scratch(struct storage *storage)
{
    return storage->driver->scratch(storage);
}
