/* developer.h - API keys: what programs sign in with.
 *
 * A key is `vz_` and 43 random characters, shown once; its hash is kept. It acts for its owner within its scopes, which are those that
 * the routes name. */
#pragma once

#include "api/module.h"

extern const struct module developer_module;
extern const struct personal developer_personal; /* personal.c */
