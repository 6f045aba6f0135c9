#include "base/source_joined.h"

#include <stdlib.h>
#include <string.h>

#include "base/source_driver.h"

struct joined {
    struct source source;
    struct source_parts parts;
    uint64_t ends[]; /* of each part */
};

/* Where a reader is. */
struct place {
    unsigned part;
    struct source *source; /* NULL: the part is in memory */
    struct source_reader reader;
};

static unsigned
joined_part_at(const struct joined *joined, uint64_t at)
{
    unsigned low = 0, high = joined->parts.count - 1;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (joined->ends[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void
joined_leave(struct place *place)
{
    if (!place->source)
        return;
    source_read_end(&place->reader);
    source_unref(place->source);
    place->source = NULL;
}

static bool
joined_enter(struct joined *joined, struct place *place, unsigned part, uint64_t from)
{
    joined_leave(place);
    place->part = part;
    if (joined->parts.list[part].bytes)
        return true;
    place->source = joined->parts.open(joined->parts.context, part);
    if (!place->source || source_size(place->source) != joined->parts.list[part].size)
        return false;
    place->reader = source_reader(place->source, from, UINT64_MAX);
    return true;
}

static ssize_t
joined_read(struct source_reader *reader, void *to, size_t len)
{
    struct joined *joined = (struct joined *)reader->source;
    unsigned part = joined_part_at(joined, reader->at);
    uint64_t begin = part ? joined->ends[part - 1] : 0, from = reader->at - begin, left = joined->ends[part] - reader->at;
    struct place *place = reader->state;
    bool is_new = !place;

    if (is_new)
        reader->state = place = calloc(1, sizeof *place);
    if (!place || ((is_new || place->part != part) && !joined_enter(joined, place, part, from)))
        return -1;
    len = len < left ? len : (size_t)left;
    if (place->source)
        return source_read(&place->reader, to, len);
    memcpy(to, (const char *)joined->parts.list[part].bytes + from, len);
    return (ssize_t)len;
}

static void
joined_read_end(struct source_reader *reader)
{
    if (reader->state)
        joined_leave(reader->state);
    free(reader->state);
    reader->state = NULL;
}

static void
joined_close(struct source *source)
{
    struct joined *joined = (struct joined *)source;

    joined->parts.free(joined->parts.context);
    free(joined);
}

struct source *
source_join(const struct source_parts *parts)
{
    static const struct source_driver driver = {.read = joined_read, .read_end = joined_read_end, .close = joined_close};
    struct joined *joined = malloc(sizeof *joined + parts->count * sizeof *joined->ends);
    uint64_t end = 0;

    if (!joined || !parts->count) {
        free(joined);
        parts->free(parts->context);
        return NULL;
    }
    joined->parts = *parts;
    for (unsigned i = 0; i < parts->count; i++)
        joined->ends[i] = end += parts->list[i].size;
    joined->source = (struct source){.driver = &driver, .refs = 1, .size = end, .fd = -1};
    return &joined->source;
}
