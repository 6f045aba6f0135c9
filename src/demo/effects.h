/* effects.h - stereo delay, reverb, and the limiter that keeps every piece below -1 dBTP.
 *
 * Each is a fixed-size object without allocation of its own. Buffers are processed in place, `frames` at a time. */
#ifndef VEZA_DEMO_EFFECTS_H
#define VEZA_DEMO_EFFECTS_H

#include "dsp.h"

enum { DELAY_FRAMES = 1 << 17, REVERB_LINES = 8, REVERB_FRAMES = 8192, LIMITER_FRAMES = 256 };

/* Ping-pong delay with a filter in the loop. */
struct delay {
    float line[2][DELAY_FRAMES];
    int position, left_frames, right_frames;
    float feedback, saturation;
    struct filter low[2], high[2];
};

/* Times in seconds, at most 2.7; `feedback` below 1. */
void delay_init(struct delay *delay, float left_s, float right_s, float feedback, float low_cut_hz, float high_cut_hz, float rate);
/* Replaces the send (left, right) by the echoes. */
void delay_run(struct delay *delay, float *left, float *right, int frames);

/* A feedback delay network of eight lines. */
struct reverb {
    float line[REVERB_LINES][REVERB_FRAMES];
    int length[REVERB_LINES], position[REVERB_LINES];
    float gain[REVERB_LINES], damped[REVERB_LINES], damping;
    float before[2][8192];
    int before_frames, before_position;
    float turn, turn_step;
};

/* `size` 0.3 (room) .. 1.5 (cathedral), `decay_s` to -60 dB, `damping` 0 bright .. 0.9 dark. */
void reverb_init(struct reverb *reverb, float size, float decay_s, float damping, float before_s, float rate);
void reverb_run(struct reverb *reverb, float *left, float *right, int frames);

/* Looks ahead, so that peaks (including those between two samples) stay under the ceiling without being clipped. */
struct limiter {
    float line[2][LIMITER_FRAMES];
    float need[LIMITER_FRAMES];     /* gain that each delayed frame asks for */
    int position, look_frames;
    float gain, held, release, ceiling;
};

void limiter_init(struct limiter *limiter, float ceiling, float release_s, float rate);
/* Delays by limiter->look_frames. */
void limiter_run(struct limiter *limiter, float *left, float *right, int frames);

#endif
