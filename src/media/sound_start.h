/* sound_start.h - says by the first bytes of a file which demuxer reads it. Sound begins at the start, after tags and filling.
 *
 * FFmpeg searches the first megabyte for something like MP3, so it takes an archive with an MP3 inside for music, and does not look behind
 * a tag with large pictures. */
#ifndef VEZA_MEDIA_SOUND_START_H
#define VEZA_MEDIA_SOUND_START_H

#include <stdint.h>

/* "wav", "aiff", "flac", "ogg", "mov", "mp3" or "aac" (ADTS); NULL: no sound begins here. */
const char *sound_start(int fd, int64_t size);

#endif
