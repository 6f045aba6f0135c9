/* frame_parser.h - takes the worker's byte stream apart, trusting nothing.
 *
 * Push bytes in as they arrive, in pieces of any size. Memory is bounded by the struct itself: one payload of
 * MEDIA_FRAME_PAYLOAD_MAX bytes. */
#ifndef VEZA_MEDIA_FRAME_PARSER_H
#define VEZA_MEDIA_FRAME_PARSER_H

#include "worker_protocol.h"

/* A callback returns 0 to go on and a negative number to end the job. A NULL callback accepts everything. */
struct media_frame_callbacks {
    int (*on_file_begin)(void *user, const char *name);
    int (*on_file_data)(void *user, const void *bytes, size_t length);
    int (*on_file_end)(void *user);
    void (*on_progress)(void *user, const char *stage, float fraction);
    int (*on_playable)(void *user, const char *json, size_t length);
    int (*on_result)(void *user, const char *json, size_t length);
    void (*on_failed)(void *user, const char *code, const char *message);
    void *user;
};

enum media_parse_error {
    MEDIA_PARSE_OK = 0,
    MEDIA_PARSE_BROKEN = -1,  /* a rule of worker_protocol.h was broken */
    MEDIA_PARSE_REFUSED = -2, /* a callback returned a negative number */
};

struct media_frame_parser {
    const struct media_frame_callbacks *callbacks;
    uint8_t header[MEDIA_FRAME_HEADER];
    uint32_t header_filled;
    uint32_t length;
    uint32_t filled;
    uint32_t last_progress;
    bool in_file;
    bool playable; /* PLAYABLE was seen */
    bool finished; /* RESULT or FAILED was seen */
    bool succeeded;
    uint8_t payload[MEDIA_FRAME_PAYLOAD_MAX + 1];
};

void media_frame_parser_init(struct media_frame_parser *parser, const struct media_frame_callbacks *callbacks);

/* Returns an enum media_parse_error. After anything but MEDIA_PARSE_OK the parser must not be fed again. */
int media_frame_parser_feed(struct media_frame_parser *parser, const uint8_t *bytes, size_t length);

#endif
