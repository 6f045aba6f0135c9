/* line.h - a thread with an AMQP connection, which it makes anew whenever it is lost. Publisher and consumers have one each, since a broker that takes no
 * messages reads nothing more from a connection that sent one, acknowledgements included.
 *
 * The thread waits for the socket and for line_wake(), at most a second: so librabbitmq sends heartbeats in time and notices when none come. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "platform/rabbitmq/connection.h"

struct rabbitmq_line {
    const char *name; /* of the thread */
    /* In the thread. opened: declares what is needed, right after signing in. step: sends what is to be sent; called after each wake and each method that came.
     * on_method: what came on the channel. closed: the connection is gone, or will never be. False ends the connection. */
    bool (*opened)(amqp_connection_state_t connection, char *error, size_t error_size);
    bool (*step)(amqp_connection_state_t connection);
    bool (*on_method)(amqp_connection_state_t connection, const amqp_method_t *method);
    void (*closed)(void);

    /* The line's own. */
    const struct rabbitmq_settings *settings;
    pthread_t thread;
    pthread_mutex_t lock; /* of `fd` */
    int fd, wake_fd;      /* the latter stays open: somebody may be about to wake */
    atomic_bool started, stopping, up, blocked;
    _Atomic uint64_t opens, losses;
};

/* Begins the initializer of a line. */
#define LINE_INIT .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .wake_fd = -1

bool line_start(struct rabbitmq_line *line, const struct rabbitmq_settings *settings);
/* Ends connection and thread, whatever they wait for. Does nothing when not started. */
void line_stop(struct rabbitmq_line *line);
/* Any thread: step() is called soon. */
void line_wake(struct rabbitmq_line *line);
/* Any thread: the connection is of no more use; the next one is made at once. */
void line_break(struct rabbitmq_line *line);
