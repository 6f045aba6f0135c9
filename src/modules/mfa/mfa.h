/* mfa.h - the second factor: codes of an authenticator app (TOTP, RFC 6238) and recovery codes.
 *
 * A person sets it up (a secret is made), verifies it with a first code (it is on from then on, and ten recovery codes are shown
 * once), and from then on signs in in two steps: the password gives an `mfa_token`, which a code turns into a session. The secret is
 * encrypted with a key that is derived from the application's secret; of recovery codes only hashes are kept. */
#pragma once

#include "api/module.h"
#include "http/request.h"
#include "modules/auth/auth.h"

extern const struct module mfa_module;

/* The reply of POST /auth/login when a second factor is needed. */
extern const struct field mfa_login_reply[];

/* Answers a right password of a person with a second factor: 200 with a token for the second step. */
const struct problem *mfa_challenge(struct request *req, const char *user_id);
/* Only makes that token, for ways to sign in that reply otherwise. */
const struct problem *mfa_challenge_make(struct request *req, const char *user_id, char token[TOKEN_TEXT]);
