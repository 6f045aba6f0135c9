/* Hands every event to RabbitMQ: a subscriber of the bus like any other, whose cursor moves when the broker has confirmed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "modules/events/events.h"
#include "platform/bus/bus.h"
#include "platform/rabbitmq/rabbitmq.h"

#define NAME_MAX_BYTES 128 /* a routing key has 255 at most */

/* The batch that is under way; of the subscriber's thread. */
static struct pending {
    char id[UUID_TEXT], name[NAME_MAX_BYTES], key[NAME_MAX_BYTES];
    char *body;
    int64_t number, at_ms;
    int version;
} pending[RABBITMQ_BATCH];
static unsigned count;

static void
events_forget_batch(void)
{
    while (count)
        free(pending[--count].body);
}

static bool
events_ready(void *context)
{
    (void)context;
    events_forget_batch();
    return rabbitmq_takes();
}

/* The message of an event: what is declared of its payload, and which version of what it is. NULL when a declared member is missing. */
static char *
events_body(const struct event *event, const struct event_effects *effects)
{
    json_t *body = json_object();
    char *text = NULL;
    bool whole = true;

    for (const struct field *f = effects->fields; f->name; f++) {
        json_t *value = json_object_get(event->payload, f->name);

        whole &= value || f->nullable;
        json_object_set(body, f->name, value ? value : json_null());
    }
    if (effects->kind) {
        json_object_set_new(body, "kind", json_string(effects->kind));
        json_object_set_new(body, "id", json_string(event->key));
        json_object_set_new(body, "version", json_integer(event->number));
        whole &= event->key != NULL;
    }
    if (whole)
        text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    return text;
}

/* False, and so tried again later and a dead letter in the end, when it is not as declared: then a node of another version may know it. */
static bool
events_add(const struct event *event, void *context)
{
    const struct event_effects *effects = events_find(event->name);
    struct pending *p = &pending[count];

    (void)context;
    if (!effects || count == RABBITMQ_BATCH || strlen(event->name) >= sizeof p->name || (event->key && strlen(event->key) >= sizeof p->key))
        return false;
    *p = (struct pending){.number = event->number, .at_ms = event->at_ms, .version = effects->version ? effects->version : 1,
                          .body = events_body(event, effects)};
    if (!p->body)
        return false;
    snprintf(p->id, sizeof p->id, "%s", event->id);
    snprintf(p->name, sizeof p->name, "%s", event->name);
    snprintf(p->key, sizeof p->key, "%s", event->key ? event->key : "");
    count++;
    return true;
}

static unsigned
events_settle(void *context)
{
    struct rabbitmq_message messages[RABBITMQ_BATCH];
    unsigned confirmed;
    bool refused;

    (void)context;
    for (unsigned i = 0; i < count; i++)
        messages[i] = (struct rabbitmq_message){.exchange = RABBITMQ_EVENTS, .routing_key = pending[i].name, .id = pending[i].id, .body = str_of(pending[i].body),
                                                .at_ms = pending[i].at_ms, .number = pending[i].number, .key = *pending[i].key ? pending[i].key : NULL,
                                                .version = pending[i].version};
    confirmed = rabbitmq_publish(messages, count, &refused);
    if (refused)
        log_warn("RabbitMQ refused an event: a queue that it goes to is full", LOG_TEXT("event", pending[confirmed].name), LOG_TEXT("id", pending[confirmed].id));
    events_forget_batch();
    return confirmed;
}

static const struct subscription all_events = {"rabbitmq", BUS_EVENTS("*"), BUS_FROM_NOW, events_add, .ready = events_ready, .settle = events_settle};

void
events_publish_setup(void)
{
    if (rabbitmq_configured())
        bus_subscribe(&all_events);
}
