/* read_csv.c - CSV (RFC 4180), also with semicolons or tabs. Debian's library for it, libcsv, has had no release since 2013. */
#include "modules/playlists/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/encode.h"

#define COLUMNS_MAX 64
#define CELL_BYTES_MAX (16 * 1024)

enum column { OTHER, TITLE, ARTIST, ALBUM, DURATION_MS, DURATION, PLACE, TRACK };

/* Names of columns, as such files have them in our three languages. */
static const struct {
    const char *name;
    enum column column;
} column_names[] = {
    {"title", TITLE}, {"name", TITLE}, {"track", TITLE}, {"track name", TITLE}, {"song", TITLE}, {"titre", TITLE}, {"nom", TITLE},
    {"t\xC3\xADtulo", TITLE}, {"titulo", TITLE}, {"canci\xC3\xB3n", TITLE}, {"cancion", TITLE}, {"nombre", TITLE},
    {"artist", ARTIST}, {"artists", ARTIST}, {"artist name", ARTIST}, {"artist name(s)", ARTIST}, {"creator", ARTIST}, {"artiste", ARTIST},
    {"artistes", ARTIST}, {"artista", ARTIST}, {"artistas", ARTIST},
    {"album", ALBUM}, {"album name", ALBUM}, {"\xC3\xA1lbum", ALBUM},
    {"duration_ms", DURATION_MS}, {"duration (ms)", DURATION_MS}, {"track duration (ms)", DURATION_MS},
    {"duration", DURATION}, {"dur\xC3\xA9" "e", DURATION}, {"duraci\xC3\xB3n", DURATION}, {"length", DURATION}, {"time", DURATION},
    {"location", PLACE}, {"url", PLACE}, {"uri", PLACE}, {"link", PLACE}, {"track uri", PLACE}, {"file", PLACE}, {"path", PLACE}, {"lien", PLACE},
    {"enlace", PLACE},
    {"track_id", TRACK},
};

struct csv {
    struct str bytes;
    size_t at, line;
    char delimiter;
    struct buf cells; /* of the row, one after the other */
    size_t ends[COLUMNS_MAX];
    unsigned count;
    bool broken; /* a quote was never closed, or a cell is too long */
};

static struct str
csv_cell(const struct csv *csv, unsigned column)
{
    size_t from = column ? csv->ends[column - 1] : 0;

    return column < csv->count && csv->cells.ptr ? (struct str){csv->cells.ptr + from, csv->ends[column] - from} : (struct str){0};
}

static void
csv_end_cell(struct csv *csv)
{
    if (csv->count < COLUMNS_MAX)
        csv->ends[csv->count++] = csv->cells.len;
    else
        csv->cells.len = csv->ends[COLUMNS_MAX - 1];
}

/* Reads the next row. False at the end. */
static bool
csv_row(struct csv *csv)
{
    bool quoted = false, begins = true;

    csv->cells.len = 0;
    csv->count = 0;
    csv->broken = false;
    if (csv->at >= csv->bytes.len)
        return false;
    while (csv->at < csv->bytes.len) {
        const char *p = csv->bytes.ptr + csv->at++;
        bool more = csv->at < csv->bytes.len;

        csv->line += *p == '\n' || (*p == '\r' && !(more && p[1] == '\n'));
        if (quoted && *p == '"' && more && p[1] == '"') {
            csv->at++;
            buf_add(&csv->cells, STR("\""));
        } else if (quoted ? *p == '"' : begins && *p == '"') {
            quoted = !quoted;
        } else if (!quoted && *p == csv->delimiter) {
            csv_end_cell(csv);
            begins = true;
            continue;
        } else if (!quoted && (*p == '\n' || *p == '\r')) {
            if (*p == '\r' && more && p[1] == '\n') {
                csv->at++;
                csv->line++;
            }
            break;
        } else {
            size_t from = csv->count ? csv->ends[csv->count - 1] : 0;

            if (csv->cells.len - from < CELL_BYTES_MAX)
                buf_add(&csv->cells, (struct str){p, 1});
            else
                csv->broken = true;
        }
        begins = false;
    }
    csv->broken |= quoted;
    csv_end_cell(csv);
    return true;
}

/* A cell that a spreadsheet would take for a formula has an apostrophe before it. */
static struct str
plain_cell(struct str cell)
{
    size_t quotes = 0;

    while (quotes < cell.len && cell.ptr[quotes] == '\'')
        quotes++;
    return quotes && quotes < cell.len && strchr("=+-@\t\r", cell.ptr[quotes]) ? (struct str){cell.ptr + 1, cell.len - 1} : cell;
}

