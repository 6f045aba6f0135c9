/* headers_fuzz.c - any bytes as the Cookie, Range, If-Range and If-None-Match headers of a request for a file.
 *
 * Includes send.c for its own parts, and stands in for the library's lookup of headers. */
#include "base/source_driver.h"
#include "fuzz.h"

#include "http/send.c"

static const char *headers[4];

const char *
MHD_lookup_connection_value(struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *key)
{
    static const char *const names[] = {"Cookie", "Range", "If-Range", "If-None-Match"};

    (void)connection, (void)kind;
    for (unsigned i = 0; i < COUNT_OF(names); i++)
        if (text_equal(key, names[i]))
            return headers[i];
    return NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    uint64_t size = length > 1 ? (uint64_t)bytes[0] << (bytes[1] & 31) : 0;
    char *text = text_of(bytes + (length > 1 ? 2 : 0), length - (length > 1 ? 2 : 0)), *rest = text;
    static struct source file; /* that there is one is all that is looked at */
    struct arena *arena = arena_new(1 << 20);
    struct request req = {.arena = arena, .method = GET, .reply = {.status = 200, .source = &file, .size = size, .etag = "\"abc\""}};
    const char *cookie;

    require(arena);
    for (unsigned i = 0; i < COUNT_OF(headers); i++)
        headers[i] = strsep(&rest, "\n");
    cookie = request_cookie(&req, "veza_access");
    require(!cookie || (!strchr(cookie, ';') && strstr(headers[0], cookie)));
    apply_conditions(&req);
    if (req.reply.status == 206)
        require(req.reply.size > 0 && req.reply.offset < size && req.reply.size <= size - req.reply.offset);
    else
        require(req.reply.status == 200 || req.reply.status == 304 || req.reply.status == 416);
    if (req.reply.status != 200 && req.reply.body_free)
        req.reply.body_free(req.reply.body_owner);
    arena_free(arena);
    free(text);
    return 0;
}
