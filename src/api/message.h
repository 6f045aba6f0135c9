/* message.h - a message of the WebSocket, declared once, as data.
 *
 * From the tables come the check of what clients send, the API's description (its parts x-topics and x-messages, and schemas such as
 * TrackProgressMessage) and the types of the web app. A module declares them as its members `topics` and `messages`:
 *
 *     static const struct topic_kind lyrics_topics[] = {
 *         {"lyrics", "The lyrics of a track, for whoever may see the track", .may_subscribe = &q_topic_lyrics}, TOPIC_END};
 *
 *     static const struct field line_fields[] = {{"line", FIELD_INT, .max = 10000}, {"text", FIELD_STRING, .max = 500}, FIELD_END};
 *     static const struct message lyrics_messages[] = {
 *         {"lyrics.line", "lyrics", "A line was changed", .fields = line_fields, .address = "/api/v1/tracks/{id}/lyrics"}, MESSAGE_END};
 *
 * A statement sends one in the transaction of the change that it tells of, and it reaches all who are subscribed, on every node:
 *
 *     select realtime_send('lyrics:' || track_id, 'lyrics.line', jsonb_build_object('line', line, 'text', content)) from changed
 *
 * Messages of a topic are numbered. Clients that come back name the number that they have, and get what they missed (modules/realtime). */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/field.h"

struct query;
struct module;
struct websocket;

/* Something that one can subscribe to: all topics "name:UUID". Exactly one of the last three says who may. */
struct topic_kind {
    const char *name; /* lower-case letters */
    const char *summary;
    /* A statement that is asked for many at once: gives the column `n` of those that may.
     *
     *     select a.n
     *       from unnest(:ids::uuid[], :viewers::uuid[]) with ordinality as a (id, viewer, n)
     *       join tracks t on t.id = a.id and {track_visible(t, a.viewer, false)}
     *
     * A column `quiet` of it, where there is one, names those whose typing that person is not told of: ids with commas between them, or * for everybody; null: nobody.
     * It is asked when somebody subscribes and every few seconds from then on, so that a right that ends, ends the subscription. */
    const struct query *may_subscribe;
    bool own;  /* the UUID is a person's, and only they may. Every connection is subscribed to its person's from the beginning */
    bool open; /* everybody who is signed in */
};

/* Called in the hub's thread, which must not wait. `message` fits the fields. */
typedef void message_receive(struct websocket *ws, const json_t *message);

struct message {
    const char *name;  /* "track.progress": the message's `type` */
    const char *topic; /* the kind of topic on which it is sent; NULL: part of the protocol, to one connection */
    const char *summary;
    const struct field *fields;
    const char *address;      /* with a topic: where to read the same, {id} being the topic's UUID; sent instead of fields that are longer than 16 KiB */
    message_receive *receive; /* clients send it; else the server does */
};

#define TOPIC_END {0}
#define MESSAGE_END {0}

/* Lists of modules end with NULL (module.h). */
const struct topic_kind *topic_find(const struct module *const *modules, const char *name);
const struct message *message_find(const struct module *const *modules, const char *name);

/* Checks what modules declare: names that are used once, exactly one right a topic, fields of clients as those of a route (fields_check()), an
 * address with a topic. False with a sentence in `error`. */
bool messages_check(const struct module *const *modules, char *error, size_t error_size);

/* Has `message` the fields that are declared, and but for `type` no others? `ret_field`, when not, is the beginning of the name of a wrong one. What
 * fits has its fallbacks then, as a request's body has (http/field_check.h). */
#define MESSAGE_FIELD_SIZE 81
bool message_fits(const struct message *declared, json_t *message, char ret_field[MESSAGE_FIELD_SIZE]);
