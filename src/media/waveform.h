/* waveform.h - peaks for drawing, in the JSON form of BBC audiowaveform (version 2, one channel, 8 bits).
 *
 * A pair is the lowest and the highest sample of any channel. Memory is bounded: when WAVEFORM_DETAIL_MAX pairs are full, neighbours are
 * joined and the resolution halves. */
#ifndef VEZA_MEDIA_WAVEFORM_H
#define VEZA_MEDIA_WAVEFORM_H

#include <libavutil/frame.h>

#define WAVEFORM_DETAIL_MAX 200000
#define WAVEFORM_OVERVIEW_MAX 1000
#define WAVEFORM_PAIRS_PER_SECOND 50

struct waveform {
    int sample_rate;
    int samples_per_pixel;
    int in_pair; /* frames in the pair being built */
    float low, high;
    int8_t *pairs;
    int count; /* pairs */
};

int waveform_init(struct waveform *waveform, int sample_rate);
void waveform_free(struct waveform *waveform);
int waveform_add(struct waveform *waveform, const AVFrame *block);

/* Sends waveform/detail.json and waveform/overview.json. */
int waveform_send(struct waveform *waveform);

/* Only the overview. */
int waveform_send_overview(struct waveform *waveform);

#endif
