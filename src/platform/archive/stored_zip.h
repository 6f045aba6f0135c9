/* stored_zip.h - a ZIP file whose files are stored as they are (ADR 0081). All of it but their bytes follows from names, sizes and checksums, so its length and
 * every range of it are known before one of them is read. zip.h writes files whose sizes are not known yet. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct stored_file {
    const char *name; /* UTF-8, with slashes; see stored_zip_name() */
    uint64_t size;
    uint32_t crc32;
    uint64_t head_at;  /* set by stored_zip_lay_out(): where its head begins in `heads`, */
    uint32_t head_len; /* and how long that is. The file's bytes follow it */
};

/* The heads of all files one after another, and what comes after the last file. `year`, `month`, `day`: the date of all files, from 1980 on. Large numbers
 * are in the form of ZIP64 where `limit` (UINT32_MAX; less in tests) or 65,535 files are not enough. False when a buffer is full. */
bool stored_zip_lay_out(struct stored_file *files, size_t count, int year, int month, int day, uint64_t limit, struct buf *heads, struct buf *tail);

/* A name for one part of a path on any system, of at most `most` bytes before `ending`: without what Windows does not take (characters, dots and spaces at the
 * end, names of devices), without control characters. Appended to `out` with `ending` (".flac"). */
void stored_zip_name(struct buf *out, const char *text, size_t most, const char *ending);
