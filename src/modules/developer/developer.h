/* developer.h - API keys: what programs sign in with.
 *
 * A key is `vz_` and 43 random characters, shown once; its hash is kept. It acts for its owner within its scopes, which are those that
 * the routes name. */
#pragma once

#include "http/route.h"

extern const struct route developer_routes[];

/* `routes` tell which scopes there are. Once, before servers start; must outlive them. */
void developer_setup(route_tables routes);
