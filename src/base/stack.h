/* stack.h - where a program is: names of functions, for logs and profiles. */
#pragma once

struct buf;

/* Adds the frames, innermost first, with " < " between them: a name, or "file+0x12ab", which `addr2line -fe file 0x12ab` explains. */
void stack_write(struct buf *out, void *const *frames, int count);
