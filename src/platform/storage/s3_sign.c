#include "platform/storage/s3_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CANONICAL_MAX ((size_t)16 * 1024)
#define ALGORITHM "AWS4-HMAC-SHA256"
#define DATE_LEN 8

void
s3_time(int64_t unix_s, char ret_time[S3_TIME_TEXT])
{
    time_t when = (time_t)unix_s;
    struct tm utc;

    gmtime_r(&when, &utc);
    strftime(ret_time, S3_TIME_TEXT, "%Y%m%dT%H%M%SZ", &utc);
}

static int
sign_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
s3_query(const struct s3_pair *query, unsigned count, struct buf *out)
{
    char *parts[S3_PAIRS_MAX];
    struct buf part;

    count = count < S3_PAIRS_MAX ? count : S3_PAIRS_MAX;
    for (unsigned i = 0; i < count; i++) {
        part = (struct buf)BUF_INIT(CANONICAL_MAX);
        buf_add_url(&part, query[i].name);
        buf_add_text(&part, "=");
        buf_add_url(&part, query[i].value);
        out->failed |= part.failed;
        parts[i] = part.ptr;
    }
    if (!out->failed)
        qsort(parts, count, sizeof *parts, sign_compare);
    for (unsigned i = 0; i < count; i++) {
        if (i)
            buf_add_text(out, "&");
        buf_add_text(out, parts[i] ? parts[i] : "");
        free(parts[i]);
    }
}

static void
sign_header_names(const struct s3_form *form, struct buf *out)
{
    for (unsigned i = 0; i < form->header_count; i++)
        buf_printf(out, "%s%s", i ? ";" : "", form->headers[i].name);
}

static void
sign_scope(const struct s3_credentials *who, const struct s3_form *form, struct buf *out)
{
    buf_printf(out, "%.*s/%s/%s/aws4_request", DATE_LEN, form->time, who->region, who->service);
}

static void
sign_canonical_hash(const struct s3_form *form, struct str query, char ret_hash[SHA256_HEX])
{
    scoped_buf out = BUF_INIT(CANONICAL_MAX);

    buf_printf(&out, "%s\n%s\n", form->method, form->path);
    buf_add(&out, query);
    buf_add_text(&out, "\n");
    for (unsigned i = 0; i < form->header_count; i++)
        buf_printf(&out, "%s:%s\n", form->headers[i].name, form->headers[i].value);
    buf_add_text(&out, "\n");
    sign_header_names(form, &out);
    buf_printf(&out, "\n%s", form->payload_sha256);
    sha256_hex(buf_str(&out), ret_hash);
}

/* HMAC of HMAC of HMAC... as the documentation has it: date, region, service, "aws4_request". */
static void
sign_key(const struct s3_credentials *who, const struct s3_form *form, unsigned char key[SHA256_BYTES])
{
    const struct str steps[] = {str_of(who->region), str_of(who->service), STR("aws4_request")};
    scoped_buf first = BUF_INIT(1024);

    buf_printf(&first, "AWS4%s", who->secret_key);
    hmac_sha256(buf_str(&first), (struct str){form->time, DATE_LEN}, key);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        unsigned char next[SHA256_BYTES];

        hmac_sha256((struct str){(const char *)key, SHA256_BYTES}, steps[i], next);
        memcpy(key, next, sizeof next);
    }
}

static void
sign_signature(const struct s3_credentials *who, const struct s3_form *form, struct str query, char ret_signature[SHA256_HEX])
{
    unsigned char key[SHA256_BYTES], signature[SHA256_BYTES];
    scoped_buf text = BUF_INIT(CANONICAL_MAX);
    char hash[SHA256_HEX];

    sign_canonical_hash(form, query, hash);
    buf_printf(&text, ALGORITHM "\n%s\n", form->time);
    sign_scope(who, form, &text);
    buf_printf(&text, "\n%s", hash);
    sign_key(who, form, key);
    hmac_sha256((struct str){(const char *)key, sizeof key}, buf_str(&text), signature);
    hex_encode(signature, sizeof signature, ret_signature);
}

void
s3_authorize(const struct s3_credentials *who, const struct s3_form *form, struct buf *out)
{
    scoped_buf query = BUF_INIT(CANONICAL_MAX);
    char signature[SHA256_HEX];

    s3_query(form->query, form->query_count, &query);
    sign_signature(who, form, buf_str(&query), signature);
    buf_printf(out, ALGORITHM " Credential=%s/", who->access_key);
    sign_scope(who, form, out);
    buf_add_text(out, ", SignedHeaders=");
    sign_header_names(form, out);
    buf_printf(out, ", Signature=%s", signature);
    out->failed |= query.failed;
}

void
s3_presign(const struct s3_credentials *who, const struct s3_form *form, unsigned seconds, struct buf *out)
{
    struct s3_pair pairs[S3_PAIRS_MAX];
    scoped_buf credential = BUF_INIT(1024);
    char signature[SHA256_HEX], duration[16];
    struct s3_form whole = *form;
    unsigned count = 0;

    buf_printf(&credential, "%s/", who->access_key);
    sign_scope(who, form, &credential);
    snprintf(duration, sizeof duration, "%u", seconds);
    pairs[count++] = (struct s3_pair){"X-Amz-Algorithm", ALGORITHM};
    pairs[count++] = (struct s3_pair){"X-Amz-Credential", buf_str(&credential).ptr};
    pairs[count++] = (struct s3_pair){"X-Amz-Date", form->time};
    pairs[count++] = (struct s3_pair){"X-Amz-Expires", duration};
    pairs[count++] = (struct s3_pair){"X-Amz-SignedHeaders", "host"};
    for (unsigned i = 0; i < form->query_count && count < S3_PAIRS_MAX; i++)
        pairs[count++] = form->query[i];
    whole.query = pairs;
    whole.query_count = count;
    whole.payload_sha256 = S3_UNSIGNED;
    s3_query(pairs, count, out);
    sign_signature(who, &whole, buf_str(out), signature);
    buf_printf(out, "&X-Amz-Signature=%s", signature);
}
