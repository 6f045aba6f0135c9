/* quality.h - listens to an AAC rendition while it is made: decodes each packet and compares it with what went into the encoder.
 *
 * Two things are measured in each critical band: the noise-to-mask ratio (NMR) of ITU-R BS.1387 (PEAQ), which is the difference signal against
 * what the source masks, and the change of level. docs/media.md tells the method and the bounds. */
#ifndef VEZA_MEDIA_QUALITY_H
#define VEZA_MEDIA_QUALITY_H

#include <libavcodec/avcodec.h>

struct quality;

/* Levels in dB. The first two are those of the worst half second. */
struct quality_report {
    double nmr;       /* of the noisiest band */
    double level;     /* lasting change of level of the band where it counts most: weighted by the band's share of the sound, with its sign */
    double true_peak; /* dBTP of what a decoder puts out */
};

struct quality_bounds {
    double nmr, level;
};

/* For the packets of an open AAC encoder of one or two channels. Noise is judged up to `highest_hz`, since an encoder drops treble at low rates
 * by intent; the level of loud bands a little further.
 * Returns 0 or an enum media_reason. */
int quality_open(struct quality **ret_quality, const AVCodecContext *encoder, double highest_hz);
void quality_free(struct quality **quality);

/* Samples that go into the encoder, before the packets that hold them. */
void quality_source(struct quality *quality, const float *const *channels, int count);

/* Packets as the encoder made them. Returns 0 or an enum media_reason. */
int quality_packet(struct quality *quality, const AVPacket *packet);

/* After the last packet. */
struct quality_report quality_finish(struct quality *quality);

/* By how much a rendition misses its bounds, in dB of NMR; 0 or less when it keeps them. A change of level of 0.1 dB counts as 2 dB. */
double quality_excess(const struct quality_report *report, const struct quality_bounds *bounds);

#endif
