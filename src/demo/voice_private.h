/* voice_private.h - what voice.c and percussion.c share. */
#ifndef VEZA_DEMO_VOICE_PRIVATE_H
#define VEZA_DEMO_VOICE_PRIVATE_H

#include "voice.h"

void percussion_start(struct voice *voice, float rate);
void percussion_render(struct voice *voice, float *left, float *right, int frames, float rate);
void noise_render(struct voice *voice, float *left, float *right, int frames, float rate);

/* Whether a voice that decays by itself (drum, string, modal) may be freed before its key is released. */
bool percussion_is_over(const struct voice *voice);

#endif
