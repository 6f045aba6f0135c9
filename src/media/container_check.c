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
static int
compare(uint64_t promised_end, int64_t size)
{
    uint64_t slack = 4096 + (uint64_t)size / 1000;

    return promised_end > (uint64_t)size + slack ? MEDIA_E_TRUNCATED : 0;
}

enum container_guess
container_guess(int fd)
{
    uint8_t h[12] = { 0 };

    if (pread(fd, h, sizeof h, 0) < 8)
        return CONTAINER_UNKNOWN;
    if ((!memcmp(h, "RIFF", 4) || !memcmp(h, "RF64", 4) || !memcmp(h, "BW64", 4)) && !memcmp(h + 8, "WAVE", 4))
        return CONTAINER_WAV;
    if (!memcmp(h, "FORM", 4) && !memcmp(h + 8, "AIF", 3))
        return CONTAINER_AIFF;
    if (!memcmp(h + 4, "ftyp", 4))
        return CONTAINER_MP4;
    if (!memcmp(h, "fLaC", 4))
        return CONTAINER_FLAC;
    return !memcmp(h, "OggS", 4) ? CONTAINER_OGG : CONTAINER_UNKNOWN;
}

static int
check_wav(int fd, int64_t size)
{
    uint64_t at = 12, data64 = 0;
    uint8_t h[24];

    for (int i = 0; i < MAX_CHUNKS && pread(fd, h, sizeof h, (off_t)at) >= 8; i++) {
        uint64_t length = le32(h + 4);

        if (!memcmp(h, "ds64", 4) && length >= 16)
            data64 = u64(le32(h + 20), le32(h + 16));
        if (!memcmp(h, "data", 4)) {
            if (length == 0xffffffff)
                length = data64;
            return length > UINT64_MAX / 2 ? 0 : compare(at + 8 + length, size);
        }
        at += 8 + length + (length & 1);
    }
    return at > (uint64_t)size + 1 ? MEDIA_E_TRUNCATED : 0;
}

static int
check_aiff(int fd, int64_t size)
{
    uint64_t at = 12;
    uint8_t h[8];

    for (int i = 0; i < MAX_CHUNKS && pread(fd, h, sizeof h, (off_t)at) == 8; i++) {
        uint64_t length = be32(h + 4);

        if (!memcmp(h, "SSND", 4))
            return length == 0xffffffff ? 0 : compare(at + 8 + length, size);
        at += 8 + length + (length & 1);
    }
    return at > (uint64_t)size + 1 ? MEDIA_E_TRUNCATED : 0;
}

static int
check_mp4(int fd, int64_t size)
{
    uint64_t at = 0;
    int has_moov = 0;
    uint8_t h[16];

    for (int i = 0; i < MAX_CHUNKS && at < (uint64_t)size && pread(fd, h, sizeof h, (off_t)at) >= 8; i++) {
        uint64_t length = be32(h);

        has_moov |= !memcmp(h + 4, "moov", 4);
        if (length == 0)
            return has_moov ? 0 : MEDIA_E_TRUNCATED;
        if (length == 1)
            length = u64(be32(h + 8), be32(h + 12));
        if (length < 8 || length > UINT64_MAX / 2)
            return 0; /* not ours to judge: the demuxer says what it is */
        at += length;
        if (compare(at, size))
            return MEDIA_E_TRUNCATED;
    }
    return has_moov ? 0 : MEDIA_E_TRUNCATED;
}

int
container_check(int fd, int64_t size)
{
    switch (container_guess(fd)) {
    case CONTAINER_WAV:
        return check_wav(fd, size);
    case CONTAINER_AIFF:
        return check_aiff(fd, size);
    case CONTAINER_MP4:
        return check_mp4(fd, size);
    default:
        return 0;
    }
}
