/* reading.h - what the readers of the kinds of files share. */
#pragma once

#include "modules/playlists/file.h"

struct reading {
    json_t *file;  /* the result */
    json_t *lines; /* of it */
    bool too_many;
    char error[160]; /* why nothing can be read, as a sentence */
};

/* Begins an entry; what the others add belongs to it. NULL when there are too many. */
json_t *entry_begin(struct reading *reading, size_t line);
/* Sets a text unless it is empty: not valid UTF-8 is taken for Windows-1252, control characters become spaces, and what is too long is cut off. */
void entry_text(json_t *object, const char *name, struct str value);
/* The same of a place; notes the track that it names, if it is one of ours. */
void entry_location(json_t *entry, struct str value);
void entry_track(json_t *entry, struct str value);
void entry_duration(json_t *entry, double milliseconds);
/* "Artist - Title", or only a title. */
void entry_display(json_t *entry, struct str value);
void entry_unreadable(json_t *entry);

/* Each adds what it finds to reading->file. False with reading->error when there is nothing to be had. */
bool playlist_read_m3u(struct reading *reading, struct str bytes);
bool playlist_read_csv(struct reading *reading, struct str bytes);
bool playlist_read_json(struct reading *reading, struct str bytes);
bool playlist_read_xspf(struct reading *reading, struct str bytes);
/* Does it begin with a line that names columns, a title's among them? */
bool playlist_is_csv(struct str bytes);
