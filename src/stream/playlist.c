#include "stream/playlist.h"

#include <stdlib.h>

#include "base/buf.h"

#define PLAYLIST_MAX ((size_t)4 * 1024 * 1024)

/* An address in a playlist, as whoever asked for that playlist can use it. */
static void
playlist_add_address(struct buf *out, struct str address, const char *share, const char *flat)
{
    const char *slash = memchr(address.ptr, '/', address.len);

    if (flat && slash)
        buf_printf(out, "index.m3u8?quality=%.*s", (int)(slash - address.ptr), address.ptr);
    else if (flat)
        buf_printf(out, "%s-%.*s", flat, (int)address.len, address.ptr);
    else
        buf_printf(out, "%.*s?share=%s", (int)address.len, address.ptr, share);
}

const struct problem *
playlist_rewrite(struct request *req, struct source *source, const char *share, const char *flat)
{
    static const char uri[] = "URI=\"";
    size_t len = (size_t)source_size(source);
    char *text = len <= PLAYLIST_MAX ? arena_alloc(req->arena, len + 1) : NULL;
    struct buf out = BUF_INIT(2 * PLAYLIST_MAX);
    char *rest = NULL;

    if (!text || !source_read_all(source, text))
        return PROBLEM(INTERNAL);
    text[len] = 0;
    for (const char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const char *named = strstr(line, uri), *address = *line == '#' ? named ? named + sizeof uri - 1 : line + strlen(line) : line;
        size_t address_len = *line == '#' ? strcspn(address, "\"") : strlen(address);

        buf_add(&out, (struct str){line, (size_t)(address - line)});
        if (address_len)
            playlist_add_address(&out, (struct str){address, address_len}, share, flat);
        buf_printf(&out, "%s\n", address + address_len);
    }
    if (out.failed) {
        buf_free(&out);
        return PROBLEM(INTERNAL);
    }
    return reply_owned(req, 200, PLAYLIST_TYPE, buf_str(&out), free, out.ptr);
}
