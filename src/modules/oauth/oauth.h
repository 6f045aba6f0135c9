/* oauth.h - signing in with an account that one has elsewhere: OpenID Connect, and the OAuth 2.0 dialects of a few large providers.
 *
 * Authorization code with PKCE (RFC 7636) and the advice of RFC 9700. Who is let into which account is decided in account.c; the rule
 * is explained in docs/adr/0008. */
#pragma once

#include "api/module.h"

extern const struct module oauth_module;
