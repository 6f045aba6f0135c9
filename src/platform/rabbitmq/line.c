#include "platform/rabbitmq/line.h"

#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

#define PUMP_MS 1000
#define RETRY_MS_MIN 200
#define RETRY_MS_MAX 5000
#define STEADY_MS 10000 /* a connection that lived so long was a good one: the next is tried at once */

void
line_wake(struct rabbitmq_line *line)
{
    if (line->started)
        eventfd_write(line->wake_fd, 1);
}

void
line_break(struct rabbitmq_line *line)
{
    pthread_mutex_lock(&line->lock);
    if (line->fd >= 0)
        shutdown(line->fd, SHUT_RDWR);
    pthread_mutex_unlock(&line->lock);
    line_wake(line);
}

static void
note_fd(struct rabbitmq_line *line, int fd)
{
    pthread_mutex_lock(&line->lock);
    line->fd = fd;
    pthread_mutex_unlock(&line->lock);
}

static void
tell_closed(const struct rabbitmq_line *line, int code, amqp_bytes_t text)
{
    char words[200];

    rabbitmq_copy_text(text, words, sizeof words);
    log_warn("RabbitMQ ended a connection", LOG_TEXT("line", line->name), LOG_INT("code", code), LOG_TEXT("reason", words));
}

/* A method that concerns the connection, or is the line's own. */
static bool
line_method(struct rabbitmq_line *line, amqp_connection_state_t connection, const amqp_method_t *method)
{
    const amqp_connection_close_t *connection_close = method->decoded;
    const amqp_channel_close_t *channel_close = method->decoded;

    switch (method->id) {
    case AMQP_CONNECTION_BLOCKED_METHOD:
        if (!atomic_exchange(&line->blocked, true))
            log_warn("RabbitMQ takes no messages (an alarm of memory or disk); going on without it", LOG_TEXT("line", line->name));
        return true;
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
        if (atomic_exchange(&line->blocked, false))
            log_info("RabbitMQ takes messages again", LOG_TEXT("line", line->name));
        return true;
    case AMQP_CONNECTION_CLOSE_METHOD:
        tell_closed(line, connection_close->reply_code, connection_close->reply_text);
        return false;
    case AMQP_CHANNEL_CLOSE_METHOD:
        tell_closed(line, channel_close->reply_code, channel_close->reply_text);
        return false;
    default:
        return line->on_method(connection, method);
    }
}

/* Takes what has come, without waiting; also sends a heartbeat when it is time. */
static bool
line_read(struct rabbitmq_line *line, amqp_connection_state_t connection)
{
    for (;;) {
        amqp_frame_t frame;
        int status;

        amqp_maybe_release_buffers(connection);
        status = amqp_simple_wait_frame_noblock(connection, &frame, &(struct timeval){0});
        if (status == AMQP_STATUS_TIMEOUT)
            return true;
        if (status != AMQP_STATUS_OK)
            return false;
        if (frame.frame_type == AMQP_FRAME_METHOD && !line_method(line, connection, &frame.payload.method))
            return false;
    }
}

static void
line_sleep(struct rabbitmq_line *line, int fd, int ms)
{
    struct pollfd fds[] = {{.fd = line->wake_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    eventfd_t count;

    poll(fds, 2, ms);
    if (fds[0].revents)
        eventfd_read(line->wake_fd, &count);
}

/* Before the next attempt; wake-ups that were meant for the last connection do not shorten it. */
static void
line_pause(struct rabbitmq_line *line, int ms)
{
    int64_t now_ms = clock_monotonic_ms(), until_ms = now_ms + ms;

    for (; now_ms < until_ms && !line->stopping; now_ms = clock_monotonic_ms())
        line_sleep(line, -1, (int)(until_ms - now_ms));
}

/* As long as the connection lives. */
static void
line_serve(struct rabbitmq_line *line, amqp_connection_state_t connection)
{
    while (!line->stopping && line->step(connection) && line_read(line, connection) && line->step(connection))
        line_sleep(line, amqp_get_sockfd(connection), PUMP_MS);
}

static void *
line_loop(void *argument)
{
    struct rabbitmq_line *line = argument;
    int retry_ms = RETRY_MS_MIN;
    bool told = false;
    int64_t opened_ms;

    while (!line->stopping) {
        enum rabbitmq_presence presence;
        char error[256];
        amqp_connection_state_t connection = rabbitmq_connection_open(line->settings, &presence, error, sizeof error);

        if (connection)
            note_fd(line, amqp_get_sockfd(connection));
        if (connection && line->opened(connection, error, sizeof error)) {
            log_info("RabbitMQ is connected", LOG_TEXT("line", line->name));
            atomic_fetch_add(&line->opens, 1);
            atomic_store(&line->blocked, false);
            atomic_store(&line->up, true);
            opened_ms = clock_monotonic_ms();
            line_serve(line, connection);
            if (clock_monotonic_ms() - opened_ms > STEADY_MS) {
                retry_ms = RETRY_MS_MIN;
                told = false;
            }
            atomic_store(&line->up, false);
            snprintf(error, sizeof error, "the connection was lost");
        }
        note_fd(line, -1);
        rabbitmq_connection_close(connection);
        line->closed();
        if (line->stopping)
            break;
        atomic_fetch_add(&line->losses, 1);
        if (!told)
            log_warn("RabbitMQ is not there; going on without it", LOG_TEXT("line", line->name), LOG_TEXT("error", error));
        told = true;
        line_pause(line, retry_ms);
        retry_ms = retry_ms * 2 > RETRY_MS_MAX ? RETRY_MS_MAX : retry_ms * 2;
    }
    return NULL;
}

bool
line_start(struct rabbitmq_line *line, const struct rabbitmq_settings *settings)
{
    line->settings = settings;
    line->stopping = line->up = line->blocked = false;
    if (line->wake_fd < 0)
        line->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    line->started = line->wake_fd >= 0 && pthread_create(&line->thread, NULL, line_loop, line) == 0;
    if (line->started)
        pthread_setname_np(line->thread, line->name);
    return line->started;
}

void
line_stop(struct rabbitmq_line *line)
{
    if (!line->started)
        return;
    atomic_store(&line->stopping, true);
    line_break(line);
    pthread_join(line->thread, NULL);
    line->started = false;
}
