#include "api/openapi_message.h"

#include <ctype.h>
#include <stdio.h>

#include "api/openapi_schema.h"
#include "base/buf.h"
#include "base/str.h"

/* track.progress -> TrackProgressMessage */
static void
message_schema_name(const char *prefix, const char *name, struct buf *out)
{
    bool upper = true;

    buf_add_text(out, prefix);
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

/* The messages of one WebSocket, of all modules. `prefix` is "" or begins the names of their schemas, with who sends them, since both may use one name. */
static void
describe_socket(struct description *description, module_list modules, bool stream, const char *prefix, json_t *document)
{
    json_t *schemas = description->describer.schemas, *messages = json_array(), *server = json_array(), *client = json_array();
    char server_name[40], client_name[40], all[40];

    for (; *modules; modules++) {
        for (const struct message *message = stream ? (*modules)->stream_messages : (*modules)->messages; message && message->name; message++) {
            scoped_buf name = BUF_INIT(128);

            snprintf(all, sizeof all, "%s%s", prefix, !*prefix ? "" : message->receive ? "Client" : "Server");
            message_schema_name(all, message->name, &name);
            json_object_set_new(schemas, buf_str(&name).ptr, message_schema(message, &description->parts));
            json_array_append_new(messages, describe_message(message, buf_str(&name).ptr));
            json_array_append_new(message->receive ? client : server, schema_reference("schemas", buf_str(&name).ptr));
        }
    }
    snprintf(server_name, sizeof server_name, "%sServerMessage", prefix);
    snprintf(client_name, sizeof client_name, "%sClientMessage", prefix);
    json_object_set_new(schemas, server_name, json_pack("{s:s, s:o}", "description", "What the server sends over the WebSocket", "anyOf", server));
    json_object_set_new(schemas, client_name, json_pack("{s:s, s:o}", "description", "What clients send over the WebSocket", "anyOf", client));
    json_object_set_new(document, stream ? "x-stream-messages" : "x-messages", messages);
}

void
describe_messages(struct description *description, module_list modules, json_t *document)
{
    json_t *topics = json_array();

    for (module_list module = modules; *module; module++)
        for (const struct topic_kind *topic = (*module)->topics; topic && topic->name; topic++)
            json_array_append_new(topics, describe_topic(topic));
    json_object_set_new(document, "x-topics", topics);
    describe_socket(description, modules, false, "", document);
    describe_socket(description, modules, true, "Stream", document);
}
