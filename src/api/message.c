#include "api/message.h"

#include <stdio.h>
#include <string.h>

#include "api/module.h"
#include "base/encode.h"
#include "base/str.h"
#include "http/validate.h"

const struct topic_kind *
topic_find(const struct module *const *modules, const char *name)
{
    for (; *modules; modules++)
        for (const struct topic_kind *topic = (*modules)->topics; topic && topic->name; topic++)
            if (text_equal(topic->name, name))
                return topic;
    return NULL;
}

const struct message *
message_find(const struct module *const *modules, const char *name)
{
    for (; *modules; modules++)
        for (const struct message *message = (*modules)->messages; message && message->name; message++)
            if (text_equal(message->name, name))
                return message;
    return NULL;
}

static bool
message_refuse(char *error, size_t error_size, const char *what, const char *name, const char *why)
{
    snprintf(error, error_size, "%s %s: %s.", what, name, why);
    return false;
}

static bool
message_has_name(const char *name, const char *allowed)
{
    return *name && strspn(name, allowed) == strlen(name);
}

static bool
topic_check(const struct module *const *modules, const struct topic_kind *topic, char *error, size_t error_size)
{
    if (!message_has_name(topic->name, "abcdefghijklmnopqrstuvwxyz") || strlen(topic->name) > 40)
        return message_refuse(error, error_size, "topic", topic->name, "its name must be lower-case letters");
    if (topic_find(modules, topic->name) != topic)
        return message_refuse(error, error_size, "topic", topic->name, "there are two of this name");
    if (!topic->summary)
        return message_refuse(error, error_size, "topic", topic->name, "it has no summary");
    if ((topic->may_subscribe != NULL) + topic->own + topic->open != 1)
        return message_refuse(error, error_size, "topic", topic->name, "exactly one of may_subscribe, own and open must say who may subscribe");
    return true;
}

static bool
message_check(const struct module *const *modules, const struct message *message, char *error, size_t error_size)
{
    if (!message_has_name(message->name, "abcdefghijklmnopqrstuvwxyz._"))
        return message_refuse(error, error_size, "message", message->name, "its name must be lower-case letters, dots and underscores");
    if (message_find(modules, message->name) != message)
        return message_refuse(error, error_size, "message", message->name, "there are two of this name");
    if (!message->summary)
        return message_refuse(error, error_size, "message", message->name, "it has no summary");
    if (message->topic && !topic_find(modules, message->topic))
        return message_refuse(error, error_size, "message", message->name, "there is no such topic");
    if (message->topic && (message->receive || !message->address))
        return message_refuse(error, error_size, "message", message->name, "the server sends it on a topic, with an address to read the same at");
    for (const struct field *f = message->fields; f && f->name; f++) {
        if (text_equal(f->name, "type") || (message->topic && (text_equal(f->name, "topic") || text_equal(f->name, "number"))))
            return message_refuse(error, error_size, "message", message->name, "type, topic and number are there already");
        if (message->receive && (f->type == FIELD_STRINGS || f->type == FIELD_OBJECT || f->type == FIELD_OBJECTS || f->pattern))
            return message_refuse(error, error_size, "message", message->name, "clients send single values only");
    }
    return true;
}

bool
messages_check(const struct module *const *modules, char *error, size_t error_size)
{
    for (const struct module *const *module = modules; *module; module++) {
        for (const struct topic_kind *topic = (*module)->topics; topic && topic->name; topic++)
            if (!topic_check(modules, topic, error, error_size))
                return false;
        for (const struct message *message = (*module)->messages; message && message->name; message++)
            if (!message_check(modules, message, error, error_size))
                return false;
    }
    return true;
}

static bool
message_in_range(const struct field *f, double value)
{
    return (f->min == 0 && f->max == 0) || (value >= (double)f->min && value <= (double)f->max);
}

static bool
message_text_fits(const struct field *f, const char *text)
{
    size_t characters;

    return text && utf8_valid(str_of(text), &characters) && (!f->min || characters >= (size_t)f->min) &&
           (!f->max || characters <= (size_t)f->max);
}

static bool
message_value_fits(const struct field *f, const json_t *value)
{
    if (json_is_null(value))
        return f->nullable;
    switch (f->type) {
    case FIELD_STRING:
    case FIELD_TEXT:
        return message_text_fits(f, json_string_value(value));
    case FIELD_UUID:
        return json_is_string(value) && uuid_valid(json_string_value(value));
    case FIELD_ENUM:
        return json_is_string(value) && field_has_value(f->values, json_string_value(value));
    case FIELD_INT:
        return json_is_integer(value) && message_in_range(f, (double)json_integer_value(value));
    case FIELD_NUMBER:
        return json_is_number(value) && message_in_range(f, json_number_value(value));
    case FIELD_BOOL:
        return json_is_boolean(value);
    default:
        return false;
    }
}

bool
message_fits(const struct message *declared, const json_t *message, const char **ret_field)
{
    size_t known = 1; /* type */

    for (const struct field *f = declared->fields; f && f->name; f++) {
        const json_t *value = json_object_get(message, f->name);

        if (value ? !message_value_fits(f, value) : f->required) {
            *ret_field = f->name;
            return false;
        }
        known += value ? 1 : 0;
    }
    *ret_field = "a field that is not known";
    return json_object_size(message) == known;
}
