/* image_job.c - FFmpeg's image decoders, fed directly, with no demuxer in between. */
#include "image_job.h"

#include "image_size.h"
#include "input.h"
#include "output.h"
#include "reason.h"

#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUALITY 84
#define JPEG_QUALITY 3 /* 2 is the best, 31 the worst */

static int
read_input(uint8_t **ret_bytes, size_t *ret_length)
{
    int64_t size = input_file_size();
    uint8_t *bytes;
    size_t at = 0;

    if (size <= 0)
        return size == 0 ? MEDIA_E_EMPTY_FILE : MEDIA_E_READ_FAILED;
    if (size > IMAGE_BYTES_MAX)
        return MEDIA_E_IMAGE_TOO_LARGE;
    bytes = av_mallocz((size_t)size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!bytes)
        return MEDIA_E_OUT_OF_MEMORY;
    while (at < (size_t)size) {
        ssize_t n = pread(MEDIA_INPUT_FD, bytes + at, (size_t)size - at, (off_t)at);

        if (n <= 0) {
            av_free(bytes);
            return MEDIA_E_READ_FAILED;
        }
        at += (size_t)n;
    }
    *ret_bytes = bytes;
    *ret_length = at;
    return 0;
}

static int
decode(const uint8_t *bytes, size_t length, enum image_kind kind, AVFrame *frame)
{
    static const enum AVCodecID ids[] = { [IMAGE_JPEG] = AV_CODEC_ID_MJPEG, [IMAGE_PNG] = AV_CODEC_ID_PNG, [IMAGE_WEBP] = AV_CODEC_ID_WEBP };
    AVCodecContext *codec = avcodec_alloc_context3(avcodec_find_decoder(ids[kind]));
    AVPacket *packet = av_packet_alloc();
    int error = codec && packet ? 0 : AVERROR(ENOMEM);

    if (!error) {
        codec->max_pixels = IMAGE_PIXELS_MAX;
        codec->thread_count = 1;
        error = avcodec_open2(codec, NULL, NULL);
    }
    if (error >= 0)
        error = av_new_packet(packet, (int)length);
    if (error >= 0) {
        memcpy(packet->data, bytes, length);
        error = avcodec_send_packet(codec, packet);
    }
    if (error >= 0)
        error = avcodec_send_packet(codec, NULL);
    if (error >= 0)
        error = avcodec_receive_frame(codec, frame);
    av_packet_free(&packet);
    avcodec_free_context(&codec);
    return error == AVERROR(ENOMEM) ? MEDIA_E_OUT_OF_MEMORY : error < 0 ? MEDIA_E_IMAGE_UNREADABLE : 0;
}

static AVFrame *
new_picture(enum AVPixelFormat format, int width, int height)
{
    AVFrame *canvas = av_frame_alloc();

    if (!canvas)
        return NULL;
    canvas->format = format;
    canvas->width = width;
    canvas->height = height;
    if (av_frame_get_buffer(canvas, 0) < 0)
        av_frame_free(&canvas);
    return canvas;
}

static AVFrame *
new_canvas(int width, int height)
{
    return new_picture(AV_PIX_FMT_BGRA, width, height);
}

/* A part of `from`, scaled, as BGRA. Where the part begins only counts for BGRA: other formats are converted whole. */
static int
scale(AVFrame **ret_canvas, const AVFrame *from, int x, int y, int width, int height, int to_width, int to_height)
{
    AVFrame *canvas = new_canvas(to_width, to_height);
    struct SwsContext *sws = sws_getContext(width, height, (enum AVPixelFormat)from->format, to_width, to_height, AV_PIX_FMT_BGRA,
                                            SWS_LANCZOS | SWS_FULL_CHR_H_INT | SWS_ACCURATE_RND, NULL, NULL, NULL);
    const uint8_t *planes[4] = { from->data[0], from->data[1], from->data[2], from->data[3] };
    int done = -1;

    if (from->format == AV_PIX_FMT_BGRA)
        planes[0] += (ptrdiff_t)y * from->linesize[0] + (ptrdiff_t)x * 4;
    if (canvas && sws)
        done = sws_scale(sws, planes, from->linesize, 0, height, canvas->data, canvas->linesize);
    sws_freeContext(sws);
    if (done != to_height) {
        av_frame_free(&canvas);
        return MEDIA_E_OUT_OF_MEMORY;
    }
    *ret_canvas = canvas;
    return 0;
}

