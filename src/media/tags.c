/* tags.c - picks and cleans metadata. */
#include "tags.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

/* Control characters, line and bidirectional overrides, and noncharacters that would end up in a page or a log. */
static bool
is_unwanted(const unsigned char *s, size_t n)
{
    if (n == 1)
        return s[0] < 0x20 || s[0] == 0x7f;
    if (n == 2)
        return s[0] == 0xc2 && s[1] < 0xa0;
    if (n == 3 && s[0] == 0xe2 && s[1] == 0x80)
        return s[2] == 0xa8 || s[2] == 0xa9 || (s[2] >= 0xaa && s[2] <= 0xae);
    if (n == 3 && s[0] == 0xe2 && s[1] == 0x81)
        return s[2] >= 0xa6 && s[2] <= 0xa9;
    return n == 3 && s[0] == 0xef && (s[1] == 0xbf && s[2] >= 0xbe);
}

/* Writes the cleaned text to `to` (room for `max` bytes) and returns its length. */
static size_t
clean(char *to, size_t max, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t left = strlen(text), length = 0;

    while (left > 0) {
        size_t n = sequence(s, left);

        if (n == 0 || is_unwanted(s, n)) {
            n = n ? n : 1;
            if (length > 0 && length < max && to[length - 1] != ' ')
                to[length++] = ' ';
        } else if (length + n > max) {
            break;
        } else if (!(n == 1 && *s == ' ' && length == 0)) {
            memcpy(to + length, s, n);
            length += n;
        }
        s += n;
        left -= n;
    }
    while (length > 0 && to[length - 1] == ' ')
        length--;
    return length;
}

static const char *
find(const struct input *input, const char *const *names)
{
    for (; *names; names++) {
        const AVDictionaryEntry *e = av_dict_get(input->format->metadata, *names, NULL, 0);

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
                      *const track[] = { "track", "tracknumber", NULL }, *const bpm[] = { "TBPM", "BPM", "tmpo", "TEMPO", NULL },
                      *const key[] = { "TKEY", "INITIALKEY", "initial_key", "key", NULL },
                      *const comment[] = { "comment", "description", NULL };
    json_t *tags = json_object();
    int error = 0;

    if (!tags)
        return NULL;
    error |= add_text(tags, "title", find(input, title), TAG_BYTES_MAX);
    error |= add_text(tags, "artist", find(input, artist), TAG_BYTES_MAX);
    error |= add_text(tags, "album", find(input, album), TAG_BYTES_MAX);
    error |= add_text(tags, "genre", find(input, genre), 100);
    error |= add_text(tags, "key", find(input, key), 20);
    error |= add_text(tags, "comment", find(input, comment), TAG_COMMENT_BYTES_MAX);
    error |= add_number(tags, "year", find(input, date), 1000, 9999); /* "2019-04-01" begins with its year */
    error |= add_number(tags, "track", find(input, track), 1, 9999);  /* "3/12" begins with the track */
    error |= add_number(tags, "bpm", find(input, bpm), 1, 999);
    if (error) {
        json_decref(tags);
        return NULL;
    }
    return tags;
}
