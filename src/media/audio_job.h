/* audio_job.h - a recording in, everything that Veza serves of it out. docs/media.md lists files and RESULT. */
#ifndef VEZA_MEDIA_AUDIO_JOB_H
#define VEZA_MEDIA_AUDIO_JOB_H

#include <stdbool.h>
#include <stdint.h>

/* Sends all files and RESULT. Unless `judges`, the AAC renditions are not compared with their source, and none is made again; unless
 * `hears_music`, tempo, key and timbre are left out, and the fingerprint is one of two minutes. Returns 0 or an enum media_reason. */
int audio_job_run(int64_t max_duration_s, bool judges, bool hears_music);

/* Headers only: sends RESULT. */
int audio_job_probe(int64_t max_duration_s);

/* Only tempo, key and timbre: decodes once and sends RESULT. */
int audio_job_listen(int64_t max_duration_s);

#endif
