#include "platform/archive/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <time.h>

struct zip {
    struct archive *archive;
    zip_sink *sink;
    void *context;
    bool failed;
};

/* In libarchive's words: how many bytes were taken, or -1. */
static la_ssize_t
give(struct archive *archive, void *context, const void *bytes, size_t len)
{
    struct zip *zip = context;

    (void)archive;
    /* What was begun is brought to its end when it is freed; after a failure nobody wants to have it. */
    if (zip->failed || zip->sink(zip->context, bytes, len)) {
        zip->failed = true;
        return -1;
    }
    return (la_ssize_t)len;
}

struct zip *
zip_new(zip_sink *sink, void *context)
{
    struct zip *zip = calloc(1, sizeof *zip);

    if (!zip)
        return NULL;
    *zip = (struct zip){.archive = archive_write_new(), .sink = sink, .context = context};
    if (!zip->archive || archive_write_set_format_zip(zip->archive) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(zip->archive, 1) != ARCHIVE_OK ||
        archive_write_open(zip->archive, zip, NULL, give, NULL) != ARCHIVE_OK) {
        zip_free(zip);
        return NULL;
    }
    return zip;
}

int
zip_begin(struct zip *zip, const char *name, int64_t size, bool compress)
{
    struct archive_entry *entry = archive_entry_new();
    int error = -1;

    if (entry) {
        archive_entry_set_pathname(entry, name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0600);
        archive_entry_set_mtime(entry, time(NULL), 0);
        if (size >= 0)
            archive_entry_set_size(entry, size);
        error = compress ? archive_write_zip_set_compression_deflate(zip->archive)
                         : archive_write_zip_set_compression_store(zip->archive);
        if (error == ARCHIVE_OK)
            error = archive_write_header(zip->archive, entry);
    }
    archive_entry_free(entry);
    return error == ARCHIVE_OK ? 0 : -1;
}

int
zip_write(struct zip *zip, const void *bytes, size_t len)
{
    return archive_write_data(zip->archive, bytes, len) == (la_ssize_t)len ? 0 : -1;
}

int
zip_finish(struct zip *zip)
{
    return archive_write_close(zip->archive) == ARCHIVE_OK && !zip->failed ? 0 : -1;
}

void
zip_free(struct zip *zip)
{
    if (!zip)
        return;
    zip->failed = true;
    if (zip->archive)
        archive_write_free(zip->archive);
    free(zip);
}
