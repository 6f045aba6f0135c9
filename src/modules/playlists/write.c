/* write.c - playlists as files. */
#include <stdlib.h>

#include "modules/playlists/file.h"

/* The line of an entry in an M3U that has no place: players skip it. */
#define NO_PLACE "urn:veza:missing"

static const char *
or_empty(const char *text)
{
    return text ? text : "";
}

static void
add_place(struct playlist_writer *writer, struct buf *out, const struct playlist_entry *entry)
{
    if (entry->track_id)
        buf_printf(out, entry->playable ? "%s/api/v1/tracks/%s/hls/master.m3u8" : "%s/track/%s", writer->site, entry->track_id);
    else
        buf_add_text(out, or_empty(entry->location));
}

static void
add_member(struct buf *out, const char *before, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(out, "%s\"%s\":", before, name);
    buf_add_json_string(out, value);
}

/* Texts have no control characters; XML has two characters less than Unicode. */
static void
add_xml(struct buf *out, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(out, "<%s>", name);
    for (const char *bad; (bad = strstr(value, "\xEF\xBF\xBE")) || (bad = strstr(value, "\xEF\xBF\xBF")); value = bad + 3) {
        buf_add_html(out, (struct str){value, (size_t)(bad - value)});
        buf_add_text(out, "\xEF\xBF\xBD");
    }
    buf_add_html(out, str_of(value));
    buf_printf(out, "</%s>", name);
}

/* A spreadsheet takes a cell that begins with one of these for a formula: an apostrophe makes it text. */
static void
add_cell(struct buf *out, const char *before, const char *value)
{
    const char *first = or_empty(value);

    buf_add_text(out, before);
    first += strspn(first, "'");
    buf_add_text(out, *first && strchr("=+-@\t\r", *first) ? "\"'" : "\"");
    for (const char *p = or_empty(value); *p; p++)
        buf_add(out, *p == '"' ? STR("\"\"") : (struct str){p, 1});
    buf_add_text(out, "\"");
}

void
playlist_write_begin(struct playlist_writer *writer, const char *name, const char *description)
{
    struct buf *out = &writer->out;

    switch (writer->format) {
    case PLAYLIST_JSON:
        buf_add_text(out, "{\"playlist\":{");
        add_member(out, "", "title", name);
        add_member(out, ",", "annotation", description);
        buf_add_text(out, ",\"track\":[");
        break;
    case PLAYLIST_CSV:
        buf_add_text(out, "\xEF\xBB\xBF" "position,title,artist,album,duration_ms,location,track_id\r\n");
        break;
    case PLAYLIST_M3U:
        buf_printf(out, "#EXTM3U\n#PLAYLIST:%s\n#VEZA-LIST:{", name);
        add_member(out, "", "name", name);
        add_member(out, ",", "description", description);
        buf_add_text(out, "}\n");
        break;
    case PLAYLIST_XSPF:
        buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n");
        add_xml(out, "title", name);
        add_xml(out, "annotation", description);
        buf_add_text(out, "\n<trackList>\n");
        break;
    }
}

static void
write_json(struct playlist_writer *writer, const struct playlist_entry *entry, const char *place)
{
    struct buf *out = &writer->out;
    const char *before = "";

    buf_add_text(out, writer->count > 1 ? ",\n{" : "\n{");
    if (*place) {
        buf_add_text(out, "\"location\":[");
        buf_add_json_string(out, place);
        buf_add_text(out, "]");
        before = ",";
    }
    if (entry->track_id)
        buf_printf(out, ",\"identifier\":[\"%s/track/%s\"]", writer->site, entry->track_id);
    for (size_t i = 0; i < 3; i++) {
        const char *value = i == 0 ? entry->title : i == 1 ? entry->artist : entry->album;

        add_member(out, before, ((const char *const[]){"title", "creator", "album"})[i], value);
        before = value ? "," : before;
    }
    if (entry->duration_ms)
        buf_printf(out, "%s\"duration\":%s", before, entry->duration_ms);
    buf_add_text(out, "}");
}

static void
write_m3u(struct playlist_writer *writer, const struct playlist_entry *entry, const char *place)
{
    struct buf *out = &writer->out;

    buf_printf(out, "#EXTINF:%lld,%s%s%s\n", entry->duration_ms ? (strtoll(entry->duration_ms, NULL, 10) + 500) / 1000 : -1LL, or_empty(entry->artist),
               entry->artist ? " - " : "", or_empty(entry->title));
    buf_add_text(out, "#VEZA-ITEM:{");
    buf_printf(out, "\"duration_ms\":%s", entry->duration_ms ? entry->duration_ms : "null");
    add_member(out, ",", "title", entry->title);
    add_member(out, ",", "artist", entry->artist);
    add_member(out, ",", "album", entry->album);
    add_member(out, ",", "location", entry->track_id ? NULL : entry->location);
    buf_printf(out, "}\n%s\n", !*place || strchr("# \t", *place) ? NO_PLACE : place);
}

static void
write_csv(struct playlist_writer *writer, const struct playlist_entry *entry, const char *place)
{
    struct buf *out = &writer->out;

    buf_printf(out, "%u", writer->count);
    add_cell(out, ",", entry->title);
    add_cell(out, ",", entry->artist);
    add_cell(out, ",", entry->album);
    buf_printf(out, ",%s", or_empty(entry->duration_ms));
    add_cell(out, ",", place);
    buf_printf(out, ",%s\r\n", or_empty(entry->track_id));
}

static void
write_xspf(struct playlist_writer *writer, const struct playlist_entry *entry, const char *place)
{
    struct buf *out = &writer->out;

    buf_add_text(out, "<track>");
    add_xml(out, "location", *place ? place : NULL);
    if (entry->track_id)
        buf_printf(out, "<identifier>%s/track/%s</identifier>", writer->site, entry->track_id);
    add_xml(out, "title", entry->title);
    add_xml(out, "creator", entry->artist);
    add_xml(out, "album", entry->album);
    add_xml(out, "duration", entry->duration_ms);
    buf_add_text(out, "</track>\n");
}

void
playlist_write(struct playlist_writer *writer, const struct playlist_entry *entry)
{
    static void (*const writers[])(struct playlist_writer *, const struct playlist_entry *, const char *) = {
        [PLAYLIST_JSON] = write_json, [PLAYLIST_CSV] = write_csv, [PLAYLIST_M3U] = write_m3u, [PLAYLIST_XSPF] = write_xspf};
    scoped_buf place = BUF_INIT(16 * 1024);

    add_place(writer, &place, entry);
    writer->count++;
    writers[writer->format](writer, entry, buf_str(&place).ptr);
}

void
playlist_write_end(struct playlist_writer *writer)
{
    if (writer->format == PLAYLIST_JSON)
        buf_add_text(&writer->out, "\n]}}\n");
    else if (writer->format == PLAYLIST_XSPF)
        buf_add_text(&writer->out, "</trackList>\n</playlist>\n");
}
