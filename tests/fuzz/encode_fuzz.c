/* encode_fuzz.c - any bytes as base64url, hex, UTF-8, numbers, a UUID, a rate limit and text that becomes JSON. */
#include "fuzz.h"

#include <jansson.h>

#include "base/buf.h"
#include "base/encode.h"
#include "http/limit.h"

static void
check_base64url(const uint8_t *bytes, size_t length, const char *text)
{
    unsigned char *out = malloc(length + 1);
    char *again = malloc(BASE64URL_SIZE(length));
    long decoded;

    require(out && again);
    decoded = base64url_decode(str_of(text), out, length);
    require(decoded >= -1 && decoded <= (long)length);
    base64url_encode(bytes, length, again);
    require(strlen(again) < BASE64URL_SIZE(length) && base64url_decode(str_of(again), out, length) == (long)length);
    require(memcmp(out, bytes, length) == 0);
    require(length == 0 || base64url_decode(str_of(again), out, length - 1) == -1);
    free(again);
    free(out);
}

/* What we write as a JSON string, a JSON parser reads; it is the same text when that was UTF-8. */
static void
check_json(const char *text)
{
    scoped_buf buf = BUF_INIT(1 << 20);
    json_t *parsed;

    buf_add_json_string(&buf, text);
    require(!buf.failed);
    parsed = json_loadb(buf.ptr, buf.len, JSON_DECODE_ANY, NULL);
    require(json_is_string(parsed));
    require(!utf8_valid(str_of(text), NULL) || strcmp(json_string_value(parsed), text) == 0);
    json_decref(parsed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = text_of(bytes, length);
    struct limit_rule rule;
    unsigned char sixteen[16];
    size_t characters = 0;
    int64_t whole;
    double number;

    check_base64url(bytes, length, text);
    check_json(text);
    (void)hex_decode(text, sixteen, sizeof sixteen);
    require(!uuid_valid(text) || strlen(text) == UUID_TEXT - 1);
    require(!utf8_valid((struct str){text, length}, &characters) || (characters <= length && strlen(text) == length));
    require(!text_to_int64(text, -5, 5, &whole) || (whole >= -5 && whole <= 5));
    require(!text_to_double(text, &number) || number - number == 0);
    require(!limit_rule_parse(text, &rule) || (rule.requests > 0 && rule.seconds > 0));
    free(text);
    return 0;
}
