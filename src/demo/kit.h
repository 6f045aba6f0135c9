/* kit.h - ready-made patches. A style copies what it needs into song->patch[] and bends it. */
#ifndef VEZA_DEMO_KIT_H
#define VEZA_DEMO_KIT_H

#include "voice.h"

extern const struct patch kit_kick_round, kit_kick_hard, kit_kick_dusty, kit_snare_tight, kit_snare_gated, kit_snare_dusty, kit_clap,
    kit_hat_closed, kit_hat_open, kit_shaker, kit_ride, kit_tom, kit_rim, kit_crash, kit_riser;
extern const struct patch kit_bass_round, kit_bass_saw, kit_bass_sub, kit_bass_acid, kit_pad_warm, kit_pad_glass, kit_stab, kit_lead_soft,
    kit_electric_piano, kit_piano, kit_bell, kit_kalimba, kit_marimba, kit_guitar, kit_voice;

#endif
