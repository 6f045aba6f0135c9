/* lockout.h - wrong passwords and codes make the next attempts wait, longer each time (ADR 0014).
 *
 * Every proof of a password or a code goes through here. An attempt is counted before it is checked and forgotten when it was right, in one
 * statement each, so that a thousand attempts at once get no more guesses than a thousand one after the other. It is counted for the account
 * and its source: the session that asks; or a browser that the account knows; or the network. Addresses without an account are counted in
 * the same way. */
#pragma once

#include "api/runner.h"

/* Counts an attempt to sign in with input `email` and gives `ret_person` what q_login_attempt finds. ACCOUNT_LOCKED with the time to
 * wait when there were too many; nothing has then been counted or written. */
const struct problem *lockout_begin(struct request *req, struct row *ret_person);

/* Counts an attempt of the person `user_id` to prove something once more (a code, their own password). */
const struct problem *lockout_begin_for(struct request *req, const char *user_id, const char *method);

/* Begins an attempt that nobody can guess (an account elsewhere): it is in the history, and never locked. */
const struct problem *lockout_note(struct request *req, const char *user_id, const char *method);

/* lockout_mirror.c: for how many seconds some node found this address locked a moment ago for attempts from `from` (0: none did); tell it to
 * the others; take it back when the address was unlocked. */
int64_t lockout_mirrored_s(const char *email, const char *from);
void lockout_mirror(const char *email, const char *from, int64_t locked_s);
void lockout_forget(const char *email);

/* The attempt that this request began was right; `outcome` is for the history. Failures of its source are forgotten unless a second factor
 * is still to come. */
const struct problem *lockout_passed(struct request *req, const char *user_id, const char *outcome);

/* The password in input `field`, of whoever asks, counted like one at the door. `hash` is theirs. ACCOUNT_LOCKED or PASSWORD_WRONG. */
const struct problem *lockout_check_password(struct request *req, const char *field, const char *hash);
