/* input.c - FFmpeg's demuxers over pread on descriptor 3. */
#include "input.h"

#include "container_check.h"
#include "flac_wide.h"
#include "reason.h"
#include "sound_start.h"
#include "vorbis_comment.h"
#include "worker_protocol.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IO_BUFFER (64 * 1024)
#define PROBE_BYTES (1024 * 1024)
#define FFMPEG_FLAC_BITS_MAX 24

static int64_t file_size = -1;

#define DEMUXERS "wav,aiff,flac,mov,mp4,m4a,3gp,3g2,mj2,aac,mp3,ogg"

static const enum AVCodecID codecs[] = {
    AV_CODEC_ID_PCM_U8, AV_CODEC_ID_PCM_S8, AV_CODEC_ID_PCM_S16LE, AV_CODEC_ID_PCM_S16BE, AV_CODEC_ID_PCM_S24LE, AV_CODEC_ID_PCM_S24BE,
    AV_CODEC_ID_PCM_S32LE, AV_CODEC_ID_PCM_S32BE, AV_CODEC_ID_PCM_F32LE, AV_CODEC_ID_PCM_F32BE, AV_CODEC_ID_PCM_F64LE,
    AV_CODEC_ID_PCM_F64BE, AV_CODEC_ID_PCM_ALAW, AV_CODEC_ID_PCM_MULAW, AV_CODEC_ID_FLAC, AV_CODEC_ID_ALAC, AV_CODEC_ID_AAC,
    AV_CODEC_ID_MP3, AV_CODEC_ID_MP2, AV_CODEC_ID_MP1, AV_CODEC_ID_VORBIS, AV_CODEC_ID_OPUS,
};

/* By name, for the decoders that libavformat itself opens while it looks at the streams. */
#define DECODERS                                                                                                          \
    "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be," \
    "pcm_alaw,pcm_mulaw,flac,alac,aac,mp3,mp3float,mp2,mp2float,mp1,mp1float,vorbis,opus"

void
input_prepare(void)
{
    struct stat st;

    if (fstat(MEDIA_INPUT_FD, &st) == 0 && S_ISREG(st.st_mode))
        file_size = st.st_size;
}

int64_t
input_file_size(void)
{
    return file_size;
}

static int
read_packet(void *opaque, uint8_t *buffer, int length)
{
    struct input *input = opaque;
    ssize_t n;

    do
        n = pread(MEDIA_INPUT_FD, buffer, (size_t)length, input->position);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return AVERROR(errno);
    if (n == 0)
        return AVERROR_EOF;
    if (input->container.is_unfinished_rf64 && input->position == 0 && n >= 4)
        memcpy(buffer, "RIFF", 4);
    input->position += n;
    return (int)n;
}

static int64_t
seek(void *opaque, int64_t offset, int whence)
{
    struct input *input = opaque;

    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return input->size;
    case SEEK_SET:
        break;
    case SEEK_CUR:
        offset += input->position;
        break;
    case SEEK_END:
        offset += input->size;
        break;
    default:
        return AVERROR(EINVAL);
    }
    if (offset < 0)
        return AVERROR(EINVAL);
    return input->position = offset;
}

static int
open_format(struct input *input, const AVInputFormat *demuxer)
{
    AVDictionary *options = NULL;
    uint8_t *buffer = av_malloc(IO_BUFFER);
    AVIOContext *io = buffer ? avio_alloc_context(buffer, IO_BUFFER, 0, input, read_packet, NULL, seek) : NULL;
    int error;

    if (!io) {
        av_free(buffer);
        return MEDIA_E_OUT_OF_MEMORY;
    }
    input->format = avformat_alloc_context();
    if (!input->format) {
        av_freep(&io->buffer);
        avio_context_free(&io);
        return MEDIA_E_OUT_OF_MEMORY;
    }
    input->format->pb = io;
    input->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    input->format->probesize = PROBE_BYTES;
    av_dict_set(&options, "format_whitelist", DEMUXERS, 0);
    av_dict_set(&options, "codec_whitelist", DECODERS, 0);
    av_dict_set(&options, "protocol_whitelist", "", 0);
    if (input->cuts_itself)
        av_dict_set(&options, "ignore_editlist", "1", 0);
    error = avformat_open_input(&input->format, NULL, demuxer, &options);
    av_dict_free(&options);
    if (error < 0) { /* frees the context, not our reader */
        av_freep(&io->buffer);
        avio_context_free(&io);
        return error == AVERROR(ENOMEM) ? MEDIA_E_OUT_OF_MEMORY : MEDIA_E_NOT_AUDIO;
    }
    return 0;
}

