/* playlist.h - the HLS playlists of a track (RFC 8216, version 7, CMAF segments). */
#ifndef VEZA_MEDIA_PLAYLIST_H
#define VEZA_MEDIA_PLAYLIST_H

#include "rendition.h"

/* Measures what the segments take. */
struct bandwidth playlist_bandwidth(const struct rendition *rendition);

/* Sends {name}/playlist.m3u8. The EXTINFs add up to what a listener hears, to the sample. */
int playlist_send(const struct rendition *rendition);

/* Sends a master playlist, by `bandwidth`, with the renditions in the order given; the first is the one that players start with. */
int playlist_send_master(const char *name, const struct rendition *const *renditions, size_t count);

#endif
