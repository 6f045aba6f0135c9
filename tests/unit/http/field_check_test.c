/* Inputs of several values: arrays, objects, money, one of several, and headers. */
#include "request_of.h"

#include "http/field_check.h"

static const struct field credit[] = {
    {"person_id", FIELD_UUID, .required = true},
    {"role", FIELD_ENUM, .required = true, .values = "composer|producer"},
    {"share_bps", FIELD_INT, .min = 0, .max = 10000, .fallback = "0"},
    {"aliases", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_STRING, .min = 1, .max = 5)},
    {"fee", FIELD_MONEY, .nullable = true},
    FIELD_END};
static const struct field web_hook[] = {{"url", FIELD_STRING, .required = true, .min = 1, .max = 20}, FIELD_END};
static const struct field mail[] = {{"address", FIELD_EMAIL, .required = true}, {"copies", FIELD_INT, .min = 1, .max = 3, .fallback = "1"}, FIELD_END};
static const struct field_case deliveries[] = {{"web_hook", web_hook}, {"mail", mail}, {0}};
static const struct field release[] = {
    {"track_ids", FIELD_ARRAY, .min = 1, .max = 3, .items = FIELD_ITEMS(FIELD_UUID)},
    {"plays", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_INT64, .nullable = true)},
    {"flags", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_BOOL)},
    {"credits", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = credit)},
    {"main", FIELD_OBJECT, .nullable = true, .fields = credit},
    {"grid", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_INT))},
    {"bytes", FIELD_INT64},
    {"offset", FIELD_INT64, .min = -5, .max = FIELD_EXACT_MAX},
    {"price", FIELD_MONEY, .nullable = true, .max = 100000},
    {"euros", FIELD_MONEY, .min = -100, .max = 100, .values = "EUR|CHF"},
    {"prices", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_MONEY)},
    {"to", FIELD_ONE_OF, .by = "type", .values = "Delivery", .cases = deliveries},
    {"targets", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_ONE_OF, .by = "type", .values = "Delivery", .cases = deliveries)},
    {"extra", FIELD_OBJECT, .max = 60},
    FIELD_END};
static const struct route release_route = {POST, "/x", "s", .body = release};

#define ID "550e8400-e29b-41d4-a716-446655440000"

