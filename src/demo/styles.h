/* styles.h - the styles that the demo music is written in. */
#ifndef VEZA_DEMO_STYLES_H
#define VEZA_DEMO_STYLES_H

#include "song.h"

extern const struct style style_ambient, style_field, style_piano;      /* styles_calm.c */
extern const struct style style_house, style_techno, style_dub;         /* styles_club.c */
extern const struct style style_lofi, style_drum_and_bass;              /* styles_beats.c */
extern const struct style style_synthwave, style_chiptune;              /* styles_retro.c */
extern const struct style style_folk, style_spoken;                     /* styles_acoustic.c */

/* Steps at which a one-bar pattern such as "x--x--x---x-x---" has a hit. */
static inline bool
pattern_hits(const char *pattern, int step)
{
    return pattern[step] == 'x';
}

#endif
