/* driver.h - what a kind of store provides. The keys that reach it are valid. A driver for a store elsewhere needs no more than this: nothing is
 * written at an offset, and a file is known by its key from its first byte on, so that it can be sent in parts while it is written. */
#pragma once

#include "base/source_driver.h"
#include "platform/storage/storage.h"

/* The folder for unnamed files; no key begins with it. */
#define STORAGE_TMP "tmp"
/* The folder for staged files (staged.h); neither does one with this. */
#define STORAGE_STAGED "staged"

struct storage_driver {
    void (*close)(struct storage *storage);
    int (*keep)(struct storage *storage, const char *key, struct scratch *scratch);
    int (*begin)(struct storage *storage, const char *key, struct storage_writer **ret_writer);
    int (*write)(struct storage_writer *writer, const void *bytes, size_t len);
    int (*commit)(struct storage_writer *writer);
    void (*abort)(struct storage_writer *writer);
    int (*sync)(struct storage *storage);
    int (*open)(struct storage *storage, const char *key, struct source **ret_source);
    /* NULL: always STORAGE_WAITS. */
    int (*open_quick)(struct storage *storage, const char *key, struct source **ret_source);
    int (*delete)(struct storage *storage, const char *key);
    int (*delete_prefix)(struct storage *storage, const char *prefix);
    int (*tidy)(struct storage *storage);
    /* Where the interface's own way is not the best: NULL for that. */
    int (*open_near)(struct storage *storage, const char *key, uint64_t max_bytes, struct source **ret_source);
    int (*each)(struct storage *storage, storage_tell *tell, void *context);
    /* For a store elsewhere; NULL for one on this machine. */
    bool (*answers)(struct storage *storage);
    bool (*is_away)(struct storage *storage);
    bool (*link)(struct storage *storage, const char *key, const char *content_type, unsigned seconds, struct buf *out);
    void (*metrics)(struct storage *storage, struct buf *out);
};

/* A driver's own structures begin with these. */
struct storage {
    const struct storage_driver *driver;
    char *scratch_dir, *staged_dir; /* on this machine */
    int64_t keep_free_bytes;
};

struct storage_writer {
    struct storage *storage;
};

struct scratch {
    int fd;
    uint64_t size;
};

/* Makes `folder` and its folders for scratch and staged files, and notes them. False with errno. */
bool storage_make_local(struct storage *storage, const char *folder);
void storage_forget_local(struct storage *storage);

/* Copies what lies elsewhere to a local source. */
int storage_make_copy(struct storage *storage, struct source *source, struct source **ret_local);

/* An enum storage_error for errno. */
int storage_error_of_errno(void);

/* A name in the folder for unnamed files that is older was left by a process that was killed. Tests change it. */
extern int storage_left_after_s;
