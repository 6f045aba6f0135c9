/* inputs_program.c - a table with every kind of field that a body may have, for tests/api/inputs.test.ts: fields that no route has yet are described
 * and checked by the server's own code.
 *
 * Prints the schema of the body and those that it refers to, as one line. Then each line that it reads is a body, and is answered with a line: the
 * parameters of a statement, or what is wrong. */
#include <stdio.h>
#include <stdlib.h>

#include "api/openapi_schema.h"
#include "base/str.h"
#include "http/validate.h"

static const struct field credit[] = {
    {"person_id", FIELD_UUID, .required = true},
    {"role", FIELD_ENUM, .required = true, .values = "composer|producer"},
    {"share_bps", FIELD_INT, .min = 0, .max = 10000, .fallback = "0"},
    {"fee", FIELD_MONEY, .nullable = true},
    {"aliases", FIELD_ARRAY, .min = 1, .max = 3, .items = FIELD_ITEMS(FIELD_STRING, .min = 1, .max = 20)},
    FIELD_END};
static const struct field item[] = {
    {"id", FIELD_UUID, .required = true},
    {"plays", FIELD_INT64, .required = true, .min = -1, .max = INT64_MAX},
    {"credits", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = credit)},
    FIELD_END};
static const struct field web_hook[] = {
    {"url", FIELD_STRING, .required = true, .min = 8, .max = 200, .pattern = "https://[!-~]+", .example = "https://example.org/hook"}, FIELD_END};
static const struct field mail[] = {{"address", FIELD_EMAIL, .required = true}, {"language", FIELD_ENUM, .values = "en|fr|es", .fallback = "en"}, FIELD_END};
static const struct field_case deliveries[] = {{"web_hook", web_hook}, {"mail", mail}, {0}};

static const struct field body[] = {
    {"title", FIELD_STRING, .required = true, .min = 2, .max = 30, .example = "Late trains"},
    {"track_ids", FIELD_ARRAY, .required = true, .min = 1, .max = 4, .items = FIELD_ITEMS(FIELD_UUID)},
    {"years", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_INT, .min = 1, .max = 2100)},
    {"sizes", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_INT64, .nullable = true)},
    {"gains", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_NUMBER, .min = -60, .max = 12)},
    {"flags", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_BOOL)},
    {"dates", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_TIME)},
    {"names", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_STRING, .min = 1, .max = 30)},
    {"grid", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_ARRAY, .min = 1, .max = 2, .items = FIELD_ITEMS(FIELD_INT))},
    {"credits", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = credit)},
    {"items", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = item)},
    {"main", FIELD_OBJECT, .nullable = true, .fields = credit},
    {"bytes", FIELD_INT64, .nullable = true},
    {"offset", FIELD_INT64, .min = 0, .max = FIELD_EXACT_MAX},
    {"price", FIELD_MONEY, .nullable = true, .max = 100000, .help = "null: it is not sold"},
    {"tip", FIELD_MONEY, .min = -500, .max = 500, .values = "EUR|USD"},
    {"prices", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_MONEY)},
    {"delivery", FIELD_ONE_OF, .nullable = true, .by = "type", .values = "Delivery", .cases = deliveries},
    {"deliveries", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_ONE_OF, .by = "type", .values = "Delivery", .cases = deliveries)},
    {"links", FIELD_OBJECT, .max = 200},
    FIELD_END};

static const struct route route = {.method = POST, .pattern = "/inputs", .summary = "x", .auth = AUTH_USER, .limit = LIMIT_WRITE, .body = body,
                                   .sql = (const struct query *)body, .shape = ONE};

static void
print_json(json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    puts(text ? text : "");
    fflush(stdout);
    free(text);
    json_decref(json);
}

static json_t *
answer_of(struct request *req)
{
    const struct problem *p = validate_json(req);
    json_t *answer = json_object();

    for (unsigned i = 0; !p && i < req->param_count; i++)
        json_object_set_new(answer, req->params[i].name, req->params[i].text ? json_string(req->params[i].text) : json_null());
    if (!p)
        return json_pack("{s:o}", "parameters", answer);
    json_decref(answer);
    answer = json_array();
    for (size_t i = 0; i < p->error_count; i++)
        json_array_append_new(answer, json_pack("{s:s, s:s, s:s}", "field", p->errors[i].field, "code", p->errors[i].code, "message", p->errors[i].message));
    return json_pack("{s:s, s:i, s:s, s:o}", "code", p->code, "status", p->status, "detail", p->detail, "errors", answer);
}

int
main(void)
{
    struct schema_parts parts = {.schemas = json_object()};
    json_t *schema = schema_of_body(body, &parts);
    char error[256], *line = NULL;
    size_t room = 0;
    ssize_t len;

    if (!route_check(&route, error, sizeof error) || parts.clash) {
        fprintf(stderr, "%s\n", parts.clash ? parts.clash : error);
        return 1;
    }
    print_json(json_pack("{s:o, s:o}", "schema", schema, "schemas", parts.schemas));
    while ((len = getline(&line, &room, stdin)) > 0) {
        struct arena *arena = arena_new(REQUEST_ARENA_MAX);
        struct request req = {.arena = arena, .route = &route, .raw_query = "", .body = {line, (size_t)len}};

        print_json(answer_of(&req));
        json_decref(req.json);
        arena_free(arena);
    }
    free(line);
    return 0;
}
