#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/runner.h"
#include "base/clock.h"
#include "base/log.h"
#include "modules/auth/auth.h"
#include "stream.queries.h"
#include "stream/access.h"
#include "stream/play.h"

#define MISTAKES_MAX 20
#define CLOSE_NOT_JSON 1007
#define RATE_MAX_BPS 1e9
#define POSITION_MAX 604800

/* --- what clients say; in the hub's thread, with the lock --- */

static void
play_begin(struct player *player, double position_s)
{
    player->generation++;
    player->sequence = 0;
    player->anchor_s = player->next_s = position_s < player->duration_s ? position_s : player->duration_s;
    player->anchor_ms = clock_monotonic_ms();
    player->needs_init = true;
    player->done = false;
}

static void
play_on_play(struct websocket *ws, const json_t *message)
{
    struct player *player = websocket_user(ws);
    const json_t *position = json_object_get(message, "position");

    if (position || !player->generation)
        play_begin(player, position ? json_number_value(position) : 0);
    else if (!player->playing)
        player->anchor_ms = clock_monotonic_ms();
    player->playing = true;
}

static void
play_on_pause(struct websocket *ws, const json_t *message)
{
    struct player *player = websocket_user(ws);

    (void)message;
    player->anchor_s = play_position(player, clock_monotonic_ms());
    player->playing = false;
}

static void
play_on_seek(struct websocket *ws, const json_t *message)
{
    play_begin(websocket_user(ws), json_number_value(json_object_get(message, "position")));
}

static void
play_on_sync(struct websocket *ws, const json_t *message)
{
    struct player *player = websocket_user(ws);
    double said = json_number_value(json_object_get(message, "position")), here = play_position(player, clock_monotonic_ms());

    player->anchor_s = said < player->duration_s ? said : player->duration_s;
    player->anchor_ms = clock_monotonic_ms();
    play_say(ws, "sync_ack", json_pack("{s:i, s:f, s:f}", "generation", (int)player->generation, "position", player->anchor_s, "drift", said - here));
}

static void
play_on_heartbeat(struct websocket *ws, const json_t *message)
{
    (void)ws, (void)message;
}

static void
play_on_error(struct websocket *ws, const json_t *message)
{
    const struct player *player = websocket_user(ws);

    log_info("a client cannot play", LOG_TEXT("track", player->track_id), LOG_TEXT("error", json_string_value(json_object_get(message, "message"))));
}

static const struct message *
play_find_message(const char *type)
{
    for (const struct message *message = play_messages; type && message->name; message++)
        if (message->receive && text_equal(message->name, type))
            return message;
    return NULL;
}

static void
play_on_mistake(struct websocket *ws, struct player *player, const char *code, const char *about)
{
    if (++player->mistakes > MISTAKES_MAX)
        websocket_close(ws, PLAY_CLOSE_POLICY, "too many messages that are not as described");
    else
        play_say(ws, "error", json_pack("{s:s, s:s}", "code", code, "message", about));
}

static void
play_on_message(struct websocket *ws, void *user, struct str text)
{
    json_t *message = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    const struct message *declared = play_find_message(json_string_value(json_object_get(message, "type")));
    char field[MESSAGE_FIELD_SIZE];
    struct player *player = user;

    play_lock();
    player->heard_ms = clock_monotonic_ms();
    if (!json_is_object(message))
        websocket_close(ws, CLOSE_NOT_JSON, "not a JSON object");
    else if (!declared)
        play_on_mistake(ws, player, "unknown_message", "There is no message of this type.");
    else if (!message_fits(declared, message, field))
        play_on_mistake(ws, player, "wrong_field", *field ? field : "type");
    else if (!player->closing)
        declared->receive(ws, message);
    play_wake();
    play_unlock();
    json_decref(message);
}

/* --- the connection --- */