/* A WAV may keep 24 bits in 32: FFmpeg chooses the decoder by the bits that count, not by the bytes that a sample takes. */
static void
mend_container_bits(struct input *input)
{
    static const enum AVCodecID whole[] = { 0, AV_CODEC_ID_PCM_U8, AV_CODEC_ID_PCM_S16LE, AV_CODEC_ID_PCM_S24LE, AV_CODEC_ID_PCM_S32LE };
    AVCodecParameters *par = input->format->nb_streams > 0 ? input->format->streams[0]->codecpar : NULL;
    int channels = par ? par->ch_layout.nb_channels : 0, bytes = channels > 0 ? par->block_align / channels : 0;

    if (bytes < 2 || bytes > 4 || bytes * channels != par->block_align || par->codec_tag != 1 || par->codec_id == whole[bytes])
        return;
    par->codec_id = whole[bytes];
    input->valid_bits = par->bits_per_coded_sample;
    par->bits_per_coded_sample = 8 * bytes;
}

static int
find_sound(struct input *input)
{
    AVFormatContext *format = input->format;

    input->stream = NULL;
    for (unsigned i = 0; i < format->nb_streams; i++) {
        AVStream *s = format->streams[i];

        if (s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && !input->stream)
            input->stream = s;
        else
            s->discard = AVDISCARD_ALL;
    }
    return input->stream ? 0 : MEDIA_E_NO_AUDIO_STREAM;
}

/* FFmpeg 5.1 decodes FLAC of up to 24 bits, and its parser finds no frame in others. */
static void
mark_wide_flac(struct input *input)
{
    int bits = input->stream ? flac_bits(input->stream->codecpar) : 0;

    if (bits <= FFMPEG_FLAC_BITS_MAX)
        return;
    input->is_wide_flac = true;
    input->valid_bits = bits;
    input->format->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
}

/* FFmpeg 5.1 reads the comment that tells where the channels of a FLAC stand in native files only. */
static void
place_channels(struct input *input)
{
    AVCodecParameters *par = input->stream ? input->stream->codecpar : NULL;
    const AVDictionaryEntry *comment = par ? av_dict_get(input->stream->metadata, CHANNEL_MASK_COMMENT, NULL, 0) : NULL;
    uint64_t mask = comment ? strtoull(comment->value, NULL, 0) : input->edit.channel_mask;
    AVChannelLayout layout = { 0 };

    if (par && av_channel_layout_from_mask(&layout, mask) >= 0 && layout.nb_channels == flac_channels(par))
        par->ch_layout = layout; /* a native layout owns no memory */
}

static bool
is_readable(enum AVCodecID id)
{
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
        if (codecs[i] == id)
            return true;
    return false;
}

static bool
is_lossless(enum AVCodecID id)
{
    switch (id) {
    case AV_CODEC_ID_AAC:
    case AV_CODEC_ID_MP3:
    case AV_CODEC_ID_MP2:
    case AV_CODEC_ID_MP1:
    case AV_CODEC_ID_VORBIS:
    case AV_CODEC_ID_OPUS:
    case AV_CODEC_ID_PCM_ALAW:
    case AV_CODEC_ID_PCM_MULAW:
        return false;
    default:
        return true;
    }
}

/* What an MP4 wants to be heard: by its edit list, by Apple's comment "iTunSMPB" (zero, priming, padding, length: hexadecimal), or by the
 * configuration of Opus. */
static void
find_heard(struct input *input)
{
    const AVStream *s = input->stream;
    const AVDictionaryEntry *apple = av_dict_get(input->format->metadata, "iTunSMPB", NULL, 0);
    AVRational samples = { 1, s->codecpar->sample_rate };
    unsigned priming = 0;
    unsigned long long length = 0;

    input->heard_length = INT64_MAX;
    if (!input->cuts_itself)
        return;
    if (apple && sscanf(apple->value, "%*x %x %*x %llx", &priming, &length) < 2)
        priming = 0;
    input->heard_from = input->edit.start;
    input->heard_length = mp4_edit_length(&input->edit, s->duration);
    if (input->edit.exists)
        return;
    if (apple && length > 0 && length < INT32_MAX) {
        input->heard_from = av_rescale_q(priming, samples, s->time_base);
        input->heard_length = av_rescale_q((int64_t)length, samples, s->time_base);
    } else if (s->codecpar->codec_id == AV_CODEC_ID_OPUS) {
        input->heard_from = av_rescale_q(s->codecpar->initial_padding, (AVRational){ 1, 48000 }, s->time_base);
    }
}

/* The length of what is heard as the container tells, in units of the stream's time base; 0 when unknown. */
static int64_t
told_length(const struct input *input)
{
    int64_t rest = input->stream->duration > input->heard_from ? input->stream->duration - input->heard_from : 0;

    return rest < input->heard_length ? rest : input->heard_length;
}

/* Only containers that count samples make a promise that decoding can be held to. */
static int64_t
promised_samples(const struct input *input)
{
    const AVStream *s = input->stream;

    if (!input->is_lossless || s->codecpar->sample_rate <= 0)
        return 0;
    return av_rescale_q(told_length(input), s->time_base, (AVRational){ 1, s->codecpar->sample_rate });
}

