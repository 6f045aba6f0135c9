/* session_memory.h - without Redis, the only server of an installation remembers for a moment that a session stands.
 *
 * It may believe itself while it hears of every change (listener_is_sole()): of its own before the reply leaves, of others' (veza user, a
 * worker, psql) by NOTIFY, within milliseconds. Two servers without Redis ask PostgreSQL on each request. A table of fixed size. */
#pragma once

#include "modules/auth/internal.h"

/* What is known of a session that stands. */
struct standing {
    enum role role;
    bool email_verified;
    int64_t mfa_at; /* when its second factor was proven, in Unix seconds; 0: never */
};

/* Counters of changes, read before PostgreSQL is asked. What was learned from an answer counts only while they are the same. */
struct memory_marks {
    bool set; /* false: nothing will be kept */
    uint64_t everybody, person;
};

bool session_memory_find(const struct claims *claims, struct standing *ret_standing, struct memory_marks *ret_marks);
/* `good_until`: when it ends by itself, in Unix seconds. */
void session_memory_keep(const struct memory_marks *marks, const struct claims *claims, const struct standing *standing, int64_t good_until);
/* What is known of this person counts no more; NULL or "*": of anybody. */
void session_memory_forget(const char *who);
