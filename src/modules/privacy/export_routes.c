/* export_routes.c - asking for an archive, fetching it, and the same at once for somebody with little. */
#include "modules/privacy/internal.h"

#include <unistd.h>
#include <xxhash.h>

#include "base/log.h"

#define PIECE (64 * 1024)

const struct problem *
export_start(struct request *req)
{
    struct row row;
    const struct problem *p = db_one(req, &q_export_create, &row);

    if (p)
        return p;
    request_set(req, "id", row_text(&row, "id"));
    reply_header(req, "Location", arena_printf(req->arena, "/api/v1/users/me/exports/%s", row_text(&row, "id")));
    return reply_query(req, 202, &q_export_get);
}

const struct problem *
export_download(struct request *req)
{
    const struct problem *p;
    struct row row;
    uint64_t size;
    int fd, error;

    p = db_one(req, &q_export_file, &row);
    if (p)
        return p;
    if (row_bool(&row, "gone"))
        return PROBLEM(EXPORT_EXPIRED);
    error = storage_get(privacy_storage, row_text(&row, "key"), &fd, &size);
    if (error)
        return error == STORAGE_NOT_FOUND ? PROBLEM(EXPORT_EXPIRED) : PROBLEM(INTERNAL);
    p = reply_file(req, fd, size, "application/zip", arena_printf(req->arena, "\"%s\"", row_text(&row, "id")));
    /* A username is of letters, digits, dots, hyphens and underscores. */
    reply_header(req, "Content-Disposition", arena_printf(req->arena, "attachment; filename=\"veza-%s-%s.zip\"",
                                                          row_text(&row, "username"), row_text(&row, "day")));
    req->reply.cache_control = "private, no-store";
    return p;
}

/* An unnamed file that fills up in pieces and remembers what its contents are. */
struct page {
    int fd;
    uint64_t size;
    XXH3_state_t *digest;
    struct buf piece;
};

static bool
flush(struct page *page)
{
    struct str rest = buf_str(&page->piece);

    XXH3_64bits_update(page->digest, rest.ptr, rest.len);
    page->size += rest.len;
    while (rest.len) {
        ssize_t n = write(page->fd, rest.ptr, rest.len);

        if (n <= 0)
            return false;
        rest.ptr += n;
        rest.len -= (size_t)n;
    }
    page->piece.len = 0;
    return true;
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

    for (const struct subject *s = privacy_subjects; good && s->name; s++) {
        good = put(page, s == privacy_subjects ? STR("\"") : STR(",\n\"")) && put(page, str_of(s->name)) && put(page, STR("\":")) &&
               subject_write(s, user_id, &writer);
    }
    return good && put(page, STR("}\n")) && flush(page);
}

const struct problem *
export_now(struct request *req)
{
    struct page page = {.fd = storage_scratch(privacy_storage), .digest = XXH3_createState(), .piece = BUF_INIT(16 * 1024 * 1024)};
    bool good = false;

    if (page.fd >= 0 && page.digest) {
        XXH3_64bits_reset(page.digest);
        good = write_page(&page, req->identity.user_id);
    }
    req->reply.cache_control = "private, no-store";
    if (good)
        reply_file(req, page.fd, page.size, "application/json",
                   arena_printf(req->arena, "\"%016llx\"", (unsigned long long)XXH3_64bits_digest(page.digest)));
    else if (page.fd >= 0)
        close(page.fd);
    XXH3_freeState(page.digest);
    buf_free(&page.piece);
    return good ? NULL : PROBLEM(INTERNAL);
}
