/* cmaf.c - libavformat's mp4 muxer, one fragment a segment, written to memory. */
#include "cmaf.h"

#include "init_patch.h"
#include "output.h"
#include "reason.h"

#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define IO_BUFFER (64 * 1024)
#define HELD_MAX 512
#define SEGMENT_BYTES_MAX (64u << 20) /* six seconds of eight channels at 192 kHz and 24 bits are 28 MB */

struct cmaf {
    AVFormatContext *format;
    AVStream *stream;
    const char *folder;
    int64_t segment_samples, delay;
    int64_t first_pts;    /* of the source's clock */
    int64_t end;          /* of the last packet, on the track's clock */
    int64_t segment_start; /* of the segment being filled, on the track's clock */
    int64_t next_cut;
    int sample_rate;
    AVPacket *held[HELD_MAX]; /* packets beyond next_cut that may still join the segment before it */
    int held_count;
    struct {
        uint8_t *bytes;
        size_t length, capacity;
    } memory;
    uint8_t *init;
    size_t init_length;
    struct cmaf_segment *segments;
    size_t segment_count;
    int64_t end_padding;
};

static int
write_memory(void *opaque, uint8_t *bytes, int length)
{
    struct cmaf *cmaf = opaque;
    size_t needed = cmaf->memory.length + (size_t)length;

    if (needed > SEGMENT_BYTES_MAX)
        return AVERROR(ENOMEM);
    if (needed > cmaf->memory.capacity) {
        size_t capacity = needed * 2;
        uint8_t *grown = av_realloc(cmaf->memory.bytes, capacity);

        if (!grown)
            return AVERROR(ENOMEM);
        cmaf->memory.bytes = grown;
        cmaf->memory.capacity = capacity;
    }
    memcpy(cmaf->memory.bytes + cmaf->memory.length, bytes, (size_t)length);
    cmaf->memory.length = needed;
    return length;
}

static int
reason_of(int av_error)
{
    return av_error == AVERROR(ENOMEM) ? MEDIA_E_OUT_OF_MEMORY : MEDIA_E_INTERNAL;
}

static int
open_muxer(struct cmaf *cmaf, const AVCodecParameters *par)
{
    AVDictionary *options = NULL;
    uint8_t *buffer;
    int error = avformat_alloc_output_context2(&cmaf->format, NULL, "mp4", NULL);

    if (error < 0)
        return reason_of(error);
    buffer = av_malloc(IO_BUFFER);
    cmaf->format->pb = buffer ? avio_alloc_context(buffer, IO_BUFFER, 1, cmaf, NULL, write_memory, NULL) : NULL;
    cmaf->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    cmaf->format->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL; /* FLAC and Opus in MP4 */
    cmaf->format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    cmaf->stream = avformat_new_stream(cmaf->format, NULL);
    if (!cmaf->format->pb || !cmaf->stream)
        return MEDIA_E_OUT_OF_MEMORY;
    error = avcodec_parameters_copy(cmaf->stream->codecpar, par);
    if (error < 0)
        return reason_of(error);
    cmaf->stream->codecpar->codec_tag = 0;
    cmaf->stream->time_base = (AVRational){ 1, par->sample_rate };
    av_dict_set(&options, "movflags", "cmaf+frag_custom+empty_moov+default_base_moof+skip_trailer", 0);
    av_dict_set(&options, "use_editlist", "1", 0);
    av_dict_set_int(&options, "movie_timescale", par->sample_rate, 0); /* edit lists exact to the sample */
    error = avformat_write_header(cmaf->format, &options);
    av_dict_free(&options);
    return error < 0 ? reason_of(error) : 0;
}

static int
keep_init(struct cmaf *cmaf)
{
    avio_flush(cmaf->format->pb);
    cmaf->init = av_malloc(cmaf->memory.length + INIT_PATCH_EDIT_BYTES + INIT_PATCH_MASK_BYTES);
    if (!cmaf->init)
        return MEDIA_E_OUT_OF_MEMORY;
    memcpy(cmaf->init, cmaf->memory.bytes, cmaf->memory.length);
    cmaf->init_length = cmaf->memory.length;
    cmaf->memory.length = 0;
    return 0;
}

