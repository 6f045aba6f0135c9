#include "base/encode.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

static const char hex_digits[] = "0123456789abcdef";
static const char base64url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
random_bytes(void *bytes, size_t len)
{
    unsigned char *p = bytes;

    while (len) {
        ssize_t n = getrandom(p, len, 0);

        if (n < 0)
            abort(); /* a server without randomness must not hand out tokens */
        p += n;
        len -= (size_t)n;
    }
}

void
hex_encode(const void *bytes, size_t len, char *out)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = hex_digits[p[i] >> 4];
        out[2 * i + 1] = hex_digits[p[i] & 15];
    }
    out[2 * len] = 0;
}

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool
hex_decode(const char *text, void *out, size_t len)
{
    unsigned char *p = out;

    for (size_t i = 0; i < len; i++) {
        int high = hex_value(text[2 * i]);
        int low = high < 0 ? -1 : hex_value(text[2 * i + 1]);

        if (low < 0)
            return false;
        p[i] = (unsigned char)(high << 4 | low);
    }
    return text[2 * len] == 0;
}

void
base64url_encode(const void *bytes, size_t len, char *out)
{
    const unsigned char *p = bytes;
    unsigned bits = 0, value = 0;

    for (size_t i = 0; i < len; i++) {
        value = value << 8 | p[i];
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            *out++ = base64url_digits[value >> bits & 63];
        }
    }
    if (bits)
        *out++ = base64url_digits[value << (6 - bits) & 63];
    *out = 0;
}

long
base64url_decode(struct str text, void *out, size_t max)
{
    unsigned char *p = out;
    unsigned bits = 0, value = 0;
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        const char *digit = text.ptr[i] ? strchr(base64url_digits, text.ptr[i]) : NULL;

        if (!digit)
            return -1;
        value = value << 6 | (unsigned)(digit - base64url_digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            if (n == max)
                return -1;
            p[n++] = (unsigned char)(value >> bits);
        }
    }
    /* Left-over bits must be zero, else two texts would stand for the same bytes. */
    if (bits >= 6 || (value & ((1u << bits) - 1)))
        return -1;
    return (long)n;
}

bool
base64url_valid(struct str text)
{
    static const unsigned unused_bits[4] = {0, 0, 15, 3}; /* of the last digit, by the length modulo 4: must be zero */
    const char *digit = NULL;

    for (size_t i = 0; i < text.len; i++) {
        digit = text.ptr[i] ? strchr(base64url_digits, text.ptr[i]) : NULL;
        if (!digit)
            return false;
    }
    return digit && text.len % 4 != 1 && !((unsigned)(digit - base64url_digits) & unused_bits[text.len % 4]);
}

bool
jws_shaped(const char *text)
{
    for (int part = 0; part < 3; part++) {
        size_t len = strcspn(text, ".");

        if (!base64url_valid((struct str){text, len}) || text[len] != (part < 2 ? '.' : 0))
            return false;
        text += len + 1;
    }
    return true;
}

static EVP_MD *sha256_method; /* found once: each use of EVP_sha256() looks for it anew, which takes longer than to hash a token */

static void
find_sha256(void)
{
    sha256_method = EVP_MD_fetch(NULL, "SHA256", NULL);
}

void
sha256(struct str bytes, unsigned char out[SHA256_BYTES])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, find_sha256);
    if (EVP_Digest(bytes.ptr, bytes.len, out, NULL, sha256_method, NULL) != 1)
        abort();
}

void
sha256_hex(struct str bytes, char out[SHA256_HEX])
{
    unsigned char digest[SHA256_BYTES];

    sha256(bytes, digest);
    hex_encode(digest, sizeof digest, out);
}

void
hmac_sha256(struct str key, struct str message, unsigned char out[SHA256_BYTES])
{
    if (!HMAC(EVP_sha256(), key.ptr, (int)key.len, (const unsigned char *)message.ptr, message.len, out, NULL))
        abort();
}

/* Ids are many and small: one system call serves several. Not for secrets. */
static void
pooled_random(unsigned char *out, size_t len)
{
    static _Thread_local unsigned char pool[1024];
    static _Thread_local size_t left;

    if (left < len) {
        random_bytes(pool, sizeof pool);
        left = sizeof pool;
    }
    left -= len;
    memcpy(out, pool + left, len);
}

void
uuid_random(char out[UUID_TEXT])
{
    unsigned char b[16];

    pooled_random(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = hex_digits[b[i] >> 4];
        *out++ = hex_digits[b[i] & 15];
    }
    *out = 0;
}

bool
uuid_valid(const char *text)
{
    for (int i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-')
                return false;
        } else if (hex_value(text[i]) < 0) {
            return false;
        }
    }
    return text[36] == 0;
}
