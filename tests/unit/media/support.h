/* support.h - makes recordings, runs the real worker on them, and looks at what came out.
 *
 * Every test program is its own worker: its main() hands over to media_worker_main() when it is started as one. */
#ifndef VEZA_TEST_MEDIA_SUPPORT_H
#define VEZA_TEST_MEDIA_SUPPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>
#include <jansson.h>

#include "worker_client.h"

#define MAIN_WITH_WORKER(tests)                                                   \
    int main(int argc, char **argv)                                               \
    {                                                                             \
        if (argc > 1 && !strcmp(argv[1], "media-worker"))                         \
            return media_worker_main(argc - 1, argv + 1);                         \
        return cmocka_run_group_tests(tests, scratch_make, scratch_remove);       \
    }

/* A folder for the whole program. */
/* The file at `path`; give it back with source_unref(). */
struct source *source_of_path(const char *path);

int scratch_make(void **state);
int scratch_remove(void **state);
/* "{scratch}/{name}", formatted; in one of eight rotating buffers. */
const char *scratch(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* --- recordings --- */
typedef double (*signal_at)(int64_t frame, int channel, int rate);
double signal_sine(int64_t frame, int channel, int rate);    /* 1 kHz, amplitude 0.5 */
double signal_clicks(int64_t frame, int channel, int rate);  /* short bursts centred on every half second + 0.25 s, and noise */
double signal_noise(int64_t frame, int channel, int rate);   /* repeatable, amplitude 0.6 */
double signal_silence(int64_t frame, int channel, int rate);

/* `bits` 8, 16, 24, 32, or -32 and -64 for float. */
void write_wav(const char *path, signal_at signal, int64_t frames, int rate, int channels, int bits);
/* WAVEFORMATEXTENSIBLE, whole numbers: `valid_bits` of `bits` hold the sample, the rest is zero; `mask` says where the channels stand. */
void write_wav_extensible(const char *path, signal_at signal, int64_t frames, int rate, int channels, int bits, int valid_bits, unsigned mask);
void write_file(const char *path, const void *bytes, size_t length);
void cut_file(const char *path, double keep); /* keeps that share of the bytes */

/* Runs the command-line ffmpeg with these arguments, last NULL; fails the test when that fails. */
void ffmpeg(const char *first, ...) __attribute__((sentinel));
/* The same with the command-line flac. */
void flac(const char *first, ...) __attribute__((sentinel));
/* Decodes to interleaved float, from time 0 on: what an edit list moves before it is not heard. The caller frees. */
float *decode_float(const char *path, int channels, int64_t *ret_frames);
/* The same, as 32-bit integers. */
int32_t *decode_s32(const char *path, int channels, int64_t *ret_frames);

/* --- jobs --- */
struct run {
    struct media_outcome outcome;
    json_t *result;       /* NULL without RESULT */
    json_t *playable;     /* NULL without PLAYABLE */
    int playable_files;   /* that were whole before PLAYABLE */
    char folder[512];     /* where the files went */
    float last_progress;
    int progress_calls, files;
    bool is_rising;       /* progress never fell */
    int64_t bytes;
};

/* The whole job with defaults; `job` may hold other limits, or be NULL. */
struct run run_media(enum media_mode mode, const char *path, const struct media_job *job);
void run_free(struct run *run);
/* Runs and expects this failure code. */
void assert_fails(enum media_mode mode, const char *path, const char *code);
/* Joins init and segments of a rendition into one playable file, named by its playlist; returns the path. Checks the playlist as it goes
 * and stores the sum of its EXTINFs. */
const char *join_rendition(const struct run *run, const char *rendition, double *ret_seconds);
const json_t *rendition_of(const struct run *run, const char *name);
int64_t integer_of(const json_t *object, const char *name);
double real_of(const json_t *object, const char *name);
char *read_text(const char *path);
/* The whole file, which the caller frees. */
void *read_bytes(const char *path, size_t *ret_length);

#endif
