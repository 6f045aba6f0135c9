#include "http/websocket_frame.h"

#include <stdlib.h>
#include <wslay/wslay.h>

#define HEADER_MAX 10 /* of an unmasked frame */
#define CONTROL_MAX 125
#define SPARE_MAX 16
#define MESSAGE_START 1024
#define CODE_TRY_AGAIN 1013 /* in the registry, but younger than RFC 6455 */

struct frame_parser {
    wslay_frame_context_ptr context;
    struct str input;
    uint64_t held;     /* bytes taken from the input that belong to no complete frame yet */
    uint64_t received; /* payload of the frame under way */
    bool begun;        /* its header has been judged */
    uint8_t control_len;
    char control[CONTROL_MAX];
    struct frame_parser *next;
};

/* --- out --- */

static atomic_size_t bytes_held;

size_t
frame_bytes_held(void)
{
    return atomic_load_explicit(&bytes_held, memory_order_relaxed);
}

static ssize_t
append(const uint8_t *bytes, size_t len, int flags, void *user)
{
    struct frame *frame = user;

    (void)flags;
    memcpy(frame->bytes + frame->len, bytes, len);
    frame->len += (uint32_t)len;
    return (ssize_t)len;
}

static struct frame *
encode(uint8_t opcode, struct str payload)
{
    static const struct wslay_frame_callbacks callbacks = {.send_callback = append};
    struct frame *frame = malloc(sizeof *frame + HEADER_MAX + payload.len);
    struct wslay_frame_iocb part = {.fin = 1,
                                    .opcode = opcode,
                                    .payload_length = payload.len,
                                    .data = (const uint8_t *)payload.ptr,
                                    .data_length = payload.len};
    wslay_frame_context_ptr context;
    ssize_t sent;

    if (!frame)
        return NULL;
    atomic_init(&frame->refs, 1);
    frame->len = 0;
    if (wslay_frame_context_init(&context, &callbacks, frame)) {
        free(frame);
        return NULL;
    }
    atomic_fetch_add_explicit(&bytes_held, HEADER_MAX + payload.len, memory_order_relaxed);
    frame->size = (uint32_t)(HEADER_MAX + payload.len);
    sent = wslay_frame_send(context, &part);
    wslay_frame_context_free(context);
    return sent == (ssize_t)payload.len ? frame : frame_unref(frame);
}

struct frame *
frame_text(struct str text)
{
    return text.len < UINT32_MAX / 2 ? encode(WSLAY_TEXT_FRAME, text) : NULL;
}

struct frame *
frame_binary(struct str bytes)
{
    return bytes.len < UINT32_MAX / 2 ? encode(WSLAY_BINARY_FRAME, bytes) : NULL;
}

struct frame *
frame_ping(void)
{
    return encode(WSLAY_PING, STR(""));
}

struct frame *
frame_pong(struct str payload)
{
    return encode(WSLAY_PONG, payload);
}

struct frame *
frame_close(int code, const char *reason)
{
    char payload[CONTROL_MAX];
    size_t len = reason ? strnlen(reason, CONTROL_MAX - 2) : 0;

    if (code == WSLAY_CODE_NO_STATUS_RCVD) /* stands for "none" and never goes over the wire */
        return encode(WSLAY_CONNECTION_CLOSE, STR(""));
    while (len && reason[len] && ((unsigned char)reason[len] & 0xC0) == 0x80)
        len--; /* not inside a character */
    payload[0] = (char)(code >> 8);
    payload[1] = (char)(code & 0xFF);
    if (len)
        memcpy(payload + 2, reason, len);
    return encode(WSLAY_CONNECTION_CLOSE, (struct str){payload, len + 2});
}

struct frame *
frame_ref(struct frame *frame)
{
    atomic_fetch_add_explicit(&frame->refs, 1, memory_order_relaxed);
    return frame;
}

struct frame *
frame_unref(struct frame *frame)
{
    if (!frame || atomic_fetch_sub_explicit(&frame->refs, 1, memory_order_acq_rel) != 1)
        return NULL;
    atomic_fetch_sub_explicit(&bytes_held, frame->size, memory_order_relaxed);
    free(frame);
    return NULL;
}

/* --- in --- */

static ssize_t
supply(uint8_t *to, size_t len, int flags, void *user)
{
    struct frame_parser *parser = user;

    (void)flags;
    if (parser->input.len < len)
        len = parser->input.len;
    if (!len)
        return -1;
    memcpy(to, parser->input.ptr, len);
    parser->input.ptr += len;
    parser->input.len -= len;
    parser->held += len;
    return (ssize_t)len;
}

