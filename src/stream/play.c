#include "stream/play.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/hub.h"
#include "platform/storage/storage.h"
#include "stream.queries.h"
#include "stream/cache.h"
#include "stream/stream.h"

#define SENDERS 4          /* some go on where others wait for a store elsewhere */
#define THREADS (SENDERS + 1) /* the last one keeps watch, and never waits for the store */
#define AHEAD_S 20         /* so much more than what plays a client is sent */
#define ALLOWANCE_S 120    /* so much sound may be sent at once, however often a client seeks; then ALLOWED_SPEED times what plays */
#define ALLOWED_SPEED 10   /* 50 listeners of one address then ask for what RATE_LIMIT_MEDIA allows in HLS */
#define RIGHTS_MS 10000    /* how old an answer about rights may be */
#define RIGHTS_AT_ONCE 500
#define RIGHTS_AGAIN_MS 1000 /* the least between two questions: after a change, or when the database did not answer */
#define LEASE_MS 120000    /* a client says something at least so often; tabs in the background may do so only once a minute */
#define AWAY_AGAIN_MS 2000   /* until a store that did not answer is asked again for the same chunk */
#define DRAIN_MS 2000
#define SEND_BUFFER (64 * 1024)     /* what the kernel holds is not measured */
#define PROVEN_BYTES (256 * 1024)   /* of one rendition that went out fast, before a better one is tried */

TAILQ_HEAD(player_list, player);

static struct {
    pthread_mutex_t lock;
    pthread_cond_t due, watch_due;
    pthread_t threads[THREADS];
    unsigned started;
    bool stopping;
    int64_t check_ms, checked_ms; /* when rights are asked next, and were asked last */
    struct player_list players;
    unsigned count;
    _Atomic uint64_t chunks, bytes, slow, silent, refused;
} service = {.lock = PTHREAD_MUTEX_INITIALIZER, .due = PTHREAD_COND_INITIALIZER, .watch_due = PTHREAD_COND_INITIALIZER,
             .players = TAILQ_HEAD_INITIALIZER(service.players)};

struct hub *play_hub;
int64_t play_per_person, play_per_address, play_stall_s;

const struct setting play_settings[] = {
    {.section = "Playback WebSocket"},
    {"STREAM_WS_PER_PERSON", .integer = &play_per_person, .fallback = "10", .min = 1, .max = 10000,
     .help = "tracks that one person may have playing over WebSockets at one server"},
    {"STREAM_WS_PER_ADDRESS", .integer = &play_per_address, .fallback = "50", .min = 1, .max = 10000, .help = "the same for one address"},
    {"STREAM_WS_STALL_S", .integer = &play_stall_s, .fallback = "30", .min = 1, .max = 600,
     .help = "a client that takes nothing of a chunk for so many seconds is closed"},
    {0}};

void
play_lock(void)
{
    pthread_mutex_lock(&service.lock);
}

void
play_unlock(void)
{
    pthread_mutex_unlock(&service.lock);
}

void
play_wake(void)
{
    pthread_cond_signal(&service.due);
}

void
play_count_end(int code)
{
    atomic_fetch_add(&service.slow, code == PLAY_CLOSE_TRY_AGAIN);
}

void
play_check_rights(void)
{
    play_lock();
    service.check_ms = service.checked_ms + RIGHTS_AGAIN_MS;
    pthread_cond_signal(&service.watch_due);
    play_unlock();
}

bool
play_add(struct player *player)
{
    int64_t of_person = 0, of_address = 0;
    const struct player *other;
    bool room;

    play_lock();
    TAILQ_FOREACH(other, &service.players, all) {
        of_person += *player->user_id && text_equal(other->user_id, player->user_id);
        of_address += text_equal(other->ip, player->ip);
    }
    room = of_person < play_per_person && of_address < play_per_address;
    if (room) {
        TAILQ_INSERT_TAIL(&service.players, player, all);
        service.count++;
    }
    play_unlock();
    if (!room)
        atomic_fetch_add(&service.refused, 1);
    return room;
}

void
play_free(void *user)
{
    struct player *player = user;

    play_lock();
    TAILQ_REMOVE(&service.players, player, all);
    service.count--;
    play_unlock();
    for (unsigned i = 0; i < player->rendition_count; i++)
        free(player->renditions[i].starts);
    free(player);
}

double
play_position(const struct player *player, int64_t now_ms)
{
    double position = player->anchor_s + (player->playing ? (double)(now_ms - player->anchor_ms) / 1000 : 0);

    return position < player->duration_s ? position : player->duration_s;
}

