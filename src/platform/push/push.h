/* push.h - Web Push: a message to a browser through the push service that the browser named (RFC 8030), which can neither read it
 * (encrypt.h) nor be used by anybody else (vapid.h). */
#pragma once

#include "platform/push/encrypt.h"
#include "platform/push/vapid.h"

#define PUSH_ENDPOINT_MAX 1000

enum push_outcome {
    PUSH_SENT,
    PUSH_LATER,   /* the service is away, or wants us to wait */
    PUSH_GONE,    /* nobody listens there any more: forget the subscription */
    PUSH_REFUSED, /* this message never will get through */
};

struct push_message {
    const char *endpoint;
    const struct push_keys *keys;
    struct str text;     /* at most PUSH_PLAIN_MAX bytes */
    int ttl_s;           /* how long the service keeps it for a browser that is away */
    const char *urgency; /* "very-low", "low", "normal", "high" */
    const char *topic;   /* at most 32 characters of base64url: a later message replaces one of the same topic that still waits */
};

struct push_result {
    enum push_outcome outcome;
    int64_t retry_after_s; /* of PUSH_LATER; 0 when the service did not say */
    char error[128];       /* for the log; names no endpoint, which is a secret */
};

/* Sends and waits. fetch_setup() and vapid_setup() have run. */
void push_send(const struct push_message *message, struct push_result *ret);