int
cmaf_open(struct cmaf **ret_cmaf, const char *folder, const AVCodecParameters *par, int64_t segment_samples, int64_t delay)
{
    struct cmaf *cmaf = av_mallocz(sizeof *cmaf);
    int error;

    if (!cmaf)
        return MEDIA_E_OUT_OF_MEMORY;
    cmaf->folder = folder;
    cmaf->segment_samples = cmaf->next_cut = segment_samples;
    cmaf->delay = delay;
    cmaf->first_pts = AV_NOPTS_VALUE;
    cmaf->sample_rate = par->sample_rate;
    cmaf->segments = av_calloc(CMAF_SEGMENTS_MAX, sizeof *cmaf->segments);
    error = cmaf->segments ? open_muxer(cmaf, par) : MEDIA_E_OUT_OF_MEMORY;
    if (!error)
        error = keep_init(cmaf);
    if (error)
        cmaf_free(&cmaf);
    else
        *ret_cmaf = cmaf;
    return error;
}

void
cmaf_free(struct cmaf **cmaf)
{
    struct cmaf *c = *cmaf;

    if (!c)
        return;
    for (int i = 0; i < c->held_count; i++)
        av_packet_free(&c->held[i]);
    if (c->format) {
        if (c->format->pb)
            av_freep(&c->format->pb->buffer);
        avio_context_free(&c->format->pb);
        avformat_free_context(c->format);
    }
    av_free(c->memory.bytes);
    av_free(c->init);
    av_free(c->segments);
    av_freep(cmaf);
}

void
cmaf_set_delay(struct cmaf *cmaf, int64_t delay)
{
    cmaf->delay = delay;
}

/* Sends what was written since the last cut as one segment, which ends at `end` on the track's clock. */
static int
cut(struct cmaf *cmaf, int64_t end)
{
    char name[MEDIA_FILE_NAME_MAX + 1];
    struct cmaf_segment *segment;
    int64_t from = cmaf->segment_start < cmaf->delay ? cmaf->delay : cmaf->segment_start;
    int error = av_write_frame(cmaf->format, NULL);

    if (error < 0)
        return reason_of(error);
    avio_flush(cmaf->format->pb);
    if (cmaf->format->pb->error < 0)
        return reason_of(cmaf->format->pb->error);
    if (cmaf->memory.length == 0)
        return 0;
    if (cmaf->segment_count == CMAF_SEGMENTS_MAX)
        return MEDIA_E_TOO_LONG;
    snprintf(name, sizeof name, "%s/segment_%03zu.m4s", cmaf->folder, cmaf->segment_count);
    segment = &cmaf->segments[cmaf->segment_count++];
    segment->bytes = (int64_t)cmaf->memory.length;
    segment->samples = end > from ? end - from : 0;
    error = output_file(name, cmaf->memory.bytes, cmaf->memory.length);
    cmaf->memory.length = 0;
    cmaf->segment_start = end;
    return error;
}

static int
write_now(struct cmaf *cmaf, AVPacket *packet)
{
    int error;

    packet->stream_index = 0;
    packet->pos = -1;
    packet->flags |= AV_PKT_FLAG_KEY;
    av_packet_free_side_data(packet); /* the edit list tells it all */
    av_packet_rescale_ts(packet, (AVRational){ 1, cmaf->sample_rate }, cmaf->stream->time_base);
    error = av_write_frame(cmaf->format, packet);
    av_packet_unref(packet);
    return error < 0 ? reason_of(error) : 0;
}

static int
release_held(struct cmaf *cmaf)
{
    int error = 0;

    for (int i = 0; i < cmaf->held_count; i++) {
        if (!error)
            error = write_now(cmaf, cmaf->held[i]);
        av_packet_free(&cmaf->held[i]);
    }
    cmaf->held_count = 0;
    return error;
}