/* With the lock; the socket is kept by whoever calls. */
static void
play_close(struct player *player, int code, const char *reason)
{
    if (!player->closing && player->ws)
        websocket_close(player->ws, code, reason);
    player->closing = true;
}

bool
play_say(struct websocket *ws, const char *type, json_t *fields)
{
    scoped_text text = NULL;
    bool good;

    if (fields && json_object_set_new(fields, "type", json_string(type)) == 0)
        text = json_dumps(fields, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(fields);
    good = text && websocket_send(ws, str_of(text));
    if (!good)
        websocket_close(ws, PLAY_CLOSE_TRY_AGAIN, "try again later");
    return good;
}

/* --- what is sent --- */

/* What one turn of the work sends; made without the lock. */
struct turn {
    struct websocket *ws; /* with a reference */
    unsigned generation;
    double next_s, length_s;
    int rendition;
    bool needs_init, continues, last;
    unsigned index;
    struct segment *init, *media;
    char *init_bytes, *media_bytes; /* what is in them */
    int error;
};

/* The rendition for the next chunk: what the connection was seen to carry, one step up at a time. With the lock. */
static int
play_choose(struct player *player)
{
    int now = player->rendition, best = (int)player->rendition_count - 1, next = now;

    if (player->fixed >= 0)
        return player->fixed;
    if (now < 0)
        return best > 0 ? 1 : 0; /* as master playlists begin */
    if (player->slow) {
        for (next = now > 0 ? now - 1 : 0; next > 0 && (double)player->renditions[next].bandwidth > player->rate_bps * 0.8;)
            next--;
    } else if (now < best && player->proven_bytes >= PROVEN_BYTES && (double)player->renditions[now + 1].bandwidth * 1.5 <= player->rate_bps) {
        next = now + 1;
    }
    if (next != now)
        player->proven_bytes = 0;
    player->slow = false;
    return next;
}

/* One message and, unless it goes as text, the bytes behind it. With the lock. Returns its bytes, 0 when it cannot be queued. */
static size_t
play_send(struct player *player, const struct turn *turn, bool is_init)
{
    const struct play_rendition *rendition = &player->renditions[turn->rendition];
    int64_t position = rendition->starts[turn->index], samples = is_init ? 0 : rendition->starts[turn->index + 1] - position;
    size_t size = (size_t)(is_init ? turn->init : turn->media)->size;
    const char *bytes = is_init ? turn->init_bytes : turn->media_bytes;
    char *encoded = player->base64 ? malloc(size / 3 * 4 + 5) : NULL;
    struct str behind = {0};
    scoped_text text = NULL;
    json_t *fields = NULL;
    bool good = !player->base64 || encoded;

    if (good)
        fields = json_pack("{s:s, s:i, s:i, s:s, s:s, s:i, s:i, s:I, s:I, s:I, s:b}", "type", "chunk", "generation", (int)turn->generation,
                           "sequence", (int)player->sequence,
                           "kind", is_init ? "init" : "media", "rendition", rendition->name, "bitrate", rendition->bitrate, "sample_rate", rendition->sample_rate,
                           "position", (json_int_t)position, "samples", (json_int_t)samples, "bytes", (json_int_t)size, "last", !is_init && turn->last);
    if (fields && encoded) {
        EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)bytes, (int)size);
        json_object_set_new(fields, "data", json_string(encoded));
    } else {
        behind = (struct str){bytes, size};
    }
    text = fields ? json_dumps(fields, JSON_COMPACT) : NULL;
    good = good && text && websocket_send_pair(turn->ws, str_of(text), behind);
    json_decref(fields);
    free(encoded);
    player->sequence++;
    atomic_fetch_add(&service.chunks, good);
    atomic_fetch_add(&service.bytes, good ? size : 0);
    return good ? size : 0;
}

/* A file and its bytes, for turn_free(). Returns an enum storage_error. */
static int
play_read(const struct player *player, const char *file, struct segment **ret_segment, char **ret_bytes)
{
    int error = hls_load(player->track_id, &player->media, file, ret_segment);

    if (error)
        return error;
    *ret_bytes = malloc((size_t)(*ret_segment)->size);
    return *ret_bytes && source_read_all((*ret_segment)->source, *ret_bytes) ? STORAGE_OK : STORAGE_FAILED;
}

static void
turn_free(struct turn *turn)
{
    segment_unref(turn->init);
    segment_unref(turn->media);
    free(turn->init_bytes);
    free(turn->media_bytes);
    turn->init = turn->media = NULL;
    turn->init_bytes = turn->media_bytes = NULL;
}

