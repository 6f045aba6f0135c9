/* linger.h - connections that are done but whose client may still be sending (RFC 9112, 9.6).
 *
 * Closing one at once makes the kernel answer what still comes with a reset, which can destroy the reply before the client reads it. So the
 * sending side is closed, and what comes is read and dropped until the client closes, falls silent, or a bound is reached. */
#pragma once

#include <stdbool.h>

struct lingerer;

/* NULL when a thread or a descriptor is short. */
struct lingerer *linger_start(void);
/* Closes what is left and frees. Accepts NULL. */
void linger_stop(struct lingerer *linger);

/* Takes care of the connection of `fd`, which stays the caller's: to be closed at once. */
void linger_add(struct lingerer *linger, int fd);
