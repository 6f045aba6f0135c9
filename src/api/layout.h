/* layout.h - a rendition as one file that players can seek in, for those that know no HLS.
 *
 * A rendition lies in storage as init.mp4, segments and playlist.m3u8, which names them. One after another, init.mp4 and the segments are a fragmented MP4
 * file; an index (the box `sidx`, ISO 14496-12) behind the head tells players where each segment is. Nothing is made or kept on disk. The sizes of segments
 * are asked for once, and remembered for some hundred renditions. */
#pragma once

#include "base/buf.h"
#include "base/source.h"
#include "platform/storage/storage.h"

struct layout;

/* `folder` is that of the rendition in storage, such as hls/{track_id}/{version}/medium; `sample_rate` is the rendition's. Returns an enum storage_error;
 * *ret_layout is given back by layout_unref(). May wait for the storage. */
int layout_get(struct storage *storage, const char *folder, int sample_rate, struct layout **ret_layout);
void layout_unref(struct layout *layout);
/* Of the whole file, in bytes. */
uint64_t layout_size(const struct layout *layout);
unsigned layout_segments(const struct layout *layout);
/* The file from the segment on that plays at `from_s`, in seconds; NULL when memory is short. */
struct source *layout_source(struct layout *layout, double from_s);
/* Lines of an HLS playlist of byte ranges in that file, whose address is `address`. */
void layout_playlist(const struct layout *layout, const char *address, struct buf *out);
/* Forgets what is remembered. */
void layout_teardown(void);
