/* params.c - parameters of a call: in the query string, in the body of a form, and perhaps several of one name. */
#include <stdio.h>
#include <stdlib.h>

#include "http/router.h"
#include "http/field_text.h"
#include "modules/subsonic/internal.h"

#define TEXT_MAX 2000
#define ARRAY_MAX (REST_IDS_MAX * (UUID_TEXT + 1) + 2)

static const struct problem *
params_begin(struct request *req)
{
    struct buf *body = calloc(1, sizeof *body);

    if (!body)
        return PROBLEM(INTERNAL);
    body->max = REST_BODY_MAX;
    req->sink = body;
    return NULL;
}

static const struct problem *
params_add(struct request *req, const char *bytes, size_t len)
{
    struct buf *body = req->sink;

    buf_add(body, (struct str){bytes, len});
    return body->failed ? PROBLEM(PAYLOAD_TOO_LARGE) : NULL;
}

static void
params_end(struct request *req)
{
    buf_free(req->sink);
    free(req->sink);
    req->sink = NULL;
}

const struct body_sink rest_form = {"application/x-www-form-urlencoded", .optional = true, .begin = params_begin, .add = params_add, .end = params_end};

/* name=value&name=value; a value that is not properly encoded is refused, so nothing is guessed. */
static const struct problem *
params_split(struct rest_call *call, const char *text)
{
    struct arena *arena = call->req->arena;

    while (*text) {
        size_t len = strcspn(text, "&"), name_len = strcspn(text, "=&");
        bool has_value = name_len < len;
        const char *name = percent_decode(arena, (struct str){text, name_len}, true);
        const char *value = has_value ? percent_decode(arena, (struct str){text + name_len + 1, len - name_len - 1}, true) : "";

        if (!name || !value)
            return rest_refuse(call, REST_GENERIC, "A parameter is not properly encoded.");
        if (*name) {
            if (call->count == REST_PARAMS_MAX)
                return rest_refuse(call, REST_GENERIC, "There are more than %d parameters.", REST_PARAMS_MAX);
            call->params[call->count++] = (struct rest_param){name, value};
        }
        text += len + (text[len] == '&');
    }
    return NULL;
}

/* A name that can be called in JavaScript, and nothing else: the reply begins with it. */
static bool
params_callback_valid(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$";
    size_t len = strlen(name);

    return len && len <= 100 && strchr(letters, *name) && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$0123456789") == len;
}

static const struct problem *
params_format(struct rest_call *call)
{
    const char *format = rest_param(call, "f", 0), *callback = rest_param(call, "callback", 0);

    if (!format || !*format || text_equal(format, "xml"))
        return NULL;
    if (text_equal(format, "json")) {
        call->format = REST_JSON;
        return NULL;
    }
    if (!text_equal(format, "jsonp"))
        return rest_refuse(call, REST_GENERIC, "The parameter f is xml, json or jsonp.");
    if (!callback || !params_callback_valid(callback)) {
        call->format = REST_JSON;
        return callback ? rest_refuse(call, REST_GENERIC, "The parameter callback is no name of a function.")
                        : rest_refuse(call, REST_MISSING_PARAMETER, "The parameter callback is missing.");
    }
    call->format = REST_JSONP;
    call->callback = callback;
    return NULL;
}

const struct problem *
rest_read(struct rest_call *call)
{
    const struct buf *body = call->req->sink;
    const struct problem *p, *wrong_format;
    char *text = NULL;

    call->params = arena_alloc(call->req->arena, REST_PARAMS_MAX * sizeof *call->params);
    if (body && body->len)
        text = arena_strndup(call->req->arena, body->ptr, body->len);
    if (!call->params || (body && body->len && !text))
        return PROBLEM(INTERNAL);
    p = params_split(call, call->req->raw_query);
    if (!p && text)
        p = strlen(text) == body->len ? params_split(call, text) : rest_refuse(call, REST_GENERIC, "The body contains a NUL.");
    wrong_format = params_format(call); /* also of a reply that tells what is wrong */
    return p ? p : wrong_format;
}

const char *
rest_param(const struct rest_call *call, const char *name, unsigned n)
{
    for (unsigned i = 0; i < call->count; i++)
        if (text_equal(call->params[i].name, name) && !n--)
            return call->params[i].value;
    return NULL;
}

bool
rest_id(const char *text, const char *kinds, char ret_kind[3], char ret_uuid[UUID_TEXT])
{
    size_t len = strlen(text);

    if (len != 3 + UUID_TEXT - 1 || text[2] != '-' || !uuid_valid(text + 3))
        return false;
    snprintf(ret_kind, 3, "%.2s", text);
    snprintf(ret_uuid, UUID_TEXT, "%s", text + 3);
    for (const char *p = kinds; *p; p += 2 + (p[2] == '|'))
        if (strncmp(p, ret_kind, 2) == 0)
            return true;
    return false;
}

