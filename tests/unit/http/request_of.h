/* request_of.h - requests with a JSON body as a server has read them, for tests of what is made of their fields. */
#pragma once

#include "../base/test.h"

#include "http/validate.h"

/* To be freed with request_free(). */
static inline struct request *
request_of(const struct route *route, const char *body)
{
    struct arena *arena = arena_new(1 << 20);
    struct request *req = arena_alloc(arena, sizeof *req);

    req->arena = arena;
    req->route = route;
    req->raw_query = "";
    req->body = str_of(body);
    return req;
}

static inline void
request_free(struct request *req)
{
    json_decref(req->json);
    arena_free(req->arena);
}

/* One wrong field, and what is said of it. */
struct wrong_field {
    const char *body, *field, *code;
};

static inline void
assert_wrong_field(const struct route *route, const struct wrong_field *wrong)
{
    struct request *req = request_of(route, wrong->body);
    const struct problem *p = validate_json(req);

    assert_non_null(p);
    assert_int_equal(p->status, 422);
    assert_int_equal(p->error_count, 1);
    assert_string_equal(p->errors[0].field, wrong->field);
    assert_string_equal(p->errors[0].code, wrong->code);
    request_free(req);
}
