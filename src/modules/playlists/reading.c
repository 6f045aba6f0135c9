/* reading.c - files of playlists: which kind one is, and what entries of all kinds have in common. */
#include "modules/playlists/reading.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/encode.h"

#define TEXT_CHARACTERS_MAX 500
#define PLACE_CHARACTERS_MAX 2000

/* What Windows-1252 has at 0x80 to 0x9F; 0: nothing. */
static const unsigned short windows_1252[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
                                                0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
                                                0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static void
add_character(struct buf *out, unsigned code)
{
    if (code < 0x80)
        buf_add(out, (struct str){(char[]){(char)code}, 1});
    else if (code < 0x800)
        buf_add(out, (struct str){(char[]){(char)(0xC0 | code >> 6), (char)(0x80 | (code & 0x3F))}, 2});
    else
        buf_add(out, (struct str){(char[]){(char)(0xE0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3F)), (char)(0x80 | (code & 0x3F))}, 3});
}

/* Bytes of a character that no title has: controls, and what reverses the direction of text. 0: it is fine. */
static size_t
unwanted(const unsigned char *p, const unsigned char *end)
{
    if (*p < 0x20 || *p == 0x7F)
        return 1;
    if (end - p >= 2 && p[0] == 0xC2 && p[1] < 0xA0)
        return 2;
    if (end - p >= 3 && p[0] == 0xE2 && ((p[1] == 0x80 && p[2] >= 0xA8 && p[2] <= 0xAE) || (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9)))
        return 3;
    return 0;
}

static void
set_text(json_t *object, const char *name, struct str value, size_t characters_max)
{
    const char *kept = text_equal(name, "description") ? "\n\r\t" : ""; /* a text of several lines */
    scoped_buf out = BUF_INIT(64 * 1024);
    bool utf8 = utf8_valid(value, NULL);
    const unsigned char *p = (const unsigned char *)(value.len ? value.ptr : ""), *end = p + value.len;

    for (size_t characters = 0; p < end && characters < characters_max; characters++) {
        size_t bad = utf8 ? unwanted(p, end) : *p < 0x20 || *p == 0x7F, len = 1;

        if (bad && !(*p && strchr(kept, *p))) {
            buf_add(&out, STR(" "));
            len = bad;
        } else if (!utf8) {
            unsigned code = *p >= 0x80 && *p < 0xA0 ? windows_1252[*p - 0x80] : *p;

            add_character(&out, code ? code : 0xFFFD);
        } else {
            while (p + len < end && (p[len] & 0xC0) == 0x80)
                len++;
            buf_add(&out, (struct str){(const char *)p, len});
        }
        p += len;
    }
    if (!out.failed && out.len && !text_is_unseen(buf_str(&out).ptr))
        json_object_set_new(object, name, json_stringn(out.ptr, out.len));
}

void
entry_text(json_t *object, const char *name, struct str value)
{
    set_text(object, name, value, text_equal(name, "description") ? 5000 : text_equal(name, "name") ? 200 : TEXT_CHARACTERS_MAX);
}

json_t *
entry_begin(struct reading *reading, size_t line)
{
    json_t *entry;

    if (json_array_size(reading->lines) >= PLAYLIST_FILE_LINES) {
        reading->too_many = true;
        return NULL;
    }
    entry = json_pack("{s:I, s:I}", "n", (json_int_t)json_array_size(reading->lines) + 1, "line", (json_int_t)line);
    if (entry && json_array_append_new(reading->lines, entry) != 0)
        entry = NULL;
    return entry;
}

/* The id in /track/{id}, /tracks/{id} or /hls/{id}. */
void
entry_track(json_t *entry, struct str value)
{
    static const char *const before[] = {"/track/", "/tracks/", "/hls/"};
    char id[UUID_TEXT];

    for (size_t at = 0; at < value.len; at++) {
        for (size_t i = 0; i < COUNT_OF(before); i++) {
            size_t len = strlen(before[i]);

            if (value.len - at < len + UUID_TEXT - 1 || memcmp(value.ptr + at, before[i], len) != 0)
                continue;
            memcpy(id, value.ptr + at + len, UUID_TEXT - 1);
            id[UUID_TEXT - 1] = 0;
            if (uuid_valid(id))
                json_object_set_new(entry, "track_id", json_string(id));
        }
    }
}

void
entry_location(json_t *entry, struct str value)
{
    set_text(entry, "location", value, PLACE_CHARACTERS_MAX);
    entry_track(entry, value);
}

void
entry_duration(json_t *entry, double milliseconds)
{
    if (isfinite(milliseconds) && milliseconds > 0 && milliseconds < 1e12)
        json_object_set_new(entry, "duration_ms", json_integer((json_int_t)llround(milliseconds)));
}

void
entry_display(json_t *entry, struct str value)
{
    const char *dash = value.len ? memmem(value.ptr, value.len, " - ", 3) : NULL;

    if (dash && dash > value.ptr) {
        entry_text(entry, "artist", (struct str){value.ptr, (size_t)(dash - value.ptr)});
        value = (struct str){dash + 3, value.len - (size_t)(dash + 3 - value.ptr)};
    }
    entry_text(entry, "title", value);
}