static int64_t
time_of_frames(const struct input *input, int64_t frames, int sample_rate)
{
    return av_rescale_q(frames, (AVRational){ 1, sample_rate }, input->stream->time_base);
}

static int
check_stream(struct input *input, int64_t max_duration_s)
{
    const AVCodecParameters *par = input->stream->codecpar;

    if (!is_readable(par->codec_id))
        return MEDIA_E_UNSUPPORTED_CODEC;
    input->decoder = avcodec_find_decoder(par->codec_id);
    if (!input->decoder)
        return MEDIA_E_UNSUPPORTED_CODEC;
    if (par->ch_layout.nb_channels < 1 || par->ch_layout.nb_channels > 8)
        return MEDIA_E_TOO_MANY_CHANNELS;
    if (par->sample_rate < 8000 || par->sample_rate > 192000)
        return MEDIA_E_SAMPLE_RATE;
    input->is_lossless = is_lossless(par->codec_id);
    if (input->container.sound_bytes > 0 && par->block_align > 0 && av_get_bits_per_sample(par->codec_id) > 0)
        input->stream->duration = time_of_frames(input, input->container.sound_bytes / par->block_align, par->sample_rate);
    find_heard(input);
    input->promised_samples = promised_samples(input);
    if (input->format->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE && /* a guess: decoding will count */
        input_duration_ms(input) > max_duration_s * 1000)
        return MEDIA_E_TOO_LONG;
    return 0;
}

int
input_open(struct input *input, int64_t max_duration_s)
{
    const char *demuxer;
    int error;

    memset(input, 0, sizeof *input);
    if (file_size < 0)
        return MEDIA_E_READ_FAILED;
    input->size = file_size;
    if (input->size == 0)
        return MEDIA_E_EMPTY_FILE;
    demuxer = sound_start(MEDIA_INPUT_FD, input->size);
    if (!demuxer)
        return MEDIA_E_NOT_AUDIO;
    error = container_check(MEDIA_INPUT_FD, input->size, demuxer, &input->container);
    if (error)
        return error;
    error = embedded_read(MEDIA_INPUT_FD, input->size, &input->embedded);
    if (error)
        return error;
    input->ended_early = input->container.ends_early;
    if (!strcmp(demuxer, "mov"))
        mp4_edit_read(MEDIA_INPUT_FD, input->size, &input->edit);
    input->cuts_itself = input->edit.is_mp4 && !input->edit.is_complex;
    error = open_format(input, av_find_input_format(demuxer));
    if (error)
        return error;
    if (!strcmp(demuxer, "wav"))
        mend_container_bits(input);
    find_sound(input); /* again below: an MP4 may have streams that only appear later */
    mark_wide_flac(input);
    place_channels(input);
    if (avformat_find_stream_info(input->format, NULL) < 0)
        return MEDIA_E_CORRUPT;
    error = find_sound(input);
    return error ? error : check_stream(input, max_duration_s);
}

void
input_close(struct input *input)
{
    AVIOContext *io;

    embedded_free(&input->embedded);
    if (!input->format)
        return;
    io = input->format->pb;
    avformat_close_input(&input->format);
    av_freep(&io->buffer);
    avio_context_free(&io);
}

const char *
input_format_name(const struct input *input)
{
    const char *name = input->format->iformat->name;

    return strstr(name, "mp4") ? "mp4" : name;
}

const AVPacket *
input_cover(const struct input *input)
{
    const AVPacket *first = input->embedded.cover;

    if (input->embedded.is_front)
        return first;
    for (unsigned i = 0; i < input->format->nb_streams; i++) {
        const AVStream *s = input->format->streams[i];
        const AVDictionaryEntry *kind = av_dict_get(s->metadata, "comment", NULL, 0);

        if (!(s->disposition & AV_DISPOSITION_ATTACHED_PIC) || s->attached_pic.size <= 0 || s->attached_pic.size > COVER_BYTES_MAX)
            continue;
        if (kind && !strcmp(kind->value, "Cover (front)"))
            return &s->attached_pic;
        first = first ? first : &s->attached_pic;
    }
    return first;
}

int64_t
input_frames(const struct input *input, int64_t time, int sample_rate)
{
    int64_t frames = time == INT64_MAX ? time : av_rescale_q(time, input->stream->time_base, (AVRational){ 1, sample_rate });

    return frames < 0 ? INT64_MAX : frames;
}

int64_t
input_duration_ms(const struct input *input)
{
    const AVStream *s = input->stream;

    if (s->duration > 0)
        return av_rescale_q_rnd(told_length(input), s->time_base, (AVRational){ 1, 1000 }, AV_ROUND_NEAR_INF);
    return input->format->duration > 0 ? input->format->duration / 1000 : 0;
}
