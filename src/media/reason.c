/* reason.c - the table behind reason.h. */
#include "reason.h"

#include <stddef.h>

static const struct {
    const char *code;
    const char *message;
} reasons[] = {
    [-MEDIA_E_NOT_AUDIO] = { "not_audio", "This file is not audio that we know: use WAV, AIFF, FLAC, ALAC, AAC, MP3, Ogg Vorbis or Opus." },
    [-MEDIA_E_EMPTY_FILE] = { "empty_file", "This file is empty." },
    [-MEDIA_E_TRUNCATED] = { "truncated", "This file is incomplete: its end is missing. Export or copy it again, then upload it once more." },
    [-MEDIA_E_NO_AUDIO_STREAM] = { "no_audio_stream", "This file has no sound in it." },
    [-MEDIA_E_TOO_LONG] = { "too_long", "This recording is longer than this server accepts." },
    [-MEDIA_E_UNSUPPORTED_CODEC] = { "unsupported_codec", "The sound in this file is stored in a form that we cannot read: export it as WAV or FLAC." },
    [-MEDIA_E_CORRUPT] = { "corrupt", "This file is damaged: its sound could not be decoded." },
    [-MEDIA_E_TOO_MANY_CHANNELS] = { "too_many_channels", "This file has a number of channels that we cannot use: use mono, stereo or up to 7.1 surround." },
    [-MEDIA_E_SAMPLE_RATE] = { "unsupported_sample_rate", "The sample rate of this file is not between 8 and 192 kHz." },
    [-MEDIA_E_TOO_SHORT] = { "no_audio_data", "This file has the header of a recording but no sound in it." },
    [-MEDIA_E_IMAGE_UNREADABLE] = { "image_unreadable", "This image could not be read: use JPEG, PNG or WebP." },
    [-MEDIA_E_IMAGE_TOO_LARGE] = { "image_too_large", "This image is too large." },
    [-MEDIA_E_OUT_OF_MEMORY] = { "out_of_memory", "This file needs more memory than a file may use." },
    [-MEDIA_E_READ_FAILED] = { "read_failed", "The file could not be read from storage." },
    [-MEDIA_E_INTERNAL] = { "internal", "Something went wrong while this file was processed." },
};

static size_t
index_of(int reason)
{
    size_t i = reason < 0 ? (size_t)-(long)reason : 0;

    return i > 0 && i < sizeof(reasons) / sizeof(reasons[0]) ? i : (size_t)-MEDIA_E_INTERNAL;
}

const char *
media_reason_code(int reason)
{
    return reasons[index_of(reason)].code;
}

const char *
media_reason_message(int reason)
{
    return reasons[index_of(reason)].message;
}
