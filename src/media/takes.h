/* takes.h - the encodings of one AAC rendition that were tried, and which to try next. */
#ifndef VEZA_MEDIA_TAKES_H
#define VEZA_MEDIA_TAKES_H

#include "quality.h"

#include <stdbool.h>

#define TAKES_MAX 4
#define TRUE_PEAK_CEILING (-1.0) /* dBTP, EBU R 128 */

enum aac_coder { CODER_FAST, CODER_TWOLOOP, CODERS };

struct takes {
    struct quality_bounds bounds;
    enum aac_coder coder; /* of the take being made, or made last */
    double gain_db;
    int count;
    struct {
        bool is_made;
        double gain_db, excess, true_peak;
    } of[CODERS]; /* the last one of each */
};

/* FFmpeg's name of the coder. */
const char *takes_coder(const struct takes *takes);

/* Keeps what was found about the take made last, and decides. True: encode once more with `coder` and `gain_db`. False: the take made
 * last is the one to publish. */
bool takes_again(struct takes *takes, const struct quality_report *report);

/* Whether the take made last keeps all bounds. */
bool takes_is_good(const struct takes *takes);

#endif
