/* roles.h - roles, what they permit, and lending them to people.
 *
 * The four system roles are what the server itself asks for (route.h: enum auth); they cannot be changed or removed. Assigning one lends
 * it: what a person may do is the higher of their account's role and of the system roles lent to them (user_effective_role in SQL),
 * from the next request on and until it expires or is revoked. Other roles are named sets of permissions, which no route asks for yet. */
#pragma once

#include "api/module.h"

extern const struct module roles_module;
extern const struct personal roles_personal; /* personal.c */