static void
arrays_and_objects_are_bound_as_arrays_and_json(void **state)
{
    static const struct {
        const char *body, *name, *text;
    } cases[] = {
        {"{\"track_ids\":[\"" ID "\",\"" ID "\"]}", "track_ids", "{\"" ID "\",\"" ID "\"}"},
        {"{\"plays\":[9223372036854775807,null,-9223372036854775808]}", "plays", "{\"9223372036854775807\",NULL,\"-9223372036854775808\"}"},
        {"{\"plays\":[]}", "plays", "{}"},
        {"{\"flags\":[true,false]}", "flags", "{\"true\",\"false\"}"},
        {"{\"grid\":[[1,2],[3]]}", "grid", "[[1,2],[3]]"},
        {"{\"credits\":[{\"role\":\"producer\",\"person_id\":\"" ID "\",\"share_bps\":7}]}", "credits",
         "[{\"role\":\"producer\",\"person_id\":\"" ID "\",\"share_bps\":7}]"},
        {"{\"main\":{\"role\":\"producer\",\"person_id\":\"" ID "\"}}", "main", "{\"role\":\"producer\",\"person_id\":\"" ID "\",\"share_bps\":0}"},
        {"{\"main\":{\"role\":\"producer\",\"person_id\":\"" ID "\",\"fee\":{\"amount\":5,\"currency\":\"JPY\"}}}", "main",
         "{\"role\":\"producer\",\"person_id\":\"" ID "\",\"fee\":{\"amount\":5,\"currency\":\"JPY\"},\"share_bps\":0,\"fee_amount\":5,\"fee_currency\":\"JPY\"}"},
        {"{\"main\":null}", "main", NULL},
        {"{\"to\":{\"type\":\"mail\",\"address\":\"a@b.org\"}}", "to", "{\"type\":\"mail\",\"address\":\"a@b.org\",\"copies\":1}"},
        {"{\"targets\":[{\"type\":\"web_hook\",\"url\":\"x\"}]}", "targets", "[{\"type\":\"web_hook\",\"url\":\"x\"}]"},
        {"{\"extra\":{\"x\":0.1,\"n\":9223372036854775807}}", "extra", "{\"x\":0.1,\"n\":9223372036854775807}"},
        {"{\"bytes\":9007199254740993}", "bytes", "9007199254740993"},
        {"{\"bytes\":-9223372036854775808}", "bytes", "-9223372036854775808"},
        {"{\"price\":{\"amount\":1250,\"currency\":\"EUR\"}}", "price", "{\"amount\":1250,\"currency\":\"EUR\"}"},
        {"{\"price\":{\"amount\":1250,\"currency\":\"EUR\"}}", "price_amount", "1250"},
        {"{\"price\":{\"amount\":1250,\"currency\":\"EUR\"}}", "price_currency", "EUR"},
        {"{\"price\":null}", "price_amount", NULL},
        {"{\"euros\":{\"amount\":-100,\"currency\":\"CHF\"}}", "euros_amount", "-100"},
        {"{\"prices\":[{\"amount\":0,\"currency\":\"USD\"}]}", "prices", "[{\"amount\":0,\"currency\":\"USD\"}]"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct request *req = request_of(&release_route, cases[i].body);

        assert_null(validate_json(req));
        assert_true(request_has(req, cases[i].name));
        if (cases[i].text)
            assert_string_equal(request_param(req, cases[i].name), cases[i].text);
        else
            assert_null(request_param(req, cases[i].name));
        request_free(req);
    }
}

static void
what_is_wrong_within_others_is_named_by_where_it_stands(void **state)
{
    static const struct wrong_field cases[] = {
        {"{\"track_ids\":[]}", "track_ids", "required"},
        {"{\"track_ids\":[\"" ID "\",\"42\"]}", "track_ids[1]", "value"},
        {"{\"track_ids\":[null]}", "track_ids[0]", "type"},
        {"{\"track_ids\":{}}", "track_ids", "type"},
        {"{\"plays\":[1,2,3,4]}", "plays", "too_long"},
        {"{\"plays\":[1,1.5]}", "plays[1]", "type"},
        {"{\"flags\":[1]}", "flags[0]", "type"},
        {"{\"grid\":[[1],[2,\"x\"]]}", "grid[1][1]", "type"},
        {"{\"grid\":[[1],[2,3,4]]}", "grid[1]", "too_long"},
        {"{\"grid\":[[2147483648]]}", "grid[0][0]", "too_large"},
        {"{\"credits\":[{\"person_id\":\"" ID "\"}]}", "credits[0].role", "required"},
        {"{\"credits\":[{\"person_id\":\"" ID "\",\"role\":\"singer\"}]}", "credits[0].role", "value"},
        {"{\"credits\":[{\"person_id\":\"" ID "\",\"role\":\"producer\"},{\"person_id\":\"" ID "\",\"role\":\"producer\",\"share\":1}]}", "credits[1].share", "unknown"},
        {"{\"credits\":[{\"person_id\":\"" ID "\",\"role\":\"producer\",\"aliases\":[\"abcdef\"]}]}", "credits[0].aliases[0]", "too_long"},
        {"{\"credits\":[{\"person_id\":\"" ID "\",\"role\":\"producer\",\"fee\":{\"amount\":1}}]}", "credits[0].fee.currency", "required"},
        {"{\"credits\":[{\"person_id\":\"" ID "\",\"role\":\"producer\",\"fee_amount\":1}]}", "credits[0].fee_amount", "unknown"},
        {"{\"credits\":[7]}", "credits[0]", "type"},
        {"{\"main\":[]}", "main", "type"},
        {"{\"main\":{\"role\":null,\"person_id\":\"" ID "\"}}", "main.role", "type"},
        {"{\"bytes\":9223372036854775808}", "bytes", "too_large"},
        {"{\"bytes\":-9223372036854775809}", "bytes", "too_small"},
        {"{\"bytes\":1.0}", "bytes", "type"},
        {"{\"bytes\":\"1\"}", "bytes", "type"},
        {"{\"offset\":9007199254740992}", "offset", "too_large"},
        {"{\"offset\":-6}", "offset", "too_small"},
        {"{\"price\":{\"amount\":-1,\"currency\":\"EUR\"}}", "price.amount", "too_small"},
        {"{\"price\":{\"amount\":100001,\"currency\":\"EUR\"}}", "price.amount", "too_large"},
        {"{\"price\":{\"amount\":1.5,\"currency\":\"EUR\"}}", "price.amount", "type"},
        {"{\"price\":{\"amount\":1,\"currency\":\"eur\"}}", "price.currency", "value"},
        {"{\"price\":{\"amount\":1,\"currency\":\"DEM\"}}", "price.currency", "value"},
        {"{\"price\":{\"amount\":1,\"currency\":\"EUR|USD\"}}", "price.currency", "value"},
        {"{\"price\":{\"currency\":\"EUR\"}}", "price.amount", "required"},
        {"{\"price\":{\"amount\":1,\"currency\":\"EUR\",\"cents\":1}}", "price.cents", "unknown"},
        {"{\"price\":12.5}", "price", "type"},
        {"{\"price_amount\":1}", "price_amount", "unknown"},
        {"{\"euros\":{\"amount\":1,\"currency\":\"USD\"}}", "euros.currency", "value"},
        {"{\"prices\":[{\"amount\":9007199254740992,\"currency\":\"EUR\"}]}", "prices[0].amount", "too_large"},
        {"{\"to\":{}}", "to.type", "required"},
        {"{\"to\":{\"type\":7}}", "to.type", "type"},
        {"{\"to\":{\"type\":\"fax\"}}", "to.type", "value"},
        {"{\"to\":{\"type\":\"mail\"}}", "to.address", "required"},
        {"{\"to\":{\"type\":\"mail\",\"address\":\"a@b.org\",\"url\":\"x\"}}", "to.url", "unknown"},
        {"{\"to\":\"mail\"}", "to", "type"},
        {"{\"targets\":[{\"type\":\"web_hook\",\"url\":\"\"}]}", "targets[0].url", "required"},
        {"{\"extra\":{\"a\":\"0123456789012345678901234567890123456789012345678901234567890\"}}", "extra", "too_long"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_wrong_field(&release_route, &cases[i]);
}

static void
a_key_given_twice_is_malformed_at_any_depth(void **state)
{
    static const char *const bodies[] = {"{\"bytes\":1,\"bytes\":2}",
                                         "{\"to\":{\"type\":\"mail\",\"type\":\"web_hook\"}}",
                                         "{\"credits\":[{\"role\":\"producer\",\"role\":\"composer\"}]}",
                                         "{\"extra\":{\"a\":1,\"a\":2}}", "{\"extra\":{\"n\":123456789012345678901234567890}}", "{\"bytes\":1e999}"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct request *req = request_of(&release_route, bodies[i]);
        const struct problem *p = validate_json(req);

        assert_non_null(p);
        assert_string_equal(p->code, "malformed_json");
        request_free(req);
    }
}

static void
handlers_read_arrays_and_objects_as_they_were_checked(void **state)
{
    struct request *req = request_of(&release_route, "{\"main\":{\"role\":\"producer\",\"person_id\":\"" ID "\"},\"plays\":[3,4]}");

    (void)state;
    assert_null(validate_json(req));
    assert_int_equal(json_integer_value(json_object_get(request_json(req, "main"), "share_bps")), 0);
    assert_int_equal(json_array_size(request_json(req, "plays")), 2);
    assert_null(request_json(req, "credits"));
    request_free(req);
}

static const struct field array_filters[] = {{"ids", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_UUID)},
                                             {"years", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_INT, .min = 1, .max = 2100)}, FIELD_END};

static void
an_array_in_a_query_string_has_commas(void **state)
{
    static const struct route list = {GET, "/x", "s", .query = array_filters};
    static const struct {
        const char *query, *field, *code;
    } bad[] = {{"years=1999,x", "years[1]", "type"}, {"years=0", "years[0]", "too_small"}, {"years=1,2,3", "years", "too_long"}, {"ids=1", "ids[0]", "value"},
               {"years=99999999999999999999", "years[0]", "type"}, {"years=%ff", "years", "value"}, {"years=1&years=2", "years", "value"}};
    struct request *req = request_of(&list, "");

    (void)state;
    req->raw_query = "ids=" ID "," ID "&years=1999,%202000";
    assert_null(validate_query(req));
    assert_string_equal(request_param(req, "ids"), "{\"" ID "\",\"" ID "\"}");
    assert_string_equal(request_param(req, "years"), "{\"1999\",\"2000\"}");
    assert_int_equal(json_integer_value(json_array_get(request_json(req, "years"), 1)), 2000);
    request_free(req);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct problem *p;

        req = request_of(&list, "");
        req->raw_query = bad[i].query;
        p = validate_query(req);
        assert_non_null(p);
        assert_string_equal(p->errors[0].field, bad[i].field);
        assert_string_equal(p->errors[0].code, bad[i].code);
        request_free(req);
    }
}

