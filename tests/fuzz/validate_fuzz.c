/* validate_fuzz.c - any bytes as a JSON body, a query string and a value in the path, against a table with every type of field.
 *
 * What is bound keeps to its field: what the database gets needs no second look. */
#include "fuzz.h"

#include "http/validate.h"

static const struct field fields[] = {
    {"title", FIELD_STRING, .required = true, .min = 1, .max = 10}, {"notes", FIELD_TEXT, .nullable = true, .max = 100},
    {"email", FIELD_EMAIL}, {"password", FIELD_SECRET, .min = 3, .max = 72}, {"bpm", FIELD_INT, .min = 1, .max = 999},
    {"gain", FIELD_NUMBER, .min = -10, .max = 10}, {"public", FIELD_BOOL, .fallback = "true"},
    {"kind", FIELD_ENUM, .values = "song|stem"}, {"tags", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_STRING, .min = 1, .max = 5)}, {"links", FIELD_OBJECT, .max = 50},
    {"slug", FIELD_STRING, .pattern = "[a-z]+"}, {"when", FIELD_TIME}, {"id", FIELD_UUID}, FIELD_END};
static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true}, FIELD_END};
static const struct route body_route = {POST, "/x", "s", .body = fields}, query_route = {GET, "/x/{id}", "s", .path = id_in_path, .query = fields};

static void
check_bound(const struct request *req)
{
    const char *title = request_param(req, "title"), *bpm = request_param(req, "bpm"), *gain = request_param(req, "gain");
    const char *kind = request_param(req, "kind"), *slug = request_param(req, "slug"), *id = request_param(req, "id");
    size_t characters = 0;
    int64_t whole;
    double number;

    for (unsigned i = 0; i < req->param_count; i++)
        require(!req->params[i].text || utf8_valid(str_of(req->params[i].text), NULL));
    require(!title || (utf8_valid(str_of(title), &characters) && characters >= 1 && characters <= 10 && !strpbrk(title, "\r\n\t\x1b\x7f")));
    require(!bpm || text_to_int64(bpm, 1, 999, &whole));
    require(!gain || (text_to_double(gain, &number) && number >= -10 && number <= 10));
    require(!kind || strcmp(kind, "song") == 0 || strcmp(kind, "stem") == 0);
    require(!slug || (*slug && strspn(slug, "abcdefghijklmnopqrstuvwxyz") == strlen(slug)));
    require(!id || uuid_valid(id));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct arena *arena = arena_new(1 << 20);
    char *text = text_of(bytes + (length > 0), length - (length > 0));
    struct request req = {.arena = arena, .raw_query = ""};
    const struct problem *problem;

    require(arena);
    if (length > 0 && bytes[0] % 3 == 0) {
        const char *values[] = {text};

        req.route = &query_route;
        problem = validate_path(&req, values);
        require(!problem || problem->status == 404);
    } else if (length > 0 && bytes[0] % 3 == 1) {
        req.route = &query_route;
        req.raw_query = text;
        problem = validate_query(&req);
    } else {
        req.route = &body_route;
        req.body = (struct str){text, length - (length > 0)};
        problem = validate_json(&req);
    }
    require(!problem || (problem->status >= 400 && problem->status < 500));
    if (!problem)
        check_bound(&req);
    json_decref(req.json);
    arena_free(arena);
    free(text);
    return 0;
}
