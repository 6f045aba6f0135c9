/* session_cache.h - Redis remembers for a moment that a session stands, so that a request with a token need not ask PostgreSQL.
 *
 *     sessions:{SHA-256 of the access token}   what session_check found, at most SESSION_CACHE_S seconds
 *     session_change:{user_id}                 a random mark, another one after each change of who the person is
 *     session_epoch                            the same for everybody
 *     token_blacklist:{jti}                    tokens that were signed out, for the rest of their life
 *
 * An entry names the two marks that were there before PostgreSQL was asked, and counts only while they are the same: whatever races, a change
 * makes the entries before it worthless. Changes are told by triggers (migration 0027): in the process that made them before its reply
 * leaves, in the others by NOTIFY. A process that could not write a mark, or lost a connection (Redis
 * may have come back with less than it was told), writes a new epoch before it believes Redis again. Without Redis the only server
 * of an installation remembers the same in its memory (session_memory.h), and several ask PostgreSQL on each request
 * (docs/adr/0012-session-cache.md). */
#pragma once

#include "modules/auth/session_memory.h"

enum cache_answer {
    CACHE_STANDS,  /* ret_standing is filled */
    CACHE_REFUSED, /* the token is on the blacklist */
    CACHE_ASK,     /* ask PostgreSQL, and tell what it said by session_cache_keep */
};

/* The marks that were there before PostgreSQL was asked. */
struct cache_marks {
    char key[SHA256_HEX], epoch[24], change[24]; /* of Redis; empty: nothing will be kept */
    struct memory_marks memory;
};

enum cache_answer session_cache_find(const struct claims *claims, const char *token, struct standing *ret_standing,
                                     struct cache_marks *ret_marks);
/* `good_until`: when it ends by itself, in Unix seconds. */
void session_cache_keep(const struct cache_marks *marks, const struct claims *claims, const struct standing *standing, int64_t good_until);

/* The token of this id is signed out. */
void session_cache_blacklist(const struct claims *claims);

