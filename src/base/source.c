#include "base/source.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "base/source_driver.h"

static ssize_t
source_file_read(struct source_reader *reader, void *to, size_t len)
{
    ssize_t n;

    do
        n = pread(reader->source->fd, to, len, (off_t)reader->at);
    while (n < 0 && errno == EINTR);
    return n;
}

static void
source_file_close(struct source *source)
{
    close(source->fd);
    free(source);
}

struct source *
source_of_file(int fd, uint64_t size)
{
    static const struct source_driver driver = {.read = source_file_read, .close = source_file_close};
    struct source *source = malloc(sizeof *source);

    if (source)
        *source = (struct source){.driver = &driver, .refs = 1, .size = size, .fd = fd};
    else
        close(fd);
    return source;
}

uint64_t
source_size(const struct source *source)
{
    return source->size;
}

struct source *
source_ref(struct source *source)
{
    atomic_fetch_add_explicit(&source->refs, 1, memory_order_relaxed);
    return source;
}

void
source_unref(void *pointer)
{
    struct source *source = pointer;

    if (source && atomic_fetch_sub(&source->refs, 1) == 1)
        source->driver->close(source);
}

struct source_reader
source_reader(struct source *source, uint64_t offset, uint64_t limit)
{
    uint64_t at = offset < source->size ? offset : source->size;

    return (struct source_reader){.source = source, .at = at, .end = limit < source->size - at ? at + limit : source->size};
}

ssize_t
source_read(struct source_reader *reader, void *to, size_t len)
{
    uint64_t left = reader->end - reader->at;
    ssize_t n;

    if (left == 0)
        return 0;
    n = reader->source->driver->read(reader, to, len < left ? len : (size_t)left);
    if (n <= 0)
        return -1;
    reader->at += (uint64_t)n;
    return n;
}

void
source_read_end(struct source_reader *reader)
{
    if (reader->source->driver->read_end)
        reader->source->driver->read_end(reader);
}

bool
source_read_all(struct source *source, void *to)
{
    struct source_reader reader = source_reader(source, 0, source->size);
    ssize_t n;

    while ((n = source_read(&reader, (char *)to + reader.at, (size_t)(reader.end - reader.at))) > 0)
        continue;
    source_read_end(&reader);
    return n == 0;
}

bool
source_is_local(const struct source *source)
{
    return source->fd >= 0;
}

uint64_t
source_copy_size(const struct source *source)
{
    return source->copy_size;
}

ssize_t
source_send(struct source *source, int socket, uint64_t offset, size_t len)
{
    off_t at = (off_t)offset;

    return sendfile(socket, source->fd, &at, len);
}