static void
headers_are_inputs_under_their_names_with_underscores(void **state)
{
    static const struct field headers[] = {{"Upload-Offset", FIELD_INT64, .required = true, .min = 0, .max = FIELD_EXACT_MAX},
                                           {"If-Match", FIELD_STRING, .max = 10, .pattern = "[a-z0-9*]+"}, FIELD_END};
    static const struct route upload = {PATCH, "/x", "s", .headers = headers, .idempotent = true};
    static const struct {
        struct param given[2];
        const char *field, *code;
    } bad[] = {{{{"if-match", "a"}}, "Upload-Offset", "required"},         {{{"Upload-Offset", "1"}, {"upload-offset", "1"}}, "Upload-Offset", "value"},
               {{{"Upload-Offset", "-1"}}, "Upload-Offset", "too_small"},   {{{"Upload-Offset", "1.5"}}, "Upload-Offset", "type"},
               {{{"Upload-Offset", ""}}, "Upload-Offset", "type"},          {{{"Upload-Offset", "99999999999999999999"}}, "Upload-Offset", "too_large"},
               {{{"Upload-Offset", "1"}, {"If-Match", "W/\"a\""}}, "If-Match", "pattern"}, {{{"Upload-Offset", "1"}, {"If-Match", "\xff"}}, "If-Match", "value"},
               {{{"Upload-Offset", "1"}, {"Idempotency-Key", "short"}}, "Idempotency-Key", "too_short"},
               {{{"Upload-Offset", "1"}, {"Idempotency-Key", "\"1234567"}}, "Idempotency-Key", "pattern"}};
    static const struct param good[] = {{"upload-offset", "9007199254740991"}, {"IF-MATCH", "\"a1\""}, {"Idempotency-Key", "\"12345678\""}, {"If-None-Match", "x"}};
    struct request *req = request_of(&upload, "");

    (void)state;
    assert_null(validate_headers(req, good, COUNT_OF(good)));
    assert_string_equal(request_param(req, "upload_offset"), "9007199254740991");
    assert_string_equal(request_param(req, "if_match"), "a1");
    assert_string_equal(request_once_key(req), "12345678");
    assert_int_equal(req->param_count, 3);
    request_free(req);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct problem *p;

        req = request_of(&upload, "");
        p = validate_headers(req, bad[i].given, bad[i].given[1].name ? 2 : 1);
        assert_non_null(p);
        assert_int_equal(p->status, 400);
        assert_string_equal(p->code, "bad_request");
        assert_int_equal(p->error_count, 1);
        assert_string_equal(p->errors[0].field, bad[i].field);
        assert_string_equal(p->errors[0].code, bad[i].code);
        request_free(req);
    }
}

