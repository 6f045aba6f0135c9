/* input.h - opens the recording on descriptor 3 with FFmpeg, and only the containers and codecs that Veza means to read. */
#ifndef VEZA_MEDIA_INPUT_H
#define VEZA_MEDIA_INPUT_H

#include "container_check.h"
#include "embedded.h"
#include "mp4_edit.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>

struct input {
    AVFormatContext *format;
    AVStream *stream;         /* the sound */
    const AVCodec *decoder;
    int64_t size;             /* of the file, bytes */
    int64_t promised_samples; /* what the header says, in frames at the source's rate; 0: it says nothing exact */
    bool is_lossless;
    int valid_bits;           /* of a WAV that keeps them in wider samples, or of a wide FLAC; else 0 */
    bool is_wide_flac;        /* of more than 24 bits: libFLAC decodes it (flac_wide.h), and its packets are unparsed */
    struct container container;
    struct embedded embedded; /* of the tags, what FFmpeg leaves out */
    bool ended_early;         /* there was less than the header promised; decode_all() finds out more than the header tells */
    struct mp4_edit edit;
    bool cuts_itself;         /* FFmpeg hands out all that is stored; decode.c cuts to what follows */
    int64_t heard_from;       /* units of the stream's time base */
    int64_t heard_length;     /* the same; INT64_MAX: to the end */
    int64_t position;         /* of the reader */
};

/* Asks for the size of descriptor 3. Call it before the sandbox closes: inside, no file can be asked about. */
void input_prepare(void);

/* Bytes; -1 when descriptor 3 is not a regular file. */
int64_t input_file_size(void);

/* Opens the file, finds its sound and refuses what is not ours. Returns 0 or an enum media_reason; input_close() in either case. */
int input_open(struct input *input, int64_t max_duration_s);
void input_close(struct input *input);

/* "wav", "aiff", "flac", "mp4", "aac", "mp3" or "ogg". */
const char *input_format_name(const struct input *input);

#define COVER_BYTES_MAX (20 << 20)

/* The front cover embedded in the file, or else the first picture, or NULL when there is none of at most COVER_BYTES_MAX. Points into `input`. */
const AVPacket *input_cover(const struct input *input);

/* A number of units of the stream's time base in frames of `sample_rate`; INT64_MAX stays what it is. */
int64_t input_frames(const struct input *input, int64_t time, int sample_rate);

/* Milliseconds as the header tells; 0 when unknown. */
int64_t input_duration_ms(const struct input *input);

#endif
