/* internal.h - what the files of this folder share. */
#pragma once

#include "platform/rabbitmq/line.h"
#include "platform/rabbitmq/rabbitmq.h"

extern struct rabbitmq_line rabbitmq_publisher, rabbitmq_consumer;

/* The exchange of events, the queues of jobs and the one of dead messages. The other arguments as in `opened` of a line. */
bool rabbitmq_declare(amqp_connection_state_t connection, char *error, size_t error_size);
/* Tells the owner of the queues; -1: see rabbitmq_start(). */
void rabbitmq_changed(int queue);
/* Those of rabbitmq_start(). */
const struct rabbitmq_queue *rabbitmq_queues(unsigned *ret_count);
int rabbitmq_timeout_s(void);

void rabbitmq_publisher_metrics(struct buf *out);
void rabbitmq_consumer_metrics(struct buf *out);
