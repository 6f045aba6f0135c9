/* receive.c - the bytes of a request, as they come.
 *
 * Without a checksum they go straight to the staged file, so that what came counts even if the request is cut. With one, nobody can say of half a request whether its
 * bytes are right: they wait in scratch until all were checked. */
#include <openssl/evp.h>
#include <stdio.h>

#include "base/encode.h"
#include "modules/uploads/internal.h"

/* Decodes base64 with padding; the length, or -1. */
static long
decode_base64(struct request *req, const char *text, const char **ret_bytes)
{
    size_t len = strcspn(text, "=");
    char *url = arena_strndup(req->arena, text, len), *out = arena_alloc(req->arena, len + 1);
    long n;

    if (!url || !out || strspn(text + len, "=") != strlen(text + len) || strlen(text + len) > 2)
        return -1;
    for (char *p = url; *p; p++) {
        if (*p == '-' || *p == '_')
            return -1;
        *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
    }
    n = base64url_decode((struct str){url, len}, out, len);
    if (n >= 0)
        out[n] = 0;
    *ret_bytes = out;
    return n;
}

long
upload_decode_base64(struct request *req, const char *text, const char **ret_bytes)
{
    return *text ? decode_base64(req, text, ret_bytes) : (*ret_bytes = "", 0);
}

static const EVP_MD *
algorithm_of(struct str name)
{
    return str_equal(name, STR("sha1")) ? EVP_sha1() : str_equal(name, STR("sha256")) ? EVP_sha256() : str_equal(name, STR("sha512")) ? EVP_sha512() : NULL;
}

static const struct problem *
read_checksum(struct request *req, struct incoming *in, const char *header)
{
    size_t name_len = strcspn(header, " ");
    const EVP_MD *algorithm = algorithm_of((struct str){header, name_len});
    long len = header[name_len] ? decode_base64(req, header + name_len + 1, &in->expected) : -1;

    if (!algorithm || len != EVP_MD_get_size(algorithm))
        return problem_detail(req->arena, PROBLEM(BAD_REQUEST), "Upload-Checksum is sha1, sha256 or sha512, a space, and the checksum in base64.");
    in->expected_len = (size_t)len;
    in->digest = EVP_MD_CTX_new();
    return in->digest && EVP_DigestInit_ex(in->digest, algorithm, NULL) == 1 ? NULL : PROBLEM(INTERNAL);
}

const struct problem *
incoming_begin(struct request *req, uint64_t most, struct incoming **ret)
{
    struct incoming *in = arena_alloc(req->arena, sizeof *in);
    const char *checksum = request_param(req, "upload_checksum");

    if (!in)
        return PROBLEM(INTERNAL);
    *in = (struct incoming){.most = most};
    req->sink = *ret = in;
    return checksum ? read_checksum(req, in, checksum) : NULL;
}

const struct problem *
incoming_hold(struct incoming *in)
{
    int error = storage_scratch(uploads_storage, &in->scratch);

    return error == STORAGE_FULL ? PROBLEM(STORAGE_FULL) : error ? PROBLEM(INTERNAL) : NULL;
}

const struct problem *
incoming_add(struct request *req, const char *bytes, size_t len)
{
    struct incoming *in = req->sink;
    int error;

    if (len > in->most - in->received)
        return problem_detail(req->arena, PROBLEM(PAYLOAD_TOO_LARGE), "That is more than the upload was declared to have.");
    if (in->digest && EVP_DigestUpdate(in->digest, bytes, len) != 1)
        return PROBLEM(INTERNAL);
    error = in->writer ? writer_append(in->writer, bytes, len, in->ends_file && in->received + len == in->most) : scratch_write(in->scratch, bytes, len);
    in->received += error ? 0 : len;
    return writer_problem(req, error);
}

void
incoming_end(struct request *req)
{
    struct incoming *in = req->sink;

    writer_end(in->writer);
    scratch_free(in->scratch);
    EVP_MD_CTX_free(in->digest);
    req->sink = NULL;
}

const struct problem *
incoming_check(struct incoming *in)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (!in->digest)
        return NULL;
    if (EVP_DigestFinal_ex(in->digest, digest, &len) != 1)
        return PROBLEM(INTERNAL);
    return len == in->expected_len && memcmp(digest, in->expected, len) == 0 ? NULL : PROBLEM(CHECKSUM_MISMATCH);
}
