/* motifs.h - one picture idea for each style, indexed by enum demo_style, and the portrait for avatars. */
#ifndef VEZA_DEMO_MOTIFS_H
#define VEZA_DEMO_MOTIFS_H

#include "paint.h"
#include "synth.h"

extern const motif_paint motifs[DEMO_STYLE_COUNT];

struct colour motif_portrait(const struct scene *scene, float x, float y);

#endif
