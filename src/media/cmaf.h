/* cmaf.h - packs encoded packets into a CMAF track: `{folder}/init.mp4` and `{folder}/segment_000.m4s`, sent as they are finished.
 *
 * Segments are cut at multiples of `segment_samples`; a rest shorter than a second joins the segment before it, so that no player meets a
 * segment of a few samples. The init segment is sent last: its edit list tells players the encoder's delay and the real
 * length, which is only known then. */
#ifndef VEZA_MEDIA_CMAF_H
#define VEZA_MEDIA_CMAF_H

#include <libavcodec/avcodec.h>

#define CMAF_SEGMENTS_MAX 8192

struct cmaf;

struct cmaf_segment {
    int64_t samples; /* that a listener hears: without encoder delay and end padding */
    int64_t bytes;
};

/* `delay` frames at the start are not to be heard. `par` describes the codec; its extradata must be complete but for FLAC's totals. */
int cmaf_open(struct cmaf **ret_cmaf, const char *folder, const AVCodecParameters *par, int64_t segment_samples, int64_t delay);
void cmaf_free(struct cmaf **cmaf);

/* Changes the delay; only before the first segment is full. */
void cmaf_set_delay(struct cmaf *cmaf, int64_t delay);

/* Times are in frames of the track's sample rate; the first packet's time becomes 0. Takes the packet's contents. */
int cmaf_write(struct cmaf *cmaf, AVPacket *packet);

/* Sends the last segment and the init segment. `samples` is what a listener hears in all. `extradata` replaces FLAC's STREAMINFO (34
 * bytes with length and checksum); NULL for other codecs. */
int cmaf_finish(struct cmaf *cmaf, int64_t samples, const uint8_t *extradata, size_t extradata_length);

/* After cmaf_finish(). */
const struct cmaf_segment *cmaf_segments(const struct cmaf *cmaf, size_t *ret_count);

/* Frames at the end of the track that the last packet decodes to and nobody should hear. After cmaf_finish(). */
int64_t cmaf_end_padding(const struct cmaf *cmaf);

#endif
