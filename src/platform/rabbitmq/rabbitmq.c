#include "platform/rabbitmq/rabbitmq.h"

#include <stdio.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/str.h"
#include "platform/rabbitmq/internal.h"

#define JOBS_MAX 100000 /* messages in a queue; more are refused, and those jobs are announced later */
#define DEAD_MAX 10000
#define BYTES_MAX (64 * 1024 * 1024) /* of all messages in a queue: ours take some bytes each */

static struct rabbitmq_settings settings;
static bool configured;
static struct rabbitmq_queue queues[RABBITMQ_QUEUES];
static unsigned queue_count;
static void (*tell_changed)(int queue);

bool
rabbitmq_setup(const struct config *config, char *error, size_t error_size)
{
    configured = *config->rabbitmq_url != 0;
    settings = (struct rabbitmq_settings){.ca_file = config->rabbitmq_ca_file, .timeout_s = (int)config->rabbitmq_timeout_s};
    if (!configured || rabbitmq_address_parse(config->rabbitmq_url, &settings.address))
        return true;
    snprintf(error, error_size, "RABBITMQ_URL must look like amqp://user:password@host:5672/vhost, or amqps://… with TLS");
    return false;
}

bool
rabbitmq_configured(void)
{
    return configured;
}

int
rabbitmq_timeout_s(void)
{
    return settings.timeout_s;
}

const struct rabbitmq_queue *
rabbitmq_queues(unsigned *ret_count)
{
    *ret_count = queue_count;
    return queues;
}

void
rabbitmq_changed(int queue)
{
    tell_changed(queue);
}

static bool
declare_queue(amqp_connection_state_t connection, const char *name, const amqp_table_entry_t *arguments, int count, char *error, size_t error_size)
{
    amqp_queue_declare(connection, RABBITMQ_CHANNEL, amqp_cstring_bytes(name), 0, 1, 0, 0, (amqp_table_t){count, (amqp_table_entry_t *)arguments});
    return rabbitmq_worked(connection, error, error_size);
}

bool
rabbitmq_declare(amqp_connection_state_t connection, char *error, size_t error_size)
{
    const amqp_table_entry_t dead[] = {{amqp_cstring_bytes("x-max-length"), {.kind = AMQP_FIELD_KIND_I32, .value.i32 = DEAD_MAX}},
                                       {amqp_cstring_bytes("x-max-length-bytes"), {.kind = AMQP_FIELD_KIND_I32, .value.i32 = BYTES_MAX}}};
    const amqp_table_entry_t jobs[] = {
        {amqp_cstring_bytes("x-max-length"), {.kind = AMQP_FIELD_KIND_I32, .value.i32 = JOBS_MAX}},
        {amqp_cstring_bytes("x-max-length-bytes"), {.kind = AMQP_FIELD_KIND_I32, .value.i32 = BYTES_MAX}},
        {amqp_cstring_bytes("x-overflow"), {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes("reject-publish")}},
        {amqp_cstring_bytes("x-dead-letter-exchange"), {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes("")}},
        {amqp_cstring_bytes("x-dead-letter-routing-key"), {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes(RABBITMQ_DEAD)}}};
    bool good;

    amqp_exchange_declare(connection, RABBITMQ_CHANNEL, amqp_cstring_bytes(RABBITMQ_EVENTS), amqp_cstring_bytes("topic"), 0, 1, 0, 0, amqp_empty_table);
    good = rabbitmq_worked(connection, error, error_size) && declare_queue(connection, RABBITMQ_DEAD, dead, COUNT_OF(dead), error, error_size);
    for (unsigned i = 0; i < queue_count && good; i++)
        good = declare_queue(connection, queues[i].name, jobs, COUNT_OF(jobs), error, error_size);
    return good;
}

