/* users.h - people as others see them. */
#pragma once

#include "http/route.h"

extern const struct route users_routes[];
