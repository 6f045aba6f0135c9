/* Messages go out in batches, one at a time: the caller waits while the line's thread sends them and counts the confirms. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/str.h"
#include "platform/rabbitmq/internal.h"

enum { WAITING, CONFIRMED, REFUSED };

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER; /* whose batch it is */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct {
    const struct rabbitmq_message *messages; /* NULL: there is none */
    unsigned count, settled;
    uint64_t first; /* its delivery tag */
    bool sent, sending, given_up;
    char states[RABBITMQ_BATCH];
} batch;
static uint64_t next_tag; /* of the connection; the line's thread alone */
static _Atomic uint64_t published, refused, unconfirmed;

static bool
publisher_opened(amqp_connection_state_t connection, char *error, size_t error_size)
{
    if (!rabbitmq_declare(connection, error, error_size))
        return false;
    amqp_confirm_select(connection, RABBITMQ_CHANNEL);
    next_tag = 1;
    return rabbitmq_worked(connection, error, error_size);
}

static bool
publisher_send(amqp_connection_state_t connection, const struct rabbitmq_message *m)
{
    char at[40];
    time_t at_s = m->at_ms / 1000;
    struct tm date;
    amqp_table_entry_t headers[] = {
        {amqp_cstring_bytes("number"), {.kind = AMQP_FIELD_KIND_I64, .value.i64 = m->number}},
        {amqp_cstring_bytes("schema-version"), {.kind = AMQP_FIELD_KIND_I32, .value.i32 = m->version}},
        {amqp_cstring_bytes("occurred-at"), {.kind = AMQP_FIELD_KIND_UTF8}},
        {amqp_cstring_bytes("key"), {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes(m->key ? m->key : "")}}};
    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_APP_ID_FLAG |
                  AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_TYPE_FLAG | (m->number ? AMQP_BASIC_HEADERS_FLAG : 0),
        .content_type = amqp_cstring_bytes("application/json"),
        .delivery_mode = AMQP_DELIVERY_PERSISTENT,
        .message_id = amqp_cstring_bytes(m->id),
        .app_id = amqp_cstring_bytes("veza"),
        .type = amqp_cstring_bytes(m->routing_key),
        .timestamp = (uint64_t)at_s,
        .headers = {m->key ? 4 : 3, headers}};

    gmtime_r(&at_s, &date);
    strftime(at, sizeof at - 8, "%Y-%m-%dT%H:%M:%S", &date);
    snprintf(at + strlen(at), 8, ".%03dZ", (int)(m->at_ms % 1000));
    headers[2].value.value.bytes = amqp_cstring_bytes(at);
    return amqp_basic_publish(connection, RABBITMQ_CHANNEL, amqp_cstring_bytes(m->exchange), amqp_cstring_bytes(m->routing_key), 0, 0, &properties,
                              (amqp_bytes_t){m->body.len, (void *)m->body.ptr}) == AMQP_STATUS_OK;
}

/* The caller keeps the messages as long as `sending` is set. */
static bool
publisher_step(amqp_connection_state_t connection)
{
    static bool was_blocked;
    bool good = true, sending;
    unsigned i = 0;

    if (was_blocked != rabbitmq_publisher.blocked) {
        was_blocked = rabbitmq_publisher.blocked;
        rabbitmq_changed(-1);
    }
    pthread_mutex_lock(&lock);
    if (was_blocked && batch.messages) {
        batch.given_up = true;
        pthread_cond_broadcast(&changed);
    }
    sending = batch.sending = batch.messages && !batch.sent && !batch.given_up;
    if (sending) {
        batch.sent = true;
        batch.first = next_tag;
    }
    pthread_mutex_unlock(&lock);
    if (!sending)
        return true;
    for (; i < batch.count && good; i++)
        good = publisher_send(connection, &batch.messages[i]);
    next_tag += i;
    pthread_mutex_lock(&lock);
    batch.sending = false;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return good;
}

/* Confirms of batches that were given up meanwhile are those of earlier tags. */
static void
settle(uint64_t tag, bool multiple, char state)
{
    pthread_mutex_lock(&lock);
    for (uint64_t t = multiple ? batch.first : tag; batch.messages && batch.sent && t <= tag && t < batch.first + batch.count; t++) {
        if (t < batch.first || batch.states[t - batch.first] != WAITING)
            continue;
        batch.states[t - batch.first] = state;
        batch.settled++;
    }
    if (batch.settled == batch.count)
        pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static bool
publisher_method(amqp_connection_state_t connection, const amqp_method_t *method)
{
    const amqp_basic_ack_t *ack = method->decoded;
    const amqp_basic_nack_t *nack = method->decoded;

    (void)connection;
    if (method->id == AMQP_BASIC_ACK_METHOD)
        settle(ack->delivery_tag, ack->multiple, CONFIRMED);
    else if (method->id == AMQP_BASIC_NACK_METHOD)
        settle(nack->delivery_tag, nack->multiple, REFUSED);
    return true;
}

static void
publisher_closed(void)
{
    pthread_mutex_lock(&lock);
    batch.given_up = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    rabbitmq_changed(-1);
}

struct rabbitmq_line rabbitmq_publisher = {
    LINE_INIT, .name = "veza-publish", .opened = publisher_opened, .step = publisher_step, .on_method = publisher_method, .closed = publisher_closed};

bool
rabbitmq_takes(void)
{
    return rabbitmq_publisher.started && rabbitmq_publisher.up && !rabbitmq_publisher.blocked;
}

unsigned
rabbitmq_publish(const struct rabbitmq_message *messages, unsigned count, bool *ret_refused)
{
    int64_t until_ms;
    unsigned confirmed = 0;
    bool was_refused;

    if (ret_refused)
        *ret_refused = false;
    if (!count || count > RABBITMQ_BATCH || !rabbitmq_takes())
        return 0;
    pthread_mutex_lock(&turn);
    until_ms = clock_monotonic_ms() + (int64_t)rabbitmq_timeout_s() * 1000;
    pthread_mutex_lock(&lock);
    memset(batch.states, WAITING, sizeof batch.states);
    batch.count = count;
    batch.settled = 0;
    batch.sent = batch.given_up = false;
    batch.messages = messages;
    if (!rabbitmq_takes()) /* it may have closed before there was a batch to give up */
        batch.given_up = true;
    line_wake(&rabbitmq_publisher);
    while (batch.settled < count && !batch.given_up)
        if (!clock_wait_until(&changed, &lock, until_ms))
            break;
    if (batch.settled < count && !batch.given_up) { /* silence: another connection may do better */
        batch.given_up = true;
        line_break(&rabbitmq_publisher);
    }
    while (batch.sending)
        pthread_cond_wait(&changed, &lock);
    while (confirmed < count && batch.states[confirmed] == CONFIRMED)
        confirmed++;
    was_refused = confirmed < count && batch.states[confirmed] == REFUSED;
    batch.messages = NULL;
    pthread_mutex_unlock(&lock);
    pthread_mutex_unlock(&turn);
    atomic_fetch_add(&published, confirmed);
    atomic_fetch_add(was_refused ? &refused : &unconfirmed, confirmed < count ? 1 : 0);
    if (ret_refused)
        *ret_refused = was_refused;
    return confirmed;
}

void
rabbitmq_publisher_metrics(struct buf *out)
{
    buf_printf(out, "veza_rabbitmq_published_total %llu\nveza_rabbitmq_refused_total %llu\nveza_rabbitmq_unconfirmed_total %llu\n",
               (unsigned long long)published, (unsigned long long)refused, (unsigned long long)unconfirmed);
}
