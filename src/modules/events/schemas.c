/* api/events.json, written from the table of events. */
#include "api/openapi.h"
#include "api/openapi_schema.h"
#include "modules/events/events.h"
#include "platform/rabbitmq/rabbitmq.h"

static const struct field headers[] = {
    {"number", FIELD_INT64, .help = "Grows with each event: of two of one key, the later has the higher one"},
    {"schema-version", FIELD_INT, .help = "Raised when a member of the message goes or means something else"},
    {"occurred-at", FIELD_TIME, .help = "When the change was made"},
    {"key", FIELD_UUID, .help = "The id of what it is about: messages of one key come in the order of their numbers"},
    FIELD_END};

/* What is added to messages about things that a search may find. */
static const struct field indexed[] = {
    {"id", FIELD_UUID, .help = "The id of what was changed"},
    {"version", FIELD_INT64, .help = "Of what was changed: the number of this event. What was read after an event of a lower version is no newer"},
    FIELD_END};

static json_t *
event_schema(const struct event_effects *event)
{
    struct schema_parts parts = {.schemas = json_object()};
    json_t *schema = schema_of_reply(event->fields, &parts), *properties = json_object_get(schema, "properties");

    if (event->kind) {
        json_t *more = schema_of_reply(indexed, &parts);

        json_object_set_new(json_object_get(more, "properties"), "kind", json_pack("{s:s, s:s}", "type", "string", "const", event->kind));
        json_array_append_new(json_object_get(more, "required"), json_string("kind"));
        json_object_update(properties, json_object_get(more, "properties"));
        json_array_extend(json_object_get(schema, "required"), json_object_get(more, "required"));
        json_decref(more);
    }
    json_object_set_new(schema, "title", json_string(event->name));
    json_object_set_new(schema, "description", json_string(event->what));
    json_object_set_new(schema, "x-schema-version", json_integer(event->version ? event->version : 1));
    json_decref(parts.schemas);
    return schema;
}

/* The file, with a newline at its end. */
static bool
events_document(struct buf *out)
{
    struct schema_parts parts = {.schemas = json_object()};
    json_t *definitions = json_object(), *head = schema_of_reply(headers, &parts), *document;
    scoped_text text = NULL;

    json_array_remove(json_object_get(head, "required"), 3); /* an event about nothing in particular has no key */
    json_object_set_new(definitions, "headers", head);
    for (const struct event_effects *e = event_effects; e->name; e++)
        json_object_set_new(definitions, e->name, event_schema(e));
    document = json_pack("{s:s, s:s, s:s, s:s, s:o}", "$schema", "https://json-schema.org/draft/2020-12/schema", "title", "Events of Veza", "description",
                         "Messages of the topic exchange. The routing key and the property `type` are the event's name, `message_id` is the event's id: a message may "
                         "come more than once, always with the same id. New members may be added to a message.",
                         "x-exchange", RABBITMQ_EVENTS, "$defs", definitions);
    text = json_dumps(document, JSON_INDENT(2));
    if (text)
        buf_add_text(out, text);
    buf_add_text(out, "\n");
    json_decref(document);
    json_decref(parts.schemas);
    return text && !out->failed;
}

int
events_print(const char *path)
{
    scoped_buf document = BUF_INIT(OPENAPI_MAX);

    return events_document(&document) ? document_write(path, buf_str(&document)) : 1;
}

int
events_compare(const char *path)
{
    scoped_buf document = BUF_INIT(OPENAPI_MAX);

    if (events_document(&document) && document_equals(path, buf_str(&document)))
        return 0;
    fprintf(stderr, "%s is not what the program describes; write it anew with `veza events --output %s`.\n", path, path);
    return 1;
}
