#include "http/framing.h"

#include <string.h>
#include <strings.h>

#include "base/ip.h"

enum state {
    BETWEEN, /* requests; an empty line is allowed */
    BETWEEN_LF,
    METHOD,
    TARGET,
    VERSION,
    VERSION_LF,
    FIELD_START,
    FIELD_NAME,
    FIELD_VALUE,
    FIELD_LF,
    HEAD_LF,
    BODY,
    CHUNK_SIZE,
    CHUNK_EXTENSION,
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    UPGRADED,
};

enum field { FIELD_OTHER, FIELD_HOST, FIELD_LENGTH, FIELD_ENCODING, FIELD_UPGRADE };

/* Characters of a method or a field name (RFC 9110, 5.6.2). */
static const bool is_token[256] = {['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['!'] = true, ['#'] = true, ['$'] = true,
                                   ['%'] = true, ['&'] = true, ['\''] = true, ['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true,
                                   ['^'] = true, ['_'] = true, ['`'] = true, ['|'] = true, ['~'] = true};

/* Characters of a field value: visible ones, blanks, tabs, and what is not ASCII. */
static const bool is_text[256] = {['\t'] = true, [0x20 ... 0x7E] = true, [0x80 ... 0xFF] = true};

static void
refuse(struct framing *f, const struct problem *problem)
{
    f->fault = problem;
}

static void
begin_request(struct framing *f)
{
    *f = (struct framing){.state = METHOD, .head_len = 1, .heads = f->heads};
}

static void
add_to_word(struct framing *f, char c)
{
    if (f->word_len < sizeof f->word - 1)
        f->word[f->word_len] = c;
    f->word_len++; /* one that does not fit is no word that we know */
}

static bool
word_is(const struct framing *f, const char *text)
{
    return f->word_len == strlen(text) && strncasecmp(f->word, text, f->word_len) == 0;
}

static enum field
field_of_name(const struct framing *f)
{
    return word_is(f, "Host")                ? FIELD_HOST
           : word_is(f, "Content-Length")    ? FIELD_LENGTH
           : word_is(f, "Transfer-Encoding") ? FIELD_ENCODING
           : word_is(f, "Upgrade")           ? FIELD_UPGRADE
                                             : FIELD_OTHER;
}

bool
framing_is_host(struct str text)
{
    const char *colon = memrchr(text.ptr, ':', text.len), *bracket = memrchr(text.ptr, ']', text.len);
    struct ip ip;

    if (colon && (!bracket || bracket < colon)) {
        size_t digits = text.len - (size_t)(colon + 1 - text.ptr);
        unsigned port = 0;

        for (size_t i = 0; i < digits && digits <= 5; i++) {
            if (colon[1 + i] < '0' || colon[1 + i] > '9')
                return false;
            port = port * 10 + (unsigned)(colon[1 + i] - '0');
        }
        if (!digits || digits > 5 || port > 65535)
            return false;
        text.len = (size_t)(colon - text.ptr);
    }
    if (text.len > 2 && *text.ptr == '[' && text.ptr[text.len - 1] == ']') {
        text = (struct str){text.ptr + 1, text.len - 2};
        return memchr(text.ptr, ':', text.len) && ip_parse(text, &ip);
    }
    for (size_t i = 0; i < text.len; i++)
        if (!is_token[(unsigned char)text.ptr[i]] || strchr("#%^`|*", text.ptr[i]))
            return false;
    return text.len > 0;
}

static bool
read_length(struct framing *f)
{
    if (!f->word_len || f->word_len > 18)
        return false;
    for (unsigned i = 0; i < f->word_len; i++) {
        if (f->word[i] < '0' || f->word[i] > '9')
            return false;
        f->left = f->left * 10 + (unsigned)(f->word[i] - '0');
    }
    return true;
}

static void
end_field(struct framing *f)
{
    bool good = true;

    while (f->word_len && f->word_len < sizeof f->word && (f->word[f->word_len - 1] == ' ' || f->word[f->word_len - 1] == '\t'))
        f->word_len--;
    if (f->field == FIELD_HOST) {
        good = !f->has_host && f->word_len <= FRAMING_HOST_MAX && framing_is_host((struct str){f->word, f->word_len});
        f->has_host = true;
    } else if (f->field == FIELD_LENGTH) {
        good = !f->has_length && !f->chunked && read_length(f);
        f->has_length = true;
    } else if (f->field == FIELD_ENCODING) {
        good = !f->has_length && !f->chunked && !f->http_1_0 && word_is(f, "chunked");
        f->chunked = true;
    } else if (f->field == FIELD_UPGRADE) {
        f->upgrade = word_is(f, "websocket");
    }
    f->state = FIELD_LF;
    if (!good || (f->trailer && f->field != FIELD_OTHER))
        refuse(f, PROBLEM(BAD_REQUEST));
}

static void
end_head(struct framing *f)
{
    f->fields = 0;
    if (f->trailer) {
        f->state = BETWEEN;
        return;
    }
    if (!f->has_host && !f->http_1_0) {
        refuse(f, PROBLEM(BAD_REQUEST));
        return;
    }
    f->heads++;
    f->state = f->upgrade ? UPGRADED : f->chunked ? CHUNK_SIZE : f->left ? BODY : BETWEEN;
    f->word_len = 0;
}

static void
end_name(struct framing *f)
{
    f->field = (unsigned char)field_of_name(f);
    f->word_len = 0;
    f->state = FIELD_VALUE;
    if (++f->fields > FRAMING_FIELDS_MAX)
        refuse(f, PROBLEM(HEADERS_TOO_LARGE));
}

static void
add_to_target(struct framing *f, char c)
{
    f->target_len++;
    if (f->arguments ? c == '&' : c == '?')
        f->arguments++;
    if (f->target_len > FRAMING_TARGET_MAX || f->arguments > FRAMING_ARGUMENTS_MAX)
        refuse(f, PROBLEM(URI_TOO_LONG));
}

static void
add_to_chunk_size(struct framing *f, char c)
{
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

    if (at && f->word_len < 15) {
        f->left = f->left * 16 + (unsigned)(at - digits);
        f->word_len++;
    } else if (f->word_len && c == '\r') {
        f->state = CHUNK_SIZE_LF;
    } else if (f->word_len && c == ';') {
        f->word_len = 0;
        f->state = CHUNK_EXTENSION;
    } else {
        refuse(f, PROBLEM(BAD_REQUEST));
    }
}

static void
begin_chunk(struct framing *f)
{
    f->word_len = 0;
    f->trailer = !f->left;
    f->head_len = 0;
    f->state = f->left ? CHUNK_DATA : FIELD_START;
}

static void
expect(struct framing *f, char c, char expected, enum state next)
{
    f->state = (unsigned char)next;
    if (c != expected)
        refuse(f, PROBLEM(BAD_REQUEST));
}

/* One character of anything but a body. */
static void
step(struct framing *f, char c)
{
    switch ((enum state)f->state) {
    case BETWEEN:
        if (c == '\r') {
            f->state = BETWEEN_LF;
            break;
        }
        begin_request(f);
        /* fall through */
    case METHOD:
        if (c == ' ' && f->word_len)
            f->state = TARGET;
        else if (is_token[(unsigned char)c] && f->word_len < 32)
            f->word_len++;
        else
            refuse(f, PROBLEM(BAD_REQUEST));
        break;
    case BETWEEN_LF:
        expect(f, c, '\n', METHOD); /* no second empty line */
        f->word_len = 0;
        if (!f->fault)
            begin_request(f);
        break;
    case TARGET:
        if (c == ' ' && f->target_len) {
            f->state = VERSION;
            f->word_len = 0;
        } else if ((unsigned char)c > 0x20 && c != 0x7F) {
            add_to_target(f, c);
        } else {
            refuse(f, PROBLEM(BAD_REQUEST));
        }
        break;
    case VERSION:
        if (c != '\r') {
            add_to_word(f, c);
            if (f->word_len > 8)
                refuse(f, PROBLEM(BAD_REQUEST));
            break;
        }
        f->http_1_0 = f->word_len == 8 && memcmp(f->word, "HTTP/1.0", 8) == 0;
        f->state = VERSION_LF;
        if (!f->http_1_0 && (f->word_len != 8 || memcmp(f->word, "HTTP/1.1", 8) != 0))
            refuse(f, PROBLEM(BAD_REQUEST));
        break;
    case VERSION_LF:
    case FIELD_LF:
        expect(f, c, '\n', FIELD_START);
        f->word_len = 0;
        break;
    case FIELD_START:
        f->word_len = 0;
        f->state = c == '\r' ? HEAD_LF : FIELD_NAME;
        if (c == '\r')
            break;
        /* fall through */
    case FIELD_NAME:
        if (c == ':' && f->word_len)
            end_name(f);
        else if (is_token[(unsigned char)c])
            add_to_word(f, c);
        else
            refuse(f, PROBLEM(BAD_REQUEST)); /* also a blank: of a folded line, or before the colon */
        break;
    case FIELD_VALUE:
        if (c == '\r')
            end_field(f);
        else if (!is_text[(unsigned char)c])
            refuse(f, PROBLEM(BAD_REQUEST));
        else if (f->field != FIELD_OTHER && (f->word_len || (c != ' ' && c != '\t')))
            add_to_word(f, c);
        break;
    case HEAD_LF:
        expect(f, c, '\n', BETWEEN);
        if (!f->fault)
            end_head(f);
        break;
    case CHUNK_SIZE:
        add_to_chunk_size(f, c);
        break;
    case CHUNK_EXTENSION:
        if (c == '\r')
            f->state = CHUNK_SIZE_LF;
        else if (!is_text[(unsigned char)c] || ++f->word_len > FRAMING_EXTENSION_MAX)
            refuse(f, PROBLEM(BAD_REQUEST));
        break;
    case CHUNK_SIZE_LF:
        expect(f, c, '\n', CHUNK_DATA);
        begin_chunk(f);
        break;
    case CHUNK_DATA_CR:
        expect(f, c, '\r', CHUNK_DATA_LF);
        break;
    case CHUNK_DATA_LF:
        expect(f, c, '\n', CHUNK_SIZE);
        break;
    case BODY:
    case CHUNK_DATA:
    case UPGRADED:
        break;
    }
}

/* The bytes of a body, or of a long value, at once. Returns how many. */
static size_t
skip(struct framing *f, const char *bytes, size_t len)
{
    size_t n = 0;

    if (f->state == UPGRADED)
        return len;
    if (f->state == FIELD_VALUE && f->field == FIELD_OTHER) {
        size_t room = FRAMING_HEAD_MAX - f->head_len;

        while (n < len && n < room && is_text[(unsigned char)bytes[n]])
            n++;
        f->head_len += (unsigned)n;
        return n;
    }
    if (f->state != BODY && f->state != CHUNK_DATA)
        return 0;
    n = f->left < len ? (size_t)f->left : len;
    f->left -= n;
    if (!f->left)
        f->state = f->state == BODY ? BETWEEN : CHUNK_DATA_CR;
    return n;
}

size_t
framing_take(struct framing *f, const char *bytes, size_t len)
{
    size_t at = 0, request_at = 0;
    uint64_t heads = f->heads; /* of the requests that are passed on if the one at hand is at fault */

    while (at < len && !f->fault) {
        size_t skipped = skip(f, bytes + at, len - at);

        at += skipped;
        if (skipped)
            continue;
        if (f->state == BETWEEN) {
            request_at = at;
            heads = f->heads;
        }
        if (f->state < BODY && ++f->head_len > FRAMING_HEAD_MAX)
            refuse(f, PROBLEM(HEADERS_TOO_LARGE));
        else
            step(f, bytes[at]);
        at++;
    }
    if (!f->fault)
        return len;
    f->heads = heads;
    return request_at;
}