static int
hold(struct cmaf *cmaf, AVPacket *packet)
{
    AVPacket *copy = av_packet_alloc();

    if (!copy)
        return MEDIA_E_OUT_OF_MEMORY;
    av_packet_move_ref(copy, packet);
    cmaf->held[cmaf->held_count++] = copy;
    return 0;
}

int
cmaf_write(struct cmaf *cmaf, AVPacket *packet)
{
    int64_t start;
    int error;

    if (packet->size == 0) /* the empty packet with which an encoder delivers its last side data is not sound */
        return 0;
    if (cmaf->first_pts == AV_NOPTS_VALUE)
        cmaf->first_pts = packet->pts;
    packet->pts -= cmaf->first_pts;
    packet->dts = packet->pts;
    start = packet->pts;
    if (start < cmaf->end && cmaf->end > 0)
        return MEDIA_E_CORRUPT;
    cmaf->end = start + packet->duration;
    if (start < cmaf->next_cut)
        return write_now(cmaf, packet);
    error = hold(cmaf, packet);
    if (error || (cmaf->end - cmaf->next_cut < cmaf->sample_rate && cmaf->held_count < HELD_MAX))
        return error;
    error = cut(cmaf, cmaf->held[0]->pts);
    while (cmaf->next_cut <= start)
        cmaf->next_cut += cmaf->segment_samples;
    return error ? error : release_held(cmaf);
}

/* Is this the layout that a FLAC of as many channels has when no comment gives a channel mask (RFC 9639, 9.1.3)? */
static bool
is_usual_in_flac(uint64_t mask)
{
    static const uint64_t usual[] = { AV_CH_LAYOUT_MONO,    AV_CH_LAYOUT_STEREO,       AV_CH_LAYOUT_SURROUND, AV_CH_LAYOUT_QUAD,
                                      AV_CH_LAYOUT_5POINT0, AV_CH_LAYOUT_5POINT0_BACK, AV_CH_LAYOUT_5POINT1,  AV_CH_LAYOUT_5POINT1_BACK,
                                      AV_CH_LAYOUT_6POINT1, AV_CH_LAYOUT_7POINT1 };

    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (usual[i] == mask)
            return true;
    return false;
}

static int
patch_flac(struct cmaf *cmaf, const uint8_t *streaminfo, size_t length)
{
    const AVChannelLayout *layout = &cmaf->stream->codecpar->ch_layout;
    int error = init_patch_streaminfo(cmaf->init, cmaf->init_length, streaminfo, length);

    if (error || layout->order != AV_CHANNEL_ORDER_NATIVE || is_usual_in_flac(layout->u.mask))
        return error;
    return init_patch_channel_mask(cmaf->init, &cmaf->init_length, (uint32_t)layout->u.mask);
}

int
cmaf_finish(struct cmaf *cmaf, int64_t samples, const uint8_t *extradata, size_t extradata_length)
{
    char name[MEDIA_FILE_NAME_MAX + 1];
    int error = release_held(cmaf);

    cmaf->end_padding = cmaf->end - cmaf->delay - samples;
    if (!error)
        error = cut(cmaf, cmaf->delay + samples);
    if (!error)
        error = init_patch_edit(cmaf->init, &cmaf->init_length, cmaf->delay, samples);
    if (!error && extradata)
        error = patch_flac(cmaf, extradata, extradata_length);
    snprintf(name, sizeof name, "%s/init.mp4", cmaf->folder);
    return error ? error : output_file(name, cmaf->init, cmaf->init_length);
}

const struct cmaf_segment *
cmaf_segments(const struct cmaf *cmaf, size_t *ret_count)
{
    *ret_count = cmaf->segment_count;
    return cmaf->segments;
}

int64_t
cmaf_end_padding(const struct cmaf *cmaf)
{
    return cmaf->end_padding;
}
