/* level.h - the level of a run: `make test` asks each promise once, `make test-full` in all breadth (docs/contributing.md). */
#pragma once

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool
test_is_full(void)
{
    const char *level = getenv("VEZA_TEST_LEVEL");

    return level && strcmp(level, "full") == 0;
}