static const struct field_case none[] = {{0}}, names_itself[] = {{"a", (const struct field[]){{"type", FIELD_STRING}, FIELD_END}}, {0}};
static const struct field endless = {"", FIELD_ARRAY, .max = 1, .items = &endless};
static const struct field bad_pattern[] = {{"b", FIELD_STRING, .pattern = "("}, FIELD_END};
static const struct {
    struct field field;
    const char *why;
} bad_fields[] = {{{"a", FIELD_ARRAY, .max = 3}, "items"},
                  {{"a", FIELD_ARRAY, .items = FIELD_ITEMS(FIELD_INT)}, "maximum"},
                  {{"a", FIELD_ARRAY, .max = FIELD_ITEMS_MAX + 1, .items = FIELD_ITEMS(FIELD_INT)}, "maximum"},
                  {{"a", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_ENUM)}, "no values"},
                  {{"a", FIELD_ARRAY, .max = 3, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = bad_pattern)}, "compile"},
                  {{"a", FIELD_ARRAY, .max = 3, .items = &endless}, "deeply"},
                  {{"a", FIELD_ONE_OF, .by = "type", .values = "A", .cases = none}, "cases"},
                  {{"a", FIELD_ONE_OF, .by = "type", .values = "A", .cases = names_itself}, "which case"},
                  {{"a", FIELD_ONE_OF, .values = "A", .cases = deliveries}, "by"},
                  {{"a", FIELD_INT, .max = 1L << 40}, "32 bits"}};
static const struct field money_twice[] = {{"price", FIELD_MONEY}, {"price_amount", FIELD_INT64}, FIELD_END};
static const struct field an_object[] = {{"a", FIELD_OBJECT}, FIELD_END};
static const struct field arrays_of_arrays[] = {{"a", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_INT))}, FIELD_END};
static const struct field array_header[] = {{"X-Ids", FIELD_ARRAY, .max = 2, .items = FIELD_ITEMS(FIELD_INT)}, FIELD_END};

