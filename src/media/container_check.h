/* container_check.h - compares what a container's header promises with the bytes that are there. */
#ifndef VEZA_MEDIA_CONTAINER_CHECK_H
#define VEZA_MEDIA_CONTAINER_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct container {
    bool ends_early;     /* the header clearly promises more than there is */
    bool is_unfinished_rf64; /* its recorder never wrote the length: to be read as plain RIFF, to the end of the file */
    int64_t sound_bytes; /* of a WAV or AIFF whose header tells none, a placeholder or too many: what is there; 0: the header is right */
};

/* Looks at the top level of a WAV, AIFF or MP4 ("wav", "aiff", "mov"; any other name passes). Returns 0, MEDIA_E_TRUNCATED when an MP4
 * lacks the part without which nothing can be played, or MEDIA_E_TOO_SHORT when nothing follows the header of a WAV or AIFF. A header that
 * was never completed (a recorder that could not seek back writes 0 or the largest numbers) promises nothing. */
int container_check(int fd, int64_t size, const char *demuxer, struct container *ret_container);

#endif
