/* seal.h - secrets that the database keeps: AES-256-GCM, as base64url of nonce, ciphertext and tag.
 *
 * `about` tells what the secret belongs to. It is authenticated with it, so that a sealed text copied to another row does not open. */
#pragma once

#include "base/encode.h"

#define SEAL_KEY_BYTES 32
#define SEAL_MORE_BYTES (12 + 16)
/* Room for `len` sealed bytes as text, NUL included. */
#define SEALED_SIZE(len) BASE64URL_SIZE((len) + SEAL_MORE_BYTES)

/* Writes SEALED_SIZE(plain.len) bytes to `out`. False when memory is short. */
bool seal(const unsigned char key[SEAL_KEY_BYTES], const char *about, struct str plain, char *out);

/* Opens at most `max` bytes into `out`; returns how many, or -1 when the text was not sealed with this key about this. */
long unseal(const unsigned char key[SEAL_KEY_BYTES], const char *about, const char *sealed, void *out, size_t max);
