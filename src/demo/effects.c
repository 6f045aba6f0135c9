#include "effects.h"

#include <string.h>

void
delay_init(struct delay *delay, float left_s, float right_s, float feedback, float low_cut_hz, float high_cut_hz, float rate)
{
    memset(delay, 0, sizeof *delay);
    delay->left_frames = (int)clampf(left_s * rate, 1.0f, DELAY_FRAMES - 1);
    delay->right_frames = (int)clampf(right_s * rate, 1.0f, DELAY_FRAMES - 1);
    delay->feedback = clampf(feedback, 0.0f, 0.92f);
    for (int side = 0; side < 2; side++) {
        filter_set(&delay->low[side], high_cut_hz, 0.6f, rate);
        filter_set(&delay->high[side], low_cut_hz, 0.6f, rate);
    }
}

void
delay_run(struct delay *delay, float *left, float *right, int frames)
{
    for (int i = 0; i < frames; i++) {
        int p = delay->position;
        float l = delay->line[0][(p - delay->left_frames) & (DELAY_FRAMES - 1)];
        float r = delay->line[1][(p - delay->right_frames) & (DELAY_FRAMES - 1)];

        l = filter_run(&delay->high[0], filter_run(&delay->low[0], l).low).high;
        r = filter_run(&delay->high[1], filter_run(&delay->low[1], r).low).high;
        /* the echoes cross over, and are rounded off so that a long tail never runs away */
        delay->line[0][p] = soft_clip(left[i] + delay->feedback * r) + 1e-18f;
        delay->line[1][p] = soft_clip(right[i] + delay->feedback * l) + 1e-18f;
        delay->position = (p + 1) & (DELAY_FRAMES - 1);
        left[i] = l;
        right[i] = r;
    }
}

void
reverb_init(struct reverb *reverb, float size, float decay_s, float damping, float before_s, float rate)
{
    static const int prime[REVERB_LINES] = { 1433, 1601, 1867, 2053, 2251, 2399, 2617, 2797 };

    memset(reverb, 0, sizeof *reverb);
    for (int i = 0; i < REVERB_LINES; i++) {
        reverb->length[i] = (int)clampf((float)prime[i] * size * rate / 44100.0f, 32, REVERB_FRAMES - 1) | 1;
        reverb->gain[i] = expf(-6.9078f * (float)reverb->length[i] / (rate * fmaxf(decay_s, 0.1f)));
    }
    reverb->damping = clampf(damping, 0.0f, 0.95f);
    reverb->before_frames = (int)clampf(before_s * rate, 1, 8191);
    reverb->turn_step = 0.31f / rate;
}

void
reverb_run(struct reverb *reverb, float *left, float *right, int frames)
{
    for (int i = 0; i < frames; i++) {
        float out[REVERB_LINES];
        int p = reverb->before_position;
        float in[2], sum = 0.0f, sway;

        in[0] = reverb->before[0][(p - reverb->before_frames) & 8191];
        in[1] = reverb->before[1][(p - reverb->before_frames) & 8191];
        reverb->before[0][p] = left[i];
        reverb->before[1][p] = right[i];
        reverb->before_position = (p + 1) & 8191;

        /* reading a little before or after the end of two lines keeps the tail from ringing like metal */
        reverb->turn = phase_wrap(reverb->turn + reverb->turn_step);
        sway = 7.0f + 6.0f * sine_turns(reverb->turn);
        for (int n = 0; n < REVERB_LINES; n++) {
            int back = reverb->length[n];
            float value;

            if (n < 2) {
                float exact = (float)back - (n ? sway : 14.0f - sway);
                int whole = (int)exact;
                float share = exact - (float)whole;

                value = mixf(reverb->line[n][(reverb->position[n] - whole) & (REVERB_FRAMES - 1)],
                             reverb->line[n][(reverb->position[n] - whole - 1) & (REVERB_FRAMES - 1)], share);
            } else {
                value = reverb->line[n][(reverb->position[n] - back) & (REVERB_FRAMES - 1)];
            }
            reverb->damped[n] += (value - reverb->damped[n]) * (1.0f - reverb->damping);
            out[n] = reverb->damped[n] * reverb->gain[n];
            sum += out[n];
        }
        sum *= 2.0f / REVERB_LINES;
        for (int n = 0; n < REVERB_LINES; n++) {
            reverb->line[n][reverb->position[n]] = 0.35f * in[n & 1] + out[n] - sum + 1e-18f;
            reverb->position[n] = (reverb->position[n] + 1) & (REVERB_FRAMES - 1);
        }
        left[i] = out[0] - out[2] + out[4] - out[6];
        right[i] = out[1] - out[3] + out[5] - out[7];
    }
}

void
limiter_init(struct limiter *limiter, float ceiling, float release_s, float rate)
{
    memset(limiter, 0, sizeof *limiter);
    limiter->look_frames = 128;
    limiter->gain = limiter->held = 1.0f;
    limiter->release = 1.0f - expf(-1.0f / (release_s * rate));
    limiter->ceiling = ceiling;
    for (int i = 0; i < LIMITER_FRAMES; i++)
        limiter->need[i] = 1.0f;
}

/* The height of the curve through eight samples, half-way between the middle two, and of the sample beside it. */
static float
peak_between(const float *line, int p)
{
    static const float weight[4] = { 1225.0f / 2048.0f, -245.0f / 2048.0f, 49.0f / 2048.0f, -5.0f / 2048.0f };
    float middle = 0.0f;

    for (int i = 0; i < 4; i++)
        middle += weight[i] * (line[(p - 4 - i) & (LIMITER_FRAMES - 1)] + line[(p - 3 + i) & (LIMITER_FRAMES - 1)]);
    return fmaxf(fabsf(line[(p - 4) & (LIMITER_FRAMES - 1)]), fabsf(middle) * 1.04f);
}

void
limiter_run(struct limiter *limiter, float *left, float *right, int frames)
{
    float slope = 1.0f / (float)(limiter->look_frames - 8);

    for (int i = 0; i < frames; i++) {
        int p = limiter->position;
        int old = (p - limiter->look_frames) & (LIMITER_FRAMES - 1);
        float peak, need;

        limiter->line[0][p] = left[i];
        limiter->line[1][p] = right[i];
        peak = fmaxf(peak_between(limiter->line[0], p), peak_between(limiter->line[1], p));
        need = peak > limiter->ceiling ? limiter->ceiling / peak : 1.0f;
        /* falls fast enough to be within a hair of the wanted gain when its frame leaves the line */
        limiter->held = fminf(limiter->held, need);
        limiter->need[p] = need;
        if (limiter->gain > limiter->held) {
            limiter->gain = fmaxf(limiter->held, limiter->gain - fmaxf((limiter->gain - limiter->held) * 12.0f * slope, 1e-6f));
        } else {
            limiter->gain += (fminf(1.0f, limiter->held) - limiter->gain) * limiter->release;
        }
        /* when the frame that asked for the lowest gain has left, look for the next lowest */
        if (limiter->need[old] <= limiter->held && limiter->held < 1.0f) {
            float lowest = 1.0f;

            for (int k = 0; k < limiter->look_frames; k++)
                lowest = fminf(lowest, limiter->need[(p - k) & (LIMITER_FRAMES - 1)]);
            limiter->held = lowest;
        }
        left[i] = limiter->line[0][old] * limiter->gain;
        right[i] = limiter->line[1][old] * limiter->gain;
        limiter->position = (p + 1) & (LIMITER_FRAMES - 1);
    }
}
