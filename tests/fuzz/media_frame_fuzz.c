/* media_frame_fuzz.c - any bytes at the parent's frame parser, in pieces whose size the first byte chooses. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "frame_parser.h"

static bool is_open;
static volatile unsigned sum;

static int
on_begin(void *user, const char *name)
{
    (void)user;
    assert(!is_open && name[0] != '/' && !strstr(name, ".."));
    is_open = true;
    return 0;
}

static int
on_data(void *user, const void *bytes, size_t length)
{
    (void)user;
    assert(is_open);
    for (size_t i = 0; i < length; i++)
        sum += ((const uint8_t *)bytes)[i]; /* every byte may be read */
    return 0;
}

static int
on_end(void *user)
{
    (void)user;
    assert(is_open);
    is_open = false;
    return 0;
}

static void
on_progress(void *user, const char *stage, float fraction)
{
    (void)user;
    assert(stage[0] && strlen(stage) <= MEDIA_STAGE_MAX && fraction >= 0 && fraction <= 1);
}

static int
on_result(void *user, const char *json, size_t length)
{
    (void)user;
    assert(!is_open && json[length] == 0);
    return 0;
}

static void
on_failed(void *user, const char *code, const char *message)
{
    (void)user;
    assert(strlen(code) <= MEDIA_CODE_MAX && strlen(message) <= MEDIA_MESSAGE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const struct media_frame_callbacks callbacks = { on_begin, on_data, on_end, on_progress, on_result, on_result, on_failed, NULL };
    static struct media_frame_parser parser;
    size_t step = length > 0 ? 1 + bytes[0] : 1;
    int error = 0;

    is_open = false;
    media_frame_parser_init(&parser, &callbacks);
    for (size_t at = 1; !error && at < length; at += step)
        error = media_frame_parser_feed(&parser, bytes + at, length - at < step ? length - at : step);
    return 0;
}
