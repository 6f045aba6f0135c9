/* tags.c - picks and cleans metadata. */
#include "tags.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* Bytes of the UTF-8 sequence at `s` when it is well formed (shortest form, no surrogate), else 0. */
static size_t
sequence(const unsigned char *s, size_t left)
{
    static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
    unsigned point = n > 1 ? s[0] & (0x7fu >> n) : s[0];

    if (n == 0 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (s[i] & 0x3f);
    }
    return point < least[n] || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff ? 0 : n;
}

/* What would end up in a page or a log: hidden characters that belong to nothing, and noncharacters. */
static bool
is_unwanted(const unsigned char *s, size_t n)
{
    bool belongs;

    return (text_hidden_character((const char *)s, &belongs) && !belongs) || (n == 3 && s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe);
}

/* Is it UTF-8? A last character that is cut, as the 30 bytes of ID3v1 do, is not held against it. */
static bool
is_utf8(const unsigned char *s, size_t left)
{
    while (left > 0) {
        size_t n = sequence(s, left);

        if (n == 0)
            return left < 4 && s[0] >= 0xc2 && s[0] < 0xf5 && (left == 1 || ((s[1] & 0xc0) == 0x80 && (left == 2 || (s[2] & 0xc0) == 0x80)));
        s += n;
        left -= n;
    }
    return true;
}

/* One byte of Windows-1252 as UTF-8; returns its length. The five bytes that mean nothing become control characters, which are cleaned away. */
static size_t
from_1252(unsigned char byte, unsigned char *to)
{
    static const unsigned short high[] = { 0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
                                           0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
                                           0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178 };
    unsigned point = byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : byte;

    if (point < 0x80) {
        to[0] = byte;
        return 1;
    }
    if (point < 0x800) {
        to[0] = (unsigned char)(0xc0 | point >> 6);
        to[1] = (unsigned char)(0x80 | (point & 0x3f));
        return 2;
    }
    to[0] = (unsigned char)(0xe0 | point >> 12);
    to[1] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
    to[2] = (unsigned char)(0x80 | (point & 0x3f));
    return 3;
}

/* Writes the cleaned text to `to` (room for `max` bytes) and returns its length. */
static size_t
clean(char *to, size_t max, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t left = strlen(text), length = 0;
    bool utf8 = is_utf8(at, left), visible = false;

    while (left > 0) {
        unsigned char other[3] = { 0 };
        size_t used = utf8 ? sequence(at, left) : 1, n = utf8 ? used : from_1252(*at, other);
        const unsigned char *s = utf8 ? at : other;

        used = used ? used : 1;
        if (n == 0 || is_unwanted(s, n)) {
            if (length > 0 && length < max && to[length - 1] != ' ')
                to[length++] = ' ';
        } else if (length + n > max) {
            break;
        } else if (!(n == 1 && *s == ' ' && length == 0)) {
            memcpy(to + length, s, n);
            length += n;
            visible = visible || !text_blank_character((const char *)s); /* a name of nothing else is no name */
        }
        at += used;
        left -= used;
    }
    while (length > 0 && to[length - 1] == ' ')
        length--;
    return visible ? length : 0;
}

static const char *
find_tag(const struct input *input, const char *const *names)
{
    for (; *names; names++) {
        const AVDictionaryEntry *e = av_dict_get(input->embedded.texts, *names, NULL, 0);

        if (!e)
            e = av_dict_get(input->format->metadata, *names, NULL, 0);
        if (!e)
            e = av_dict_get(input->stream->metadata, *names, NULL, 0);
        if (e && e->value[0])
            return e->value;
    }
    return NULL;
}

static int
add_text(json_t *tags, const char *name, const char *value, size_t max)
{
    char text[TAG_COMMENT_BYTES_MAX];
    size_t length = value ? clean(text, max, value) : 0;

    return length > 0 ? json_object_set_new(tags, name, json_stringn(text, length)) : 0;
}

/* FFmpeg joins several comments of one name by a bare semicolon. */
static int
add_artists(json_t *tags, const struct input *input, const char *value)
{
    char text[2 * TAG_BYTES_MAX + 2];
    size_t length = 0;
    bool joined = !strcmp(input_format_name(input), "flac") || !strcmp(input_format_name(input), "ogg");

    for (; value && *value && length < sizeof text - 3; value++) {
        bool is_join = joined && *value == ';' && value[1] != ' ' && value[1] != 0;

        text[length++] = is_join ? ',' : *value;
        if (is_join)
            text[length++] = ' ';
    }
    text[length] = 0;
    return add_text(tags, "artist", text, TAG_BYTES_MAX);
}

static int
add_number(json_t *tags, const char *name, const char *value, long lowest, long highest)
{
    char *end;
    double number = value ? strtod(value, &end) : 0;
    long rounded;

    if (!value || end == value || !(number > -1e6 && number < 1e6))
        return 0;
    rounded = (long)(number + 0.5);
    return rounded < lowest || rounded > highest ? 0 : json_object_set_new(tags, name, json_integer(rounded));
}

json_t *
tags_read(const struct input *input)
{
    static const char *const title[] = { "title", NULL }, *const artist[] = { "artist", "album_artist", NULL }, *const album[] = { "album", NULL },
                      *const genre[] = { "genre", NULL }, *const date[] = { "date", "year", "TYER", "creation_time", NULL },
                      *const track[] = { "track", "tracknumber", NULL }, *const disc[] = { "disc", "discnumber", NULL },
                      *const album_artist[] = { "album_artist", "albumartist", NULL }, *const bpm[] = { "TBPM", "BPM", "tmpo", "TEMPO", NULL },
                      *const key[] = { "TKEY", "INITIALKEY", "initial_key", "key", NULL },
                      *const comment[] = { "comment", "description", NULL };
    json_t *tags = json_object();
    int error = 0;

    if (!tags)
        return NULL;
    error |= add_text(tags, "title", find_tag(input, title), TAG_BYTES_MAX);
    if (input->embedded.artists[0])
        error |= add_text(tags, "artist", input->embedded.artists, TAG_BYTES_MAX);
    else
        error |= add_artists(tags, input, find_tag(input, artist));
    error |= add_text(tags, "album", find_tag(input, album), TAG_BYTES_MAX);
    error |= add_text(tags, "album_artist", find_tag(input, album_artist), TAG_BYTES_MAX);
    error |= add_text(tags, "genre", find_tag(input, genre), 100);
    error |= add_text(tags, "key", find_tag(input, key), 20);
    error |= add_text(tags, "comment", find_tag(input, comment), TAG_COMMENT_BYTES_MAX);
    error |= add_number(tags, "year", find_tag(input, date), 1000, 9999); /* "2019-04-01" begins with its year */
    error |= add_number(tags, "track", find_tag(input, track), 1, 9999);  /* "3/12" begins with the track */
    error |= add_number(tags, "disc", find_tag(input, disc), 1, 99);
    error |= add_number(tags, "bpm", find_tag(input, bpm), 1, 999);
    if (error) {
        json_decref(tags);
        return NULL;
    }
    return tags;
}