static json_t *
play_describe(const struct player *player)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < player->rendition_count; i++) {
        const struct play_rendition *r = &player->renditions[i];

        json_array_append_new(list, json_pack("{s:s, s:i, s:I, s:i}", "rendition", r->name, "bitrate", r->bitrate, "bandwidth", (json_int_t)r->bandwidth, "sample_rate",
                                              r->sample_rate));
    }
    return json_pack("{s:s, s:s, s:f, s:o}", "track_id", player->track_id, "version", player->media.version, "duration", player->duration_s, "bitrates", list);
}

static void
play_on_open(struct websocket *ws, void *user)
{
    struct player *player = user;

    play_lock();
    player->ws = websocket_ref(ws);
    player->heard_ms = clock_monotonic_ms();
    play_say(ws, "ready", play_describe(player));
    play_unlock();
}

static void
play_on_close(struct websocket *ws, void *user, int code)
{
    struct player *player = user;

    play_count_end(code);
    play_lock();
    player->ws = NULL;
    player->closing = true;
    play_unlock();
    websocket_unref(ws);
}

/* How fast the last chunk went out tells what the connection carries. */
static void
play_measure(struct player *player)
{
    int64_t took_ms = clock_monotonic_ms() - player->sent_ms;
    double rate = (double)player->sent_bytes * 8000 / (double)(took_ms > 0 ? took_ms : 1);

    rate = rate < RATE_MAX_BPS ? rate : RATE_MAX_BPS;
    if (!player->rate_bps || rate < player->rate_bps)
        player->rate_bps = rate;
    else
        player->rate_bps += ((rate < 4 * player->rate_bps ? rate : 4 * player->rate_bps) - player->rate_bps) / 2;
    player->slow = (double)took_ms > player->sent_s * 500;
    player->proven_bytes = player->slow ? 0 : player->proven_bytes + player->sent_bytes;
}

static void
play_on_sent(struct websocket *ws, void *user, bool all)
{
    struct player *player = user;

    (void)ws;
    play_lock();
    player->taken_ms = clock_monotonic_ms();
    if (player->in_flight && all) {
        player->in_flight = false;
        play_measure(player);
        play_wake();
    }
    play_unlock();
}

static const struct websocket_handler play_handler = {
    .on_open = play_on_open, .on_message = play_on_message, .on_sent = play_on_sent, .on_close = play_on_close, .user_free = play_free};

/* --- the route --- */

static int
play_compare(const void *a, const void *b)
{
    const struct play_rendition *left = a, *right = b;

    return (left->bandwidth > right->bandwidth) - (left->bandwidth < right->bandwidth);
}

bool
play_take_renditions(struct player *player, const char *qualities)
{
    json_t *list = json_loads(qualities, 0, NULL), *one;
    size_t i;

    json_array_foreach(list, i, one) {
        struct play_rendition *r = &player->renditions[player->rendition_count];
        const char *name = json_string_value(json_object_get(one, "name"));

        if (!name || player->rendition_count == PLAY_RENDITIONS_MAX)
            continue;
        snprintf(r->name, sizeof r->name, "%s", name);
        r->bandwidth = json_integer_value(json_object_get(one, "bandwidth"));
        r->bitrate = (int)json_integer_value(json_object_get(one, "bitrate"));
        r->sample_rate = (int)json_integer_value(json_object_get(one, "sample_rate"));
        player->rendition_count += r->sample_rate > 0;
    }
    json_decref(list);
    qsort(player->renditions, player->rendition_count, sizeof *player->renditions, play_compare);
    return player->rendition_count;
}

/* The rendition of this name; -1 for "auto", -2 where the track has none. */
static int
play_fixed(const struct player *player, const char *quality)
{
    for (unsigned i = 0; i < player->rendition_count; i++)
        if (text_equal(player->renditions[i].name, quality))
            return (int)i;
    return text_equal(quality, "auto") ? -1 : -2;
}

