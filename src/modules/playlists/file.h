/* file.h - playlists as files: M3U, XSPF, JSPF and other JSON, CSV.
 *
 * What is read becomes one JSON object of at most PLAYLIST_FILE_LINES entries:
 *
 *     {"name": "Late trains", "description": "...", "lines": [{"n": 1, "line": 3, "title": ..., "artist": ..., "album": ..., "duration_ms": ...,
 *      "location": ..., "track_id": ..., "fault": ...}]}
 *
 * Nothing but `n` and `line` must be there. Texts are valid UTF-8 without control characters and of bounded length. `track_id` is the track
 * that an address of ours in the entry names. `fault` says that the entry could not be read; it keeps its place. docs/adr/0046-playlists-as-files.md
 * says what is written and why. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"

#define PLAYLIST_FILE_BYTES (4 * 1024 * 1024)
#define PLAYLIST_FILE_LINES 10000 /* what a playlist holds */

/* Reads a file of any of these kinds; which one is told by its contents. NULL when it is none, or holds too much: with a sentence in `error`, and the
 * code playlist_unreadable, playlist_empty or playlist_too_long. */
json_t *playlist_file_read(struct str bytes, const char **ret_code, char *error, size_t error_size);

/* What an export consists of. Texts may be NULL. */
struct playlist_entry {
    const char *track_id; /* NULL: a placeholder */
    const char *title, *artist, *album;
    const char *duration_ms;
    const char *location; /* of a placeholder, as it was read */
    bool playable;
};

enum playlist_format { PLAYLIST_JSON, PLAYLIST_CSV, PLAYLIST_M3U, PLAYLIST_XSPF };

struct playlist_writer {
    struct buf out;
    enum playlist_format format;
    const char *site; /* "https://veza.example" */
    unsigned count;
};

void playlist_write_begin(struct playlist_writer *writer, const char *name, const char *description);
void playlist_write(struct playlist_writer *writer, const struct playlist_entry *entry);
void playlist_write_end(struct playlist_writer *writer);
