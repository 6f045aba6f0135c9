/* framing.h - is this HTTP/1.1, and where does each request end?
 *
 * Follows the bytes of a connection before anything else sees them and refuses what two readers could understand differently (RFC 9112,
 * section 11.2), and what is beyond the server's bounds: heads with a bare LF or CR, a folded line, a control character, a space before a
 * colon, a nameless field; more or less than one Host, or one that is no host; contradicting or odd lengths and encodings; broken chunks.
 * It interprets nothing else, keeps no copy, and allocates nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/problem.h"
#include "base/str.h"

#define FRAMING_TARGET_MAX 8192    /* bytes of the request target */
#define FRAMING_HEAD_MAX 16384     /* bytes of the whole head */
#define FRAMING_FIELDS_MAX 100     /* header lines; trailer lines have a count of their own */
#define FRAMING_ARGUMENTS_MAX 100  /* in the query string */
#define FRAMING_HOST_MAX 255
#define FRAMING_EXTENSION_MAX 256  /* bytes after a chunk's size */

struct framing {
    unsigned char state, field; /* enums of framing.c */
    bool http_1_0, has_host, has_length, chunked, trailer, upgrade;
    uint64_t left; /* of the body or of the chunk */
    unsigned head_len, target_len, arguments, fields, word_len;
    uint64_t heads; /* whole heads that were passed on */
    const struct problem *fault; /* why the connection is refused; final */
    char word[FRAMING_HOST_MAX + 1]; /* method, version, field name, or value of a field that matters */
};

/* Looks at the next `len` bytes of the connection. Returns how many may be passed on: all of them, or, when `fault` has become set, those
 * before the request that is at fault. After a head that asks for a WebSocket everything is passed on unseen. */
size_t framing_take(struct framing *framing, const char *bytes, size_t len);

/* Is it a host (RFC 3986; not percent-encoded), perhaps with a port: what a Host field may be? */
bool framing_is_host(struct str text);