static struct player *
play_new(struct request *req, const struct row *track, const char *track_id)
{
    struct player *player = calloc(1, sizeof *player);

    if (!player)
        return NULL;
    snprintf(player->track_id, sizeof player->track_id, "%s", track_id);
    snprintf(player->user_id, sizeof player->user_id, "%s", req->identity.user_id);
    snprintf(player->session_id, sizeof player->session_id, "%s", req->identity.session_id);
    snprintf(player->ip, sizeof player->ip, "%s", req->ip);
    snprintf(player->share, sizeof player->share, "%s", request_param(req, "share") ? request_param(req, "share") : "");
    snprintf(player->media.version, sizeof player->media.version, "%s", row_text(track, "media_version"));
    snprintf(player->media.track_id, sizeof player->media.track_id, "%s", row_text(track, "media_track"));
    player->staff = req->identity.staff;
    player->base64 = text_equal(request_param(req, "encoding"), "base64");
    player->duration_s = (double)row_int(track, "duration_ms", 0) / 1000;
    player->rendition = -1;
    if (play_take_renditions(player, row_text(track, "qualities")))
        player->fixed = play_fixed(player, request_param(req, "quality"));
    else
        player->fixed = -2;
    return player;
}

static const struct problem *
play_connect(struct request *req)
{
    const char *token = request_param(req, "token"), *given = request_param(req, "track_id");
    const struct problem *p = token ? auth_identify_stream_token(req, token) : NULL;
    char track_id[UUID_TEXT] = "";
    struct access access;
    struct player *player;
    struct row track;

    for (int i = 0; i < UUID_TEXT - 1; i++)
        track_id[i] = (char)tolower((unsigned char)given[i]);
    if (!p)
        p = access_check(req, track_id, &access);
    if (p)
        return p;
    request_set(req, "track_id", arena_strdup(req->arena, track_id));
    p = db_one(req, &q_play_info, &track);
    if (p)
        return p;
    player = play_new(req, &track, track_id);
    if (!player)
        return PROBLEM(UNAVAILABLE);
    if (player->fixed < -1 || !play_add(player)) {
        p = player->fixed < -1 ? problem_detail(req->arena, PROBLEM(NOT_FOUND), "The track has no rendition of this quality.") : PROBLEM(TOO_MANY_REQUESTS);
        free(player);
        return p;
    }
    return websocket_accept(req, play_hub, &play_handler, player);
}

/* --- declarations --- */

#define POSITION {"position", FIELD_NUMBER, .required = true, .max = POSITION_MAX, .help = "Seconds from the beginning"}

static const struct field play_fields[] = {
    {"position", FIELD_NUMBER, .max = POSITION_MAX, .help = "Seconds from the beginning, for a new generation; without: go on where it was paused"}, FIELD_END};
static const struct field position_fields[] = {POSITION, FIELD_END};
static const struct field client_error_fields[] = {{"message", FIELD_STRING, .required = true, .max = 500, .help = "For the operator's log"}, FIELD_END};

static const struct field bitrate_fields[] = {
    {"rendition", FIELD_STRING, .required = true, .help = "low, medium, high or lossless"},
    {"bitrate", FIELD_INT, .required = true, .help = "Bits a second, nominal"},
    {"bandwidth", FIELD_INT64, .required = true, .help = "Bits a second of its worst segment"},
    {"sample_rate", FIELD_INT, .required = true},
    FIELD_END};
static const struct field ready_fields[] = {
    {"track_id", FIELD_UUID, .required = true},
    {"version", FIELD_STRING, .required = true, .help = "The version of the track's files"},
    {"duration", FIELD_NUMBER, .required = true, .help = "Seconds"},
    {"bitrates", FIELD_ARRAY, .required = true, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = bitrate_fields), .help = "From the least bandwidth on"},
    FIELD_END};
static const struct field chunk_fields[] = {
    {"generation", FIELD_INT, .required = true, .help = "Counts each `play` with a position and each `seek`; play nothing of an older one"},
    {"sequence", FIELD_INT, .required = true, .help = "Within the generation, from 0"},
    {"kind", FIELD_ENUM, .required = true, .values = "init|media", .help = "`init` comes before the first segment of each rendition"},
    {"rendition", FIELD_STRING, .required = true, .help = "low, medium, high or lossless"},
    {"bitrate", FIELD_INT, .required = true, .help = "Bits a second, nominal"},
    {"sample_rate", FIELD_INT, .required = true, .help = "Of the rendition"},
    {"position", FIELD_INT64, .required = true, .help = "Sample of the rendition at which the segment begins (of `init`: the next segment)"},
    {"samples", FIELD_INT64, .required = true, .help = "Length of the segment"},
    {"bytes", FIELD_INT, .required = true, .help = "Length of the binary message that follows, a CMAF header or fragment"},
    {"last", FIELD_BOOL, .required = true, .help = "The track ends with it"},
    {"data", FIELD_STRING, .help = "The bytes in base64, only with `encoding=base64`; then no binary message follows"},
    FIELD_END};
