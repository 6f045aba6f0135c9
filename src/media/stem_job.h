/* stem_job.h - a stem in, what the stem player plays of it out. docs/media.md lists files and RESULT. */
#ifndef VEZA_MEDIA_STEM_JOB_H
#define VEZA_MEDIA_STEM_JOB_H

#include <stdint.h>

/* Frames of every segment but the last. */
#define STEM_SEGMENT_FRAMES 131072

/* Sends `stem/segment_000.flac` and so on, mono or stereo at `rate` Hz, waveform/overview.json and RESULT. Each segment is a whole FLAC file, so a
 * browser decodes it alone, to the sample. Returns 0 or an enum media_reason. */
int stem_job_run(int64_t max_duration_s, int rate);

#endif
