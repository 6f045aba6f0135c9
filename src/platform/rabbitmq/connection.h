/* connection.h - one AMQP connection, signed in, with channel 1 open; and the names of what Veza has in RabbitMQ. */
#pragma once

#include <amqp.h>
#include <stdbool.h>
#include <stddef.h>

#include "platform/rabbitmq/address.h"

#define RABBITMQ_CHANNEL 1
#define RABBITMQ_HEARTBEAT_S 10
#define RABBITMQ_EVENTS "veza.events"    /* the topic exchange of events */
#define RABBITMQ_DEAD "veza.jobs.dead"   /* the queue of messages to job queues that are none of ours */

struct rabbitmq_settings {
    struct rabbitmq_address address;
    const char *ca_file; /* PEM; "" for the system's */
    int timeout_s;       /* to connect, and for each answer */
};

/* How it came out. */
enum rabbitmq_presence {
    RABBITMQ_ANSWERS,
    RABBITMQ_AWAY,         /* no connection, no TLS, or silence */
    RABBITMQ_NO_LOGIN,     /* not this user, or not with this password */
    RABBITMQ_NO_VHOST,     /* no such vhost, or not for this user */
    RABBITMQ_NO_RIGHTS,    /* the user may not declare or write what Veza needs */
    RABBITMQ_BLOCKED,      /* an alarm: it takes no messages now */
};

/* Text of the other side for logs and sentences: what is no UTF-8 is replaced, what does not fit is cut off. */
void rabbitmq_copy_text(amqp_bytes_t text, char *out, size_t size);

/* NULL when it did not work: `ret_presence` and a sentence in `error` (at least 256 bytes) say why. Ended by rabbitmq_connection_close(). */
amqp_connection_state_t rabbitmq_connection_open(const struct rabbitmq_settings *settings, enum rabbitmq_presence *ret_presence, char *error,
                                                 size_t error_size);
/* Without a farewell, which would wait for an answer. NULL is fine. */
void rabbitmq_connection_close(amqp_connection_state_t connection);

/* Did the last call with an answer work? If not, `error` says why. */
bool rabbitmq_worked(amqp_connection_state_t connection, char *error, size_t error_size);
