/* disk_store.h - a store in a folder of its own, for the tests of one program. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/storage/storage.h"

static char store_folder[64], store_root[96];
static struct storage *storage;

static int
store_remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st, (void)type, (void)where;
    return remove(path);
}

static int
open_store(void **state)
{
    char error[256];

    (void)state;
    snprintf(store_folder, sizeof store_folder, "/tmp/veza-store-test-XXXXXX");
    assert_non_null(mkdtemp(store_folder));
    snprintf(store_root, sizeof store_root, "%s/files", store_folder);
    storage = storage_open_disk(store_root, error, sizeof error);
    assert_non_null(storage);
    return 0;
}

static int
close_store(void **state)
{
    (void)state;
    storage_close(storage);
    return nftw(store_folder, store_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