static void
fields_that_cannot_be_kept_within_bounds_refuse_the_start(void **state)
{
    struct field table[2] = {{0}};
    char error[256];

    (void)state;
    assert_true(fields_check("x", release, false, error, sizeof error));
    for (size_t i = 0; i < COUNT_OF(bad_fields); i++) {
        table[0] = bad_fields[i].field;
        assert_false(fields_check("x", table, false, error, sizeof error));
        assert_non_null(strstr(error, bad_fields[i].why));
    }
    assert_false(fields_check("x", money_twice, false, error, sizeof error));
    assert_false(fields_check("x", an_object, true, error, sizeof error));
    assert_false(fields_check("x", arrays_of_arrays, true, error, sizeof error));
}

static void
an_input_that_is_declared_twice_refuses_the_start(void **state)
{
    static const struct field id[] = {{"id", FIELD_UUID}, FIELD_END}, offset[] = {{"upload_offset", FIELD_INT}, FIELD_END};
    static const struct field limit[] = {{"limit", FIELD_INT}, FIELD_END}, twice[] = {{"a", FIELD_INT}, {"a", FIELD_INT}, FIELD_END};
    static const struct field price[] = {{"price", FIELD_MONEY}, FIELD_END}, amount[] = {{"price_amount", FIELD_INT64}, FIELD_END};
    static const struct field header[] = {{"Upload-Offset", FIELD_INT}, FIELD_END}, no_header[] = {{"offset", FIELD_INT}, FIELD_END};
    const struct route good = {POST, "/x", "s", .auth = AUTH_USER, .limit = LIMIT_WRITE, .sql = (const struct query *)(uintptr_t)1, .shape = ONE};
    struct route bad[] = {good, good, good, good, good, good, good, good};
    char error[256];

    (void)state;
    bad[0].query = id, bad[0].body = id;
    bad[1].headers = header, bad[1].body = offset;
    bad[2].body = twice;
    bad[3].query = amount, bad[3].body = price;
    bad[4].query = limit, bad[4].shape = MANY;
    bad[5].headers = no_header;
    bad[6].headers = header, bad[6].cache_s = 5;
    bad[7].headers = array_header;
    assert_true(route_check(&good, error, sizeof error));
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(route_check(&bad[i], error, sizeof error));
        assert_non_null(strstr(error, "/x"));
    }
}

static void
a_rate_limit_without_a_name_of_its_own_refuses_the_start(void **state)
{
    static const char *const five_a_second = "5/1";
    static const struct route_rate good_rate = {"names", &five_a_second};
    static const struct route_rate bad_rates[] = {{NULL, &five_a_second}, {"", &five_a_second}, {"global", &five_a_second}, {"read", &five_a_second},
                                                  {"media", &five_a_second}, {"sixteen_letters_", &five_a_second}, {"names", NULL}};
    struct route route = {GET, "/x", "s", .auth = AUTH_USER, .limit = LIMIT_READ, .rate = &good_rate, .sql = (const struct query *)(uintptr_t)1, .shape = ONE};
    char error[256];

    (void)state;
    assert_true(route_check(&route, error, sizeof error));
    for (size_t i = 0; i < COUNT_OF(bad_rates); i++) {
        route.rate = &bad_rates[i];
        assert_false(route_check(&route, error, sizeof error));
        assert_non_null(strstr(error, "rate limit"));
    }
    route.rate = &good_rate;
    route.limit = LIMIT_NONE; /* nothing would count its requests */
    assert_false(route_check(&route, error, sizeof error));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_and_objects_are_bound_as_arrays_and_json),
        cmocka_unit_test(what_is_wrong_within_others_is_named_by_where_it_stands),
        cmocka_unit_test(a_key_given_twice_is_malformed_at_any_depth),
        cmocka_unit_test(handlers_read_arrays_and_objects_as_they_were_checked),
        cmocka_unit_test(an_array_in_a_query_string_has_commas),
        cmocka_unit_test(headers_are_inputs_under_their_names_with_underscores),
        cmocka_unit_test(fields_that_cannot_be_kept_within_bounds_refuse_the_start),
        cmocka_unit_test(an_input_that_is_declared_twice_refuses_the_start),
        cmocka_unit_test(a_rate_limit_without_a_name_of_its_own_refuses_the_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
