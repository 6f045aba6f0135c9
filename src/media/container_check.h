/* container_check.h - compares what a container's header promises with the bytes that are there. */
#ifndef VEZA_MEDIA_CONTAINER_CHECK_H
#define VEZA_MEDIA_CONTAINER_CHECK_H

#include <stdint.h>

enum container_guess { CONTAINER_UNKNOWN, CONTAINER_WAV, CONTAINER_AIFF, CONTAINER_MP4, CONTAINER_FLAC, CONTAINER_OGG };

/* What the first bytes look like. */
enum container_guess container_guess(int fd);

/* 0, or MEDIA_E_TRUNCATED when a WAV, AIFF or MP4 file of `size` bytes clearly misses its end. A header that was never
 * completed (a recorder that could not seek back writes 0 or 0xffffffff) promises nothing and passes. */
int container_check(int fd, int64_t size);

#endif
