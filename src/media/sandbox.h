/* sandbox.h - gives up everything that decoding does not need. */
#ifndef VEZA_MEDIA_SANDBOX_H
#define VEZA_MEDIA_SANDBOX_H

#include <stdint.h>

/* 1 in a build with AddressSanitizer or ThreadSanitizer, which need system calls and address space of their own: the sandbox then answers
 * forbidden calls with EPERM instead of death, and leaves the address space alone. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_IS_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_IS_SANITIZED
#define SANDBOX_IS_SANITIZED 0
#endif

struct sandbox_limits {
    uint32_t cpu_s;
    uint32_t memory_mib;
};

/* Landlock's part of it, apart for its test: no path can be opened, made or removed any more. */
void sandbox_close_files(void);

/* Called once, before the first byte of the input is looked at and before any thread is started. Afterwards this process can read
 * from and write to the descriptors it has, use memory, start threads and exit; any other system call ends it with SIGSYS. Root becomes nobody.
 * Says on stderr what this kernel cannot do. Returns 0, or -1 when even seccomp is missing: the worker must then stop. */
int sandbox_enter(const struct sandbox_limits *limits);

/* From now on the calling thread leaves the processor to threads of ordinary priority when there are not enough processors for all. */
void sandbox_lower_priority(void);

#endif
