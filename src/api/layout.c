#include "api/layout.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "api/file.h"
#include "base/log.h"
#include "base/source_joined.h"

#define PLAYLIST_MAX ((size_t)4 * 1024 * 1024)
#define HEAD_MAX ((size_t)1024 * 1024)
#define SEGMENTS_MAX 8192
#define REMEMBERED_MAX 512
#define NAME_TEXT 32
#define SIDX_HEAD 40
#define SIDX_ENTRY 12

struct layout_segment {
    char name[NAME_TEXT];
    uint32_t size;
    uint32_t samples;
};

struct layout {
    struct storage *storage;
    char folder[STORAGE_KEY_MAX + 1];
    int sample_rate;
    unsigned char *head; /* init.mp4 */
    size_t head_len;
    struct layout_segment *segments;
    unsigned count;
    atomic_uint references;
    TAILQ_ENTRY(layout) entry;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static TAILQ_HEAD(layout_list, layout) remembered = TAILQ_HEAD_INITIALIZER(remembered); /* what was used last comes first */
static unsigned remembered_count;

void
layout_unref(struct layout *layout)
{
    if (!layout || atomic_fetch_sub(&layout->references, 1) > 1)
        return;
    free(layout->head);
    free(layout->segments);
    free(layout);
}

void
layout_teardown(void)
{
    struct layout *layout;

    while ((layout = TAILQ_FIRST(&remembered))) {
        TAILQ_REMOVE(&remembered, layout, entry);
        layout_unref(layout);
    }
    remembered_count = 0;
}

static int
layout_read(struct storage *storage, const char *folder, const char *name, size_t max, unsigned char **ret_bytes, size_t *ret_len)
{
    char key[STORAGE_KEY_MAX + 1];

    snprintf(key, sizeof key, "%s/%s", folder, name);
    return storage_read_whole(storage, key, max, ret_bytes, ret_len);
}

static uint32_t
layout_take(const unsigned char *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* What is in the first box of this type between `from` and `*to`, which becomes its end; NULL where there is none. */
static unsigned char *
layout_box(unsigned char *from, unsigned char **to, const char *type)
{
    while (from && *to - from >= 8) {
        uint32_t size = layout_take(from);

        if (size < 8 || size > (size_t)(*to - from))
            return NULL;
        if (memcmp(from + 4, type, 4) == 0) {
            *to = from + size;
            return from + 8;
        }
        from += size;
    }
    return NULL;
}

/* The edit list of init.mp4 says how long the whole is. In a file whose moov has no samples, GStreamer drops two frames of AAC at the beginning for that when it
 * reads from a server; 0 means to the end of all fragments (ISO 14496-12, 8.6.6.1), and only where to begin is left. */
static void
layout_open_end(struct layout *layout)
{
    static const char *const path[] = {"moov", "trak", "edts", "elst"};
    unsigned char *box = layout->head, *end = box + layout->head_len;

    for (size_t i = 0; i < COUNT_OF(path); i++)
        box = layout_box(box, &end, path[i]);
    if (box && end - box >= 20 && layout_take(box + 4) == 1)
        memset(box + 8, 0, box[0] == 1 ? 8 : 4);
}

/* The names and lengths that the playlist states, which are exact to a sample. */
static bool
layout_read_playlist(struct layout *layout, char *text)
{
    struct layout_segment *fit;
    double length = 0;
    char *rest = NULL;

    layout->segments = calloc(SEGMENTS_MAX, sizeof *layout->segments);
    for (char *line = layout->segments ? strtok_r(text, "\r\n", &rest) : NULL; line; line = strtok_r(NULL, "\r\n", &rest)) {
        struct layout_segment *segment = &layout->segments[layout->count];

        if (*line == '#') {
            sscanf(line, "#EXTINF:%lf,", &length);
            continue;
        }
        if (layout->count == SEGMENTS_MAX || length <= 0 || length > 3600 || strlen(line) >= NAME_TEXT)
            return false;
        snprintf(segment->name, NAME_TEXT, "%s", line);
        segment->samples = (uint32_t)llround(length * layout->sample_rate);
        layout->count++;
    }
    fit = layout->count ? realloc(layout->segments, layout->count * sizeof *fit) : NULL; /* it may be remembered for long */
    if (fit)
        layout->segments = fit;
    return layout->count;
}

static int
layout_measure(struct layout *layout)
{
    char key[STORAGE_KEY_MAX + 1];

    for (unsigned i = 0; i < layout->count; i++) {
        struct source *source;
        int error;

        snprintf(key, sizeof key, "%s/%s", layout->folder, layout->segments[i].name);
        error = storage_open_near(layout->storage, key, 0, &source);
        if (error)
            return error;
        layout->segments[i].size = source_size(source) < INT32_MAX ? (uint32_t)source_size(source) : 0;
        source_unref(source);
        if (!layout->segments[i].size)
            return STORAGE_FAILED;
    }
    return STORAGE_OK;
}

static struct layout *
layout_find(const char *folder)
{
    struct layout *layout;

    pthread_mutex_lock(&lock);
    TAILQ_FOREACH(layout, &remembered, entry)
        if (strcmp(layout->folder, folder) == 0)
            break;
    if (layout) {
        atomic_fetch_add(&layout->references, 1);
        TAILQ_REMOVE(&remembered, layout, entry);
        TAILQ_INSERT_HEAD(&remembered, layout, entry);
    }
    pthread_mutex_unlock(&lock);
    return layout;
}

/* Two that were made at the same moment may both be there; one is used, and both are forgotten in their turn. */
static void
layout_remember(struct layout *layout)
{
    struct layout *last = NULL;

    atomic_fetch_add(&layout->references, 1);
    pthread_mutex_lock(&lock);
    TAILQ_INSERT_HEAD(&remembered, layout, entry);
    if (++remembered_count > REMEMBERED_MAX) {
        last = TAILQ_LAST(&remembered, layout_list);
        TAILQ_REMOVE(&remembered, last, entry);
        remembered_count--;
    }
    pthread_mutex_unlock(&lock);
    layout_unref(last);
}

int
layout_get(struct storage *storage, const char *folder, int sample_rate, struct layout **ret_layout)
{
    struct layout *layout = layout_find(folder);
    unsigned char *playlist = NULL;
    size_t len;
    int error;

    if (layout) {
        *ret_layout = layout;
        return STORAGE_OK;
    }
    layout = calloc(1, sizeof *layout);
    if (!layout)
        return STORAGE_FAILED;
    layout->references = 1;
    layout->storage = storage;
    layout->sample_rate = sample_rate;
    snprintf(layout->folder, sizeof layout->folder, "%s", folder);
    error = layout_read(storage, folder, "init.mp4", HEAD_MAX, &layout->head, &layout->head_len);
    if (!error)
        layout_open_end(layout);
    if (!error)
        error = layout_read(storage, folder, "playlist.m3u8", PLAYLIST_MAX, &playlist, &len);
    if (!error && !layout_read_playlist(layout, (char *)playlist))
        error = STORAGE_FAILED;
    free(playlist);
    if (!error)
        error = layout_measure(layout);
    if (error) {
        layout_unref(layout);
        return error;
    }
    layout_remember(layout);
    *ret_layout = layout;
    return STORAGE_OK;
}

static void
layout_put(unsigned char *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
}

static size_t
layout_index_size(const struct layout *layout, unsigned first)
{
    return SIDX_HEAD + (size_t)SIDX_ENTRY * (layout->count - first);
}

uint64_t
layout_size(const struct layout *layout)
{
    uint64_t size = layout->head_len + layout_index_size(layout, 0);

    for (unsigned i = 0; i < layout->count; i++)
        size += layout->segments[i].size;
    return size;
}

unsigned
layout_segments(const struct layout *layout)
{
    return layout->count;
}

/* The box `sidx` (ISO 14496-12, 8.16.3), version 1: where each segment from `first` on is, and how long it lasts. */
static void
layout_write_index(const struct layout *layout, unsigned first, unsigned char *to)
{
    uint64_t begins = 0;

    for (unsigned i = 0; i < first; i++)
        begins += layout->segments[i].samples;
    layout_put(to, layout_index_size(layout, first), 4);
    memcpy(to + 4, "sidx", 4);
    layout_put(to + 8, 1U << 24, 4);
    layout_put(to + 12, 1, 4); /* of the track 1 */
    layout_put(to + 16, (uint64_t)layout->sample_rate, 4);
    layout_put(to + 20, begins, 8);
    layout_put(to + 28, 0, 8);
    layout_put(to + 36, layout->count - first, 4); /* two bytes that are reserved, and the count */
    to += SIDX_HEAD;
    for (unsigned i = first; i < layout->count; i++, to += SIDX_ENTRY) {
        layout_put(to, layout->segments[i].size, 4);
        layout_put(to + 4, layout->segments[i].samples, 4);
        layout_put(to + 8, 0x90000000, 4); /* it begins with a point where decoding can begin */
    }
}

static unsigned
layout_segment_at(const struct layout *layout, double from_s)
{
    double at = from_s * layout->sample_rate, begins = 0;
    unsigned i = 0;

    for (; i + 1 < layout->count && begins + layout->segments[i].samples <= at; i++)
        begins += layout->segments[i].samples;
    return i;
}

/* What a reply needs while it is sent. */
struct layout_reply {
    struct layout *layout;
    unsigned first;
    struct source_part *parts; /* the head, the index, segments */
    unsigned char *index;
};

static void
layout_reply_free(void *context)
{
    struct layout_reply *reply = context;

    layout_unref(reply->layout);
    free(reply->parts);
    free(reply->index);
    free(reply);
}

static struct source *
layout_open(void *context, unsigned part)
{
    const struct layout_reply *reply = context;
    char key[STORAGE_KEY_MAX + 1];
    struct source *source;

    snprintf(key, sizeof key, "%s/%s", reply->layout->folder, reply->layout->segments[reply->first + part - 2].name);
    if (storage_open_near(reply->layout->storage, key, FILE_COPIED_MAX, &source) == 0)
        return source;
    log_warn("a segment of a stream is gone", LOG_TEXT("key", key));
    return NULL;
}

struct source *
layout_source(struct layout *layout, double from_s)
{
    struct layout_reply *reply = calloc(1, sizeof *reply);
    unsigned count;

    if (!reply)
        return NULL;
    atomic_fetch_add(&layout->references, 1);
    reply->layout = layout;
    reply->first = layout_segment_at(layout, from_s);
    count = layout->count - reply->first;
    reply->parts = calloc(2 + (size_t)count, sizeof *reply->parts);
    reply->index = malloc(layout_index_size(layout, reply->first));
    if (!reply->parts || !reply->index) {
        layout_reply_free(reply);
        return NULL;
    }
    layout_write_index(layout, reply->first, reply->index);
    reply->parts[0] = (struct source_part){layout->head, layout->head_len};
    reply->parts[1] = (struct source_part){reply->index, layout_index_size(layout, reply->first)};
    for (unsigned i = 0; i < count; i++)
        reply->parts[2 + i].size = layout->segments[reply->first + i].size;
    return source_join(&(struct source_parts){reply->parts, 2 + count, layout_open, layout_reply_free, reply});
}

void
layout_playlist(const struct layout *layout, const char *address, struct buf *out)
{
    uint64_t at = layout->head_len + layout_index_size(layout, 0);
    uint32_t longest = 0;

    for (unsigned i = 0; i < layout->count; i++)
        longest = layout->segments[i].samples > longest ? layout->segments[i].samples : longest;
    buf_printf(out, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%ld\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MAP:URI=\"%s\",BYTERANGE=\"%zu@0\"\n",
               lround(ceil((double)longest / layout->sample_rate)), address, layout->head_len);
    for (unsigned i = 0; i < layout->count; i++) {
        buf_printf(out, "#EXTINF:%.5f,\n#EXT-X-BYTERANGE:%u@%llu\n%s\n", (double)layout->segments[i].samples / layout->sample_rate, layout->segments[i].size,
                   (unsigned long long)at, address);
        at += layout->segments[i].size;
    }
    buf_add_text(out, "#EXT-X-ENDLIST\n");
}