static struct frame_parser *
parser_take(struct frame_parsers *parsers)
{
    static const struct wslay_frame_callbacks callbacks = {.recv_callback = supply};
    struct frame_parser *parser = parsers->spare;

    if (parser) {
        parsers->spare = parser->next;
        parsers->count--;
        parser->next = NULL;
        return parser;
    }
    parser = calloc(1, sizeof *parser);
    if (parser && wslay_frame_context_init(&parser->context, &callbacks, parser)) {
        free(parser);
        return NULL;
    }
    return parser;
}

static void
parser_free(struct frame_parser *parser)
{
    wslay_frame_context_free(parser->context);
    free(parser);
}

/* Only a parser that stands between two frames can serve another reader. */
static void
parser_release(struct frame_parsers *parsers, struct frame_parser *parser)
{
    if (parser->held || parser->begun || parsers->count >= SPARE_MAX) {
        parser_free(parser);
        return;
    }
    parser->next = parsers->spare;
    parsers->spare = parser;
    parsers->count++;
}

void
frame_parsers_clear(struct frame_parsers *parsers)
{
    while (parsers->spare) {
        struct frame_parser *parser = parsers->spare;

        parsers->spare = parser->next;
        parser_free(parser);
    }
    parsers->count = 0;
}

static void
drop_message(struct frame_reader *reader, struct frame_parsers *parsers)
{
    parsers->held -= reader->message_capacity;
    free(reader->message);
    reader->message = NULL;
    reader->message_len = reader->message_capacity = reader->fragments = 0;
    reader->in_message = reader->delivered = false;
}

void
frame_reader_clear(struct frame_reader *reader, struct frame_parsers *parsers)
{
    if (reader->parser)
        parser_release(parsers, reader->parser);
    reader->parser = NULL;
    drop_message(reader, parsers);
}

static struct frame_event
invalid(int code, const char *reason)
{
    return (struct frame_event){.kind = FRAME_INVALID, .code = code, .reason = reason};
}

static bool
is_control(const struct wslay_frame_iocb *part)
{
    return wslay_is_ctrl_frame(part->opcode);
}

/* Judges a frame by its header, before anything is kept of it. */
static struct frame_event
check_header(const struct frame_reader *reader, const struct frame_limits *limits, const struct wslay_frame_iocb *part)
{
    if (!part->mask)
        return invalid(WSLAY_CODE_PROTOCOL_ERROR, "frames must be masked");
    if (part->rsv)
        return invalid(WSLAY_CODE_PROTOCOL_ERROR, "reserved bits");
    if (part->opcode == WSLAY_PING || part->opcode == WSLAY_PONG || part->opcode == WSLAY_CONNECTION_CLOSE)
        return (struct frame_event){.kind = FRAME_NONE};
    if (part->opcode > WSLAY_BINARY_FRAME)
        return invalid(WSLAY_CODE_PROTOCOL_ERROR, "reserved opcode");
    if ((part->opcode == WSLAY_CONTINUATION_FRAME) != reader->in_message)
        return invalid(WSLAY_CODE_PROTOCOL_ERROR, "fragments out of order");
    if (part->opcode == WSLAY_BINARY_FRAME)
        return invalid(WSLAY_CODE_UNSUPPORTED_DATA, "only text is understood");
    if (part->payload_length > limits->max_message - reader->message_len || reader->fragments >= limits->max_fragments)
        return invalid(WSLAY_CODE_MESSAGE_TOO_BIG, "message too big");
    return (struct frame_event){.kind = FRAME_NONE};
}

/* Grows with what has arrived, not with what was announced. */
static bool
keep_message(struct frame_reader *reader, struct frame_parsers *parsers, const struct frame_limits *limits,
             const struct wslay_frame_iocb *part)
{
    uint32_t need = reader->message_len + (uint32_t)part->data_length;

    if (need > reader->message_capacity) {
        uint32_t capacity = reader->message_capacity ? reader->message_capacity : MESSAGE_START;
        char *grown;

        while (capacity < need)
            capacity *= 2;
        if (capacity > limits->max_message)
            capacity = limits->max_message;
        if (capacity - reader->message_capacity + parsers->held > limits->max_held)
            return false;
        grown = realloc(reader->message, capacity);
        if (!grown)
            return false;
        parsers->held += capacity - reader->message_capacity;
        reader->message = grown;
        reader->message_capacity = capacity;
    }
    if (part->data_length)
        memcpy(reader->message + reader->message_len, part->data, part->data_length);
    reader->message_len = need;
    return true;
}

/* WebSocket text may contain NUL, which utf8_valid() refuses. */
static bool
text_valid(struct str text)
{
    while (text.len) {
        const char *nul = memchr(text.ptr, '\0', text.len);
        size_t len = nul ? (size_t)(nul - text.ptr) : text.len;

        if (!utf8_valid((struct str){text.ptr, len}, NULL))
            return false;
        len += nul ? 1 : 0;
        text.ptr += len;
        text.len -= len;
    }
    return true;
}

