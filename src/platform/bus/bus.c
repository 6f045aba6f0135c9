#include "platform/bus/bus.h"

#include "base/log.h"
#include "base/str.h"
#include "platform/bus/outbox.h"

static const struct subscription *subscriptions[BUS_SUBSCRIPTIONS_MAX];
static unsigned subscription_count;
static bool overfull;

void
bus_subscribe(const struct subscription *subscription)
{
    if (subscription_count == BUS_SUBSCRIPTIONS_MAX)
        overfull = true;
    else
        subscriptions[subscription_count++] = subscription;
}

/* What is wrong with it, or NULL. */
static const char *
bus_fault(unsigned at)
{
    const struct subscription *s = subscriptions[at];
    unsigned events = 0;

    if (!s->name || !s->handle || !s->events || !s->events[0])
        return "it lacks its name, its events or what handles them";
    if (s->from == BUS_FROM_UNDECLARED)
        return "it does not say with which events it begins";
    while (s->events[events])
        events++;
    if (events > BUS_PATTERNS_MAX)
        return "it has too many events: raise BUS_PATTERNS_MAX in bus.h";
    for (unsigned i = 0; i < at; i++)
        if (text_equal(subscriptions[i]->name, s->name))
            return "there is another one of this name";
    return NULL;
}

bool
bus_start(void)
{
    bool good = !overfull;

    if (overfull)
        log_error("too many subscriptions to events: raise BUS_SUBSCRIPTIONS_MAX in bus.h");
    for (unsigned i = 0; i < subscription_count; i++) {
        const char *fault = bus_fault(i);

        if (fault)
            log_error("wrong subscription to events", LOG_TEXT("subscriber", subscriptions[i]->name ? subscriptions[i]->name : ""),
                      LOG_TEXT("fault", fault));
        good &= !fault;
    }
    return good && outbox_start(subscriptions, subscription_count);
}

void
bus_stop(void)
{
    outbox_stop();
    subscription_count = 0;
    overfull = false;
}

void
bus_metrics(struct buf *out)
{
    outbox_metrics(out);
}