/* Finds and reads the files. Without the lock, which the hub's threads wait for. */
static int
play_load(struct player *player, struct turn *turn)
{
    struct play_rendition *rendition = &player->renditions[turn->rendition];
    char file[64];
    int error = play_index(player, rendition);

    if (error)
        return error;
    turn->index = turn->continues ? play_segment_from(rendition, turn->next_s) : play_segment_at(rendition, turn->next_s);
    turn->last = turn->index + 1 == rendition->count;
    turn->length_s = (double)(rendition->starts[turn->index + 1] - rendition->starts[turn->index]) / rendition->sample_rate;
    if (turn->needs_init) {
        snprintf(file, sizeof file, "%s/init.mp4", rendition->name);
        error = play_read(player, file, &turn->init, &turn->init_bytes);
    }
    snprintf(file, sizeof file, "%s/segment_%03u.m4s", rendition->name, turn->index);
    return error ? error : play_read(player, file, &turn->media, &turn->media_bytes);
}

/* The track was processed once more: what plays now is cut at the same places. False when nothing else plays. */
static bool
play_take_version(struct player *player)
{
    const struct db_arg args[] = {{"track_id", player->track_id}, {0}};
    PGresult *row;
    bool other = false;

    if (db_run(&q_play_info, args, &row, NULL))
        return false;
    if (PQntuples(row) && !text_equal(PQgetvalue(row, 0, 1), player->media.version)) {
        snprintf(player->media.version, sizeof player->media.version, "%s", PQgetvalue(row, 0, 1));
        snprintf(player->media.track_id, sizeof player->media.track_id, "%s", PQgetvalue(row, 0, 3));
        for (unsigned i = 0; i < player->rendition_count; i++) {
            free(player->renditions[i].starts);
            player->renditions[i].starts = NULL;
        }
        other = true;
    }
    PQclear(row);
    return other;
}

/* Seconds of sound that may be sent now; negative: it has to wait. With the lock. */
static double
play_allowance(const struct player *player, int64_t now_ms)
{
    double allowance_s = player->allowance_s + (double)(now_ms - player->allowance_ms) / 1000 * ALLOWED_SPEED;

    return !player->allowance_ms || allowance_s > ALLOWANCE_S ? ALLOWANCE_S : allowance_s;
}

/* With the lock: sends what was found, unless the client wants something else by now. */
static void
play_deliver(struct player *player, struct turn *turn)
{
    const struct play_rendition *rendition = &player->renditions[turn->rendition];
    size_t init = 0, media;

    if (turn->generation != player->generation || !player->ws || player->closing || !player->playing)
        return;
    if (turn->error == STORAGE_AWAY) {
        player->retry_ms = clock_monotonic_ms() + AWAY_AGAIN_MS;
        return;
    }
    if (turn->error) {
        log_error("a chunk cannot be read", LOG_TEXT("track", player->track_id), LOG_TEXT("version", player->media.version));
        play_say(turn->ws, "error", json_pack("{s:s, s:s}", "code", "internal", "message", "The sound cannot be read."));
        play_close(player, 1011, "the sound cannot be read");
        return;
    }
    if (turn->init)
        init = play_send(player, turn, true);
    media = turn->init && !init ? 0 : play_send(player, turn, false);
    if (!media) {
        play_close(player, PLAY_CLOSE_TRY_AGAIN, "try again later");
        return;
    }
    player->in_flight = true;
    player->sent_ms = player->taken_ms = clock_monotonic_ms();
    player->allowance_s = play_allowance(player, player->sent_ms) - turn->length_s;
    player->allowance_ms = player->sent_ms;
    player->sent_s = turn->length_s;
    player->sent_bytes = init + media;
    player->rendition = turn->rendition;
    player->needs_init = false;
    player->done = turn->last;
    player->next_s = (double)rendition->starts[turn->index + 1] / rendition->sample_rate;
}

