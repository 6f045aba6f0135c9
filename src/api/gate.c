/* gate.c - files as they come in: hashed and counted while they are written to scratch, which nothing remembers when the process dies. */
#include "api/gate.h"

#include <openssl/evp.h>

#include "base/log.h"

struct gate_file {
    struct scratch *scratch;
    struct source *source; /* made when it is asked for */
    EVP_MD_CTX *digest;
    char sha256[SHA256_HEX];
};

static struct storage *gate_storage;

void
gate_setup(struct storage *storage)
{
    gate_storage = storage;
}

static const struct problem *
gate_problem(int error)
{
    if (!error)
        return NULL;
    if (error == STORAGE_FULL)
        return PROBLEM(STORAGE_FULL);
    log_error("a received file cannot be written");
    return PROBLEM(INTERNAL);
}

const struct problem *
gate_begin(struct request *req, struct upload *upload)
{
    struct gate_file *file = arena_alloc(req->arena, sizeof *file);
    int error;

    if (!file)
        return PROBLEM(INTERNAL);
    *file = (struct gate_file){0};
    error = storage_scratch(gate_storage, &file->scratch);
    if (error)
        return gate_problem(error);
    file->digest = EVP_MD_CTX_new();
    upload->file = file;
    if (file->digest && EVP_DigestInit_ex(file->digest, EVP_sha256(), NULL) == 1)
        return NULL;
    gate_free(upload);
    return PROBLEM(INTERNAL);
}

const struct problem *
gate_add(struct upload *upload, const char *bytes, size_t len)
{
    if (EVP_DigestUpdate(upload->file->digest, bytes, len) != 1)
        return PROBLEM(INTERNAL);
    return gate_problem(scratch_write(upload->file->scratch, bytes, len));
}

void
gate_free(struct upload *upload)
{
    source_unref(upload->file->source);
    scratch_free(upload->file->scratch);
    EVP_MD_CTX_free(upload->file->digest);
    *upload->file = (struct gate_file){0};
}

struct source *
gate_source(const struct upload *upload)
{
    struct gate_file *file = upload->file;

    if (!file->source)
        file->source = scratch_source(file->scratch);
    return file->source;
}

const char *
gate_sha256(const struct upload *upload)
{
    struct gate_file *file = upload->file;
    unsigned char digest[SHA256_BYTES];

    if (!*file->sha256 && EVP_DigestFinal_ex(file->digest, digest, NULL) == 1)
        hex_encode(digest, sizeof digest, file->sha256);
    return file->sha256;
}

const struct problem *
gate_keep(const struct upload *upload, const char *key)
{
    return gate_problem(storage_keep(gate_storage, key, upload->file->scratch));
}
