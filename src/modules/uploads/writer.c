#include "modules/uploads/writer.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/str.h"

#define TRIES 5
#define PAUSE_US 2000
#define WAIT_TRIES 7500 /* 15 s */
#define FOLLOW_STEP (1024 * 1024)
#define FOLLOW_PIECE (128 * 1024)

struct writer {
    struct writer *next, **link;
    char id[UUID_TEXT];
    pthread_mutex_t lock;
    struct scratch *file; /* NULL: taken away */
    uint64_t offset;
    EVP_MD_CTX *sha256; /* of the bytes up to `hashed`; NULL: the file was not empty when it was opened */
    uint64_t hashed;
    uint64_t asked; /* the follower was told of the bytes up to here */
    bool out_of_order; /* not all bytes were appended one after the other */
    bool sealed;
    unsigned busy; /* how many do something long with it */
    bool taken;    /* it was taken away meanwhile, and the last of them gives up the file */
    bool ended;    /* under the follower's lock: writer_end() came while the follower was at it, which then frees it */
    struct writer *follow_next;
    uint64_t follow_to; /* with `waiting`: under the follower's lock */
    bool waiting;
};

/* One thread goes behind the writers of large files: it hashes what they wrote and has the disk begin with it, so that little of either is left when the
 * last byte comes. Both would hold up a polling thread. Whoever needs the hash does the rest that the thread has not reached. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t wanted, done;
    struct writer *first, **last, *current;
    bool started;
} follower = {.lock = PTHREAD_MUTEX_INITIALIZER, .wanted = PTHREAD_COND_INITIALIZER, .done = PTHREAD_COND_INITIALIZER, .last = &follower.first};

static struct storage *staged;
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct writer *writers;

void
writer_setup(struct storage *storage)
{
    staged = storage;
}

static void
writer_leave_if_taken(struct writer *writer)
{
    if (!writer->taken || writer->busy)
        return;
    scratch_free(writer->file);
    writer->file = NULL;
}

/* Before and after what takes long, which is done without the mutex. */
static struct scratch *
writer_begin(struct writer *writer, bool is_last)
{
    struct scratch *file;

    pthread_mutex_lock(&writer->lock);
    file = writer->taken ? NULL : writer->file;
    writer->busy += file != NULL;
    writer->sealed |= file && is_last;
    pthread_mutex_unlock(&writer->lock);
    return file;
}

static void
writer_done(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->busy--;
    writer_leave_if_taken(writer);
    pthread_mutex_unlock(&writer->lock);
}

/* False when the bytes could not be read. */
static bool
writer_hash(struct writer *writer, struct scratch *file, uint64_t to)
{
    char *piece = malloc(FOLLOW_PIECE);
    bool good = piece != NULL;

    while (good && writer->hashed < to) {
        size_t most = to - writer->hashed < FOLLOW_PIECE ? (size_t)(to - writer->hashed) : FOLLOW_PIECE;
        ssize_t n = staged_read(file, writer->hashed, piece, most);

        good = n > 0 && EVP_DigestUpdate(writer->sha256, piece, (size_t)n) == 1;
        writer->hashed += good ? (uint64_t)n : 0;
    }
    free(piece);
    return good;
}

/* At most a step, so that whoever takes the file away does not wait for long. */
static void
follow(struct writer *writer, uint64_t to)
{
    struct scratch *file = writer_begin(writer, false);
    uint64_t from = writer->hashed;

    if (!file)
        return;
    if (writer_hash(writer, file, to - from > FOLLOW_STEP ? from + FOLLOW_STEP : to))
        staged_begin_sync(file, from, writer->hashed - from);
    writer_done(writer);
}

/* With the follower's lock. */
static void
follower_append(struct writer *writer)
{
    writer->waiting = true;
    writer->follow_next = NULL;
    *follower.last = writer;
    follower.last = &writer->follow_next;
}

static void
writer_free(struct writer *writer)
{
    pthread_mutex_lock(&list_lock);
    *writer->link = writer->next;
    if (writer->next)
        writer->next->link = writer->link;
    pthread_mutex_unlock(&list_lock);
    scratch_free(writer->file);
    EVP_MD_CTX_free(writer->sha256);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
}

static void *
follower_main(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&follower.lock);
    for (;;) {
        struct writer *writer = follower.first;
        uint64_t before, to;
        bool ended;

        if (!writer) {
            pthread_cond_wait(&follower.wanted, &follower.lock);
            continue;
        }
        follower.first = writer->follow_next;
        follower.last = follower.first ? follower.last : &follower.first;
        writer->waiting = false;
        follower.current = writer;
        before = writer->hashed;
        to = writer->follow_to;
        pthread_mutex_unlock(&follower.lock);
        follow(writer, to);
        pthread_mutex_lock(&follower.lock);
        ended = writer->ended;
        if (!ended && !writer->waiting && writer->hashed > before && writer->hashed < writer->follow_to)
            follower_append(writer);
        follower.current = NULL;
        pthread_cond_broadcast(&follower.done);
        if (ended) {
            pthread_mutex_unlock(&follower.lock);
            writer_free(writer);
            pthread_mutex_lock(&follower.lock);
        }
    }
    return NULL;
}

/* Without a thread all is hashed at the end. */
static void
follower_tell(struct writer *writer)
{
    pthread_t thread;

    writer->asked = writer->offset;
    pthread_mutex_lock(&follower.lock);
    if (!follower.started && pthread_create(&thread, NULL, follower_main, NULL) == 0) {
        pthread_setname_np(thread, "veza-uploads");
        pthread_detach(thread);
        follower.started = true;
    }
    writer->follow_to = writer->offset;
    if (!writer->waiting && follower.started)
        follower_append(writer);
    pthread_cond_signal(&follower.wanted);
    pthread_mutex_unlock(&follower.lock);
}

