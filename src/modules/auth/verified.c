#include "modules/auth/verified.h"

#include <pthread.h>

#define SLOTS 4096
#define LOCKS 64

struct slot {
    unsigned char hash[SHA256_BYTES];
    unsigned ring; /* 0: empty */
    enum token_use use;
    struct claims claims;
};

static struct slot slots[SLOTS];
static pthread_mutex_t locks[LOCKS] = {[0 ... LOCKS - 1] = PTHREAD_MUTEX_INITIALIZER};

static unsigned
place_of(const unsigned char *hash)
{
    return (hash[0] | (unsigned)hash[1] << 8) % SLOTS;
}

bool
verified_find(const unsigned char hash[SHA256_BYTES], enum token_use use, unsigned ring, struct claims *ret_claims)
{
    unsigned place = place_of(hash);
    const struct slot *slot = &slots[place];
    bool found;

    pthread_mutex_lock(&locks[place % LOCKS]);
    found = slot->ring == ring && slot->use == use && memcmp(slot->hash, hash, SHA256_BYTES) == 0;
    if (found)
        *ret_claims = slot->claims;
    pthread_mutex_unlock(&locks[place % LOCKS]);
    return found;
}

void
verified_keep(const unsigned char hash[SHA256_BYTES], enum token_use use, unsigned ring, const struct claims *claims)
{
    unsigned place = place_of(hash);
    struct slot *slot = &slots[place];

    pthread_mutex_lock(&locks[place % LOCKS]);
    memcpy(slot->hash, hash, SHA256_BYTES);
    slot->ring = ring;
    slot->use = use;
    slot->claims = *claims;
    pthread_mutex_unlock(&locks[place % LOCKS]);
}
