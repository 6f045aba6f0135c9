/* sandbox.h - gives up everything that decoding does not need. */
#ifndef VEZA_MEDIA_SANDBOX_H
#define VEZA_MEDIA_SANDBOX_H

#include <stdint.h>

struct sandbox_limits {
    uint32_t cpu_s;
    uint32_t memory_mib;
};

/* Called once, before the first byte of the input is looked at and before any thread is started. Afterwards this process can read
 * from and write to the descriptors it has, use memory, start threads and exit; any other system call ends it with SIGSYS.
 * Says on stderr what this kernel cannot do. Returns 0, or -1 when even seccomp is missing: the worker must then stop. */
int sandbox_enter(const struct sandbox_limits *limits);

#endif
