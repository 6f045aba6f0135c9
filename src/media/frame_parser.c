/* frame_parser.c - the parent's side of the worker protocol. */
#include "frame_parser.h"

#include <string.h>

static bool
is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool
media_file_name_is_valid(const char *name, size_t length)
{
    bool dot = false, slash = false;
    size_t part = 0; /* bytes since the last separator: none may be empty */

    if (length == 0 || length > MEDIA_FILE_NAME_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (is_name_byte(name[i])) {
            part++;
            continue;
        }
        if (part == 0 || dot || (name[i] != '.' && name[i] != '/') || (name[i] == '/' && slash))
            return false;
        dot = name[i] == '.';
        slash = slash || name[i] == '/';
        part = 0;
    }
    return dot && part > 0;
}

void
media_frame_parser_init(struct media_frame_parser *parser, const struct media_frame_callbacks *callbacks)
{
    memset(parser, 0, offsetof(struct media_frame_parser, payload));
    parser->callbacks = callbacks;
}

static uint32_t
read_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool
is_stage(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_name_byte((char)bytes[i]))
            return false;
    return length > 0 && length <= MEDIA_STAGE_MAX;
}

static int
take_progress(struct media_frame_parser *parser)
{
    const struct media_frame_callbacks *cb = parser->callbacks;
    uint32_t parts;

    if (parser->length < 5 || !is_stage(parser->payload + 4, parser->length - 4))
        return MEDIA_PARSE_BROKEN;
    parts = read_u32(parser->payload);
    if (parts > 1000000 || parts < parser->last_progress)
        return MEDIA_PARSE_BROKEN;
    parser->last_progress = parts;
    parser->payload[parser->length] = 0;
    if (cb->on_progress)
        cb->on_progress(cb->user, (const char *)parser->payload + 4, (float)parts / 1e6f);
    return MEDIA_PARSE_OK;
}

static int
take_failed(struct media_frame_parser *parser)
{
    const struct media_frame_callbacks *cb = parser->callbacks;
    uint8_t *message = memchr(parser->payload, 0, parser->length);
    size_t code_length;

    if (!message)
        return MEDIA_PARSE_BROKEN;
    code_length = (size_t)(message - parser->payload);
    if (!is_stage(parser->payload, code_length) || parser->length - code_length - 1 > MEDIA_MESSAGE_MAX)
        return MEDIA_PARSE_BROKEN;
    message++;
    for (uint8_t *p = message; p < parser->payload + parser->length; p++)
        if (*p < 0x20 || *p == 0x7f)
            return MEDIA_PARSE_BROKEN;
    parser->payload[parser->length] = 0;
    parser->finished = true;
    if (cb->on_failed)
        cb->on_failed(cb->user, (const char *)parser->payload, (const char *)message);
    return MEDIA_PARSE_OK;
}

static int
take_begin(struct media_frame_parser *parser)
{
    const struct media_frame_callbacks *cb = parser->callbacks;

    if (parser->in_file || !media_file_name_is_valid((const char *)parser->payload, parser->length))
        return MEDIA_PARSE_BROKEN;
    parser->in_file = true;
    parser->payload[parser->length] = 0;
    if (cb->on_file_begin && cb->on_file_begin(cb->user, (const char *)parser->payload) < 0)
        return MEDIA_PARSE_REFUSED;
    return MEDIA_PARSE_OK;
}

static int
take_playable(struct media_frame_parser *parser)
{
    const struct media_frame_callbacks *cb = parser->callbacks;

    if (parser->in_file || parser->playable || parser->length < 2)
        return MEDIA_PARSE_BROKEN;
    parser->playable = true;
    parser->payload[parser->length] = 0;
    if (cb->on_playable && cb->on_playable(cb->user, (const char *)parser->payload, parser->length) < 0)
        return MEDIA_PARSE_REFUSED;
    return MEDIA_PARSE_OK;
}

static int
take_result(struct media_frame_parser *parser)
{
    const struct media_frame_callbacks *cb = parser->callbacks;

    if (parser->in_file || parser->length < 2)
        return MEDIA_PARSE_BROKEN;
    parser->finished = parser->succeeded = true;
    parser->payload[parser->length] = 0;
    if (cb->on_result && cb->on_result(cb->user, (const char *)parser->payload, parser->length) < 0)
        return MEDIA_PARSE_REFUSED;
    return MEDIA_PARSE_OK;
}

static int
take_frame(struct media_frame_parser *parser)
{
    const struct media_frame_callbacks *cb = parser->callbacks;

    if (parser->finished)
        return MEDIA_PARSE_BROKEN;
    switch (parser->header[4]) {
    case MEDIA_FRAME_FILE_BEGIN:
        return take_begin(parser);
    case MEDIA_FRAME_FILE_DATA:
        if (!parser->in_file)
            return MEDIA_PARSE_BROKEN;
        if (cb->on_file_data && cb->on_file_data(cb->user, parser->payload, parser->length) < 0)
            return MEDIA_PARSE_REFUSED;
        return MEDIA_PARSE_OK;
    case MEDIA_FRAME_FILE_END:
        if (!parser->in_file || parser->length != 0)
            return MEDIA_PARSE_BROKEN;
        parser->in_file = false;
        return cb->on_file_end && cb->on_file_end(cb->user) < 0 ? MEDIA_PARSE_REFUSED : MEDIA_PARSE_OK;
    case MEDIA_FRAME_PROGRESS:
        return take_progress(parser);
    case MEDIA_FRAME_PLAYABLE:
        return take_playable(parser);
    case MEDIA_FRAME_RESULT:
        return take_result(parser);
    case MEDIA_FRAME_FAILED:
        return take_failed(parser);
    default:
        return MEDIA_PARSE_BROKEN;
    }
}

int
media_frame_parser_feed(struct media_frame_parser *parser, const uint8_t *bytes, size_t length)
{
    while (length > 0 || (parser->header_filled == MEDIA_FRAME_HEADER && parser->filled == parser->length)) {
        size_t want, take;

        if (parser->header_filled < MEDIA_FRAME_HEADER) {
            want = MEDIA_FRAME_HEADER - parser->header_filled;
            take = length < want ? length : want;
            memcpy(parser->header + parser->header_filled, bytes, take);
            parser->header_filled += (uint32_t)take;
            bytes += take;
            length -= take;
            if (parser->header_filled < MEDIA_FRAME_HEADER)
                return MEDIA_PARSE_OK;
            parser->length = read_u32(parser->header);
            parser->filled = 0;
            if (parser->length > MEDIA_FRAME_PAYLOAD_MAX)
                return MEDIA_PARSE_BROKEN;
        }
        want = parser->length - parser->filled;
        take = length < want ? length : want;
        if (take > 0)
            memcpy(parser->payload + parser->filled, bytes, take);
        parser->filled += (uint32_t)take;
        bytes += take;
        length -= take;
        if (parser->filled == parser->length) {
            int error = take_frame(parser);

            if (error < 0)
                return error;
            parser->header_filled = 0;
            parser->filled = parser->length = 0;
        }
    }
    return MEDIA_PARSE_OK;
}
