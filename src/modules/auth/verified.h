/* verified.h - tokens whose signature was good a moment ago: an RSA check costs more than all else that a small request does.
 *
 * A table of fixed size, keyed by the SHA-256 of the whole token, so that nothing but that very token is found. What is kept is only that
 * it is well signed and what it says; its time, and whether its session stands, are looked at on every request. */
#pragma once

#include "modules/auth/internal.h"

/* `ring`: the generation of the signing keys; an entry of another one does not count. */
bool verified_find(const unsigned char hash[SHA256_BYTES], enum token_use use, unsigned ring, struct claims *ret_claims);
void verified_keep(const unsigned char hash[SHA256_BYTES], enum token_use use, unsigned ring, const struct claims *claims);
