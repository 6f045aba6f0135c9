/* embedded_ogg.h - pictures in the comments of an Ogg file (Vorbis, Opus, FLAC). */
#ifndef VEZA_MEDIA_EMBEDDED_OGG_H
#define VEZA_MEDIA_EMBEDDED_OGG_H

#include "embedded.h"

/* Reads the header packets of the first stream of the file, which begins at `at`. Returns 0 or MEDIA_E_OUT_OF_MEMORY. */
int embedded_ogg_read(int fd, int64_t at, struct embedded *embedded);

#endif
