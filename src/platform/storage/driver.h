/* driver.h - what a kind of store provides. The keys that reach it are valid. */
#pragma once

#include "platform/storage/storage.h"

/* The part of the store that holds unnamed files; no key begins with it. */
#define STORAGE_TMP "tmp"

struct storage_driver {
    void (*close)(struct storage *storage);
    int (*keep)(struct storage *storage, const char *key, int fd);
    int (*begin)(struct storage *storage, const char *key, struct storage_writer **ret_writer);
    int (*write)(struct storage_writer *writer, const void *bytes, size_t len);
    int (*commit)(struct storage_writer *writer);
    void (*abort)(struct storage_writer *writer);
    int (*sync)(struct storage *storage);
    int (*get)(struct storage *storage, const char *key, int *ret_fd, uint64_t *ret_size);
    int (*delete)(struct storage *storage, const char *key);
    int (*delete_prefix)(struct storage *storage, const char *prefix);
    int (*tidy)(struct storage *storage);
    int (*scratch)(struct storage *storage);
};

/* A driver's own structures begin with these. */
struct storage {
    const struct storage_driver *driver;
    char *upload_dir;
};

struct storage_writer {
    struct storage *storage;
};
