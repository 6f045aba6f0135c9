/* delivery.c - brings the messages of a topic from the database to its subscribers, each once and in order. In the dispatcher's thread. */
#include "modules/realtime/internal.h"

#include <stdlib.h>

static json_t *
delivery_position(const struct topic *topic, const struct reading *reading, bool complete)
{
    return json_pack("{s:s, s:I, s:b}", "topic", topic->name, "number", (json_int_t)reading->newest, "complete", complete);
}

/* Those up to `last` to one client, which has the others. */
static bool
delivery_send_missed(struct client *client, const struct topic *topic, const struct reading *reading, int64_t after, int64_t last)
{
    bool good = true;

    for (int i = 0; good && i < reading->count; i++) {
        int64_t number = reading_number(reading, i);
        scoped_text text = number > after && number <= last ? reading_text(topic, reading, i) : NULL;

        good = !text || websocket_send(client->ws, str_of(text));
    }
    return good;
}

/* What is new to the subscribers. False when the hub has too much to do; the rest is read once more then. */
static bool
delivery_publish(struct hub *hub, struct topic *topic, const struct reading *reading)
{
    for (int i = 0; i < reading->count; i++) {
        int64_t number = reading_number(reading, i);
        scoped_text text = number > topic->number ? reading_text(topic, reading, i) : NULL;

        if (text && !hub_publish(hub, topic->name, str_of(text)))
            return false;
        if (number > topic->number)
            topic->number = number;
    }
    return true;
}

/* The subscribers were sent all but what is kept no longer: they are told that something is missing. */
static void
delivery_publish_gap(struct topic *topic, const struct reading *reading)
{
    struct topic_subscription *subscription;

    LIST_FOREACH(subscription, &topic->subscriptions, of_topic)
        realtime_reply(subscription->client->ws, "subscribed", delivery_position(topic, reading, false));
    topic->number = reading->newest;
}

bool
delivery_publish_new(struct hub *hub, struct topic *topic)
{
    struct reading reading;
    bool good = true;

    if (!reading_begin(topic, topic->number, &reading))
        return false;
    if (topic->number < reading.forgotten || topic->number > reading.newest)
        delivery_publish_gap(topic, &reading);
    else
        good = delivery_publish(hub, topic, &reading);
    PQclear(reading.result);
    return good;
}

bool
delivery_join(struct hub *hub, struct client *client, struct topic *topic, int64_t after)
{
    bool again = dispatcher_subscription(client, topic) != NULL, empty = LIST_EMPTY(&topic->subscriptions), complete, good;
    int64_t from = empty || (after >= 0 && after < topic->number) ? after : topic->number;
    struct reading reading;

    if (!reading_begin(topic, from, &reading))
        return false;
    if (empty)
        topic->number = reading.newest;
    complete = after < 0 || (after >= reading.forgotten && after <= reading.newest && reading_bytes_after(&reading, after) <= REALTIME_CATCH_UP_MAX);
    realtime_reply(client->ws, "subscribed", delivery_position(topic, &reading, complete));
    good = after < 0 || !complete || delivery_send_missed(client, topic, &reading, after, again ? topic->number : reading.newest);
    if (good && !empty)
        good = topic->number >= reading.forgotten ? delivery_publish(hub, topic, &reading) : (delivery_publish_gap(topic, &reading), true);
    good = good && (again || dispatcher_subscribe(client, topic));
    PQclear(reading.result);
    return good;
}
