/* reply.c - the reply of a call, as JSON, or as XML by one rule: a value is an attribute, an object an element, an array its elements one after another. */
#include <stdarg.h>
#include <stdlib.h>

#include "modules/subsonic/internal.h"
#include "version.h"

#define REPLY_MAX ((size_t)64 * 1024 * 1024)

const struct problem rest_refused = {.status = 200, .code = "subsonic"};

const struct problem *
rest_refuse(struct rest_call *call, enum rest_code code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    call->code = code;
    call->message = arena_vprintf(call->req->arena, format, args);
    va_end(args);
    return &rest_refused;
}

const struct problem *
rest_refuse_problem(struct rest_call *call, const struct problem *problem)
{
    const char *why = problem->error_count ? problem->errors[0].message : problem->detail ? problem->detail : problem->title;

    if (problem == &rest_refused || problem == &request_parked || problem->status >= 500 || problem->status == 429)
        return problem;
    return rest_refuse(call, problem->status == 404 ? REST_NOT_FOUND : problem->status == 403 ? REST_NOT_ALLOWED : REST_GENERIC, "%s", why);
}

static void
reply_add_scalar(struct buf *out, const json_t *value)
{
    if (json_is_string(value))
        buf_add_xml(out, json_string_value(value));
    else if (json_is_integer(value))
        buf_printf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        buf_printf(out, "%.10g", json_real_value(value));
    else
        buf_add_text(out, json_is_true(value) ? "true" : "false");
}

/* Values that are elements with a text, which is what the protocol's schema says of long ones; `value` is the text of the element itself. */
static bool
reply_is_element(const char *name)
{
    return text_listed("biography,notes,lastFmUrl,smallImageUrl,mediumImageUrl,largeImageUrl", name);
}

static void
reply_add_element(struct buf *out, const char *name, const json_t *value)
{
    const char *member;
    json_t *of;
    size_t i;

    if (json_is_array(value)) {
        json_array_foreach(value, i, of)
            reply_add_element(out, name, of);
        return;
    }
    buf_printf(out, "<%s", name);
    if (!json_is_object(value)) {
        buf_add_text(out, ">");
        reply_add_scalar(out, value);
        buf_printf(out, "</%s>", name);
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)value, member, of)
        if (!json_is_object(of) && !json_is_array(of) && !json_is_null(of) && !text_equal(member, "value") && !reply_is_element(member)) {
            buf_printf(out, " %s=\"", member);
            reply_add_scalar(out, of);
            buf_add_text(out, "\"");
        }
    buf_add_text(out, ">");
    json_object_foreach((json_t *)(uintptr_t)value, member, of) {
        if (text_equal(member, "value") && !json_is_null(of))
            reply_add_scalar(out, of);
        else if (json_is_object(of) || json_is_array(of) || (reply_is_element(member) && !json_is_null(of)))
            reply_add_element(out, member, of);
    }
    buf_printf(out, "</%s>", name);
}

/* Clementine breaks off its scan of the library at the first element of an album that Subsonic 1.16.1 does not have: it gets the songs and the attributes. */
static void
reply_make_plain(struct rest_call *call, const char *name, json_t *album)
{
    const char *client = rest_client(call), *member;
    json_t *of;
    void *next;

    if (call->format != REST_XML || !text_equal(name, "album") || !text_equal(client, "Clementine"))
        return;
    json_object_foreach_safe(album, next, member, of)
        if ((json_is_object(of) || json_is_array(of)) && !text_equal(member, "song"))
            json_object_del(album, member);
}

static json_t *
reply_envelope(const struct rest_call *call, const char *name, json_t *member)
{
    json_t *reply = json_pack("{s:s, s:s, s:s, s:s, s:b}", "status", call->message ? "failed" : "ok", "version", REST_VERSION, "type", "veza", "serverVersion",
                              VEZA_VERSION, "openSubsonic", 1);

    if (call->message)
        json_object_set_new(reply, "error", json_pack("{s:i, s:s}", "code", (int)call->code, "message", call->message));
    else if (name)
        json_object_set(reply, name, member);
    return reply;
}

static int
reply_dump(const char *bytes, size_t len, void *out)
{
    buf_add(out, (struct str){bytes, len});
    return ((struct buf *)out)->failed ? -1 : 0;
}

static const char *
reply_write(const struct rest_call *call, const json_t *envelope, struct buf *out)
{
    json_t *whole;

    if (call->format == REST_XML) {
        json_t *root = json_copy((json_t *)(uintptr_t)envelope);

        json_object_set_new(root, "xmlns", json_string("http://subsonic.org/restapi"));
        buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        reply_add_element(out, "subsonic-response", root);
        json_decref(root);
        return "application/xml; charset=utf-8";
    }
    whole = json_pack("{s:O}", "subsonic-response", envelope);
    if (call->format == REST_JSONP)
        buf_printf(out, "/**/%s(", call->callback); /* a comment first: so the bytes are no other kind of file */
    if (!whole || json_dump_callback(whole, reply_dump, out, JSON_COMPACT))
        out->failed = true;
    if (call->format == REST_JSONP)
        buf_add_text(out, ");");
    json_decref(whole);
    return call->format == REST_JSONP ? "text/javascript; charset=utf-8" : "application/json";
}

const struct problem *
rest_reply(struct rest_call *call, const char *name, json_t *member)
{
    struct buf out = BUF_INIT(REPLY_MAX);
    const struct problem *p;
    json_t *envelope;
    const char *type;

    reply_make_plain(call, name, member);
    envelope = reply_envelope(call, name, member);
    type = envelope ? reply_write(call, envelope, &out) : NULL;
    json_decref(envelope);
    if (!type || out.failed) {
        buf_free(&out);
        return PROBLEM(INTERNAL);
    }
    p = reply_owned(call->req, 200, type, buf_str(&out), free, out.ptr);
    call->req->reply.cache_control = CACHE_NEVER;
    return p;
}