/* With the lock, which is let go meanwhile. */
static void
play_work(struct player *player)
{
    struct turn turn = {.ws = websocket_ref(player->ws), .generation = player->generation, .next_s = player->next_s, .rendition = play_choose(player)};

    turn.continues = player->sequence > 0;
    turn.needs_init = player->needs_init || turn.rendition != player->rendition;
    player->working = true;
    play_unlock();
    turn.error = play_load(player, &turn);
    if (turn.error == STORAGE_NOT_FOUND && play_take_version(player)) {
        turn_free(&turn);
        turn.needs_init = true;
        turn.error = play_load(player, &turn);
    }
    play_lock();
    play_deliver(player, &turn);
    player->working = false;
    TAILQ_REMOVE(&service.players, player, all); /* all others are looked at before it is its turn again, however often it seeks */
    TAILQ_INSERT_TAIL(&service.players, player, all);
    play_unlock();
    turn_free(&turn);
    websocket_unref(turn.ws); /* may free the player */
    play_lock();
}

/* --- rights --- */

static void
play_add_text(struct buf *out, bool first, const char *text)
{
    buf_printf(out, "%c%s", first ? '{' : ',', *text ? text : "null");
}

/* Asks about these and closes those who may not. Without the lock; each has a reference to its socket. */
static bool
play_ask_rights(struct player **players, struct websocket **sockets, unsigned count)
{
    scoped_buf tracks = BUF_INIT(65536), viewers = BUF_INIT(65536), sessions = BUF_INIT(65536), shares = BUF_INIT(65536), staff = BUF_INIT(65536);
    bool may[RIGHTS_AT_ONCE] = {false};
    PGresult *result;
    int64_t n;

    for (unsigned i = 0; i < count; i++) {
        play_add_text(&tracks, !i, players[i]->track_id);
        play_add_text(&viewers, !i, players[i]->user_id);
        play_add_text(&sessions, !i, players[i]->session_id);
        play_add_text(&shares, !i, players[i]->share);
        play_add_text(&staff, !i, players[i]->staff ? "true" : "false");
    }
    buf_add_text(&tracks, "}");
    buf_add_text(&viewers, "}");
    buf_add_text(&sessions, "}");
    buf_add_text(&shares, "}");
    buf_add_text(&staff, "}");
    if (tracks.failed || viewers.failed || sessions.failed || shares.failed || staff.failed)
        return false;
    const struct db_arg args[] = {{"tracks", buf_str(&tracks).ptr}, {"viewers", buf_str(&viewers).ptr}, {"sessions", buf_str(&sessions).ptr},
                                  {"shares", buf_str(&shares).ptr}, {"staff", buf_str(&staff).ptr}, {0}};
    if (db_run(&q_play_rights, args, &result, NULL))
        return false;
    for (int i = 0; i < PQntuples(result); i++)
        if (text_to_int64(PQgetvalue(result, i, 0), 1, count, &n))
            may[n - 1] = true;
    PQclear(result);
    for (unsigned i = 0; i < count; i++)
        if (!may[i]) {
            play_lock();
            players[i]->playing = false;
            play_say(sockets[i], "error", json_pack("{s:s, s:s}", "code", "not_found", "message", "You may not hear this track any more."));
            play_close(players[i], PLAY_CLOSE_POLICY, "you may not hear this track any more");
            play_unlock();
        }
    return true;
}

/* With the lock, which is let go meanwhile: all who listen, some hundred at a time. */
static void
play_ask_all_rights(void)
{
    struct player **players = malloc((service.count + 1) * sizeof *players), *player;
    struct websocket **sockets = malloc((service.count + 1) * sizeof *sockets);
    unsigned count = 0;
    bool good = players && sockets;

    service.checked_ms = clock_monotonic_ms();
    service.check_ms = service.checked_ms + RIGHTS_MS;
    if (good)
        TAILQ_FOREACH(player, &service.players, all)
            if (player->ws && !player->closing) {
                players[count] = player;
                sockets[count++] = websocket_ref(player->ws);
            }
    play_unlock();
    for (unsigned i = 0; good && i < count; i += RIGHTS_AT_ONCE)
        good = play_ask_rights(players + i, sockets + i, count - i < RIGHTS_AT_ONCE ? count - i : RIGHTS_AT_ONCE);
    for (unsigned i = 0; i < count; i++)
        websocket_unref(sockets[i]);
    free(players);
    free(sockets);
    play_lock();
    if (!good)
        service.check_ms = clock_monotonic_ms() + RIGHTS_AGAIN_MS;
}

/* --- the threads --- */

/* Closes who takes nothing or says nothing. With the lock. */
static void
play_watch(struct player *player, int64_t now_ms)
{
    if (player->in_flight && now_ms - player->taken_ms > play_stall_s * 1000) {
        play_close(player, PLAY_CLOSE_TRY_AGAIN, "reading too slowly");
    } else if (now_ms - player->heard_ms > LEASE_MS) {
        atomic_fetch_add(&service.silent, !player->closing);
        play_close(player, PLAY_CLOSE_AWAY, "no heartbeat");
    }
}