static const struct field sync_ack_fields[] = {
    {"generation", FIELD_INT, .required = true},
    {"position", FIELD_NUMBER, .required = true, .help = "Seconds: where the server takes the client to be"},
    {"drift", FIELD_NUMBER, .required = true, .help = "Seconds by which the client is ahead of where the server took it to be"},
    FIELD_END};
static const struct field error_fields[] = {
    {"code", FIELD_ENUM, .required = true, .values = "unknown_message|wrong_field|not_found|internal",
     .help = "`not_found`: the right to hear the track has ended; the connection closes"},
    {"message", FIELD_STRING, .required = true, .help = "A sentence; with `wrong_field` the name of the field"},
    FIELD_END};

const struct message play_messages[] = {
    {"play", .summary = "Play from a position, or go on", .fields = play_fields, .receive = play_on_play},
    {"pause", .summary = "Pause: no more chunks are sent", .receive = play_on_pause},
    {"seek", .summary = "Go to a position; a paused player stays paused", .fields = position_fields, .receive = play_on_seek},
    {"sync", .summary = "Say where the client plays, so that chunks come when it needs them", .fields = position_fields, .receive = play_on_sync},
    {"heartbeat", .summary = "Keep the connection, every 30 seconds; a client that says nothing for 120 seconds is closed", .receive = play_on_heartbeat},
    {"error", .summary = "Say that the client cannot play", .fields = client_error_fields, .receive = play_on_error},
    {"ready", .summary = "The track can be played", .fields = ready_fields},
    {"chunk", .summary = "A part of the track; its bytes are the binary message that follows", .fields = chunk_fields},
    {"sync_ack", .summary = "The answer to `sync`", .fields = sync_ack_fields},
    {"error", .summary = "A message was refused, or the track cannot be played any more", .fields = error_fields},
    MESSAGE_END};

static const struct field connect_query[] = {
    {"track_id", FIELD_UUID, .required = true, .help = "The track"},
    {"token", FIELD_SECRET, .min = 1, .max = 4096, .help = "A stream token of POST /auth/stream-token; without one, what visitors may hear"},
    {"quality", FIELD_ENUM, .values = "auto|low|medium|high|lossless", .fallback = "auto", .help = "`auto`: what the connection carries, as it is measured"},
    {"encoding", FIELD_ENUM, .values = "binary|base64", .fallback = "binary", .help = "`base64` for clients that take no binary messages: a third more bytes"},
    TRACK_SHARE,
    FIELD_END};

const struct route play_routes[] = {
    {GET, "/ws", "Open a WebSocket that plays a track (RFC 6455)",
     .description = "Messages are JSON objects with a `type`, of the schemas `StreamServerMessage` and `StreamClientMessage`; `x-stream-messages` of this description "
                    "lists them. Each `chunk` is followed by one binary message. At most 20 seconds are sent ahead. Rights are asked again while it plays.",
     .auth = AUTH_PUBLIC, .limit = LIMIT_READ, .query = connect_query, .handler = play_connect, .websocket = true, .status = 101,
     .problems = (const enum problem_name[]){PROBLEM_BAD_REQUEST, PROBLEM_UNAUTHENTICATED, PROBLEM_TOKEN_EXPIRED, PROBLEM_FORBIDDEN, PROBLEM_NOT_FOUND,
                                             PROBLEM_STREAM_NOT_READY,
                                             PROBLEM_UPGRADE_REQUIRED, PROBLEM_TOO_MANY_REQUESTS, PROBLEM_COUNT}},
    ROUTE_END};
