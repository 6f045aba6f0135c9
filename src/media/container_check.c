/* container_check.c - a walk over the top level of RIFF, IFF and ISO files; no sample is read. */
#include "container_check.h"

#include "reason.h"

#include <string.h>
#include <unistd.h>

#define MAX_CHUNKS 4096

static uint32_t
be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t
le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static uint64_t
u64(uint64_t high, uint64_t low)
{
    return high << 32 | low;
}

/* A few missing bytes are an encoder's padding habit, not a lost end. */
static bool
is_beyond(uint64_t promised_end, int64_t size)
{
    uint64_t slack = 4096 + (uint64_t)size / 1000;

    return promised_end > (uint64_t)size + slack;
}

/* What recorders and pipes write who do not know the length yet. */
static bool
is_placeholder(uint64_t length)
{
    return length == 0 || (length >= 0x7ffff000 && length <= 0x80000000) || (length >= 0xfffff000 && length <= UINT32_MAX) || length > INT64_MAX / 2;
}

static int
check_sound(uint64_t at, uint64_t length, int64_t size, struct container *container)
{
    if (at >= (uint64_t)size)
        return MEDIA_E_TOO_SHORT;
    if (at + length <= (uint64_t)size + 1)
        return 0;
    if (!is_placeholder(length))
        container->ends_early = is_beyond(at + length, size);
    container->sound_bytes = size - (int64_t)at;
    return 0;
}

static int
check_wav(int fd, int64_t size, struct container *container)
{
    uint64_t at = 12, data64 = 0;
    uint8_t h[24];

    for (int i = 0; i < MAX_CHUNKS && pread(fd, h, sizeof h, (off_t)at) >= 8; i++) {
        uint64_t length = le32(h + 4);

        if (!memcmp(h, "ds64", 4) && length >= 16)
            data64 = u64(le32(h + 20), le32(h + 16));
        if (!memcmp(h, "ds64", 4))
            container->is_unfinished_rf64 = is_placeholder(data64);
        if (!memcmp(h, "data", 4)) {
            if (length == UINT32_MAX && data64 > 0)
                length = data64;
            return check_sound(at + 8, length > INT64_MAX - at ? INT64_MAX - at - 8 : length, size, container);
        }
        at += 8 + length + (length & 1);
    }
    return 0;
}

static int
check_aiff(int fd, int64_t size, struct container *container)
{
    uint64_t at = 12;
    uint8_t h[16];

    for (int i = 0; i < MAX_CHUNKS && pread(fd, h, sizeof h, (off_t)at) >= 8; i++) {
        uint64_t length = be32(h + 4);

        if (!memcmp(h, "SSND", 4) && length > 8) {
            return check_sound(at + 16 + be32(h + 8), length - 8, size, container);
        }
        at += 8 + length + (length & 1);
    }
    return 0;
}

static bool
holds_sound(const uint8_t *type)
{
    return !memcmp(type, "mdat", 4) || !memcmp(type, "moov", 4) || !memcmp(type, "moof", 4);
}

static int
check_mp4(int fd, int64_t size, struct container *container)
{
    uint64_t at = 0;
    bool has_moov = false;
    uint8_t h[16];

    for (int i = 0; i < MAX_CHUNKS && at < (uint64_t)size && pread(fd, h, sizeof h, (off_t)at) >= 8; i++) {
        uint64_t length = be32(h);
        bool is_moov = !memcmp(h + 4, "moov", 4);

        if (length == 1)
            length = u64(be32(h + 8), be32(h + 12));
        if (length == 0)
            length = (uint64_t)size - at;
        if (length < 8 || length > INT64_MAX)
            break; /* bytes behind the last box are no box: an ID3 tag, say */
        if (is_beyond(at + length, size)) {
            container->ends_early = holds_sound(h + 4);
            break;
        }
        has_moov |= is_moov;
        at += length;
    }
    return has_moov ? 0 : MEDIA_E_TRUNCATED;
}

int
container_check(int fd, int64_t size, const char *demuxer, struct container *ret_container)
{
    memset(ret_container, 0, sizeof *ret_container);
    if (!strcmp(demuxer, "wav"))
        return check_wav(fd, size, ret_container);
    if (!strcmp(demuxer, "aiff"))
        return check_aiff(fd, size, ret_container);
    return strcmp(demuxer, "mov") ? 0 : check_mp4(fd, size, ret_container);
}
