/* music.h - what a recording sounds like: its tempo and beats (rhythm.h), its key and tuning (tonality.h), and its timbre.
 *
 * Every block is mixed down to mono at 22,050 Hz once, for all of them. About 3 MB of memory, whatever the length. */
#ifndef VEZA_MEDIA_MUSIC_H
#define VEZA_MEDIA_MUSIC_H

#include "rhythm.h"
#include "tonality.h"

#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>

#define MUSIC_VERSION 1 /* of the method: a later one may tell something else of the same recording */
#define MUSIC_TIMBRE 13 /* mel-frequency cepstral coefficients; the first is the level */

struct music;

struct music_result {
    struct rhythm_result rhythm;
    struct tonality_result tonality;
    bool has_timbre;
    double timbre_mean[MUSIC_TIMBRE], timbre_deviation[MUSIC_TIMBRE];
};

/* For blocks of this kind. NULL without memory. */
struct music *music_new(const AVChannelLayout *layout, enum AVSampleFormat format, int sample_rate);

/* The next block. Returns 0 or an enum media_reason. */
int music_add(struct music *music, const AVFrame *block);

/* At the end, once. */
void music_conclude(struct music *music, struct music_result *ret_result);
void music_free(struct music *music);

#endif