/* With the follower's lock: it does not begin with this one again. */
static void
follower_leave(struct writer *writer)
{
    struct writer **at = &follower.first;

    writer->follow_to = 0;
    if (!writer->waiting)
        return;
    while (*at != writer)
        at = &(*at)->follow_next;
    *at = writer->follow_next;
    follower.last = *at ? follower.last : at;
    writer->waiting = false;
}

/* From now on the follower does not know it; what is hashed and what not is the caller's. */
static void
follower_forget(struct writer *writer)
{
    pthread_mutex_lock(&follower.lock);
    follower_leave(writer);
    while (follower.current == writer)
        pthread_cond_wait(&follower.done, &follower.lock);
    pthread_mutex_unlock(&follower.lock);
}

void
writer_stop(const char *id)
{
    pthread_mutex_lock(&list_lock);
    for (struct writer *w = writers; w; w = w->next) {
        if (!text_equal(w->id, id))
            continue;
        pthread_mutex_lock(&w->lock); /* not while it writes */
        w->taken |= !w->sealed;
        writer_leave_if_taken(w);
        pthread_mutex_unlock(&w->lock);
    }
    pthread_mutex_unlock(&list_lock);
}

static void
writer_enlist(struct writer *writer)
{
    pthread_mutex_lock(&list_lock);
    writer->next = writers;
    writer->link = &writers;
    if (writer->next)
        writer->next->link = &writer->next;
    writers = writer;
    pthread_mutex_unlock(&list_lock);
}

static int
writer_open(const char *id, bool waits, struct writer **ret_writer)
{
    struct writer *writer = calloc(1, sizeof *writer);
    bool locked = false;
    int error = writer ? 0 : STORAGE_FAILED;

    for (int tries = 0; !error && !locked && tries < (waits ? WAIT_TRIES : TRIES); tries++) {
        if (tries)
            usleep(PAUSE_US);
        if (!waits)
            writer_stop(id);
        error = staged_open(staged, id, &writer->file);
        locked = !error && staged_lock(writer->file);
        if (!error && !locked)
            scratch_free(writer->file);
    }
    if (!locked) {
        free(writer);
        return error ? error : WRITER_BUSY;
    }
    snprintf(writer->id, sizeof writer->id, "%s", id);
    pthread_mutex_init(&writer->lock, NULL);
    writer->offset = staged_size(writer->file);
    writer->sealed = waits;
    writer->sha256 = writer->offset ? NULL : EVP_MD_CTX_new();
    writer->out_of_order = !writer->sha256 || EVP_DigestInit_ex(writer->sha256, EVP_sha256(), NULL) != 1;
    writer_enlist(writer);
    *ret_writer = writer;
    return 0;
}

int
writer_take(const char *id, struct writer **ret_writer)
{
    return writer_open(id, false, ret_writer);
}

int
writer_wait(const char *id, struct writer **ret_writer)
{
    return writer_open(id, true, ret_writer);
}

uint64_t
writer_offset(const struct writer *writer)
{
    return writer->offset;
}

int
writer_append(struct writer *writer, const void *bytes, size_t len, bool is_last)
{
    int error;

    pthread_mutex_lock(&writer->lock);
    error = writer->file && !writer->taken ? staged_write(writer->file, writer->offset, bytes, len) : WRITER_GONE;
    if (!error)
        writer->offset += len;
    writer->sealed |= !error && is_last;
    writer->out_of_order |= error != 0;
    if (!writer->out_of_order && writer->offset - writer->asked >= FOLLOW_STEP)
        follower_tell(writer);
    pthread_mutex_unlock(&writer->lock);
    return error;
}

int
writer_copy(struct writer *writer, uint64_t offset, const struct scratch *from, bool is_last)
{
    struct scratch *file = writer_begin(writer, is_last);
    int error = file ? staged_copy(file, offset, from) : WRITER_GONE;

    writer->out_of_order = true;
    if (file) {
        writer->offset = staged_size(file);
        writer_done(writer);
    }
    return error;
}

int
writer_sync(struct writer *writer)
{
    struct scratch *file = writer_begin(writer, false);
    int error = file ? staged_sync(file) : WRITER_GONE;

    if (file)
        writer_done(writer);
    return error;
}

struct scratch *
writer_seal(struct writer *writer)
{
    struct scratch *file;

    pthread_mutex_lock(&writer->lock);
    file = writer->taken ? NULL : writer->file;
    if (file)
        staged_size(file);
    writer->sealed = file != NULL;
    pthread_mutex_unlock(&writer->lock);
    return file;
}

const EVP_MD_CTX *
writer_sha256(struct writer *writer)
{
    if (writer->out_of_order)
        return NULL;
    follower_forget(writer);
    return writer_hash(writer, writer->file, writer->offset) ? writer->sha256 : NULL;
}

void
writer_end(struct writer *writer)
{
    bool left;

    if (!writer)
        return;
    pthread_mutex_lock(&follower.lock);
    follower_leave(writer);
    left = writer->ended = follower.current == writer;
    pthread_mutex_unlock(&follower.lock);
    if (!left)
        writer_free(writer);
}

bool
writer_is_elsewhere(const char *id)
{
    struct staged_state state;
    struct scratch *file;
    bool here = false, locked;

    pthread_mutex_lock(&list_lock);
    for (struct writer *w = writers; w && !here; w = w->next)
        here = text_equal(w->id, id);
    pthread_mutex_unlock(&list_lock);
    if (here || !staged_look(staged, id, &state) || staged_open(staged, id, &file))
        return false;
    locked = staged_lock(file);
    scratch_free(file);
    return !locked;
}
