/* export_routes.c - the data of a person at once, for somebody with little. */
#include "modules/privacy/internal.h"

#include <xxhash.h>

#include "base/log.h"

#define PIECE (64 * 1024)

/* An unnamed file that fills up in pieces and remembers what its contents are. */
struct page {
    struct scratch *scratch;
    XXH3_state_t *digest;
    struct buf piece;
};

static bool
flush(struct page *page)
{
    struct str rest = buf_str(&page->piece);

    XXH3_64bits_update(page->digest, rest.ptr, rest.len);
    page->piece.len = 0;
    return scratch_write(page->scratch, rest.ptr, rest.len) == 0;
}

static bool
put(void *context, struct str bytes)
{
    struct page *page = context;

    buf_add(&page->piece, bytes);
    return !page->piece.failed && (page->piece.len < PIECE || flush(page));
}

static bool
write_page(struct page *page, const char *user_id)
{
    struct subject_writer writer = {.put = put, .context = page};
    bool good = put(page, STR("{"));

    for (size_t i = 0; good && subject_at(i); i++) {
        good = put(page, i ? STR(",\n\"") : STR("\"")) && put(page, str_of(subject_at(i)->name)) && put(page, STR("\":")) &&
               subject_write(subject_at(i), user_id, &writer);
    }
    return good && put(page, STR("}\n")) && flush(page);
}

const struct problem *
export_now(struct request *req)
{
    struct page page = {.digest = XXH3_createState(), .piece = BUF_INIT(16 * 1024 * 1024)};
    struct source *source = NULL;

    if (page.digest && storage_scratch(privacy_storage, &page.scratch) == 0) {
        XXH3_64bits_reset(page.digest);
        if (write_page(&page, req->identity.user_id))
            source = scratch_source(page.scratch);
    }
    req->reply.cache_control = CACHE_NEVER;
    if (source)
        reply_source(req, source, "application/json", arena_printf(req->arena, "\"%016llx\"", (unsigned long long)XXH3_64bits_digest(page.digest)));
    scratch_free(page.scratch);
    XXH3_freeState(page.digest);
    buf_free(&page.piece);
    return source ? NULL : PROBLEM(INTERNAL);
}