static enum column
csv_column(struct str cell)
{
    while (cell.len && (*cell.ptr == ' ' || *cell.ptr == '\t'))
        cell = (struct str){cell.ptr + 1, cell.len - 1};
    while (cell.len && cell.ptr[cell.len - 1] == ' ')
        cell.len--;
    for (size_t i = 0; i < COUNT_OF(column_names); i++)
        if (strlen(column_names[i].name) == cell.len && strncasecmp(column_names[i].name, cell.ptr, cell.len) == 0)
            return column_names[i].column;
    return OTHER;
}

/* Reads the line of names. Each column counts once: the first with a name of it. */
static bool
csv_names(struct csv *csv, enum column columns[COLUMNS_MAX])
{
    bool known[TRACK + 1] = {false};

    if (!csv_row(csv))
        return false;
    for (unsigned i = 0; i < csv->count; i++) {
        columns[i] = csv_column(csv_cell(csv, i));
        if (columns[i] != OTHER && known[columns[i]])
            columns[i] = OTHER;
        known[columns[i]] = true;
    }
    return known[TITLE];
}

static bool
csv_open(struct csv *csv, struct str bytes, enum column columns[COLUMNS_MAX])
{
    static const char delimiters[] = ",;\t";

    for (const char *delimiter = delimiters; *delimiter; delimiter++) {
        *csv = (struct csv){.bytes = bytes, .delimiter = *delimiter, .cells = BUF_INIT(COLUMNS_MAX * (CELL_BYTES_MAX + 1))};
        if (bytes.len > 6 && strncasecmp(bytes.ptr, "sep=", 4) == 0)
            csv_row(csv);
        if (csv_names(csv, columns))
            return true;
        buf_free(&csv->cells);
    }
    return false;
}

bool
playlist_is_csv(struct str bytes)
{
    enum column columns[COLUMNS_MAX] = {OTHER};
    struct csv csv;
    bool is = csv_open(&csv, bytes, columns);

    if (is)
        buf_free(&csv.cells);
    return is;
}

/* 3:25, 1:02:03 or seconds */
static double
csv_seconds(struct str cell)
{
    char text[32] = "", *end = text;
    double seconds = 0;

    memcpy(text, cell.ptr, cell.len < sizeof text - 1 ? cell.len : sizeof text - 1);
    for (char *part = text; *part; part = *end == ':' ? end + 1 : end + strlen(end)) {
        seconds = seconds * 60 + strtod(part, &end);
        if (end == part)
            return 0;
    }
    return seconds;
}

static void
csv_entry(struct csv *csv, json_t *entry, const enum column columns[COLUMNS_MAX])
{
    static const char *const names[] = {[TITLE] = "title", [ARTIST] = "artist", [ALBUM] = "album"};
    char id[UUID_TEXT] = "", number[32] = "";

    for (unsigned i = 0; i < csv->count; i++) {
        struct str cell = plain_cell(csv_cell(csv, i));

        if (!cell.len)
            continue;
        if (columns[i] >= TITLE && columns[i] <= ALBUM) {
            entry_text(entry, names[columns[i]], cell);
        } else if (columns[i] == PLACE) {
            entry_location(entry, cell);
        } else if (columns[i] == DURATION) {
            entry_duration(entry, csv_seconds(cell) * 1000);
        } else if (columns[i] == DURATION_MS && cell.len < sizeof number) {
            memcpy(number, cell.ptr, cell.len);
            entry_duration(entry, strtod(number, NULL));
        } else if (columns[i] == TRACK && cell.len == UUID_TEXT - 1) {
            memcpy(id, cell.ptr, cell.len);
            if (uuid_valid(id))
                json_object_set_new(entry, "track_id", json_string(id));
        }
    }
    if (csv->broken)
        entry_unreadable(entry);
}

bool
playlist_read_csv(struct reading *reading, struct str bytes)
{
    enum column columns[COLUMNS_MAX] = {OTHER};
    struct csv csv;
    size_t line;

    if (!csv_open(&csv, bytes, columns))
        return false;
    while (line = csv.line + 1, csv_row(&csv)) {
        json_t *entry;

        if (csv.count == 1 && !csv_cell(&csv, 0).len)
            continue; /* an empty line */
        entry = entry_begin(reading, line);
        if (!entry)
            break;
        csv_entry(&csv, entry, columns);
    }
    buf_free(&csv.cells);
    return true;
}
