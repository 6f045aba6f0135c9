/* flac_wide.c - libFLAC's stream decoder over FFmpeg's packets. It looks for the frames itself, so that the pieces in which a native FLAC comes
 * serve as well as the whole frames of Ogg and MP4. */
#include "flac_wide.h"

#include "reason.h"

#include <FLAC/stream_decoder.h>
#include <string.h>

#define STREAMINFO_LENGTH 34

struct flac_wide {
    struct input *input;
    int (*on_frame)(void *user, const AVFrame *frame);
    void *user;
    uint8_t head[8 + STREAMINFO_LENGTH]; /* what the demuxer has read already */
    size_t head_given;
    AVPacket *packet;
    int packet_given;
    struct flac_wide_counts counts;
    bool is_damaged; /* since the last frame */
    int error;
};

static const uint8_t *
streaminfo_of(const AVCodecParameters *par)
{
    return par->codec_id == AV_CODEC_ID_FLAC && par->extradata_size >= STREAMINFO_LENGTH ? par->extradata : NULL;
}

int
flac_bits(const AVCodecParameters *par)
{
    const uint8_t *info = streaminfo_of(par);

    return info ? ((info[12] & 1) << 4 | info[13] >> 4) + 1 : 0;
}

int
flac_channels(const AVCodecParameters *par)
{
    const uint8_t *info = streaminfo_of(par);

    return info ? (info[12] >> 1 & 7) + 1 : 0;
}

/* False at the end, where the decoder may ask again. */
static bool
next_packet(struct flac_wide *f)
{
    f->packet_given = 0;
    do {
        av_packet_unref(f->packet);
        if (av_read_frame(f->input->format, f->packet) < 0)
            return false;
    } while (f->packet->stream_index != f->input->stream->index || f->packet->size == 0);
    return true;
}

static FLAC__StreamDecoderReadStatus
on_read(const FLAC__StreamDecoder *decoder, FLAC__byte buffer[], size_t *length, void *user)
{
    struct flac_wide *f = user;
    size_t head_left = sizeof f->head - f->head_given;

    (void)decoder;
    if (head_left > 0) {
        *length = FFMIN(*length, head_left);
        memcpy(buffer, f->head + f->head_given, *length);
        f->head_given += *length;
        return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
    }
    if (f->packet_given == f->packet->size && !next_packet(f)) {
        *length = 0;
        return FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
    }
    *length = FFMIN(*length, (size_t)(f->packet->size - f->packet_given));
    memcpy(buffer, f->packet->data + f->packet_given, *length);
    f->packet_given += (int)*length;
    return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
}

static int
make_frame(AVFrame *to, const struct flac_wide *f, const FLAC__Frame *from, const FLAC__int32 *const samples[])
{
    const AVChannelLayout *told = &f->input->stream->codecpar->ch_layout;
    int channels = (int)from->header.channels;
    unsigned shift = 32 - from->header.bits_per_sample;
    int32_t *out;

    to->format = AV_SAMPLE_FMT_S32;
    to->sample_rate = (int)from->header.sample_rate;
    to->nb_samples = (int)from->header.blocksize;
    if (told->nb_channels == channels) {
        if (av_channel_layout_copy(&to->ch_layout, told) < 0)
            return MEDIA_E_OUT_OF_MEMORY;
    } else {
        to->ch_layout = (AVChannelLayout){ .order = AV_CHANNEL_ORDER_UNSPEC, .nb_channels = channels };
    }
    if (av_frame_get_buffer(to, 0) < 0)
        return MEDIA_E_OUT_OF_MEMORY;
    out = (int32_t *)to->data[0];
    for (int i = 0; i < to->nb_samples; i++)
        for (int c = 0; c < channels; c++)
            *out++ = (int32_t)((uint32_t)samples[c][i] << shift);
    return 0;
}

static FLAC__StreamDecoderWriteStatus
on_write(const FLAC__StreamDecoder *decoder, const FLAC__Frame *decoded, const FLAC__int32 *const samples[], void *user)
{
    struct flac_wide *f = user;
    AVFrame *frame = av_frame_alloc();

    (void)decoder;
    f->counts.good += !f->is_damaged;
    f->is_damaged = false;
    f->error = frame ? make_frame(frame, f, decoded, samples) : MEDIA_E_OUT_OF_MEMORY;
    if (!f->error)
        f->error = f->on_frame(f->user, frame);
    av_frame_free(&frame);
    return f->error ? FLAC__STREAM_DECODER_WRITE_STATUS_ABORT : FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void
on_error(const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *user)
{
    struct flac_wide *f = user;

    (void)decoder;
    (void)status;
    f->counts.damaged += !f->is_damaged;
    f->is_damaged = true;
}

int
flac_wide_decode(struct input *input, int (*on_frame)(void *user, const AVFrame *frame), void *user, struct flac_wide_counts *ret_counts)
{
    struct flac_wide f = { .input = input, .on_frame = on_frame, .user = user, .head = "fLaC\x80\0\0\x22", .packet = av_packet_alloc() };
    FLAC__StreamDecoder *decoder = FLAC__stream_decoder_new();

    memcpy(f.head + 8, input->stream->codecpar->extradata, STREAMINFO_LENGTH);
    if (!f.packet || !decoder ||
        FLAC__stream_decoder_init_stream(decoder, on_read, NULL, NULL, NULL, NULL, on_write, NULL, on_error, &f) != FLAC__STREAM_DECODER_INIT_STATUS_OK)
        f.error = MEDIA_E_OUT_OF_MEMORY;
    else if (!FLAC__stream_decoder_process_until_end_of_stream(decoder) && !f.error)
        f.error = FLAC__stream_decoder_get_state(decoder) == FLAC__STREAM_DECODER_MEMORY_ALLOCATION_ERROR ? MEDIA_E_OUT_OF_MEMORY : MEDIA_E_CORRUPT;
    if (decoder)
        FLAC__stream_decoder_delete(decoder);
    av_packet_free(&f.packet);
    *ret_counts = f.counts;
    return f.error;
}
