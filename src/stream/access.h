/* access.h - which tracks visitors may hear, remembered for a few seconds. Whoever is signed in may be blocked by the creator, which is
 * asked each time. */
#pragma once

#include <stdbool.h>

#include "http/request.h"
#include "modules/tracks/tracks.h"

/* Before listener_start(): a change of a track is forgotten at once, in whatever process it happened. */
void access_setup(void);

/* Where the files of a track are, hls/{track_id}/{version}: mostly its own, else those of the track that it shares them with (ADR 0097). */
struct media {
    char track_id[UUID_TEXT];
    char version[MEDIA_VERSION_TEXT]; /* that plays */
};

struct access {
    bool is_public; /* visitors may hear it */
    bool is_early;  /* it is processed still, and only the first quality is there */
    struct media media;
};

/* May the person hear this track's stream? NULL, NOT_FOUND, or STREAM_NOT_READY. `track_id` in lower case. */
const struct problem *access_check(struct request *req, const char *track_id, struct access *ret);

/* Is it known that visitors may hear this track's stream? `track_id` is a UUID in lower case. *ret_stale: yes, but the caller should have
 * access_ask() called soon. */
bool access_is_known(const char *track_id, struct media *ret_media, bool *ret_stale);

/* The same from the database, remembered. Outside of requests. */
bool access_ask(const char *track_id, struct media *ret_media);

/* Forgets a track, or all when it is NULL. */
void access_forget(const char *track_id);
