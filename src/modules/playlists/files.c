/* files.c - playlists from files and as files. */
#include "modules/playlists/internal.h"

#include <stdlib.h>

#include "api/file.h"
#include "api/gate.h"
#include "api/runner.h"
#include "http/server.h"
#include "modules/playlists/file.h"
#include "playlists.queries.h"

#define EXPORT_BYTES_MAX (64 * 1024 * 1024)

static const struct {
    const char *name, *type, *ending;
    enum playlist_format format;
} formats[] = {{"json", "application/json", "jspf", PLAYLIST_JSON},
               {"csv", "text/csv; charset=utf-8", "csv", PLAYLIST_CSV},
               {"m3u", "audio/x-mpegurl; charset=utf-8", "m3u8", PLAYLIST_M3U},
               {"xspf", "application/xspf+xml", "xspf", PLAYLIST_XSPF}};

static const char *
value_at(const PGresult *rows, int row, const char *column)
{
    int number = PQfnumber(rows, column);

    return PQgetisnull(rows, row, number) ? NULL : PQgetvalue(rows, row, number);
}

const struct problem *
playlist_export(struct request *req)
{
    size_t format = 0;
    struct playlist_writer writer = {.out = BUF_INIT(EXPORT_BYTES_MAX), .site = config_frontend_url(server_settings(req->server)->config)};
    const struct problem *p;
    struct row list;
    PGresult *items;

    while (!text_equal(strrchr(req->route->pattern, '/') + 1, formats[format].name))
        format++;
    writer.format = formats[format].format;
    p = db_one(req, &q_playlist_export, &list);
    if (!p)
        p = db_rows(req, &q_playlist_export_items, &items);
    if (p)
        return p;
    playlist_write_begin(&writer, row_text(&list, "name"), row_text(&list, "description"));
    for (int row = 0; row < PQntuples(items); row++)
        playlist_write(&writer, &(const struct playlist_entry){.track_id = value_at(items, row, "track_id"),
                                                               .title = value_at(items, row, "title"),
                                                               .artist = value_at(items, row, "artist"),
                                                               .album = value_at(items, row, "album"),
                                                               .duration_ms = value_at(items, row, "duration_ms"),
                                                               .location = value_at(items, row, "location"),
                                                               .playable = text_equal(value_at(items, row, "playable"), "t")});
    playlist_write_end(&writer);
    PQclear(items);
    if (writer.out.failed) {
        buf_free(&writer.out);
        return PROBLEM(INTERNAL);
    }
    reply_header(req, "Content-Disposition",
                 file_disposition(req->arena, arena_printf(req->arena, "%s.%s", row_text(&list, "name"), formats[format].ending), formats[format].type));
    return reply_owned(req, 200, formats[format].type, buf_str(&writer.out), free, writer.out.ptr);
}

/* Of the file's name, without its ending. */
static const char *
import_name(struct request *req, const char *filename)
{
    const char *dot = strrchr(filename, '.');
    const char *name = arena_strndup(req->arena, filename, dot && dot > filename ? (size_t)(dot - filename) : strlen(filename));

    return name && name[strspn(name, " ")] ? name : "Playlist";
}

static const struct problem *
import_lines(struct request *req, const struct upload *upload, const json_t *file)
{
    const json_t *lines = json_object_get(file, "lines");
    const char *name = json_string_value(json_object_get(file, "name"));
    scoped_text text = json_dumps(lines, JSON_COMPACT);
    const struct problem *p;

    if (!text)
        return PROBLEM(INTERNAL);
    if (!request_has(req, "name"))
        request_set(req, "name", name && name[strspn(name, " ")] ? arena_strdup(req->arena, name) : import_name(req, upload->filename));
    if (json_object_get(file, "description"))
        request_set(req, "description", arena_strdup(req->arena, json_string_value(json_object_get(file, "description"))));
    else
        request_set(req, "description", NULL);
    request_set(req, "lines", text);
    p = reply_query(req, 201, &q_playlist_import);
    request_set(req, "lines", NULL);
    return p;
}

const struct problem *
playlist_import(struct request *req)
{
    const struct upload *upload = gate_file(req, "file");
    size_t size = (size_t)upload->size;
    scoped_text bytes = malloc(size + 1);
    const char *code = "";
    char error[160] = "";
    const struct problem *p;
    json_t *file;

    if (!bytes || !source_read_all(gate_source(upload), bytes))
        return PROBLEM(INTERNAL);
    bytes[size] = 0;
    file = playlist_file_read((struct str){bytes, size}, &code, error, sizeof error);
    if (!file)
        return problem_field(req->arena, "file", code, arena_strdup(req->arena, error));
    p = import_lines(req, upload, file);
    json_decref(file);
    return p;
}

bool
playlist_fill(const struct event *event, void *context)
{
    const struct db_arg args[] = {{"track_id", json_string_value(json_object_get(event->payload, "track_id"))}, {0}};
    PGresult *filled;

    (void)context;
    if (!args[0].text || !uuid_valid(args[0].text))
        return true;
    if (db_run(&q_playlist_fill, args, &filled, NULL))
        return false;
    PQclear(filled);
    return true;
}
