/* encode.h - hex, base64url (RFC 4648 section 5, without padding), SHA-256, HMAC-SHA-256, random bytes and UUIDs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#define SHA256_BYTES 32
#define SHA256_HEX (SHA256_BYTES * 2 + 1)
#define UUID_TEXT 37 /* 36 characters and a NUL */

/* Fills `bytes` from the kernel's generator; never fails (aborts when the kernel has none). */
void random_bytes(void *bytes, size_t len);

/* Writes lower-case hex and a NUL: `out` holds 2 * len + 1. */
void hex_encode(const void *bytes, size_t len, char *out);
/* Decodes exactly `len` bytes from 2 * len hex digits. */
bool hex_decode(const char *text, void *out, size_t len);

/* Room that base64url_encode needs for `len` bytes, NUL included. */
#define BASE64URL_SIZE(len) (((len) * 4 + 2) / 3 + 1)
void base64url_encode(const void *bytes, size_t len, char *out);
/* Decodes at most `max` bytes; returns how many, or -1 when the text is not base64url or does not fit. */
long base64url_decode(struct str text, void *out, size_t max);

/* Is this the one base64url text of some bytes: no padding, no unused bits that are set? */
bool base64url_valid(struct str text);
/* Is `text` of the shape of a signed token, three such parts with dots between (RFC 7515, 7.1)? To be asked before libcjose sees it:
 * the library ends the process over some texts that are not. */
bool jws_shaped(const char *text);

void sha256(struct str bytes, unsigned char out[SHA256_BYTES]);
/* SHA-256 as hex; how secrets are stored and looked up. */
void sha256_hex(struct str bytes, char out[SHA256_HEX]);
void hmac_sha256(struct str key, struct str message, unsigned char out[SHA256_BYTES]);

/* A random (version 4) UUID, RFC 9562. An id, not a secret. */
void uuid_random(char out[UUID_TEXT]);
/* Is `text` a UUID in the 8-4-4-4-12 form? */
bool uuid_valid(const char *text);
