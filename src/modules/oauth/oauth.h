/* oauth.h - signing in with an account that one has elsewhere: OpenID Connect, and the OAuth 2.0 dialects of a few large providers.
 *
 * Authorization code with PKCE (RFC 7636) and the advice of RFC 9700. Who is let into which account is decided in account.c; the rule
 * is explained in docs/adr/0008. */
#pragma once

#include "api/module.h"

extern const struct module oauth_module;

/* Reads which providers are switched on. False with a sentence in `error` when a setting is missing or wrong. Needs auth_setup only for
 * the encryption of tokens without OAUTH_ENCRYPTION_KEY. */
bool oauth_setup(const struct module_setup *with, char *error, size_t error_size);

/* The ids of the providers that are on, separated by ", "; "" when there is none. */
const char *oauth_provider_names(void);
