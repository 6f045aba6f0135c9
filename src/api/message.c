#include "api/message.h"

#include <stdio.h>
#include <string.h>

#include "api/module.h"
#include "base/str.h"
#include "http/field_check.h"
#include "http/route.h"

#define MESSAGE_CHECK_BYTES (256 * 1024)

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
    }
    return !message->receive || fields_check(message->name, message->fields, false, error, error_size);
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

bool
message_fits(const struct message *declared, json_t *message, char ret_field[MESSAGE_FIELD_SIZE])
{
    struct field_check check = {.arena = arena_new(MESSAGE_CHECK_BYTES)};
    bool fits = check.arena && field_check_object(&check, declared->fields, "type", NULL, message);

    if (!fits)
        utf8_clean(check.errors ? check.errors[0].field : "", ret_field, MESSAGE_FIELD_SIZE);
    arena_free(check.arena);
    return fits;
}
