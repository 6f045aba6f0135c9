#include "platform/push/push.h"

#include <stdio.h>

#include "base/clock.h"
#include "platform/fetch/fetch.h"

#define REPLY_MAX (16 * 1024)

static enum push_outcome
outcome_of(int status)
{
    if (status >= 200 && status < 300)
        return PUSH_SENT;
    if (status == 404 || status == 410)
        return PUSH_GONE;
    return status == 429 || status >= 500 ? PUSH_LATER : PUSH_REFUSED;
}

/* What is no address has no business among the subscriptions. One that we do not connect to may owe that to a resolver's bad day. */
static enum push_outcome
outcome_without_reply(enum fetch_status status)
{
    return status == FETCH_BAD_URL ? PUSH_GONE : status == FETCH_REFUSED ? PUSH_REFUSED : PUSH_LATER;
}

static void
post(const struct push_message *message, struct str body, const char *authorization, struct push_result *ret)
{
    char credentials[VAPID_HEADER_MAX + 32], ttl[32], urgency[32], topic[48];
    const char *const headers[] = {"Content-Type: application/octet-stream", "Content-Encoding: aes128gcm", credentials, ttl, urgency,
                                   topic, NULL};
    struct fetch_request request = {.url = message->endpoint, .body = body, .post = true, .headers = headers, .max_reply = REPLY_MAX};
    struct fetch_reply reply;
    enum fetch_status status;

    snprintf(credentials, sizeof credentials, "Authorization: %s", authorization);
    snprintf(ttl, sizeof ttl, "TTL: %d", message->ttl_s);
    snprintf(urgency, sizeof urgency, "Urgency: %s", message->urgency);
    snprintf(topic, sizeof topic, "Topic: %s", message->topic);
    status = fetch(&request, &reply);
    if (status) {
        ret->outcome = outcome_without_reply(status);
        snprintf(ret->error, sizeof ret->error, "push service: %s", fetch_status_text(status));
        return;
    }
    ret->outcome = outcome_of(reply.status);
    ret->retry_after_s = reply.retry_after_s;
    if (ret->outcome != PUSH_SENT)
        snprintf(ret->error, sizeof ret->error, "the push service answered %d", reply.status);
    fetch_reply_free(&reply);
}

void
push_send(const struct push_message *message, struct push_result *ret)
{
    scoped_buf body = BUF_INIT(PUSH_RECORD);
    char authorization[VAPID_HEADER_MAX];

    *ret = (struct push_result){.outcome = PUSH_REFUSED};
    if (!push_encrypt(message->keys, message->text, &body) ||
        !vapid_authorization(message->endpoint, clock_unix_s(), authorization, sizeof authorization)) {
        snprintf(ret->error, sizeof ret->error, "the message cannot be encrypted or signed");
        return;
    }
    post(message, buf_str(&body), authorization, ret);
}
