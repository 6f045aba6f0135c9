/* Messages of the queues of jobs, acknowledged by hand: when a job was taken, or when there was none to take. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "platform/rabbitmq/internal.h"

#define HOLD_MS 10000 /* far below the acknowledgement limit of a broker (consumer_timeout), which is half an hour as it comes */

/* A message that is here. */
struct held {
    uint64_t tag, number;
    int64_t since_ms;
    bool accepted;
};

static struct {
    struct held held[RABBITMQ_PREFETCH]; /* oldest first */
    unsigned count;
    uint64_t last; /* number */
} queues[RABBITMQ_QUEUES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic uint64_t delivered, accepted, requeued, rejected;

/* The consumer's tag is the name of its queue. */
static bool
consumer_opened(amqp_connection_state_t connection, char *error, size_t error_size)
{
    unsigned count;
    const struct rabbitmq_queue *ours = rabbitmq_queues(&count);

    if (!rabbitmq_declare(connection, error, error_size))
        return false;
    for (unsigned i = 0; i < count; i++) {
        amqp_basic_qos(connection, RABBITMQ_CHANNEL, 0, (uint16_t)ours[i].prefetch, 0);
        if (!rabbitmq_worked(connection, error, error_size))
            return false;
        amqp_basic_consume(connection, RABBITMQ_CHANNEL, amqp_cstring_bytes(ours[i].name), amqp_cstring_bytes(ours[i].name), 0, 0, 0, amqp_empty_table);
        if (!rabbitmq_worked(connection, error, error_size))
            return false;
    }
    rabbitmq_changed(-1);
    return true;
}

/* Sends the acknowledgements of a queue, and gives back what nobody accepts. */
static bool
consumer_settle(amqp_connection_state_t connection, unsigned queue)
{
    int64_t now_ms = clock_monotonic_ms();
    unsigned kept = 0;
    bool good = true;

    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < queues[queue].count; i++) {
        const struct held h = queues[queue].held[i];

        if (h.accepted) {
            good &= amqp_basic_ack(connection, RABBITMQ_CHANNEL, h.tag, 0) == AMQP_STATUS_OK;
            atomic_fetch_add(&accepted, 1);
        } else if (now_ms - h.since_ms >= HOLD_MS) {
            good &= amqp_basic_reject(connection, RABBITMQ_CHANNEL, h.tag, 1) == AMQP_STATUS_OK;
            atomic_fetch_add(&requeued, 1);
        } else {
            queues[queue].held[kept++] = h;
        }
    }
    queues[queue].count = kept;
    pthread_mutex_unlock(&lock);
    return good;
}

static bool
consumer_step(amqp_connection_state_t connection)
{
    unsigned count;
    bool good = true;

    rabbitmq_queues(&count);
    for (unsigned i = 0; i < count; i++)
        good &= consumer_settle(connection, i);
    return good;
}

/* Which queue a consumer's tag names, or -1. */
static int
queue_of(amqp_bytes_t tag)
{
    unsigned count;
    const struct rabbitmq_queue *ours = rabbitmq_queues(&count);

    for (unsigned i = 0; i < count; i++)
        if (str_equal((struct str){tag.bytes, tag.len}, str_of(ours[i].name)))
            return (int)i;
    return -1;
}

/* Ours are sent by announce.c. Anybody who may write to the broker can put others there. */
static bool
is_ours(const amqp_basic_properties_t *p)
{
    return (p->_flags & AMQP_BASIC_APP_ID_FLAG) && str_equal((struct str){p->app_id.bytes, p->app_id.len}, STR("veza"));
}

static bool
read_part(amqp_connection_state_t connection, amqp_frame_t *ret, int type)
{
    struct timeval timeout = {.tv_sec = rabbitmq_timeout_s()};

    return amqp_simple_wait_frame_noblock(connection, ret, &timeout) == AMQP_STATUS_OK && ret->channel == RABBITMQ_CHANNEL && ret->frame_type == type;
}

