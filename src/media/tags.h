/* tags.h - embedded tags, cleaned for the rest of the program. */
#ifndef VEZA_MEDIA_TAGS_H
#define VEZA_MEDIA_TAGS_H

#include "input.h"

#include <jansson.h>

#define TAG_BYTES_MAX 500
#define TAG_COMMENT_BYTES_MAX 2000

/* A new object with those of title, artist, album, genre, comment, key (strings), year, track, bpm (integers) that the file has. Strings are
 * valid UTF-8 (what is not, is read as Windows-1252), show something, are without control characters, of bounded length, never empty. NULL when memory ran out. */
json_t *tags_read(const struct input *input);

#endif
