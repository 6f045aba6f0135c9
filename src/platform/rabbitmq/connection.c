#include "platform/rabbitmq/connection.h"

#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/time.h>

#include "base/str.h"

#define CHANNEL_MAX 8
#define FRAME_MAX 131072
#define ACCESS_REFUSED 403
#define NOT_ALLOWED 530 /* what RabbitMQ says of a vhost that is not there */

void
rabbitmq_copy_text(amqp_bytes_t text, char *out, size_t size)
{
    char words[256]; /* AMQP's short texts have 255 bytes at most */

    snprintf(words, sizeof words, "%.*s", text.len < sizeof words ? (int)text.len : (int)sizeof words - 1, text.bytes ? (const char *)text.bytes : "");
    utf8_clean(words, out, size);
}

static void
tell_refusal(amqp_bytes_t text, int code, char *error, size_t error_size)
{
    char clean[200];

    rabbitmq_copy_text(text, clean, sizeof clean);
    snprintf(error, error_size, "%d %s", code, clean);
}

/* The code of a refusal, 0 of anything else. */
static int
tell_failure(amqp_rpc_reply_t reply, char *error, size_t error_size)
{
    if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
        const amqp_connection_close_t *close = reply.reply.decoded;

        tell_refusal(close->reply_text, close->reply_code, error, error_size);
        return close->reply_code;
    }
    if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        const amqp_channel_close_t *close = reply.reply.decoded;

        tell_refusal(close->reply_text, close->reply_code, error, error_size);
        return close->reply_code;
    }
    snprintf(error, error_size, "%s", amqp_error_string2(reply.library_error ? reply.library_error : AMQP_STATUS_UNEXPECTED_STATE));
    return 0;
}

bool
rabbitmq_worked(amqp_connection_state_t connection, char *error, size_t error_size)
{
    amqp_rpc_reply_t reply = amqp_get_rpc_reply(connection);

    if (reply.reply_type == AMQP_RESPONSE_NORMAL)
        return true;
    tell_failure(reply, error, error_size);
    return false;
}

static amqp_socket_t *
make_socket(amqp_connection_state_t connection, const struct rabbitmq_settings *settings)
{
    amqp_socket_t *socket;

    if (!settings->address.tls)
        return amqp_tcp_socket_new(connection);
    amqp_set_initialize_ssl_library(0); /* OpenSSL does that itself */
    socket = amqp_ssl_socket_new(connection);
    if (!socket)
        return NULL;
    amqp_ssl_socket_set_verify_peer(socket, 1);
    amqp_ssl_socket_set_verify_hostname(socket, 1);
    if (*settings->ca_file ? amqp_ssl_socket_set_cacert(socket, settings->ca_file) != AMQP_STATUS_OK
                           : SSL_CTX_set_default_verify_paths(amqp_ssl_socket_get_context(socket)) != 1)
        return NULL;
    return socket;
}

/* Tells the broker that we understand when it blocks us, or ends a consumer. */
static amqp_rpc_reply_t
sign_in(amqp_connection_state_t connection, const struct rabbitmq_address *address)
{
    amqp_table_entry_t can[] = {
        {amqp_cstring_bytes("connection.blocked"), {.kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1}},
        {amqp_cstring_bytes("consumer_cancel_notify"), {.kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1}},
        {amqp_cstring_bytes("publisher_confirms"), {.kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1}},
        {amqp_cstring_bytes("basic.nack"), {.kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1}}};
    amqp_table_entry_t entries[] = {
        {amqp_cstring_bytes("connection_name"), {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes("veza")}},
        {amqp_cstring_bytes("capabilities"), {.kind = AMQP_FIELD_KIND_TABLE, .value.table = {COUNT_OF(can), can}}}};
    const amqp_table_t properties = {COUNT_OF(entries), entries};

    return amqp_login_with_properties(connection, address->vhost, CHANNEL_MAX, FRAME_MAX, RABBITMQ_HEARTBEAT_S, &properties, AMQP_SASL_METHOD_PLAIN,
                                      address->user, address->password);
}

amqp_connection_state_t
rabbitmq_connection_open(const struct rabbitmq_settings *settings, enum rabbitmq_presence *ret_presence, char *error, size_t error_size)
{
    const struct timeval timeout = {.tv_sec = settings->timeout_s};
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = connection ? make_socket(connection, settings) : NULL;
    amqp_rpc_reply_t reply;
    int status = AMQP_STATUS_NO_MEMORY;

    *ret_presence = RABBITMQ_AWAY;
    if (socket) {
        amqp_set_handshake_timeout(connection, &timeout);
        amqp_set_rpc_timeout(connection, &timeout);
        status = amqp_socket_open_noblock(socket, settings->address.host, settings->address.port, &timeout);
    } else {
        status = settings->address.tls ? AMQP_STATUS_SSL_ERROR : AMQP_STATUS_NO_MEMORY;
    }
    if (status != AMQP_STATUS_OK) {
        snprintf(error, error_size, "%s", amqp_error_string2(status));
        rabbitmq_connection_close(connection);
        return NULL;
    }
    reply = sign_in(connection, &settings->address);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
        int code = tell_failure(reply, error, error_size);

        *ret_presence = code == ACCESS_REFUSED ? RABBITMQ_NO_LOGIN : code == NOT_ALLOWED ? RABBITMQ_NO_VHOST : RABBITMQ_AWAY;
        rabbitmq_connection_close(connection);
        return NULL;
    }
    amqp_channel_open(connection, RABBITMQ_CHANNEL);
    if (!rabbitmq_worked(connection, error, error_size)) {
        rabbitmq_connection_close(connection);
        return NULL;
    }
    *ret_presence = RABBITMQ_ANSWERS;
    return connection;
}

void
rabbitmq_connection_close(amqp_connection_state_t connection)
{
    if (connection)
        amqp_destroy_connection(connection);
}