/* Whose the message is, by its header. Its body says nothing that we need, and may be as long as its sender likes: it is thrown away in pieces. */
static bool
read_message(amqp_connection_state_t connection, bool *ret_ours)
{
    amqp_frame_t frame;
    uint64_t left;

    if (!read_part(connection, &frame, AMQP_FRAME_HEADER))
        return false;
    *ret_ours = is_ours(frame.payload.properties.decoded);
    left = frame.payload.properties.body_size;
    while (left > 0) {
        if (!read_part(connection, &frame, AMQP_FRAME_BODY) || frame.payload.body_fragment.len > left)
            return false;
        left -= frame.payload.body_fragment.len;
        amqp_maybe_release_buffers_on_channel(connection, RABBITMQ_CHANNEL);
    }
    return true;
}

static bool
consumer_delivered(amqp_connection_state_t connection, const amqp_basic_deliver_t *delivery)
{
    int queue = queue_of(delivery->consumer_tag);
    uint64_t tag = delivery->delivery_tag;
    bool ours;

    if (!read_message(connection, &ours) || queue < 0)
        return false;
    atomic_fetch_add(&delivered, 1);
    pthread_mutex_lock(&lock);
    if (ours && queues[queue].count < RABBITMQ_PREFETCH)
        queues[queue].held[queues[queue].count++] = (struct held){.tag = tag, .number = ++queues[queue].last, .since_ms = clock_monotonic_ms()};
    pthread_mutex_unlock(&lock);
    if (!ours) {
        if (!atomic_fetch_add(&rejected, 1)) /* the metrics count them */
            log_warn("a message in a queue of jobs is none of ours: it and others like it go to " RABBITMQ_DEAD);
        return amqp_basic_reject(connection, RABBITMQ_CHANNEL, tag, 0) == AMQP_STATUS_OK;
    }
    rabbitmq_changed(queue);
    return true;
}

/* A queue that was deleted ends its consumer: the next connection makes it again. */
static bool
consumer_method(amqp_connection_state_t connection, const amqp_method_t *method)
{
    if (method->id == AMQP_BASIC_DELIVER_METHOD)
        return consumer_delivered(connection, method->decoded);
    return method->id != AMQP_BASIC_CANCEL_METHOD;
}

/* What was here is delivered again, to whoever is there. */
static void
consumer_closed(void)
{
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < RABBITMQ_QUEUES; i++)
        queues[i].count = 0;
    pthread_mutex_unlock(&lock);
    rabbitmq_changed(-1);
}

struct rabbitmq_line rabbitmq_consumer = {
    LINE_INIT, .name = "veza-consume", .opened = consumer_opened, .step = consumer_step, .on_method = consumer_method, .closed = consumer_closed};

uint64_t
rabbitmq_offered(unsigned queue)
{
    uint64_t last;

    pthread_mutex_lock(&lock);
    last = queues[queue].last;
    pthread_mutex_unlock(&lock);
    return last;
}

/* Up to `number`, so many at most. */
static void
accept_some(unsigned queue, uint64_t number, unsigned most)
{
    unsigned found = 0;

    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < queues[queue].count && found < most; i++) {
        if (queues[queue].held[i].accepted || queues[queue].held[i].number > number)
            continue;
        queues[queue].held[i].accepted = true;
        found++;
    }
    pthread_mutex_unlock(&lock);
    if (found)
        line_wake(&rabbitmq_consumer);
}

void
rabbitmq_accept(unsigned queue)
{
    accept_some(queue, UINT64_MAX, 1);
}

void
rabbitmq_accept_all(unsigned queue, uint64_t number)
{
    accept_some(queue, number, UINT32_MAX);
}

void
rabbitmq_consumer_metrics(struct buf *out)
{
    buf_printf(out, "veza_rabbitmq_delivered_total %llu\nveza_rabbitmq_acknowledged_total %llu\nveza_rabbitmq_requeued_total %llu\nveza_rabbitmq_rejected_total %llu\n",
               (unsigned long long)delivered, (unsigned long long)accepted, (unsigned long long)requeued, (unsigned long long)rejected);
}
