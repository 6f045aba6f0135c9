/* validate_fuzz.c - any bytes as a JSON body, a query string, a value in the path, or as headers, against tables with every type of field.
 *
 * What is bound keeps to its field: what the database gets needs no second look. */
#include "fuzz.h"

#include "http/validate.h"

static const struct field credit[] = {{"person_id", FIELD_UUID, .required = true}, {"role", FIELD_ENUM, .values = "composer|producer"},
                                      {"share", FIELD_INT, .max = 100, .fallback = "7"}, {"fee", FIELD_MONEY, .nullable = true}, FIELD_END};
static const struct field hook[] = {{"url", FIELD_STRING, .required = true, .max = 20}, FIELD_END};
static const struct field_case targets[] = {{"hook", hook}, {"mail", credit}, {0}};

#define SINGLE \
    {"title", FIELD_STRING, .required = true, .min = 1, .max = 10}, {"notes", FIELD_TEXT, .nullable = true, .max = 100}, \
        {"email", FIELD_EMAIL}, {"password", FIELD_SECRET, .min = 3, .max = 72}, {"bpm", FIELD_INT, .min = 1, .max = 999}, \
        {"gain", FIELD_NUMBER, .min = -10, .max = 10}, {"public", FIELD_BOOL, .fallback = "true"}, \
        {"kind", FIELD_ENUM, .values = "song|stem"}, {"tags", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_STRING, .min = 1, .max = 5)}, \
        {"plays", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_INT64, .nullable = true)}, {"bytes", FIELD_INT64}, \
        {"slug", FIELD_STRING, .pattern = "[a-z]+"}, {"when", FIELD_TIME}, {"id", FIELD_UUID}

static const struct field fields[] = {SINGLE, {"links", FIELD_OBJECT, .max = 50}, {"main", FIELD_OBJECT, .nullable = true, .fields = credit},
                                      {"credits", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = credit)},
                                      {"price", FIELD_MONEY, .nullable = true, .max = 1000, .values = "EUR|USD"},
                                      {"to", FIELD_ONE_OF, .by = "type", .values = "To", .cases = targets}, FIELD_END};
static const struct field query_fields[] = {SINGLE, FIELD_END};
static const struct field id_in_path[] = {{"track", FIELD_UUID, .required = true}, FIELD_END};
static const struct field headers[] = {{"Upload-Offset", FIELD_INT64, .min = 0, .max = 1000}, {"If-Match", FIELD_STRING, .max = 10}, FIELD_END};
static const struct route body_route = {POST, "/x", "s", .body = fields}, query_route = {GET, "/x/{track}", "s", .path = id_in_path, .query = query_fields};
static const struct route header_route = {POST, "/x", "s", .headers = headers, .idempotent = true};

/* Arrays and objects are JSON with the declared members only. */
static void
check_credit(const json_t *credit_json)
{
    const char *name;
    json_t *value;

    require(json_is_object(credit_json) && uuid_valid(json_string_value(json_object_get(credit_json, "person_id"))));
    require(json_is_integer(json_object_get(credit_json, "share")) && json_integer_value(json_object_get(credit_json, "share")) <= 100);
    require(json_is_object(json_object_get(credit_json, "fee")) == (json_object_get(credit_json, "fee_amount") != NULL));
    json_object_foreach((json_t *)credit_json, name, value)
        require(strstr("|person_id|role|share|fee|fee_amount|fee_currency|", name));
}

static void
check_nested(const struct request *req)
{
    const char *credits = request_param(req, "credits"), *main_credit = request_param(req, "main"), *to = request_param(req, "to");
    const char *plays = request_param(req, "plays"), *bytes = request_param(req, "bytes");
    const char *amount = request_param(req, "price_amount"), *currency = request_param(req, "price_currency"), *offset = request_param(req, "upload_offset");
    json_t *list = credits ? json_loads(credits, JSON_REJECT_DUPLICATES, NULL) : NULL, *one = main_credit ? json_loads(main_credit, JSON_REJECT_DUPLICATES, NULL) : NULL;
    json_t *target = to ? json_loads(to, JSON_REJECT_DUPLICATES, NULL) : NULL, *item;
    int64_t whole;
    size_t i;

    require(!credits || (json_is_array(list) && json_array_size(list) <= 2));
    json_array_foreach(list, i, item)
        check_credit(item);
    require(!main_credit || one);
    if (one)
        check_credit(one);
    require(!to || json_string_value(json_object_get(target, "url")) || json_string_value(json_object_get(target, "person_id")));
    require(!plays || (*plays == '{' && plays[strlen(plays) - 1] == '}' && strspn(plays, "{}\",-0123456789NUL") == strlen(plays)));
    require(!bytes || text_to_int64(bytes, INT64_MIN, INT64_MAX, &whole));
    require(!amount || text_to_int64(amount, 0, 1000, &whole));
    require(!amount == !currency && (!currency || strcmp(currency, "EUR") == 0 || strcmp(currency, "USD") == 0));
    require(!offset || text_to_int64(offset, 0, 1000, &whole));
    json_decref(list);
    json_decref(one);
    json_decref(target);
}

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
    check_nested(req);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct arena *arena = arena_new(1 << 20);
    char *text = text_of(bytes + (length > 0), length - (length > 0));
    struct request req = {.arena = arena, .raw_query = ""};
    const struct problem *problem;

    require(arena);
    if (length > 0 && bytes[0] % 4 == 0) {
        const char *values[] = {text};

        req.route = &query_route;
        problem = validate_path(&req, values);
        require(!problem || problem->status == 404);
    } else if (length > 0 && bytes[0] % 4 == 1) {
        req.route = &query_route;
        req.raw_query = text;
        problem = validate_query(&req);
    } else if (length > 0 && bytes[0] % 4 == 2) { /* two headers, one a line */
        char *second = strchr(text, '\n');
        struct param given[] = {{bytes[0] & 8 ? "upload-offset" : "Idempotency-Key", text}, {"IF-MATCH", second ? second + 1 : ""}};

        if (second)
            *second = 0;
        req.route = &header_route;
        problem = validate_headers(&req, given, second ? 2 : 1);
        require(!problem || problem->status == 400);
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
