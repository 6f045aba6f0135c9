#include "api/openapi_message.h"

#include <ctype.h>

#include "api/openapi_schema.h"
#include "base/buf.h"
#include "base/str.h"

/* track.progress -> TrackProgressMessage */
static void
message_schema_name(const char *name, struct buf *out)
{
    bool upper = true;

    for (const char *p = name; *p; p++) {
        if (isalnum((unsigned char)*p))
            buf_printf(out, "%c", upper ? toupper((unsigned char)*p) : *p);
        upper = !isalnum((unsigned char)*p);
    }
    buf_add(out, STR("Message"));
}

static void
message_add_property(json_t *schema, const char *name, json_t *property)
{
    json_object_set_new(json_object_get(schema, "properties"), name, property);
    json_array_append_new(json_object_get(schema, "required"), json_string(name));
}

/* The declared fields, with `type`, and with `topic` and `number` where they come. */
static json_t *
message_schema(const struct message *message, struct schema_parts *parts)
{
    static const struct field none[] = {FIELD_END};
    const struct field *fields = message->fields ? message->fields : none;
    json_t *schema = message->receive ? schema_of_body(fields, parts) : schema_of_reply(fields, parts);

    if (!json_object_get(schema, "required"))
        json_object_set_new(schema, "required", json_array());
    json_object_set_new(schema, "description", json_string(message->summary));
    message_add_property(schema, "type", json_pack("{s:s}", "const", message->name));
    if (message->topic) {
        message_add_property(schema, "topic", json_pack("{s:s, s:s}", "type", "string", "description", "Topic of the message"));
        message_add_property(schema, "number", json_pack("{s:s, s:s, s:s}", "type", "integer", "format", "int64", "description",
                                                         "Number of the message in its topic, counted from 1"));
    }
    return schema;
}

static json_t *
describe_message(const struct message *message, const char *schema_name)
{
    json_t *described = json_pack("{s:s, s:s, s:s, s:o}", "name", message->name, "from", message->receive ? "client" : "server", "summary",
                                  message->summary, "schema", schema_reference("schemas", schema_name));

    if (message->topic)
        json_object_set_new(described, "topic", json_string(message->topic));
    if (message->address)
        json_object_set_new(described, "address", json_string(message->address));
    return described;
}

static json_t *
describe_topic(const struct topic_kind *topic)
{
    scoped_buf name = BUF_INIT(64);

    buf_printf(&name, "%s:{id}", topic->name);
    return json_pack("{s:s, s:s, s:s}", "name", buf_str(&name).ptr, "summary", topic->summary, "access",
                     topic->own ? "own" : topic->open ? "user" : "asked");
}

void
describe_messages(struct description *description, module_list modules, json_t *document)
{
    json_t *schemas = description->describer.schemas, *topics = json_array(), *messages = json_array();
    json_t *server = json_array(), *client = json_array();

    for (; *modules; modules++) {
        for (const struct topic_kind *topic = (*modules)->topics; topic && topic->name; topic++)
            json_array_append_new(topics, describe_topic(topic));
        for (const struct message *message = (*modules)->messages; message && message->name; message++) {
            scoped_buf name = BUF_INIT(128);

            message_schema_name(message->name, &name);
            json_object_set_new(schemas, buf_str(&name).ptr, message_schema(message, &description->parts));
            json_array_append_new(messages, describe_message(message, buf_str(&name).ptr));
            json_array_append_new(message->receive ? client : server, schema_reference("schemas", buf_str(&name).ptr));
        }
    }
    json_object_set_new(schemas, "ServerMessage", json_pack("{s:s, s:o}", "description", "What the server sends over the WebSocket", "anyOf", server));
    json_object_set_new(schemas, "ClientMessage", json_pack("{s:s, s:o}", "description", "What clients send over the WebSocket", "anyOf", client));
    json_object_set_new(document, "x-topics", topics);
    json_object_set_new(document, "x-messages", messages);
}
