/* vapid.h - how a push service knows who sends to it: RFC 8292. */
#pragma once

#include <stddef.h>

#include "base/config.h"
#include "base/encode.h"
#include "platform/push/p256.h"

#define VAPID_PUBLIC_TEXT BASE64URL_SIZE(P256_POINT)
#define VAPID_HEADER_MAX 1024

/* Takes the pair of VAPID_PRIVATE_KEY, or one derived from `seed`, so that nodes with the same seed have the same pair. False with a
 * sentence in `error` when what is configured is no key, or the two keys do not belong together. */
bool vapid_setup(const struct config *config, const unsigned char seed[SHA256_BYTES], char *error, size_t error_size);

/* The public key (base64url): what browsers call applicationServerKey. */
const char *vapid_public_key(void);

/* Writes "vapid t=..., k=..." for the service of this endpoint, good for half a day from `now_s` on. */
bool vapid_authorization(const char *endpoint, int64_t now_s, char *out, size_t size);
