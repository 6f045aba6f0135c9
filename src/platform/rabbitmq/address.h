/* address.h - where a RabbitMQ is: amqp(s)://[user[:password]@]host[:port][/vhost]. */
#pragma once

#include <stdbool.h>

struct rabbitmq_address {
    char host[256];
    int port;        /* 5672, or 5671 with TLS, when the text names none */
    char vhost[256]; /* "/" when the text names none */
    char user[128], password[256];
    bool tls;
};

/* Reads `text`; percent-encoding in user, password and vhost is undone. False when it is no such address: also when a part is too long, holds a control
 * character, or when there is a query or a fragment, which nothing here would act on. */
bool rabbitmq_address_parse(const char *text, struct rabbitmq_address *ret_address);