bool
rabbitmq_start(const struct rabbitmq_queue *wanted, unsigned count, void (*changed)(int queue))
{
    if (!configured)
        return true;
    tell_changed = changed;
    for (queue_count = 0; queue_count < count && queue_count < RABBITMQ_QUEUES; queue_count++) {
        queues[queue_count] = wanted[queue_count];
        if (queues[queue_count].prefetch > RABBITMQ_PREFETCH)
            queues[queue_count].prefetch = RABBITMQ_PREFETCH;
    }
    return line_start(&rabbitmq_publisher, &settings) && line_start(&rabbitmq_consumer, &settings);
}

void
rabbitmq_stop(void)
{
    line_stop(&rabbitmq_publisher);
    line_stop(&rabbitmq_consumer);
}

bool
rabbitmq_carries(void)
{
    return rabbitmq_takes() && rabbitmq_consumer.started && rabbitmq_consumer.up;
}

/* The confirm of a message that reaches no queue, or what comes instead. */
static enum rabbitmq_presence
probe_publishing(amqp_connection_state_t connection, char *error, size_t error_size)
{
    int64_t until_ms = clock_monotonic_ms() + (int64_t)settings.timeout_s * 1000;

    amqp_confirm_select(connection, RABBITMQ_CHANNEL);
    if (!rabbitmq_worked(connection, error, error_size) ||
        amqp_basic_publish(connection, RABBITMQ_CHANNEL, amqp_cstring_bytes(""), amqp_cstring_bytes("veza.probe"), 0, 0, NULL, amqp_empty_bytes) !=
            AMQP_STATUS_OK)
        return RABBITMQ_AWAY;
    for (int64_t left_ms; (left_ms = until_ms - clock_monotonic_ms()) > 0;) {
        const struct timeval wait = {.tv_sec = left_ms / 1000, .tv_usec = left_ms % 1000 * 1000};
        amqp_frame_t frame;

        if (amqp_simple_wait_frame_noblock(connection, &frame, &wait) != AMQP_STATUS_OK)
            break;
        if (frame.frame_type != AMQP_FRAME_METHOD)
            continue;
        if (frame.payload.method.id == AMQP_BASIC_ACK_METHOD)
            return RABBITMQ_ANSWERS;
        return frame.payload.method.id == AMQP_CONNECTION_BLOCKED_METHOD ? RABBITMQ_BLOCKED : RABBITMQ_NO_RIGHTS;
    }
    snprintf(error, error_size, "no confirm within %d s", settings.timeout_s);
    return RABBITMQ_AWAY;
}

enum rabbitmq_presence
rabbitmq_probe(char *error, size_t error_size, unsigned *ret_dead)
{
    enum rabbitmq_presence presence;
    amqp_connection_state_t connection = rabbitmq_connection_open(&settings, &presence, error, error_size);
    const amqp_queue_declare_ok_t *queue;

    *ret_dead = 0;
    if (!connection)
        return presence;
    if (!rabbitmq_declare(connection, error, error_size)) {
        rabbitmq_connection_close(connection);
        return RABBITMQ_NO_RIGHTS;
    }
    queue = amqp_queue_declare(connection, RABBITMQ_CHANNEL, amqp_cstring_bytes(RABBITMQ_DEAD), 1, 0, 0, 0, amqp_empty_table);
    *ret_dead = queue ? queue->message_count : 0;
    presence = probe_publishing(connection, error, error_size);
    rabbitmq_connection_close(connection);
    return presence;
}

void
rabbitmq_metrics(struct buf *out)
{
    unsigned long long opens = rabbitmq_publisher.opens, losses = rabbitmq_publisher.losses;

    if (!rabbitmq_publisher.started)
        return;
    opens += rabbitmq_consumer.opens;
    losses += rabbitmq_consumer.losses;
    buf_printf(out, "veza_rabbitmq_up %d\nveza_rabbitmq_blocked %d\nveza_rabbitmq_connections_total %llu\nveza_rabbitmq_failures_total %llu\n",
               rabbitmq_publisher.up && rabbitmq_consumer.up, (int)rabbitmq_publisher.blocked, opens, losses);
    rabbitmq_publisher_metrics(out);
    rabbitmq_consumer_metrics(out);
}
