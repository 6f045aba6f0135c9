/* sound_start.c - see sound_start.h. */
#include "sound_start.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define TAGS_MAX 8
#define FILLING_MAX (1 << 20) /* zeros that taggers leave between the tag and the sound */
#define SILENCE_MAX 4096      /* zeros where there is no tag; the image of a disc begins with more */
#define WINDOW 8192           /* the rest of a cut frame and a damaged one may precede the first whole frame */
#define FRAMES_WANTED 3

/* Reads up to `length` bytes; what is not there is zero. Returns how many there were. */
static int
read_at(int fd, int64_t at, uint8_t *bytes, int length)
{
    ssize_t n = pread(fd, bytes, (size_t)length, at);

    n = n < 0 ? 0 : n;
    memset(bytes + n, 0, (size_t)(length - n));
    return (int)n;
}

/* The first byte behind ID3v2 tags. */
static int64_t
skip_tags(int fd)
{
    int64_t at = 0;
    uint8_t h[10];

    for (int i = 0; i < TAGS_MAX; i++) {
        if (read_at(fd, at, h, sizeof h) < (int)sizeof h || memcmp(h, "ID3", 3) != 0 || ((h[6] | h[7] | h[8] | h[9]) & 0x80))
            return at;
        at += 10 + (h[6] << 21 | h[7] << 14 | h[8] << 7 | h[9]) + (h[5] & 0x10 ? 10 : 0);
    }
    return at;
}

static int64_t
skip_zeros(int fd, int64_t at, int64_t max)
{
    uint8_t bytes[4096];

    for (int64_t end = at + max; at < end;) {
        int n = read_at(fd, at, bytes, sizeof bytes), zeros = 0;

        while (zeros < n && bytes[zeros] == 0)
            zeros++;
        at += zeros;
        if (zeros < n || n == 0)
            return at;
    }
    return at;
}

static const char *
by_signature(const uint8_t *h)
{
    static const char *const mp4[] = { "ftyp", "moov", "mdat", "free", "skip", "wide", "pnot" };

    if ((!memcmp(h, "RIFF", 4) || !memcmp(h, "RF64", 4) || !memcmp(h, "BW64", 4)) && !memcmp(h + 8, "WAVE", 4))
        return "wav";
    if (!memcmp(h, "FORM", 4) && (!memcmp(h + 8, "AIFF", 4) || !memcmp(h + 8, "AIFC", 4)))
        return "aiff";
    if (!memcmp(h, "fLaC", 4))
        return "flac";
    if (!memcmp(h, "OggS", 4))
        return "ogg";
    for (size_t i = 0; i < sizeof(mp4) / sizeof(mp4[0]); i++)
        if (!memcmp(h + 4, mp4[i], 4))
            return "mov";
    return NULL;
}

/* Files of another kind may hold MP3 frames, but are no sound; and no frame begins with text. */
static bool
is_something_else(const uint8_t *h)
{
    static const struct {
        const char *bytes;
        size_t length;
    } others[] = {
        { "PK\3\4", 4 },     { "PK\5\6", 4 },  { "\x1f\x8b", 2 },         { "7z\xbc\xaf", 4 },   { "Rar!", 4 }, { "BZh", 3 },     { "\xfd" "7zXZ", 5 },
        { "(\xb5/\xfd", 4 }, { "RIFF", 4 },    { "FORM", 4 },             { "\x1a\x45\xdf\xa3", 4 }, { "FLV", 3 },  { "\x30\x26\xb2\x75", 4 },
        { "\0\0\1\xba", 4 }, { "\x47\x40", 2 }, { "\xff\xd8\xff", 3 },     { "\x89PNG", 4 },      { "GIF8", 4 }, { "%PDF", 4 },    { "\x7f" "ELF", 4 },
        { "MZ", 2 },         { "\xef\xbb\xbf", 3 }, { "\xff\xfe<", 3 },   { "#!", 2 },
    };
    int text = 0;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (!memcmp(h, others[i].bytes, others[i].length))
            return true;
    while (text < 16 && (h[text] == 0 || (h[text] >= 0x20 && h[text] < 0x7f) || (h[text] >= '\t' && h[text] <= '\r')))
        text++;
    return text == 16 && h[0] != 0;
}

/* Bytes of the MPEG audio frame whose header this is; 0 when it is none. */
static int
mpeg_frame(const uint8_t *h)
{
    static const uint8_t rates[5][15] = { /* in units of 8 kbit/s: MPEG-1 layers I, II, III; MPEG-2 layer I; II and III */
        { 0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56 }, { 0, 4, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48 },
        { 0, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40 },    { 0, 4, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32 },
        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20 },
    };
    static const int samples[] = { 44100, 48000, 32000 };
    int version = h[1] >> 3 & 3, layer = 4 - (h[1] >> 1 & 3), bit_rate = h[2] >> 4, rate = h[2] >> 2 & 3, padding = h[2] >> 1 & 1;
    bool first = version == 3;

    if (h[0] != 0xff || (h[1] & 0xe0) != 0xe0 || version == 1 || layer == 4 || bit_rate == 0 || bit_rate == 15 || rate == 3)
        return 0;
    bit_rate = 8000 * rates[first ? layer - 1 : layer == 1 ? 3 : 4][bit_rate];
    rate = samples[rate] >> (first ? 0 : version == 2 ? 1 : 2);
    if (layer == 1)
        return (12 * bit_rate / rate + padding) * 4;
    return (layer == 3 && !first ? 72 : 144) * bit_rate / rate + padding;
}

static int
adts_frame(const uint8_t *h)
{
    int length = (h[3] & 3) << 11 | h[4] << 3 | h[5] >> 5;

    return h[0] == 0xff && (h[1] & 0xf6) == 0xf0 && (h[2] >> 2 & 15) < 13 && length > 7 ? length : 0;
}

/* Do several frames follow each other from here on, or as many as there are? */
static bool
is_chain(int fd, int64_t at, int64_t size, int (*frame)(const uint8_t *))
{
    uint8_t h[8];
    int count;

    for (count = 0; count < FRAMES_WANTED && at < size; count++) {
        int length = read_at(fd, at, h, sizeof h) < (int)sizeof h ? 0 : frame(h);

        if (length == 0)
            return count > 0 && (!memcmp(h, "TAG", 3) || !memcmp(h, "APETAGEX", 8) || h[0] == 0);
        at += length;
    }
    return count > 0;
}

const char *
sound_start(int fd, int64_t size)
{
    int64_t at = skip_tags(fd);
    uint8_t window[WINDOW + 16];
    const char *name;
    int n;

    read_at(fd, at, window, 16);
    name = by_signature(window); /* before zeros are skipped: an MP4 begins with some */
    if (name)
        return name;
    at = skip_zeros(fd, at, at > 0 ? FILLING_MAX : SILENCE_MAX);
    n = read_at(fd, at, window, sizeof window);
    name = by_signature(window);
    if (name || is_something_else(window))
        return name;
    for (int i = 0; i < WINDOW && i < n; i++) {
        if (window[i] != 0xff)
            continue;
        if (adts_frame(window + i) && is_chain(fd, at + i, size, adts_frame))
            return "aac";
        if (mpeg_frame(window + i) && is_chain(fd, at + i, size, mpeg_frame))
            return "mp3";
    }
    return NULL;
}
