/* encrypt.h - messages that only one browser can read: RFC 8291 (Web Push) over RFC 8188 (aes128gcm), one record a message. */
#pragma once

#include "base/buf.h"
#include "platform/push/p256.h"

#define PUSH_AUTH 16
#define PUSH_SALT 16
#define PUSH_RECORD 4096
#define PUSH_HEADER (PUSH_SALT + 4 + 1 + P256_POINT)
/* A push service takes 4096 bytes: the header, the text, its delimiter and the tag. */
#define PUSH_PLAIN_MAX (PUSH_RECORD - PUSH_HEADER - 1 - 16)

/* The keys of a browser's subscription. */
struct push_keys {
    unsigned char point[P256_POINT];
    unsigned char auth[PUSH_AUTH];
};

/* Reads what the browser gave (base64url without padding). False unless p256dh is a point of the curve and auth has 16 bytes. */
bool push_keys_parse(struct str p256dh, struct str auth, struct push_keys *ret_keys);

/* Encrypts `plain` with a key of its own and a random salt, and appends the message to `out`. False when it is too long. */
bool push_encrypt(const struct push_keys *to, struct str plain, struct buf *out);

/* The same with a given key and salt, which must never be used for two messages; for checking against the RFC's example. */
bool push_encrypt_with(const struct push_keys *to, struct str plain, const unsigned char scalar[P256_SCALAR],
                       const unsigned char salt[PUSH_SALT], struct buf *out);
