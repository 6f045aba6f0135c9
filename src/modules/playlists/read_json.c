/* read_json.c - JSPF, and lists of tracks as JSON from elsewhere. */
#include "modules/playlists/reading.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"

static const json_t *
first(const json_t *value)
{
    return json_is_array(value) ? json_array_get(value, 0) : value;
}

/* A text, or the `name` of an object, by the first of these names that is there. */
static struct str
text_by(const json_t *object, const char *const *names)
{
    for (; *names; names++) {
        const json_t *value = first(json_object_get(object, *names));

        if (json_is_object(value))
            value = json_object_get(value, "name");
        if (json_is_string(value) && json_string_length(value))
            return (struct str){json_string_value(value), json_string_length(value)};
    }
    return (struct str){0};
}

#define TEXT_BY(object, ...) text_by(object, (const char *const[]){__VA_ARGS__, NULL})

static void
json_entry(json_t *entry, const json_t *item, bool jspf)
{
    const json_t *inner = json_object_get(item, "track"), *values;
    struct str id;
    char text[UUID_TEXT] = "";

    if (json_is_string(item)) {
        entry_display(entry, (struct str){json_string_value(item), json_string_length(item)});
        return;
    }
    if (!json_is_object(item)) {
        entry_unreadable(entry);
        return;
    }
    if (json_is_object(inner))
        item = inner;
    entry_text(entry, "title", TEXT_BY(item, "title", "name"));
    entry_text(entry, "artist", TEXT_BY(item, "creator", "artist", "artists"));
    entry_text(entry, "album", TEXT_BY(item, "album"));
    entry_duration(entry, json_number_value(json_object_get(item, jspf ? "duration" : "duration_ms")));
    values = json_object_get(item, "identifier");
    for (size_t i = 0; i < (json_is_array(values) ? json_array_size(values) : 1); i++) {
        const json_t *value = json_is_array(values) ? json_array_get(values, i) : values;

        if (json_is_string(value))
            entry_track(entry, (struct str){json_string_value(value), json_string_length(value)});
    }
    entry_location(entry, TEXT_BY(item, "location", "url", "uri", "file"));
    id = TEXT_BY(item, "track_id");
    if (id.len == UUID_TEXT - 1) {
        memcpy(text, id.ptr, id.len);
        if (uuid_valid(text))
            json_object_set_new(entry, "track_id", json_string(text));
    }
}

bool
playlist_read_json(struct reading *reading, struct str bytes)
{
    json_error_t error;
    json_t *root = json_loadb(bytes.ptr, bytes.len, JSON_ALLOW_NUL, &error);
    const json_t *list = json_object_get(root, "playlist"), *items = json_object_get(list, "track");
    bool jspf = items;

    if (!root) {
        snprintf(reading->error, sizeof reading->error, "This is not valid JSON, from line %d on.", error.line);
        return false;
    }
    list = json_is_object(list) ? list : root;
    for (size_t i = 0; !json_is_array(items) && i < 3; i++)
        items = json_object_get(list, ((const char *const[]){"tracks", "items", "track"})[i]);
    if (json_is_object(items))
        items = json_object_get(items, "items");
    if (json_is_array(root))
        items = root;
    entry_text(reading->file, "name", TEXT_BY(list, "title", "name"));
    entry_text(reading->file, "description", TEXT_BY(list, "annotation", "description"));
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *entry = entry_begin(reading, i + 1);

        if (!entry)
            break;
        json_entry(entry, json_array_get(items, i), jspf);
    }
    json_decref(root);
    return true;
}
