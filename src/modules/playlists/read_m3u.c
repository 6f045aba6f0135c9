/* read_m3u.c - M3U and M3U8: a place a line, and lines with # before it that tell of it. */
#include "modules/playlists/reading.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What the lines before an entry said of it. */
struct m3u_notes {
    struct str display, artist, album;
    double seconds;
    json_t *item; /* of a file of ours */
};

static bool
after(struct str line, const char *directive, struct str *ret)
{
    size_t len = strlen(directive);

    if (line.len < len || strncasecmp(line.ptr, directive, len) != 0)
        return false;
    *ret = (struct str){line.ptr + len, line.len - len};
    return true;
}

/* -1 tvg-name="a, b",Artist - Title */
static void
m3u_extinf(struct m3u_notes *notes, struct str value)
{
    char number[32] = "";
    bool quoted = false;
    size_t comma = 0;

    memcpy(number, value.ptr, value.len < sizeof number - 1 ? value.len : sizeof number - 1);
    notes->seconds = strtod(number, NULL);
    while (comma < value.len && (quoted || value.ptr[comma] != ','))
        quoted ^= value.ptr[comma++] == '"';
    if (comma == value.len) { /* a quote that is never closed */
        const char *first = memchr(value.ptr, ',', value.len);

        comma = first ? (size_t)(first - value.ptr) : value.len;
    }
    notes->display = comma < value.len ? (struct str){value.ptr + comma + 1, value.len - comma - 1} : (struct str){0};
}

static json_t *
m3u_object(struct str value)
{
    json_t *object = json_loadb(value.ptr, value.len, JSON_REJECT_DUPLICATES, NULL);

    if (json_is_object(object))
        return object;
    json_decref(object);
    return NULL;
}

static void
copy_text(json_t *to, const json_t *from, const char *name)
{
    const json_t *value = json_object_get(from, name);

    if (json_is_string(value))
        entry_text(to, name, (struct str){json_string_value(value), json_string_length(value)});
}

static void
m3u_directive(struct reading *reading, struct m3u_notes *notes, struct str line)
{
    struct str value;

    if (after(line, "#EXTINF:", &value)) {
        m3u_extinf(notes, value);
    } else if (after(line, "#EXTART:", &value)) {
        notes->artist = value;
    } else if (after(line, "#EXTALB:", &value)) {
        notes->album = value;
    } else if (after(line, "#PLAYLIST:", &value)) {
        entry_text(reading->file, "name", value);
    } else if (after(line, "#VEZA-LIST:", &value)) {
        json_t *list = m3u_object(value);

        copy_text(reading->file, list, "name");
        copy_text(reading->file, list, "description");
        json_decref(list);
    } else if (after(line, "#VEZA-ITEM:", &value)) {
        json_decref(notes->item);
        notes->item = m3u_object(value);
    }
}

static void
m3u_entry(struct reading *reading, struct m3u_notes *notes, struct str line, size_t number)
{
    json_t *entry = entry_begin(reading, number), *location = json_object_get(notes->item, "location");

    if (entry && notes->item) { /* the rest is for players */
        for (size_t i = 0; i < 3; i++)
            copy_text(entry, notes->item, ((const char *const[]){"title", "artist", "album"})[i]);
        entry_duration(entry, json_number_value(json_object_get(notes->item, "duration_ms")));
        entry_track(entry, line);
        if (json_is_string(location))
            entry_location(entry, (struct str){json_string_value(location), json_string_length(location)});
    } else if (entry) {
        entry_location(entry, line);
        entry_duration(entry, notes->seconds * 1000);
        entry_text(entry, "album", notes->album);
        entry_display(entry, notes->display);
        if (notes->artist.len)
            entry_text(entry, "artist", notes->artist);
    }
    json_decref(notes->item);
    *notes = (struct m3u_notes){0};
}

/* A file without #EXTM3U is a list of places only if its lines look like places: else it is something else. */
static bool
is_place(struct str line)
{
    if (!line.ptr)
        return false;
    return memmem(line.ptr, line.len, "://", 3) || memchr(line.ptr, '/', line.len) || memchr(line.ptr, '\\', line.len) ||
           (line.len > 4 && (line.ptr[line.len - 4] == '.' || line.ptr[line.len - 5] == '.'));
}

bool
playlist_read_m3u(struct reading *reading, struct str bytes)
{
    struct m3u_notes notes = {0};
    bool known = bytes.len >= 7 && strncasecmp(bytes.ptr, "#EXTM3U", 7) == 0;
    size_t number = 0, at = 0;

    while (at < bytes.len && !reading->too_many) {
        const char *begin = bytes.ptr + at;
        size_t len = 0, blank = 0;
        struct str line;

        while (at + len < bytes.len && begin[len] != '\n' && begin[len] != '\r')
            len++;
        at += len + 1;
        if (at < bytes.len && begin[len] == '\r' && begin[len + 1] == '\n')
            at++;
        number++;
        while (blank < len && (begin[blank] == ' ' || begin[blank] == '\t'))
            blank++;
        line = (struct str){begin + blank, len - blank};
        if (!line.len)
            continue;
        if (*line.ptr == '#') {
            m3u_directive(reading, &notes, line);
            known |= line.len > 8 && strncasecmp(line.ptr, "#EXTINF:", 8) == 0;
        } else if (known || is_place(line)) {
            known = true;
            m3u_entry(reading, &notes, line, number);
        } else {
            break;
        }
    }
    json_decref(notes.item);
    return known;
}
