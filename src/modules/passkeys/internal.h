/* internal.h - shared by the files of this module only. */
#pragma once

#include "api/runner.h"
#include "modules/passkeys/passkeys.h"
#include "passkeys.queries.h"

extern const struct personal passkeys_personal; /* personal.c */

#define CHALLENGE_S 300

/* ceremony.c: the web app's address tells the relying party: its host. */
bool passkeys_setup(const struct module_setup *with, char *error, size_t error_size);
const char *passkeys_rp_id(void);

/* Makes a challenge for `user_id` (NULL: for whoever answers) and sets it into `ret_challenge` as text (arena). */
const struct problem *challenge_make(struct request *req, const char *user_id, const char **ret_challenge);

/* Is this client data of this type ("webauthn.create", "webauthn.get"), from the web app's origin, and answers a challenge that was
 * made for `user_id` (NULL as above) and has not been answered before? */
const struct problem *challenge_take(struct request *req, struct str client_data, const char *type, const char *user_id, bool *ret_good);

/* The bytes of a base64url member of `object`; ptr is NULL when it is missing, no text or no base64url. */
struct str bytes_in(struct request *req, const json_t *object, const char *name);
/* As PostgreSQL takes bytes. */
const char *bytea_text(struct request *req, const void *bytes, size_t len);

const struct problem *passkey_register_begin(struct request *req);
const struct problem *passkey_register_finish(struct request *req);
const struct problem *passkey_login_begin(struct request *req);
const struct problem *passkey_login_finish(struct request *req);
