/* output.c - frames to the parent. */
#include "output.h"

#include "reason.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t last_parts;
static int64_t last_sent_ms = -1000;

static int
write_all(const void *header, size_t header_length, const void *bytes, size_t length)
{
    struct iovec parts[2] = { { (void *)header, header_length }, { (void *)bytes, length } };
    size_t left = header_length + length;

    while (left > 0) {
        ssize_t n = writev(MEDIA_OUTPUT_FD, parts, 2);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return MEDIA_E_INTERNAL;
        left -= (size_t)n;
        for (int i = 0; i < 2; i++) {
            size_t used = (size_t)n < parts[i].iov_len ? (size_t)n : parts[i].iov_len;

            parts[i].iov_base = (char *)parts[i].iov_base + used;
            parts[i].iov_len -= used;
            n -= (ssize_t)used;
        }
    }
    return 0;
}

static int
send_frame(enum media_frame_type type, const void *bytes, size_t length)
{
    uint8_t header[MEDIA_FRAME_HEADER] = { (uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length, (uint8_t)type };

    if (length > MEDIA_FRAME_PAYLOAD_MAX)
        return MEDIA_E_INTERNAL;
    return write_all(header, sizeof header, bytes, length);
}

static int
send_file(const char *name, const uint8_t *bytes, size_t length)
{
    int error = send_frame(MEDIA_FRAME_FILE_BEGIN, name, strlen(name));

    while (!error && length > 0) {
        size_t part = length < MEDIA_FRAME_PAYLOAD_MAX ? length : MEDIA_FRAME_PAYLOAD_MAX;

        error = send_frame(MEDIA_FRAME_FILE_DATA, bytes, part);
        bytes += part;
        length -= part;
    }
    return error ? error : send_frame(MEDIA_FRAME_FILE_END, NULL, 0);
}

int
output_file(const char *name, const void *bytes, size_t length)
{
    int error;

    pthread_mutex_lock(&lock);
    error = send_file(name, bytes, length);
    pthread_mutex_unlock(&lock);
    return error;
}

static int
send_document(enum media_frame_type type, const char *json, size_t length)
{
    int error;

    pthread_mutex_lock(&lock);
    error = send_frame(type, json, length);
    pthread_mutex_unlock(&lock);
    return error;
}

int
output_playable(const char *json, size_t length)
{
    return send_document(MEDIA_FRAME_PLAYABLE, json, length);
}

int
output_result(const char *json, size_t length)
{
    return send_document(MEDIA_FRAME_RESULT, json, length);
}

int
output_failed(int reason)
{
    char payload[MEDIA_CODE_MAX + 1 + MEDIA_MESSAGE_MAX];
    const char *code = media_reason_code(reason), *message = media_reason_message(reason);
    size_t code_length = strnlen(code, MEDIA_CODE_MAX), message_length = strnlen(message, MEDIA_MESSAGE_MAX);
    int error;

    memcpy(payload, code, code_length);
    payload[code_length] = 0;
    memcpy(payload + code_length + 1, message, message_length);
    pthread_mutex_lock(&lock);
    error = send_frame(MEDIA_FRAME_FAILED, payload, code_length + 1 + message_length);
    pthread_mutex_unlock(&lock);
    return error;
}

static int64_t
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int
output_progress(const char *stage, double fraction)
{
    uint8_t payload[4 + MEDIA_STAGE_MAX];
    size_t stage_length = strnlen(stage, MEDIA_STAGE_MAX);
    uint32_t parts = fraction >= 1 ? 1000000 : fraction > 0 ? (uint32_t)(fraction * 1e6) : 0;
    int64_t now = now_ms();
    int error = 0;

    pthread_mutex_lock(&lock);
    if (parts < last_parts)
        parts = last_parts;
    if (parts == 0 || parts == 1000000 || now - last_sent_ms >= 200) {
        payload[0] = (uint8_t)(parts >> 24);
        payload[1] = (uint8_t)(parts >> 16);
        payload[2] = (uint8_t)(parts >> 8);
        payload[3] = (uint8_t)parts;
        memcpy(payload + 4, stage, stage_length);
        error = send_frame(MEDIA_FRAME_PROGRESS, payload, 4 + stage_length);
        last_parts = parts;
        last_sent_ms = now;
    }
    pthread_mutex_unlock(&lock);
    return error;
}
