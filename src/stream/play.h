/* play.h - the WebSocket /ws of the stream server: plays one track to one listener, as chunks (ADR 0089, docs/streaming.md).
 *
 *     play_socket.c   the route, the messages, and what clients send; in the hub's thread
 *     play.c          threads that send chunks when they are due, and ask whether listeners may still listen
 *     play_index.c    where the segments of a rendition begin
 *
 * A player is one connection. It is in the list of all from before its handshake is answered until the socket is gone; what is said to belong to the lock is
 * read and written with play_lock() only. */
#pragma once

#include <stdatomic.h>
#include <sys/queue.h>

#include "api/module.h"
#include "base/encode.h"
#include "base/ip.h"
#include "http/websocket.h"
#include "modules/tracks/tracks.h"
#include "stream/access.h"

#define PLAY_RENDITIONS_MAX 4
#define PLAY_CLOSE_AWAY 1001
#define PLAY_CLOSE_POLICY 1008
#define PLAY_CLOSE_TRY_AGAIN 1013

struct segment;

/* A quality, and once it was played the sample at which each segment begins; the last number is the end of the track. */
struct play_rendition {
    char name[16];
    int64_t bandwidth; /* bits a second of its worst segment */
    int bitrate, sample_rate;
    int64_t *starts;
    unsigned count; /* of segments */
};

struct player {
    /* Set once. */
    char track_id[UUID_TEXT], user_id[UUID_TEXT], session_id[UUID_TEXT], ip[IP_TEXT]; /* user_id and session_id are "" for a visitor */
    char share[64];
    bool staff, base64;
    int fixed; /* the rendition that was asked for; -1: what the connection carries */
    double duration_s;
    unsigned rendition_count;

    /* Of the thread that works on it, one at a time. */
    struct media media;
    struct play_rendition renditions[PLAY_RENDITIONS_MAX]; /* from the least bandwidth on */

    /* With the lock. */
    struct websocket *ws; /* with a reference; NULL before it opens and after it closes */
    bool playing, working, closing;
    double allowance_s; /* so much sound may be sent at once; at allowance_ms */
    int64_t allowance_ms;
    bool in_flight;  /* what was sent last is not with the kernel yet */
    bool needs_init, done, slow;
    unsigned generation, sequence, mistakes;
    int rendition;        /* that was sent last; -1: none */
    double anchor_s;      /* where it played */
    int64_t anchor_ms;    /* at this time, and goes on from there while `playing` */
    double next_s;        /* where the next chunk begins */
    int64_t retry_ms;     /* nothing is read before: the store did not answer */
    int64_t sent_ms, taken_ms, heard_ms; /* when a chunk was sent, the socket last took some of it, the client last said something */
    double sent_s;        /* length of what is in flight */
    size_t sent_bytes, proven_bytes; /* `proven`: of this rendition, that went out fast */
    double rate_bps;      /* measured; 0: not yet */
    TAILQ_ENTRY(player) all;
};

/* play.c */
extern int64_t play_per_person, play_per_address, play_stall_s;
extern const struct setting play_settings[];
extern struct hub *play_hub; /* NULL until stream_start() */
void play_lock(void);
void play_unlock(void);
/* Something may be due. With the lock. */
void play_wake(void);
/* Adds it to the list; false, when person or address have as many as they may. */
bool play_add(struct player *player);
/* When its socket is gone: `user_free` of the handler. */
void play_free(void *player);
/* Where it plays now, in seconds. With the lock. */
double play_position(const struct player *player, int64_t now_ms);
/* Sends a message of the protocol. Takes over `fields`. False, and the socket will close, when it cannot be queued. */
bool play_say(struct websocket *ws, const char *type, json_t *fields);
/* A socket closed with this code. */
void play_count_end(int code);
/* Everybody's rights are asked soon. Any thread. */
void play_check_rights(void);
void play_metrics(struct buf *out);
void play_stop(void);
void play_teardown(void);

/* play_index.c. Reads where the segments begin. Returns an enum storage_error. */
int play_index(const struct player *player, struct play_rendition *rendition);
/* The segment that plays at this time. */
unsigned play_segment_at(const struct play_rendition *rendition, double position_s);
/* The one that begins nearest to this time: renditions of different codecs are cut some hundredths of a second apart. */
unsigned play_segment_from(const struct play_rendition *rendition, double position_s);

/* play_socket.c */
extern const struct route play_routes[];
extern const struct message play_messages[];
/* The renditions of a track as processing left them (JSON). False when there is none. */
bool play_take_renditions(struct player *player, const char *qualities);

/* hls.c. A file of a run of a track, such as "low/init.mp4", from the cache of segments or from storage. Returns an enum storage_error; *ret_segment to be
 * given back with segment_unref(). */
int hls_load(const char *track_id, const struct media *media, const char *file, struct segment **ret_segment);
