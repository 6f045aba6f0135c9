#include <strings.h>

#include "http/internal.h"
#include "http/validate.h"

#define FORM_BUFFER (64 * 1024)
#define TEXT_PART_MAX 16384
#define FORM_PART_MAX PARAM_MAX

struct form_state {
    struct param parts[FORM_PART_MAX];
    size_t part_len[FORM_PART_MAX], part_room[FORM_PART_MAX];
    unsigned part_count;
    struct upload *current; /* the file that is being received */
    const struct problem *problem;
};

static const struct file_field *
find_file(const struct route *route, const char *name)
{
    for (const struct file_field *file = route->files; file && file->name; file++)
        if (text_equal(file->name, name))
            return file;
    return NULL;
}

/* Browsers write a quote in a file's name as %22 and line ends as %0D and %0A, and nothing else so (WHATWG HTML, multipart/form-data). */
static char *
unescape_filename(struct arena *arena, const char *sent)
{
    char *name = arena_strdup(arena, sent), *to = name;

    for (const char *p = name; p && *p; p++) {
        if (strncasecmp(p, "%0D", 3) == 0 || strncasecmp(p, "%0A", 3) == 0) {
            p += 2;
        } else if (strncmp(p, "%22", 3) == 0) {
            *to++ = '"';
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    if (to)
        *to = 0;
    return name;
}

/* The last part of the name as sent, without control characters, at most 200 bytes on a character boundary. */
const char *
request_clean_filename(struct arena *arena, const char *sent)
{
    const char *slash, *backslash;
    char *name;
    size_t len = 0;

    slash = strrchr(sent, '/');
    sent = slash ? slash + 1 : sent;
    backslash = strrchr(sent, '\\');
    sent = backslash ? backslash + 1 : sent;
    name = arena_alloc(arena, strlen(sent) + 1);
    for (const char *p = sent; name && *p; p++)
        if ((unsigned char)*p >= 0x20 && *p != 0x7F)
            name[len++] = *p;
    if (!name || !utf8_valid((struct str){name, len}, NULL))
        return "upload";
    if (len > 200) {
        len = 200;
        while (len && ((unsigned char)name[len] & 0xC0) == 0x80)
            len--;
        name[len] = 0;
    }
    return len ? name : "upload";
}

static const struct problem *
begin_file(struct request *req, const char *name, const char *filename, const char *content_type)
{
    struct form_state *form = exchange_of(req)->form_state;
    const struct file_field *declared = find_file(req->route, name);
    struct upload *upload = &req->uploads[req->upload_count];
    const struct problem *p;

    if (!declared)
        return problem_field(req->arena, arena_strdup(req->arena, name), "unknown", "There is no such file field");
    if (request_upload(req, name))
        return problem_field(req->arena, declared->name, "value", "It is given twice");
    filename = filename ? unescape_filename(req->arena, filename) : NULL;
    *upload = (struct upload){.field = declared, .filename = request_clean_filename(req->arena, filename ? filename : "upload"),
                              .content_type = content_type ? arena_strdup(req->arena, content_type) : ""};
    p = req->server->settings.hooks->upload_begin(req, upload);
    if (p)
        return p;
    req->upload_count++;
    form->current = upload;
    return NULL;
}

static const struct problem *
add_file_bytes(struct request *req, const char *bytes, size_t len)
{
    struct form_state *form = exchange_of(req)->form_state;
    uint64_t of_route = req->route->max_body ? req->route->max_body : req->server->max_upload_bytes;
    uint64_t most = form->current->field->max_bytes ? form->current->field->max_bytes : of_route;

    if (len > most - form->current->size)
        return problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "A file has at most %llu bytes.", (unsigned long long)most);
    form->current->size += len;
    return req->server->settings.hooks->upload_add(form->current, bytes, len);
}

/* The text of a part with room for `size` bytes; it doubles, so that text that comes in small pieces is not copied again and again. */
static char *
room_for(struct request *req, unsigned at, size_t size)
{
    struct form_state *form = exchange_of(req)->form_state;
    size_t room = form->part_room[at] ? form->part_room[at] : 64;
    char *text;

    if (size <= form->part_room[at])
        return (char *)(uintptr_t)form->parts[at].text;
    while (room < size)
        room *= 2;
    text = arena_alloc(req->arena, room);
    if (!text)
        return NULL;
    if (form->part_len[at])
        memcpy(text, form->parts[at].text, form->part_len[at]);
    form->parts[at].text = text;
    form->part_room[at] = room;
    return text;
}

static const struct problem *
add_text_bytes(struct request *req, const char *name, const char *bytes, size_t len, bool first)
{
    struct form_state *form = exchange_of(req)->form_state;
    unsigned at = form->part_count - 1;
    char *text;

    if (first) {
        if (form->part_count == FORM_PART_MAX)
            return problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "A form has at most %d parts.", FORM_PART_MAX);
        at = form->part_count++;
        form->parts[at].name = arena_strdup(req->arena, name);
        form->part_len[at] = 0;
    }
    if (!form->parts[at].name || form->part_len[at] + len > TEXT_PART_MAX)
        return problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "A text part has at most %d bytes.", TEXT_PART_MAX);
    text = room_for(req, at, form->part_len[at] + len + 1);
    if (!text)
        return PROBLEM(PAYLOAD_TOO_LARGE);
    if (len)
        memcpy(text + form->part_len[at], bytes, len);
    form->part_len[at] += len;
    text[form->part_len[at]] = 0;
    if (len && memchr(bytes, 0, len))
        return problem_field(req->arena, form->parts[at].name, "value", "It contains a NUL");
    return NULL;
}

