/* worker_protocol.h - what the media worker says to its parent.
 *
 * The worker (`veza media-worker MODE [--limit=value ...]`) owns three file descriptors and nothing else:
 *   2  diagnostics
 *   3  the input, a regular file opened read-only by the parent (read with pread only, so its offset never moves)
 *   4  the output, write-only, carrying frames until the worker exits
 *
 * A frame is   u32 length (big endian) | u8 type | payload of `length` bytes.
 *
 *   FILE_BEGIN   relative name, no terminator, as media_file_name_is_valid() accepts it
 *   FILE_DATA    the next bytes of that file
 *   FILE_END     empty; the file is complete
 *   PROGRESS     u32 parts per million (big endian, 0..1000000, never falling), then the stage's name
 *   PLAYABLE     a JSON object as RESULT's; what was sent so far can be played, by early.m3u8, and stays as it is; at most once
 *   RESULT       a JSON object in UTF-8; the last frame of a job that worked
 *   FAILED       stable reason code, NUL, an English sentence that a person understands; the last frame of a job that did not
 *
 * One file is open at a time. Nothing follows RESULT or FAILED. A stream that ends without either means that the worker died.
 * A file that was begun and not ended must be thrown away. The parent trusts no byte of this: a frame that breaks a rule ends the job. */
#ifndef VEZA_MEDIA_WORKER_PROTOCOL_H
#define VEZA_MEDIA_WORKER_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEDIA_INPUT_FD 3
#define MEDIA_OUTPUT_FD 4

#define MEDIA_FRAME_HEADER 5u
#define MEDIA_FRAME_PAYLOAD_MAX 65536u
#define MEDIA_FILE_NAME_MAX 63u
#define MEDIA_CODE_MAX 31u
#define MEDIA_MESSAGE_MAX 255u
#define MEDIA_STAGE_MAX 31u

enum media_frame_type {
    MEDIA_FRAME_FILE_BEGIN = 1,
    MEDIA_FRAME_FILE_DATA = 2,
    MEDIA_FRAME_FILE_END = 3,
    MEDIA_FRAME_PROGRESS = 4,
    MEDIA_FRAME_RESULT = 5,
    MEDIA_FRAME_FAILED = 6,
    MEDIA_FRAME_PLAYABLE = 7,
};

/* True for one or two parts of [a-z0-9_] separated by one slash, the last with an extension: `low/segment_003.m4s`, `cover.bin`.
 * `name` needs no terminator. Never true for an absolute name, a dot file, "..", or more than MEDIA_FILE_NAME_MAX bytes. */
bool media_file_name_is_valid(const char *name, size_t length);

#endif