/* When the next chunk is to be sent; INT64_MAX: not before something happens. With the lock. */
static int64_t
play_due(const struct player *player, int64_t now_ms)
{
    double wait_s, debt_s = -play_allowance(player, now_ms);
    int64_t due_ms;

    if (!player->playing || player->done || player->in_flight || player->working)
        return INT64_MAX;
    wait_s = player->next_s - AHEAD_S - play_position(player, now_ms);
    wait_s = wait_s > debt_s / ALLOWED_SPEED ? wait_s : debt_s / ALLOWED_SPEED;
    due_ms = wait_s <= 0 ? now_ms : now_ms + (int64_t)(wait_s * 1000) + 1;
    return due_ms > player->retry_ms ? due_ms : player->retry_ms;
}

/* Who is due; NULL when nobody is, and *ret_due is when to look again. With the lock. */
static struct player *
play_next(int64_t now_ms, int64_t *ret_due)
{
    for (struct player *player = TAILQ_FIRST(&service.players); player; player = TAILQ_NEXT(player, all)) {
        int64_t due_ms = player->ws && !player->closing ? play_due(player, now_ms) : INT64_MAX;

        if (due_ms <= now_ms)
            return player;
        *ret_due = due_ms < *ret_due ? due_ms : *ret_due;
    }
    return NULL;
}

static void *
play_run_sender(void *argument)
{
    (void)argument;
    play_lock();
    while (!service.stopping) {
        int64_t now_ms = clock_monotonic_ms(), due_ms = now_ms + 1000;
        struct player *player = play_next(now_ms, &due_ms);

        if (player)
            play_work(player);
        else
            clock_wait_until(&service.due, &service.lock, due_ms);
    }
    play_unlock();
    db_disconnect();
    return NULL;
}

/* Rights, and clients that are gone or take nothing. */
static void *
play_run_watch(void *argument)
{
    struct player *player;

    (void)argument;
    play_lock();
    while (!service.stopping) {
        int64_t now_ms = clock_monotonic_ms(), due_ms = now_ms + 1000;

        if (service.count && now_ms >= service.check_ms)
            play_ask_all_rights();
        TAILQ_FOREACH(player, &service.players, all)
            if (player->ws && !player->closing)
                play_watch(player, clock_monotonic_ms());
        clock_wait_until(&service.watch_due, &service.lock, service.count && service.check_ms < due_ms ? service.check_ms : due_ms);
    }
    play_unlock();
    db_disconnect();
    return NULL;
}

bool
stream_start(void)
{
    /* A chunk is bounded by its segment, and one is under way to each client; the bounds here only hold off what cannot be. */
    const struct hub_settings settings = {.send_buffer = SEND_BUFFER, .max_queued_bytes = (size_t)2 * HUB_PAIR_MAX, .max_queued_messages = 256, .max_message = 4096,
                                          .pong_timeout_ms = 30000, .frames_per_s = 20, .frames_burst = 60};

    play_hub = hub_start(&settings);
    for (; play_hub && service.started < THREADS; service.started++) {
        if (pthread_create(&service.threads[service.started], NULL, service.started < SENDERS ? play_run_sender : play_run_watch, NULL))
            return false;
        pthread_setname_np(service.threads[service.started], "veza-play");
    }
    return play_hub;
}

void
play_stop(void)
{
    if (!play_hub)
        return;
    hub_stop(play_hub, DRAIN_MS);
    play_lock();
    service.stopping = true;
    pthread_cond_broadcast(&service.due);
    pthread_cond_signal(&service.watch_due);
    play_unlock();
    while (service.started)
        pthread_join(service.threads[--service.started], NULL);
}

void
play_teardown(void)
{
    if (play_hub)
        play_hub = hub_free(play_hub);
}

void
play_metrics(struct buf *out)
{
    if (!play_hub)
        return;
    buf_printf(out, "veza_stream_sockets %u\nveza_stream_chunks_total %llu\nveza_stream_chunk_bytes_total %llu\nveza_stream_sockets_refused_total %llu\n"
                    "veza_stream_sockets_closed_total{reason=\"slow\"} %llu\nveza_stream_sockets_closed_total{reason=\"no_heartbeat\"} %llu\n",
               service.count, (unsigned long long)service.chunks, (unsigned long long)service.bytes, (unsigned long long)service.refused,
               (unsigned long long)service.slow, (unsigned long long)service.silent);
}
