/* p256.h - the curve P-256 (prime256v1), as Web Push and VAPID use it. */
#pragma once

#include <stdbool.h>

#define P256_SCALAR 32
#define P256_POINT 65 /* uncompressed: 0x04, x, y */

/* Is it an uncompressed point of the curve, and not the one at infinity? */
bool p256_point_valid(const unsigned char point[P256_POINT]);

/* The public point of a private scalar; false when the scalar is not in [1, n-1]. */
bool p256_public(const unsigned char scalar[P256_SCALAR], unsigned char ret_point[P256_POINT]);

/* A new random pair. */
bool p256_generate(unsigned char ret_scalar[P256_SCALAR], unsigned char ret_point[P256_POINT]);

/* What the holder of `scalar` (whose point is `own`) and the holder of `peer`'s scalar both know (ECDH). */
bool p256_shared(const unsigned char scalar[P256_SCALAR], const unsigned char own[P256_POINT], const unsigned char peer[P256_POINT],
                 unsigned char ret_secret[P256_SCALAR]);
