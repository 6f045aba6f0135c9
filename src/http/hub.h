/* hub.h - all open WebSockets of this process, in polling threads of their own, and the topics that they listen to.
 *
 * A message is framed once and its buffer shared by everyone it goes to. A peer that does not read as fast as it is written to
 * is closed with 1013 when its bounded queue is full; others do not notice. Peers are pinged, and closed when they do not
 * answer. What a peer may send is bounded in size and rate: 1002 for a broken protocol, 1003 for binary messages, 1007 for bad UTF-8,
 * 1008 for too many frames, 1009 for too large messages.
 *
 * What one thread asks of a hub happens in the order in which it asked. All functions may be called from any thread, and none but hub_stop() waits:
 * what a hub cannot take is refused. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf;
struct hub;
struct websocket;
struct websocket_handler;

#define HUB_TEXT_MAX (256 * 1024) /* bytes of an outgoing message */
#define HUB_PAIR_MAX (32 * 1024 * 1024) /* of each of two that are sent together */
#define HUB_TOPIC_MAX 128         /* bytes of a topic's name */

/* 0 stands for the default in brackets. */
struct hub_settings {
    unsigned threads;             /* [1] */
    unsigned max_connections;     /* [20000] */
    unsigned max_subscriptions;   /* of one connection [256] */
    unsigned ping_interval_ms;    /* [30000] */
    unsigned pong_timeout_ms;     /* [10000] */
    unsigned close_timeout_ms;    /* how long a peer may take to close after it was told to [2000] */
    unsigned max_queued_messages; /* of one connection [256] */
    size_t max_queued_bytes;      /* of one connection; a single message always fits [512 KiB] */
    unsigned send_buffer;         /* bytes of a connection that the kernel may hold; 0: as many as it likes */
    size_t max_memory;            /* of messages that wait to be sent, and of unfinished ones; who lags when it is used up is
                                     closed [256 MiB] */
    unsigned max_message;         /* bytes of an incoming message, in one frame or several [64 KiB] */
    unsigned max_fragments;       /* of an incoming message [1024] */
    unsigned frames_per_s;        /* incoming frames of any kind, on average [50] */
    unsigned frames_burst;        /* and at once [100] */
};

/* Starts the threads. NULL settings: the defaults. Returns NULL when threads or descriptors are short. */
struct hub *hub_start(const struct hub_settings *settings);

/* Closes every socket with 1001, waits at most `drain_ms` for the peers to close, and ends the threads. Not from a handler. From
 * then on nothing is accepted or sent, but the hub may still be called. Independent of the HTTP server: stop the hub first. */
void hub_stop(struct hub *hub, int drain_ms);

/* Gives a stopped hub back; references to its sockets may outlive it. Accepts and returns NULL. */
struct hub *hub_free(struct hub *hub);

/* Sends `text` to all who listen to `topic`. False when the hub has too much to do or has stopped, memory is short, or text or topic are
 * too long; some may have been sent it then. */
bool hub_publish(struct hub *hub, const char *topic, struct str text);

/* Begins and ends listening. Twice is once. False when the connection listens to too much. */
bool hub_subscribe(struct websocket *ws, const char *topic);
void hub_unsubscribe(struct websocket *ws, const char *topic);

/* Is there room for one more connection? */
bool hub_has_room(const struct hub *hub);

/* Below: what websocket_accept is made of. */

/* A socket that is not open yet, with one reference. Takes over `user` also on failure (NULL). */
struct websocket *websocket_new(struct hub *hub, const struct websocket_handler *handler, void *user);

/* Opens it on the connected stream socket `fd`, which the hub owns from then on; `early` are bytes that were read from it
 * already. False (and `fd` closed) when the hub is full, has stopped, or memory is short. */
bool hub_adopt(struct websocket *ws, int fd, struct str early);

/* Adds counters and gauges in the Prometheus text format. */
void hub_metrics(const struct hub *hub, struct buf *out);