/* Cameras store pictures as the sensor lay and note in EXIF how to turn them. */
static int
orientation(const AVFrame *frame)
{
    const AVDictionaryEntry *e = av_dict_get(frame->metadata, "Orientation", NULL, 0);
    long value = e ? strtol(e->value, NULL, 10) : 1;

    return value >= 1 && value <= 8 ? (int)value : 1;
}

static int
turn_upright(AVFrame **canvas, int how)
{
    bool swap = how >= 5;
    AVFrame *from = *canvas, *to;

    if (how == 1 || !from)
        return 0;
    to = new_canvas(swap ? from->height : from->width, swap ? from->width : from->height);
    if (!to)
        return MEDIA_E_OUT_OF_MEMORY;
    for (int y = 0; y < to->height; y++) {
        uint32_t *row = (uint32_t *)(void *)(to->data[0] + (ptrdiff_t)y * to->linesize[0]);

        for (int x = 0; x < to->width; x++) {
            int sx = swap ? y : x, sy = swap ? x : y;

            if (how == 2 || how == 3 || how == 7 || how == 8)
                sx = from->width - 1 - sx;
            if (how == 3 || how == 4 || how == 6 || how == 7)
                sy = from->height - 1 - sy;
            memcpy(&row[x], from->data[0] + (ptrdiff_t)sy * from->linesize[0] + (ptrdiff_t)sx * 4, 4);
        }
    }
    av_frame_free(canvas);
    *canvas = to;
    return 0;
}

