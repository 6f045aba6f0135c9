#include "modules/auth/session_memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <xxhash.h>

#include "base/clock.h"
#include "platform/bus/listener.h"

#define SLOTS 4096
#define LOCKS 64
#define PEOPLE 4096 /* counters of changes; people who share one only ask once more */

struct slot {
    char session_id[UUID_TEXT], user_id[UUID_TEXT];
    int64_t version, until_ms;  /* by the monotonic clock */
    int64_t good_until;
    struct memory_marks marks; /* not set: empty */
    struct standing standing;
};

static struct slot slots[SLOTS];
static pthread_mutex_t locks[LOCKS] = {[0 ... LOCKS - 1] = PTHREAD_MUTEX_INITIALIZER};
static _Atomic uint64_t everybody, people[PEOPLE];

static unsigned
place_of(const char *id, unsigned places)
{
    return (unsigned)(XXH3_64bits(id, strlen(id)) % places);
}

static struct memory_marks
marks_of(const char *user_id)
{
    return (struct memory_marks){true, atomic_load(&everybody), atomic_load(&people[place_of(user_id, PEOPLE)])};
}

bool
session_memory_find(const struct claims *claims, struct standing *ret_standing, struct memory_marks *ret_marks)
{
    unsigned place = place_of(claims->session_id, SLOTS);
    const struct slot *slot = &slots[place];
    bool found;

    *ret_marks = (struct memory_marks){0};
    if (!listener_is_sole())
        return false;
    *ret_marks = marks_of(claims->user_id);
    pthread_mutex_lock(&locks[place % LOCKS]);
    found = slot->marks.set && slot->marks.everybody == ret_marks->everybody && slot->marks.person == ret_marks->person &&
            slot->version == claims->version && text_equal(slot->session_id, claims->session_id) &&
            text_equal(slot->user_id, claims->user_id) && clock_monotonic_ms() < slot->until_ms && clock_unix_s() < slot->good_until;
    if (found)
        *ret_standing = slot->standing;
    pthread_mutex_unlock(&locks[place % LOCKS]);
    return found;
}

void
session_memory_keep(const struct memory_marks *marks, const struct claims *claims, const struct standing *standing, int64_t good_until)
{
    unsigned place = place_of(claims->session_id, SLOTS);
    struct slot *slot = &slots[place];

    if (!marks->set)
        return;
    pthread_mutex_lock(&locks[place % LOCKS]);
    *slot = (struct slot){.version = claims->version, .until_ms = clock_monotonic_ms() + auth_settings.session_cache_s * 1000,
                          .good_until = good_until, .marks = *marks, .standing = *standing};
    memcpy(slot->session_id, claims->session_id, UUID_TEXT);
    memcpy(slot->user_id, claims->user_id, UUID_TEXT);
    pthread_mutex_unlock(&locks[place % LOCKS]);
}

void
session_memory_forget(const char *who)
{
    atomic_fetch_add(who && uuid_valid(who) ? &people[place_of(who, PEOPLE)] : &everybody, 1);
}