static size_t
percent_decode(char *text)
{
    size_t to = 0;

    for (size_t from = 0; text[from]; from++) {
        unsigned char byte = (unsigned char)text[from], decoded;

        if (byte == '%' && isxdigit((unsigned char)text[from + 1]) && isxdigit((unsigned char)text[from + 2]) &&
            hex_decode((char[]){text[from + 1], text[from + 2], 0}, &decoded, 1)) {
            byte = decoded;
            from += 2;
        }
        text[to++] = (char)byte;
    }
    text[to] = 0;
    return to;
}

/* "03 - ", "03. ", "03 ", "03_" */
static size_t
track_number(const char *name, size_t len)
{
    size_t digits = 0, after;

    while (digits < 3 && digits < len && isdigit((unsigned char)name[digits]))
        digits++;
    after = digits;
    while (after < len && after < digits + 4 && strchr(" ._-", name[after]))
        after++;
    return digits && after > digits && after < len ? after : 0;
}

/* Title and artist from the name of a file; `place` is changed. */
static void
entry_file_name(json_t *entry, char *place)
{
    const char *from = place, *dot;
    size_t len, number;

    if (strstr(place, "://")) {
        place[strcspn(place, "?#")] = 0;
        percent_decode(place);
    }
    from = strrchr(from, '/') ? strrchr(from, '/') + 1 : from;
    from = strrchr(from, '\\') ? strrchr(from, '\\') + 1 : from;
    dot = strrchr(from, '.');
    len = dot && dot > from && strlen(dot) <= 6 ? (size_t)(dot - from) : strlen(from);
    number = track_number(from, len);
    entry_display(entry, (struct str){from + number, len - number});
}

/* Where nothing else tells them. */
static void
entry_complete(json_t *entry)
{
    const char *location = json_string_value(json_object_get(entry, "location"));
    char *place = location && !json_object_get(entry, "title") ? strdup(location) : NULL;

    if (place)
        entry_file_name(entry, place);
    free(place);
}

void
entry_unreadable(json_t *entry)
{
    json_object_set_new(entry, "fault", json_string("unreadable"));
}

/* With a size that a JSON or XML tree may have: its nodes take much more memory than their bytes. */
static bool
has_many_nodes(struct str bytes)
{
    size_t braces = 0, commas = 0;

    for (size_t i = 0; i < bytes.len; i++) {
        braces += bytes.ptr[i] == '{' || bytes.ptr[i] == '[';
        commas += bytes.ptr[i] == ',';
    }
    return braces > 10 * PLAYLIST_FILE_LINES || commas > 50 * PLAYLIST_FILE_LINES;
}

static bool
begins(struct str bytes, const char *with)
{
    return bytes.len >= strlen(with) && strncasecmp(bytes.ptr, with, strlen(with)) == 0;
}

static bool
read_any(struct reading *reading, struct str bytes)
{
    struct str text = bytes;

    while (text.len && isspace((unsigned char)*text.ptr))
        text = (struct str){text.ptr + 1, text.len - 1};
    if (begins(text, "<") || begins(bytes, "\xFE\xFF") || begins(bytes, "\xFF\xFE"))
        return playlist_read_xspf(reading, bytes);
    if (begins(text, "{") || begins(text, "[{") || begins(text, "[\n") || begins(text, "[\"") || begins(text, "[ ") || begins(text, "[]")) {
        if (has_many_nodes(bytes))
            snprintf(reading->error, sizeof reading->error, "This file holds too much.");
        return !*reading->error && playlist_read_json(reading, text);
    }
    if (!begins(text, "#EXT") && playlist_is_csv(text))
        return playlist_read_csv(reading, text);
    return playlist_read_m3u(reading, bytes);
}

json_t *
playlist_file_read(struct str bytes, const char **ret_code, char *error, size_t error_size)
{
    struct reading reading = {.file = json_object(), .lines = json_array()};
    bool good;
    json_t *entry;
    size_t i;

    json_object_set_new(reading.file, "lines", reading.lines);
    if (begins(bytes, "\xEF\xBB\xBF"))
        bytes = (struct str){bytes.ptr + 3, bytes.len - 3};
    good = read_any(&reading, bytes);
    json_array_foreach(reading.lines, i, entry)
        entry_complete(entry);
    if (reading.too_many)
        snprintf(reading.error, sizeof reading.error, "A playlist holds at most %d tracks.", PLAYLIST_FILE_LINES);
    else if (good && !json_array_size(reading.lines))
        snprintf(reading.error, sizeof reading.error, "There are no tracks in this file.");
    if (good && !*reading.error)
        return reading.file;
    *ret_code = reading.too_many ? "playlist_too_long" : good && !json_array_size(reading.lines) ? "playlist_empty" : "playlist_unreadable";
    json_decref(reading.file);
    snprintf(error, error_size, "%s", *reading.error ? reading.error : "This is no playlist that can be read: use M3U, XSPF, JSPF, JSON or CSV.");
    return NULL;
}
