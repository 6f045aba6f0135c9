#include "stream/access.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <xxhash.h>

#include "api/runner.h"
#include "base/clock.h"
#include "stream.queries.h"

#define SLOTS 8192
#define LOCKS 64
#define TTL_MS 3000 /* changes of tracks are told at once; a ban of the owner goes unnoticed for so long, and one request more */
#define STALE_MS 12000 /* after that an answer still counts for so long while the database is asked again, in case that takes long */
#define ASK_AGAIN_MS 1000

/* What visitors may hear. */
static struct {
    unsigned char id[16];
    struct media media;
    int64_t until_ms, asked_again_ms;
} known[SLOTS];
static pthread_mutex_t locks[LOCKS];
static _Atomic int64_t changed_ns; /* an answer that was asked for before the last change is not remembered after it */

void
access_setup(void)
{
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&locks[i], NULL);
    for (int i = 0; i < SLOTS; i++)
        known[i].until_ms = -STALE_MS;
}

/* 16 bytes of a UUID in its valid text form. */
static void
pack(const char *text, unsigned char out[16])
{
    for (int i = 0; i < 16; text += 2, i++) {
        text += *text == '-';
        hex_decode((const char[]){text[0], text[1], 0}, &out[i], 1);
    }
}

static unsigned
slot_of(const unsigned char id[16])
{
    return (unsigned)(XXH3_64bits(id, 16) % SLOTS);
}

/* `ret_stale` (may be NULL: then only a fresh answer will do): the answer is old, and it is the caller's turn to ask again. */
static bool
is_known(const unsigned char id[16], unsigned slot, int64_t now_ms, struct media *ret_media, bool *ret_stale)
{
    bool yes;

    pthread_mutex_lock(&locks[slot % LOCKS]);
    yes = known[slot].until_ms + (ret_stale ? STALE_MS : 0) > now_ms && memcmp(known[slot].id, id, 16) == 0;
    if (yes)
        *ret_media = known[slot].media;
    if (yes && ret_stale) {
        *ret_stale = known[slot].until_ms <= now_ms && known[slot].asked_again_ms + ASK_AGAIN_MS <= now_ms;
        if (*ret_stale)
            known[slot].asked_again_ms = now_ms;
    }
    pthread_mutex_unlock(&locks[slot % LOCKS]);
    return yes;
}

bool
access_is_known(const char *track_id, struct media *ret_media, bool *ret_stale)
{
    unsigned char id[16];

    pack(track_id, id);
    return is_known(id, slot_of(id), clock_monotonic_ms(), ret_media, ret_stale);
}

static void
remember(const unsigned char id[16], unsigned slot, const struct media *media, int64_t until_ms, int64_t asked_ns)
{
    pthread_mutex_lock(&locks[slot % LOCKS]);
    if (changed_ns < asked_ns) {
        memcpy(known[slot].id, id, 16);
        known[slot].media = *media;
        known[slot].until_ms = until_ms;
        known[slot].asked_again_ms = 0;
    }
    pthread_mutex_unlock(&locks[slot % LOCKS]);
}

static void
forget_slot(unsigned slot)
{
    pthread_mutex_lock(&locks[slot % LOCKS]);
    known[slot].until_ms = -STALE_MS;
    pthread_mutex_unlock(&locks[slot % LOCKS]);
}

void
access_forget(const char *track_id)
{
    unsigned char id[16];
    unsigned first = 0, last = SLOTS - 1;
    int64_t now_ns = clock_monotonic_ns(), before_ns = changed_ns;

    while (before_ns < now_ns && !atomic_compare_exchange_weak(&changed_ns, &before_ns, now_ns))
        continue;
    if (track_id && uuid_valid(track_id)) {
        pack(track_id, id);
        first = last = slot_of(id);
    }
    for (unsigned slot = first; slot <= last; slot++)
        forget_slot(slot);
}

bool
access_ask(const char *track_id, struct media *ret_media)
{
    const struct db_arg args[] = {{"track_id", track_id}, {"viewer", NULL}, {"viewer_staff", "false"}, {"share", NULL}, {0}};
    int64_t asked_ns = clock_monotonic_ns();
    unsigned char id[16];
    PGresult *result;
    unsigned slot;
    bool yes;

    pack(track_id, id);
    slot = slot_of(id);
    if (is_known(id, slot, asked_ns / 1000000, ret_media, NULL))
        return true;
    if (db_run(&q_stream_access, args, &result, NULL))
        return false;
    yes = PQntuples(result) && *PQgetvalue(result, 0, 0) == 't' && *PQgetvalue(result, 0, 1) == 't';
    if (yes) {
        snprintf(ret_media->version, sizeof ret_media->version, "%s", PQgetvalue(result, 0, 2));
        snprintf(ret_media->track_id, sizeof ret_media->track_id, "%s", PQgetvalue(result, 0, 4));
    }
    PQclear(result);
    if (yes)
        remember(id, slot, ret_media, clock_monotonic_ms() + TTL_MS, asked_ns);
    else
        forget_slot(slot);
    return yes;
}

const struct problem *
access_check(struct request *req, const char *track_id, struct access *ret)
{
    int64_t now_ms = clock_monotonic_ms();
    const struct problem *p;
    unsigned char id[16];
    struct row track;
    bool asks_again;
    unsigned slot;

    pack(track_id, id);
    slot = slot_of(id);
    *ret = (struct access){.is_public = true};
    if (!req->identity.known && is_known(id, slot, now_ms, &ret->media, &asks_again) && !asks_again)
        return NULL;
    request_set(req, "track_id", arena_strdup(req->arena, track_id)); /* the caller's text may be gone when this runs again */
    p = db_one(req, &q_stream_access, &track);
    if (p && p->status == 404 && !req->identity.known)
        forget_slot(slot);
    if (p)
        return p;
    if (!row_bool(&track, "is_ready"))
        return PROBLEM(STREAM_NOT_READY);
    ret->is_public = row_bool(&track, "is_public");
    ret->is_early = row_bool(&track, "is_early");
    snprintf(ret->media.version, sizeof ret->media.version, "%s", row_text(&track, "media_version"));
    snprintf(ret->media.track_id, sizeof ret->media.track_id, "%s", row_text(&track, "media_track"));
    if (ret->is_public)
        remember(id, slot, &ret->media, now_ms + TTL_MS, req->started_ns); /* this may run again after it has asked */
    return NULL;
}