static struct frame_event
close_event(struct str payload)
{
    int code;

    if (!payload.len)
        return (struct frame_event){.kind = FRAME_CLOSE, .code = WSLAY_CODE_NO_STATUS_RCVD};
    if (payload.len == 1)
        return invalid(WSLAY_CODE_PROTOCOL_ERROR, "half a close code");
    code = (unsigned char)payload.ptr[0] << 8 | (unsigned char)payload.ptr[1];
    /* RFC 6455 section 7.4 and the registry: 1004 to 1006 and 1015 are never sent, 1016 to 2999 are not assigned. */
    if (code < 1000 || (code >= 1004 && code <= 1006) || (code >= 1015 && code < 3000) || code > 4999)
        return invalid(WSLAY_CODE_PROTOCOL_ERROR, "close code");
    if (!text_valid((struct str){payload.ptr + 2, payload.len - 2}))
        return invalid(WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA, "close reason is not UTF-8");
    return (struct frame_event){.kind = FRAME_CLOSE, .code = code};
}

static struct frame_event
control_event(const struct frame_parser *parser, uint8_t opcode)
{
    struct str payload = {parser->control, parser->control_len};

    if (opcode == WSLAY_CONNECTION_CLOSE)
        return close_event(payload);
    return (struct frame_event){.kind = opcode == WSLAY_PING ? FRAME_PING : FRAME_PONG, .payload = payload};
}

static struct frame_event
text_event(struct frame_reader *reader, struct str text)
{
    reader->delivered = true;
    if (!text_valid(text))
        return invalid(WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA, "text is not UTF-8");
    return (struct frame_event){.kind = FRAME_TEXT, .payload = text};
}

static uint64_t
frame_size(uint64_t payload)
{
    return 2 + (payload < 126 ? 0 : payload < 65536 ? 2 : 8) + 4 + payload;
}

/* A piece of payload has arrived. FRAME_NONE: the frame goes on. */
static struct frame_event
take_part(struct frame_reader *reader, struct frame_parsers *parsers, const struct frame_limits *limits,
          const struct wslay_frame_iocb *part)
{
    struct frame_parser *parser = reader->parser;
    bool complete, whole;

    if (!parser->begun) {
        struct frame_event refused = check_header(reader, limits, part);

        if (refused.kind == FRAME_INVALID)
            return refused;
        parser->begun = true;
        parser->received = 0;
        parser->control_len = 0;
    }
    whole = part->fin && part->opcode == WSLAY_TEXT_FRAME && part->data_length == part->payload_length;
    parser->received += part->data_length;
    complete = parser->received == part->payload_length;
    if (is_control(part)) {
        if (part->data_length)
            memcpy(parser->control + parser->control_len, part->data, part->data_length);
        parser->control_len += (uint8_t)part->data_length;
    } else if (!whole && !keep_message(reader, parsers, limits, part)) {
        return invalid(CODE_TRY_AGAIN, "too much at once");
    }
    if (!complete)
        return (struct frame_event){.kind = FRAME_NONE};
    parser->begun = false;
    parser->held -= frame_size(part->payload_length);
    if (is_control(part))
        return control_event(parser, part->opcode);
    if (whole) /* straight from the parser's buffer */
        return text_event(reader, (struct str){(const char *)part->data, part->data_length});
    reader->fragments++;
    reader->in_message = true;
    if (!part->fin)
        return (struct frame_event){.kind = FRAME_PART};
    return text_event(reader, (struct str){reader->message_len ? reader->message : "", reader->message_len});
}

struct frame_event
frame_reader_next(struct frame_reader *reader, struct frame_parsers *parsers, const struct frame_limits *limits,
                  struct str *input)
{
    struct frame_event event = {.kind = FRAME_NONE};
    struct frame_parser *parser;

    if (reader->delivered)
        drop_message(reader, parsers);
    if (!reader->parser && input->len)
        reader->parser = parser_take(parsers);
    parser = reader->parser;
    if (!parser)
        return input->len ? invalid(WSLAY_CODE_INTERNAL_SERVER_ERROR, NULL) : event;
    parser->input = *input;
    do {
        struct wslay_frame_iocb part = {0};
        ssize_t got = wslay_frame_recv(parser->context, &part);

        if (got >= 0)
            event = take_part(reader, parsers, limits, &part);
        else if (got != WSLAY_ERR_WANT_READ)
            event = invalid(WSLAY_CODE_PROTOCOL_ERROR, "malformed frame");
        else if (!parser->input.len)
            break;
    } while (event.kind == FRAME_NONE);
    *input = parser->input;
    parser->input = (struct str){0};
    if (event.kind == FRAME_NONE && !parser->held && !parser->begun) {
        reader->parser = NULL;
        parser_release(parsers, parser);
    }
    return event;
}
