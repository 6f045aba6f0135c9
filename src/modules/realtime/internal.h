/* internal.h - what the parts of the realtime module share:
 *
 *     realtime.c      the routes, and what clients send
 *     dispatcher.c    the thread that does what clients and changes ask for
 *     delivery.c      brings messages from the database to the hub
 *     reading.c       the messages of a topic, as the database has them
 *     rights.c        which sessions and subscriptions still stand */
#pragma once

#include <stdatomic.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/encode.h"
#include "db/db.h"
#include "http/hub.h"
#include "http/websocket.h"
#include "modules/realtime/realtime.h"

#define REALTIME_TOPIC_MAX 80      /* characters of a topic's name */
#define REALTIME_TOPICS_MAX 64     /* that one connection is subscribed to */
#define REALTIME_CATCH_UP_MAX (256 * 1024) /* bytes of messages that are sent again at once */
#define REALTIME_CLOSE_ENDED 1008
#define REALTIME_CLOSE_TRY_AGAIN 1013

struct client;
struct topic_subscription;

LIST_HEAD(subscription_list, topic_subscription);

/* What a client asks of the dispatcher. */
enum task_kind { TASK_OPENED, TASK_SUBSCRIBE, TASK_UNSUBSCRIBE, TASK_TYPING, TASK_CLOSED };

struct task {
    enum task_kind kind;
    struct client *client;
    int64_t after; /* the number of the newest message that the client has; -1: it has none. Of TASK_TYPING: 1 begins, 0 ends */
    const char *topic;
    TAILQ_ENTRY(task) waiting;
};

/* One connection: what is given to websocket_accept. */
struct client {
    char session_id[UUID_TEXT];
    char own_topic[UUID_TEXT + 5]; /* "user:", and the person's id */

    /* Of the hub's thread. */
    struct websocket *ws;
    int64_t credit, credit_ms; /* thousandths of requests that it may still send */
    unsigned mistakes;

    atomic_uint waiting;        /* its tasks but for these two, which are not allocated, so that neither can be lost */
    struct task opened, closed;

    /* Of the dispatcher's thread. */
    struct subscription_list subscriptions;
    unsigned subscription_count;
    TAILQ_ENTRY(client) all;
};

static inline const char *
client_user_id(const struct client *client)
{
    return client->own_topic + sizeof "user:" - 1;
}

struct topic {
    struct topic *next; /* in its bucket */
    const struct topic_kind *kind;
    int64_t number; /* the newest message that its subscribers were sent */
    struct subscription_list subscriptions;
    bool changed, check; /* with the dispatcher's lock: it has new messages; its subscribers' rights are to be asked */
    TAILQ_ENTRY(topic) waiting;
    char name[REALTIME_TOPIC_MAX + 1];
};

struct topic_subscription {
    struct topic *topic;
    struct client *client;
    char *quiet; /* whose typing this person is not told of: ids with commas between them, * for everybody's; NULL: nobody's */
    bool is_typing;
    LIST_ENTRY(topic_subscription) of_topic, of_client;
};

TAILQ_HEAD(client_list, client);

/* dispatcher.c: may be called from any thread and never waits. */
bool dispatcher_start(struct hub *hub);
void dispatcher_stop(void);
/* When the hub has stopped: forgets all clients. */
void dispatcher_clear(void);
/* The client's own `opened` or `closed`. */
void dispatcher_post(struct task *task);
/* False when the client asks for too much, or all together do. */
bool dispatcher_ask(struct client *client, enum task_kind kind, const char *topic, int64_t after);
/* There are new messages on a topic; NULL: perhaps on any. */
void dispatcher_topic_changed(const char *topic);
/* A person's rights have changed; NULL or "*": perhaps anybody's. */
void dispatcher_user_changed(const char *user_id);
void dispatcher_metrics(struct buf *out);
/* In the dispatcher's thread. NULL when the client is not subscribed. */
struct topic_subscription *dispatcher_subscription(const struct client *client, const struct topic *topic);
bool dispatcher_subscribe(struct client *client, struct topic *topic);
/* Tells the client, unless it has gone. */
void dispatcher_end_subscription(struct topic_subscription *subscription);

/* What was read about a topic. */
struct reading {
    PGresult *result;
    int count;               /* of messages */
    int64_t newest, forgotten;
};

/* reading.c. Reads where a topic stands and its messages after a number, none with -1; to be ended with PQclear(ret->result). False when the database did
 * not answer. */
bool reading_begin(const struct topic *topic, int64_t after, struct reading *ret);
int64_t reading_number(const struct reading *reading, int row);
/* The text of a message as it is sent, to be freed; NULL when it is not declared. */
char *reading_text(const struct topic *topic, const struct reading *reading, int row);
size_t reading_bytes_after(const struct reading *reading, int64_t after);

/* delivery.c. False when the database did not answer or the hub has too much to do: to be called again. What is new goes to the subscribers. */
bool delivery_publish_new(struct hub *hub, struct topic *topic);
/* Subscribes a client, or sends it what it missed where it is subscribed. The topic's subscribers have all up to topic->number; this one has all up
 * to `after` (-1: it wants none of what was). */
bool delivery_join(struct hub *hub, struct client *client, struct topic *topic, int64_t after);

/* rights.c: statements; false when the database did not answer. `ret_quiet` is NULL or to be freed. */
bool rights_may_subscribe(const struct topic_kind *kind, const char *id, const struct client *client, bool *ret_may, char **ret_quiet);
/* Closes the connections of these clients whose session has ended, and ends the subscriptions that are no longer allowed. */
bool rights_check(struct client **clients, size_t count);
/* Splits "kind:UUID"; NULL when it is no topic. */
const struct topic_kind *rights_topic_kind(const char *topic, const char **ret_id);

/* realtime.c */
extern module_list realtime_modules;
extern int64_t realtime_connections_max; /* of one person to this server; the dispatcher looks */
/* Sends a message of the protocol. Takes over `fields`. */
void realtime_reply(struct websocket *ws, const char *type, json_t *fields);
