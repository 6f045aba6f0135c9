/* What modules may declare as messages of the WebSocket, and what of clients fits a declaration. */
#include "../base/test.h"

#include "api/module.h"

static const struct query may = {.name = "may"};
static const struct field number_field[] = {{"n", FIELD_INT, .required = true, .min = 1, .max = 9}, FIELD_END};

static void
receive(struct websocket *ws, const json_t *message)
{
    (void)ws, (void)message;
}

/* The sentence with which a module of these tables is refused; "" when it is not. */
static const char *
refusal(const struct topic_kind *topics, const struct message *messages)
{
    static char error[256];
    const struct module module = {.name = "m", .topics = topics, .messages = messages};
    const struct module *const modules[] = {&module, NULL};

    *error = '\0';
    assert_true(messages_check(modules, error, sizeof error) == !*error);
    return error;
}

#define TOPICS(...) ((const struct topic_kind[]){__VA_ARGS__, TOPIC_END})
#define MESSAGES(...) ((const struct message[]){__VA_ARGS__, MESSAGE_END})

static void
a_topic_without_exactly_one_right_is_refused(void **state)
{
    (void)state;
    assert_string_equal(refusal(TOPICS({"a", "x", .open = true}, {"b", "x", .own = true}, {"c", "x", .may_subscribe = &may}), NULL), "");
    assert_non_null(strstr(refusal(TOPICS({"a", "x"}), NULL), "exactly one"));
    assert_non_null(strstr(refusal(TOPICS({"a", "x", .open = true, .may_subscribe = &may}), NULL), "exactly one"));
    assert_non_null(strstr(refusal(TOPICS({"a", "x", .open = true}, {"a", "y", .open = true}), NULL), "two of this name"));
    assert_non_null(strstr(refusal(TOPICS({"A", "x", .open = true}), NULL), "lower-case"));
    assert_non_null(strstr(refusal(TOPICS({"a", NULL, .open = true}), NULL), "summary"));
}

static void
a_message_that_nobody_could_understand_is_refused(void **state)
{
    static const struct field reserved[] = {{"number", FIELD_INT}, FIELD_END}, endless[] = {{"o", FIELD_ARRAY, .items = &number_field[0]}, FIELD_END};
    const struct topic_kind *topics = TOPICS({"a", "x", .open = true});

    (void)state;
    assert_string_equal(refusal(topics, MESSAGES({"m", "a", "x", .fields = number_field, .address = "/"}, {"c", .summary = "x", .receive = receive})), "");
    assert_non_null(strstr(refusal(topics, MESSAGES({"m", "b", "x", .address = "/"})), "no such topic"));
    assert_non_null(strstr(refusal(topics, MESSAGES({"m", "a", "x"})), "address"));
    assert_non_null(strstr(refusal(topics, MESSAGES({"m", "a", NULL, .address = "/"})), "summary"));
    assert_non_null(strstr(refusal(topics, MESSAGES({"M m", "a", "x", .address = "/"})), "name"));
    assert_non_null(strstr(refusal(topics, MESSAGES({"m", .summary = "x"}, {"m", .summary = "y"})), "two of this name"));
    assert_non_null(strstr(refusal(topics, MESSAGES({"m", "a", "x", .fields = reserved, .address = "/"})), "there already"));
    assert_non_null(strstr(refusal(topics, MESSAGES({"m", .summary = "x", .fields = endless, .receive = receive})), "without a maximum"));
}

static bool
fits(const struct field *fields, const char *json)
{
    const struct message declared = {"m", .summary = "x", .fields = fields, .receive = receive};
    json_t *message = json_loads(json, 0, NULL);
    char field[MESSAGE_FIELD_SIZE] = "";
    bool good = message_fits(&declared, message, field);

    assert_non_null(message);
    assert_true(good || *field);
    json_decref(message);
    return good;
}

static void
what_clients_send_must_have_the_declared_fields_and_no_others(void **state)
{
    static const struct field all[] = {{"text", FIELD_STRING, .min = 2, .max = 3}, {"id", FIELD_UUID},  {"kind", FIELD_ENUM, .values = "one|two"},
                                       {"x", FIELD_NUMBER, .max = 1},              {"yes", FIELD_BOOL}, {"none", FIELD_INT, .nullable = true}, FIELD_END};
    static const char *const good[] = {"{\"type\":\"m\"}", "{\"type\":\"m\",\"text\":\"\u00e9\u00e9\u00e9\"}", "{\"type\":\"m\",\"kind\":\"two\",\"x\":0.5}",
                                       "{\"type\":\"m\",\"id\":\"6f1b6b1a-0000-4000-8000-000000000000\",\"yes\":false,\"none\":null}"};
    static const char *const bad[] = {"{\"type\":\"m\",\"text\":\"x\"}", "{\"type\":\"m\",\"text\":\"xxxx\"}", "{\"type\":\"m\",\"text\":null}",
                                      "{\"type\":\"m\",\"kind\":\"\"}", "{\"type\":\"m\",\"kind\":\"one|two\"}", "{\"type\":\"m\",\"x\":1.5}",
                                      "{\"type\":\"m\",\"x\":\"0\"}", "{\"type\":\"m\",\"yes\":1}", "{\"type\":\"m\",\"id\":\"6f1b\"}", "{\"type\":\"m\",\"more\":1}"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(fits(all, good[i]));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(fits(all, bad[i]));
    assert_true(fits(number_field, "{\"type\":\"m\",\"n\":9}"));
    for (const char *const *wrong = (const char *const[]){"{\"type\":\"m\"}", "{\"type\":\"m\",\"n\":0}", "{\"type\":\"m\",\"n\":10}", "{\"type\":\"m\",\"n\":1.0}",
                                                          "{\"type\":\"m\",\"n\":9223372036854775807}", NULL}; *wrong; wrong++)
        assert_false(fits(number_field, *wrong));
}

static void
what_stands_within_a_message_is_checked_and_named_too(void **state)
{
    static const struct field point[] = {{"x", FIELD_INT, .required = true, .max = 9}, FIELD_END};
    static const struct field item = {"", FIELD_OBJECT, .fields = point};
    static const struct field line[] = {{"points", FIELD_ARRAY, .max = 2, .items = &item}, FIELD_END};
    const struct message declared = {"m", .summary = "x", .fields = line, .receive = receive};
    json_t *message = json_loads("{\"type\":\"m\",\"points\":[{\"x\":1},{\"x\":10}]}", 0, NULL);
    char field[MESSAGE_FIELD_SIZE];

    (void)state;
    assert_false(message_fits(&declared, message, field));
    assert_string_equal(field, "points[1].x");
    json_decref(message);
    assert_true(fits(line, "{\"type\":\"m\",\"points\":[{\"x\":1}]}"));
    assert_false(fits(line, "{\"type\":\"m\",\"points\":[{\"x\":1},{\"x\":2},{\"x\":3}]}"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_topic_without_exactly_one_right_is_refused),
                                       cmocka_unit_test(a_message_that_nobody_could_understand_is_refused),
                                       cmocka_unit_test(what_stands_within_a_message_is_checked_and_named_too),
                                       cmocka_unit_test(what_clients_send_must_have_the_declared_fields_and_no_others)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
