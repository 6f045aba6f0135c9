/* device.h - a device as a person would name it, from what its browser says. */
#pragma once

#include <stddef.h>

/* "Firefox on Linux", "Veza 2 on Android"; "Unknown device" when nothing is said. At most size - 1 bytes; a name of its own is cut to
 * 40 characters of printable ASCII. */
void device_label(const char *user_agent, char *out, size_t size);
