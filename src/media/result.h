/* result.h - the RESULT documents of the audio and probe modes. */
#ifndef VEZA_MEDIA_RESULT_H
#define VEZA_MEDIA_RESULT_H

#include "analysis.h"
#include "rendition.h"

int result_send_probe(const struct input *input);

/* `rate`, `channels` and `samples` are of what was made. */
int result_send_stem(const struct input *input, int source_rate, int rate, int channels, int64_t samples, int segments);

/* {"music"}, as the audio mode has it. */
int result_send_music(const struct music_result *heard);

/* What RESULT will say, with one rendition, which must be finished and joined, as the analysis must be. */
int result_send_playable(const struct input *input, const struct sound *sound, int64_t samples, int64_t mended, const struct analysis *analysis,
                         const struct rendition *rendition);

/* Everything must be finished and joined. */
int result_send_audio(const struct input *input, const struct sound *sound, int64_t samples, int64_t mended, const struct analysis *analysis,
                      const struct rendition *const *renditions, size_t count);

#endif