static const struct problem *
params_bind_id(struct rest_call *call, const struct rule *rule, const char *value)
{
    struct request *req = call->req;
    char kind[3], uuid[UUID_TEXT];

    if (!rest_id(value, rule->values, kind, uuid))
        return rest_refuse(call, REST_NOT_FOUND, "There is nothing with this id.");
    request_set(req, rule->as, arena_strdup(req->arena, uuid));
    request_set(req, arena_printf(req->arena, "%s_kind", rule->as), arena_strdup(req->arena, kind));
    return NULL;
}

/* {…} as PostgreSQL reads an array; there is nothing in it that would need quotes. */
static const struct problem *
params_bind_array(struct rest_call *call, const struct rule *rule)
{
    scoped_buf out = BUF_INIT(ARRAY_MAX);
    char kind[3], uuid[UUID_TEXT];
    unsigned found = 0;

    buf_add_text(&out, "{");
    for (unsigned i = 0; i < call->count; i++) {
        const char *value = call->params[i].value;
        int64_t number;

        if (!text_equal(call->params[i].name, rule->name))
            continue;
        if (found++ == REST_IDS_MAX)
            return rest_refuse(call, REST_GENERIC, "There are more than %d values of %s.", REST_IDS_MAX, rule->name);
        if (rule->kind == RULE_INTS) {
            if (!text_to_int64(value, rule->min, rule->max, &number))
                return rest_refuse(call, REST_GENERIC, "The parameter %s is not such a number.", rule->name);
            buf_printf(&out, "%s%lld", found > 1 ? "," : "", (long long)number);
        } else {
            if (!rest_id(value, rule->values, kind, uuid))
                return rest_refuse(call, REST_NOT_FOUND, "There is nothing with this id.");
            buf_printf(&out, "%s%s", found > 1 ? "," : "", uuid);
        }
    }
    buf_add_text(&out, "}");
    if (!found && rule->required)
        return rest_refuse(call, REST_MISSING_PARAMETER, "The parameter %s is missing.", rule->name);
    request_set(call->req, rule->as, out.failed ? NULL : arena_strndup(call->req->arena, out.ptr, out.len));
    return NULL;
}

/* At most `max` bytes, and no part of a character. */
static const char *
params_cut(struct arena *arena, const char *text, size_t max)
{
    size_t len = strlen(text);

    if (len <= max)
        return text;
    len = max;
    while (len && ((unsigned char)text[len] & 0xC0) == 0x80)
        len--;
    return arena_strndup(arena, text, len);
}

static const struct problem *
params_bind_value(struct rest_call *call, const struct rule *rule, const char *value)
{
    struct request *req = call->req;
    int64_t number;

    switch (rule->kind) {
    case RULE_INT:
        if (!text_to_int64(value, INT64_MIN, INT64_MAX, &number))
            return rest_refuse(call, REST_GENERIC, "The parameter %s is not a whole number.", rule->name);
        number = number < rule->min ? rule->min : number > rule->max ? rule->max : number;
        request_set(req, rule->as, arena_printf(req->arena, "%lld", (long long)number));
        return NULL;
    case RULE_BOOL:
        if (!text_equal(value, "true") && !text_equal(value, "false"))
            return rest_refuse(call, REST_GENERIC, "The parameter %s is true or false.", rule->name);
        request_set(req, rule->as, value);
        return NULL;
    case RULE_WORD:
        for (const char *p = rule->values; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
            if (strcspn(p, "|") == strlen(value) && strncmp(p, value, strlen(value)) == 0) {
                request_set(req, rule->as, value);
                return NULL;
            }
        return rest_refuse(call, REST_GENERIC, "The parameter %s is one of %s.", rule->name, rule->values);
    default:
        if (text_has_unwanted_characters(value, true))
            return rest_refuse(call, REST_GENERIC, "The parameter %s has characters that are not accepted.", rule->name);
        request_set(req, rule->as, params_cut(req->arena, value, rule->max ? (size_t)rule->max : TEXT_MAX));
        return NULL;
    }
}

const struct problem *
rest_bind(struct rest_call *call)
{
    for (const struct rule *rule = call->method->rules; rule && rule->name; rule++) {
        const char *value = rest_param(call, rule->name, 0);
        const struct problem *p = NULL;

        if (rule->kind == RULE_IDS || rule->kind == RULE_INTS) {
            p = params_bind_array(call, rule);
        } else {
            if (!value || (!*value && rule->kind != RULE_TEXT))
                value = rule->fallback;
            if (!value && rule->required)
                return rest_refuse(call, REST_MISSING_PARAMETER, "The parameter %s is missing.", rule->name);
            if (value)
                p = rule->kind == RULE_ID ? params_bind_id(call, rule, value) : params_bind_value(call, rule, value);
        }
        if (p)
            return p;
    }
    for (size_t i = 0; i < COUNT_OF(call->method->sets); i++)
        if (call->method->sets[i][0])
            request_set(call->req, call->method->sets[i][0], call->method->sets[i][1]);
    return NULL;
}