/* The processor tells of a part's beginning twice when nothing but its head has come so far. */
static bool
has_begun(const struct form_state *form, const char *name)
{
    unsigned last = form->part_count - 1;

    if (form->current)
        return form->current->size == 0 && text_equal(form->current->field->name, name);
    return form->part_count && form->part_len[last] == 0 && text_equal(form->parts[last].name, name);
}

static enum MHD_Result
on_part(void *cls, enum MHD_ValueKind kind, const char *name, const char *filename, const char *content_type,
        const char *transfer_encoding, const char *bytes, uint64_t offset, size_t len)
{
    struct request *req = cls;
    struct form_state *form = exchange_of(req)->form_state;

    (void)kind, (void)transfer_encoding;
    if (!name)
        return MHD_YES;
    if (offset == 0 && !has_begun(form, name)) {
        form->current = NULL;
        if (filename || find_file(req->route, name)) {
            form->problem = begin_file(req, name, filename, content_type);
            if (form->problem)
                return MHD_NO;
        } else {
            form->problem = add_text_bytes(req, name, bytes, len, true);
            return form->problem ? MHD_NO : MHD_YES;
        }
    }
    form->problem = form->current ? add_file_bytes(req, bytes, len) : add_text_bytes(req, name, bytes, len, false);
    return form->problem ? MHD_NO : MHD_YES;
}

const struct problem *
form_begin(struct request *req)
{
    struct exchange *exchange = exchange_of(req);

    exchange->form_state = arena_alloc(req->arena, sizeof *exchange->form_state);
    req->uploads = arena_alloc(req->arena, FORM_PART_MAX * sizeof *req->uploads);
    if (!exchange->form_state || !req->uploads)
        return PROBLEM(INTERNAL);
    exchange->form = MHD_create_post_processor(req->connection, FORM_BUFFER, on_part, req);
    return exchange->form ? NULL : PROBLEM(UNSUPPORTED_MEDIA_TYPE);
}

const struct problem *
form_feed(struct request *req, const char *bytes, size_t len)
{
    struct exchange *exchange = exchange_of(req);

    if (MHD_post_process(exchange->form, bytes, len) == MHD_YES)
        return NULL;
    if (exchange->form_state->problem)
        return exchange->form_state->problem;
    return problem_detail(req->arena, PROBLEM(BAD_REQUEST), "The multipart body is broken.");
}

const struct problem *
form_end(struct request *req)
{
    struct exchange *exchange = exchange_of(req);
    struct form_state *form = exchange->form_state;
    enum MHD_Result complete = MHD_destroy_post_processor(exchange->form);

    exchange->form = NULL;
    form->current = NULL;
    if (form->problem)
        return form->problem;
    if (complete != MHD_YES)
        return problem_detail(req->arena, PROBLEM(BAD_REQUEST), "The multipart body ends before its last boundary.");
    return validate_form(req, form->parts, form->part_count);
}

void
form_free(struct request *req)
{
    struct exchange *exchange = exchange_of(req);

    if (exchange->form)
        MHD_destroy_post_processor(exchange->form);
    exchange->form = NULL;
    for (unsigned i = 0; i < req->upload_count; i++)
        req->server->settings.hooks->upload_free(&req->uploads[i]);
    req->upload_count = 0;
}