/* `quality` is in the scale of the encoder. */
static int
send_encoded(const char *name, const AVFrame *canvas, const char *encoder, int quality)
{
    AVCodecContext *codec = avcodec_alloc_context3(avcodec_find_encoder_by_name(encoder));
    AVPacket *packet = av_packet_alloc();
    int error = codec && packet ? 0 : -1;

    if (!error) {
        codec->width = canvas->width;
        codec->height = canvas->height;
        codec->pix_fmt = (enum AVPixelFormat)canvas->format;
        codec->color_range = AVCOL_RANGE_JPEG;
        codec->time_base = (AVRational){ 1, 25 };
        codec->flags |= AV_CODEC_FLAG_QSCALE;
        codec->global_quality = quality * FF_QP2LAMBDA;
        codec->thread_count = 1;
        error = avcodec_open2(codec, NULL, NULL);
    }
    if (error >= 0)
        error = avcodec_send_frame(codec, canvas);
    if (error >= 0)
        error = avcodec_send_frame(codec, NULL);
    if (error >= 0)
        error = avcodec_receive_packet(codec, packet);
    error = error < 0 ? MEDIA_E_INTERNAL : output_file(name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    avcodec_free_context(&codec);
    return error;
}

/* The largest part in the centre with the wanted shape, no larger than wanted. */
static int
crop(AVFrame **ret_crop, const AVFrame *canvas, int width, int height)
{
    int crop_width = canvas->width, crop_height = canvas->height;

    if ((int64_t)crop_width * height > (int64_t)crop_height * width)
        crop_width = (int)((int64_t)crop_height * width / height);
    else
        crop_height = (int)((int64_t)crop_width * height / width);
    crop_width = crop_width > 0 ? crop_width : 1;
    crop_height = crop_height > 0 ? crop_height : 1;
    return scale(ret_crop, canvas, (canvas->width - crop_width) / 2, (canvas->height - crop_height) / 2, crop_width, crop_height,
                 crop_width < width ? crop_width : width, crop_height < height ? crop_height : height);
}

static int
send_crop(const char *name, const AVFrame *canvas, int width, int height)
{
    AVFrame *out = NULL;
    int error = crop(&out, canvas, width, height);

    if (!error)
        error = send_encoded(name, out, "libwebp", QUALITY);
    av_frame_free(&out);
    return error;
}

/* JPEG has no transparency: what shows through is white. */
static void
put_on_white(AVFrame *canvas)
{
    for (int y = 0; y < canvas->height; y++) {
        uint8_t *row = canvas->data[0] + (ptrdiff_t)y * canvas->linesize[0];

        for (int x = 0; x < canvas->width * 4; x++)
            row[x] = (uint8_t)((row[x] * row[x | 3] + 255 * (255 - row[x | 3]) + 127) / 255);
    }
}

static int
send_jpeg(const char *name, const AVFrame *canvas)
{
    AVFrame *out = new_picture(AV_PIX_FMT_YUVJ420P, canvas->width, canvas->height);
    struct SwsContext *sws = sws_getContext(canvas->width, canvas->height, AV_PIX_FMT_BGRA, canvas->width, canvas->height, AV_PIX_FMT_YUVJ420P,
                                            SWS_BILINEAR | SWS_ACCURATE_RND, NULL, NULL, NULL);
    int done = out && sws ? sws_scale(sws, (const uint8_t *const *)canvas->data, canvas->linesize, 0, canvas->height, out->data, out->linesize) : -1;
    int error = done == canvas->height ? send_encoded(name, out, "mjpeg", JPEG_QUALITY) : MEDIA_E_OUT_OF_MEMORY;

    sws_freeContext(sws);
    av_frame_free(&out);
    return error;
}

static int
load(AVFrame **ret_canvas, enum image_kind *ret_kind)
{
    uint8_t *bytes = NULL;
    size_t length = 0;
    uint32_t width = 0, height = 0;
    AVFrame *frame = av_frame_alloc();
    int error = frame ? read_input(&bytes, &length) : MEDIA_E_OUT_OF_MEMORY;

    if (!error) {
        *ret_kind = image_size(bytes, length, &width, &height);
        if (*ret_kind == IMAGE_UNKNOWN)
            error = MEDIA_E_IMAGE_UNREADABLE;
        else if (width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX || (uint64_t)width * height > IMAGE_PIXELS_MAX)
            error = MEDIA_E_IMAGE_TOO_LARGE;
        else
            error = decode(bytes, length, *ret_kind, frame);
    }
    av_free(bytes);
    if (!error)
        error = scale(ret_canvas, frame, 0, 0, frame->width, frame->height, frame->width, frame->height);
    if (!error)
        error = turn_upright(ret_canvas, orientation(frame));
    av_frame_free(&frame);
    return error;
}

static int
send_description(const AVFrame *canvas, enum image_kind kind)
{
    static const char *const names[] = { [IMAGE_JPEG] = "jpeg", [IMAGE_PNG] = "png", [IMAGE_WEBP] = "webp" };
    char json[96];

    snprintf(json, sizeof json, "{\"kind\":\"%s\",\"width\":%d,\"height\":%d}", names[kind], canvas->width, canvas->height);
    return output_result(json, strlen(json));
}

int
image_job_run(void)
{
    AVFrame *canvas = NULL;
    enum image_kind kind;
    int error = load(&canvas, &kind);

    if (!error)
        error = send_crop("image_1200.webp", canvas, 1200, 1200);
    if (!error)
        error = send_crop("image_600.webp", canvas, 600, 600);
    if (!error)
        error = send_crop("image_300.webp", canvas, 300, 300);
    if (!error)
        error = send_description(canvas, kind);
    av_frame_free(&canvas);
    return error;
}

int
image_job_run_banner(void)
{
    AVFrame *canvas = NULL;
    enum image_kind kind;
    int error = load(&canvas, &kind);

    if (!error)
        error = send_crop("banner_1500.webp", canvas, 1500, 500);
    if (!error)
        error = send_crop("banner_750.webp", canvas, 750, 250);
    if (!error)
        error = send_description(canvas, kind);
    av_frame_free(&canvas);
    return error;
}

int
image_job_run_jpeg(void)
{
    AVFrame *canvas = NULL, *out = NULL;
    enum image_kind kind;
    int error = load(&canvas, &kind);

    if (!error)
        error = crop(&out, canvas, IMAGE_JPEG_SIDE, IMAGE_JPEG_SIDE);
    if (!error) {
        put_on_white(out);
        error = send_jpeg("image.jpg", out);
    }
    if (!error)
        error = send_description(canvas, kind);
    av_frame_free(&out);
    av_frame_free(&canvas);
    return error;
}
