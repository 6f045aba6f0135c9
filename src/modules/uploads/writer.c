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

struct writer {
    struct writer *next, **link;
    char id[UUID_TEXT];
    pthread_mutex_t lock;
    struct scratch *file; /* NULL: taken away */
    uint64_t offset;
    EVP_MD_CTX *sha256; /* of all bytes up to `offset`; NULL: not all of them were written here, one after the other */
    bool sealed;
    bool busy, taken; /* something long is being done; it was taken away meanwhile, and whoever does it gives up the file */
};

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

static void
writer_forget_hash(struct writer *writer)
{
    EVP_MD_CTX_free(writer->sha256);
    writer->sha256 = NULL;
}

/* Before and after what takes long, which is done without the mutex. */
static struct scratch *
writer_begin(struct writer *writer)
{
    struct scratch *file;

    pthread_mutex_lock(&writer->lock);
    file = writer->file;
    writer->busy = file != NULL;
    pthread_mutex_unlock(&writer->lock);
    return file;
}

static void
writer_done(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->busy = false;
    if (writer->file)
        writer->offset = staged_size(writer->file);
    writer_leave_if_taken(writer);
    pthread_mutex_unlock(&writer->lock);
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
    if (writer->sha256 && EVP_DigestInit_ex(writer->sha256, EVP_sha256(), NULL) != 1)
        writer_forget_hash(writer);
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
writer_append(struct writer *writer, const void *bytes, size_t len)
{
    int error;

    pthread_mutex_lock(&writer->lock);
    error = writer->file ? staged_write(writer->file, writer->offset, bytes, len) : WRITER_GONE;
    if (!error)
        writer->offset += len;
    if (writer->sha256 && (error || EVP_DigestUpdate(writer->sha256, bytes, len) != 1))
        writer_forget_hash(writer);
    pthread_mutex_unlock(&writer->lock);
    return error;
}

int
writer_copy(struct writer *writer, uint64_t offset, const struct scratch *from)
{
    struct scratch *file = writer_begin(writer);
    int error = file ? staged_copy(file, offset, from) : WRITER_GONE;

    writer_forget_hash(writer);
    if (file)
        writer_done(writer);
    return error;
}

int
writer_sync(struct writer *writer)
{
    struct scratch *file = writer_begin(writer);
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
    file = writer->file;
    if (file)
        staged_size(file);
    writer->sealed = file != NULL;
    pthread_mutex_unlock(&writer->lock);
    return file;
}

const EVP_MD_CTX *
writer_sha256(const struct writer *writer)
{
    return writer->sha256;
}

void
writer_end(struct writer *writer)
{
    if (!writer)
        return;
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
