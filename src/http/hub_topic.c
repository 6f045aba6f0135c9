#include <stdlib.h>

#include "base/encode.h"
#include "http/hub_private.h"

#define BUCKETS_START 64
#define SUBSCRIBERS_START 2

static uint32_t
hash_name(const struct topics *topics, const char *name)
{
    uint32_t hash = topics->seed ^ 2166136261u; /* FNV-1a */

    for (const char *p = name; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 16777619u;
    return hash ^ hash >> 15;
}

bool
topics_init(struct topics *topics)
{
    random_bytes(&topics->seed, sizeof topics->seed);
    topics->size = BUCKETS_START;
    topics->buckets = calloc(topics->size, sizeof(struct topic *));
    return topics->buckets;
}

void
topics_clear(struct topics *topics)
{
    free(topics->buckets);
    topics->buckets = NULL;
}

static struct topic **
find_link(const struct topics *topics, const char *name, uint32_t hash)
{
    struct topic **link = &topics->buckets[hash & (topics->size - 1)];

    while (*link && ((*link)->hash != hash || strcmp((*link)->name, name) != 0))
        link = &(*link)->next;
    return link;
}

struct topic *
topics_find(const struct topics *topics, const char *name)
{
    return *find_link(topics, name, hash_name(topics, name));
}

/* Without memory for it the chains just get longer. */
static void
grow(struct topics *topics)
{
    uint32_t size = topics->size * 2;
    struct topic **buckets = calloc(size, sizeof(struct topic *));

    if (!buckets)
        return;
    for (uint32_t i = 0; i < topics->size; i++) {
        while (topics->buckets[i]) {
            struct topic *topic = topics->buckets[i], **to = &buckets[topic->hash & (size - 1)];

            topics->buckets[i] = topic->next;
            topic->next = *to;
            *to = topic;
        }
    }
    free(topics->buckets);
    topics->buckets = buckets;
    topics->size = size;
}

static struct topic *
find_or_make(struct topics *topics, const char *name)
{
    uint32_t hash = hash_name(topics, name);
    struct topic **link = find_link(topics, name, hash), *topic = *link;
    size_t len = strlen(name);

    if (topic)
        return topic;
    topic = calloc(1, sizeof *topic + len + 1);
    if (!topic)
        return NULL;
    topic->hash = hash;
    memcpy(topic->name, name, len);
    *link = topic;
    if (++topics->count > topics->size)
        grow(topics);
    return topic;
}

static void
drop_when_empty(struct topics *topics, struct topic *topic)
{
    struct topic **link;

    if (topic->count)
        return;
    link = find_link(topics, topic->name, topic->hash);
    *link = topic->next;
    topics->count--;
    free(topic->subscriptions);
    free(topic);
}

/* Searches the connection's list, which is bounded; a topic's is not. */
static struct subscription **
find_subscription(struct websocket *ws, const struct topic *topic)
{
    struct subscription **link = &ws->subscriptions;

    while (*link && (*link)->topic != topic)
        link = &(*link)->next;
    return link;
}

bool
topics_subscribe(struct topics *topics, struct websocket *ws, const char *name)
{
    struct topic *topic = find_or_make(topics, name);
    struct subscription *subscription;

    if (!topic)
        return false;
    if (*find_subscription(ws, topic))
        return false;
    if (topic->count == topic->capacity) {
        uint32_t capacity = topic->capacity ? topic->capacity * 2 : SUBSCRIBERS_START;
        struct subscription **grown = realloc(topic->subscriptions, capacity * sizeof(struct subscription *));

        if (!grown) {
            drop_when_empty(topics, topic);
            return false;
        }
        topic->subscriptions = grown;
        topic->capacity = capacity;
    }
    subscription = malloc(sizeof *subscription);
    if (!subscription) {
        drop_when_empty(topics, topic);
        return false;
    }
    *subscription = (struct subscription){.topic = topic, .ws = ws, .next = ws->subscriptions, .index = topic->count};
    ws->subscriptions = subscription;
    topic->subscriptions[topic->count++] = subscription;
    return true;
}

static void
end_subscription(struct topics *topics, struct subscription **link)
{
    struct subscription *subscription = *link;
    struct topic *topic = subscription->topic;
    struct subscription *last = topic->subscriptions[topic->count - 1];

    *link = subscription->next;
    topic->subscriptions[subscription->index] = last;
    last->index = subscription->index;
    topic->count--;
    drop_when_empty(topics, topic);
    free(subscription);
}

bool
topics_unsubscribe(struct topics *topics, struct websocket *ws, const char *name)
{
    struct topic *topic = topics_find(topics, name);
    struct subscription **link = topic ? find_subscription(ws, topic) : NULL;

    if (!link || !*link)
        return false;
    end_subscription(topics, link);
    return true;
}

void
topics_unsubscribe_all(struct topics *topics, struct websocket *ws)
{
    while (ws->subscriptions)
        end_subscription(topics, &ws->subscriptions);
}
