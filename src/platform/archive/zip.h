/* zip.h - writes a ZIP file from front to back, so that it can go straight into storage: nothing is sought or kept but the directory
 * (about 100 bytes a file). Sizes beyond 4 GB are ZIP64.
 *
 * Functions that return int give 0, or -1 when the sink refused or memory is short; what has been written is then useless. Names are
 * ours, in ASCII: what people called their files is told inside. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zip;

/* Takes the next bytes of the file; 0, or negative to give up. */
typedef int zip_sink(void *context, const void *bytes, size_t len);

struct zip *zip_new(zip_sink *sink, void *context);

/* Begins a file of `size` bytes (-1: not known yet), compressed or as it is. */
int zip_begin(struct zip *zip, const char *name, int64_t size, bool compress);
int zip_write(struct zip *zip, const void *bytes, size_t len);

/* Writes the directory. zip_free() without it leaves half a file. */
int zip_finish(struct zip *zip);
void zip_free(struct zip *zip);
