/* profile.h - where this process spends its processor time: each thread is looked at a hundred times a second of its own time. */
#pragma once

#include <stdbool.h>

struct buf;

/* Watches for `seconds` and writes a line for each place that was seen, the most frequent first: how often, and the stack (stack.h). One at a time; false
 * while another one runs. Threads that begin meanwhile are not seen. */
bool profile_run(unsigned seconds, struct buf *out);
