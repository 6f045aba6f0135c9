#include "base/stack.h"

#include <dlfcn.h>

#include "base/buf.h"

void
stack_write(struct buf *out, void *const *frames, int count)
{
    size_t begin = out->len;

    for (int i = 0; i < count; i++) {
        const char *separator = out->len > begin ? " < " : "", *file;
        Dl_info found = {0};

        if (!dladdr(frames[i], &found) || !found.dli_fname)
            continue;
        file = strrchr(found.dli_fname, '/');
        if (found.dli_sname)
            buf_printf(out, "%s%s", separator, found.dli_sname);
        else
            buf_printf(out, "%s%s+0x%zx", separator, file ? file + 1 : found.dli_fname, (size_t)((const char *)frames[i] - (const char *)found.dli_fbase));
    }
}
