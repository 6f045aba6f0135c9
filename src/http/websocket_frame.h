/* websocket_frame.h - WebSocket frames without input or output: bytes in, events out; text in, a shared frame out.
 *
 * The framing is libwslay's; what is added are the rules for what a server accepts, and that nothing is allocated for bytes that
 * have not arrived. A reader costs a few words between two frames, since the parser is only kept while one is under way. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* An encoded frame, shared by everyone it is sent to. */
struct frame {
    atomic_uint refs;
    uint32_t len, size;
    char bytes[];
};

/* All return NULL when memory is short. Server frames: unmasked and in one piece. */
struct frame *frame_text(struct str text);
struct frame *frame_binary(struct str bytes);
struct frame *frame_ping(void);
struct frame *frame_pong(struct str payload);
struct frame *frame_close(int code, const char *reason);
struct frame *frame_ref(struct frame *frame);
struct frame *frame_unref(struct frame *frame);

/* Bytes of all frames of this process that somebody still holds, each counted once. */
size_t frame_bytes_held(void);

struct frame_limits {
    uint32_t max_message; /* bytes, over all its fragments */
    uint32_t max_fragments;
    size_t max_held; /* bytes of unfinished messages of all readers that share parsers */
};

enum frame_kind {
    FRAME_NONE,    /* all input is used up */
    FRAME_PART,    /* a fragment, not the last */
    FRAME_TEXT,    /* a whole message in `payload` */
    FRAME_PING,    /* `payload` goes into the pong */
    FRAME_PONG,
    FRAME_CLOSE,   /* `code` is the peer's, 1005 when it gave none */
    FRAME_INVALID, /* to be closed with `code` and `reason`; don't read on */
};

struct frame_event {
    enum frame_kind kind;
    int code;
    const char *reason;
    struct str payload; /* until the reader is called again */
};

struct frame_parser;

/* What the readers of one thread share: parsers that are at nobody's service, and the account of unfinished messages. */
struct frame_parsers {
    struct frame_parser *spare;
    unsigned count;
    size_t held;
};

/* Zero it to begin. */
struct frame_reader {
    struct frame_parser *parser; /* NULL between frames */
    char *message;               /* what has arrived of a message in several pieces */
    uint32_t message_len, message_capacity;
    uint32_t fragments;
    bool in_message, delivered;
};

/* Takes bytes from `input` until something can be told about them. */
struct frame_event frame_reader_next(struct frame_reader *reader, struct frame_parsers *parsers,
                                     const struct frame_limits *limits, struct str *input);
void frame_reader_clear(struct frame_reader *reader, struct frame_parsers *parsers);
void frame_parsers_clear(struct frame_parsers *parsers);
