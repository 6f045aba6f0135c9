#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

bool
text_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
text_listed(const char *list, const char *text)
{
    size_t len = strlen(text);

    for (const char *p = list; *p;) {
        size_t n;

        p += strspn(p, ", ");
        n = strcspn(p, ", ");
        if (n && n == len && memcmp(p, text, n) == 0)
            return true;
        p += n;
    }
    return false;
}

/* The length of the sequence that `lead` begins, and the range of its second byte (RFC 3629, section 4). 0: not a lead. */
static size_t
utf8_sequence(unsigned char lead, unsigned char *ret_low, unsigned char *ret_high)
{
    *ret_low = 0x80;
    *ret_high = 0xBF;
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (lead == 0xE0)
            *ret_low = 0xA0;
        if (lead == 0xED)
            *ret_high = 0x9F;
        return 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (lead == 0xF0)
            *ret_low = 0x90;
        if (lead == 0xF4)
            *ret_high = 0x8F;
        return 4;
    }
    return 0;
}

/* The length of the valid character at `p`; 0 when there is none. */
static size_t
utf8_character(const unsigned char *p, size_t len)
{
    unsigned char low, high;
    size_t n = utf8_sequence(*p, &low, &high);

    if (*p == 0 || n == 0 || n > len || (n > 1 && (p[1] < low || p[1] > high)))
        return 0;
    for (size_t k = 2; k < n; k++)
        if (p[k] < 0x80 || p[k] > 0xBF)
            return 0;
    return n;
}

bool
utf8_valid(struct str bytes, size_t *ret_characters)
{
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    size_t characters = 0;

    for (size_t i = 0; i < bytes.len;) {
        size_t n = utf8_character(p + i, bytes.len - i);

        if (!n)
            return false;
        i += n;
        characters++;
    }
    if (ret_characters)
        *ret_characters = characters;
    return true;
}

void
utf8_clean(const char *text, char *out, size_t size)
{
    size_t len = strlen(text), used = 0;

    for (size_t i = 0; i < len;) {
        size_t n = utf8_character((const unsigned char *)text + i, len - i);

        if (used + (n ? n : 1) >= size)
            break;
        if (n)
            memcpy(out + used, text + i, n);
        else
            out[used] = '?';
        used += n ? n : 1;
        i += n ? n : 1;
    }
    out[used] = 0;
}

bool
text_to_int64(const char *text, int64_t min, int64_t max, int64_t *ret_value)
{
    char *end;
    long long value;

    if (!text || !((*text >= '0' && *text <= '9') || *text == '-'))
        return false;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < min || value > max)
        return false;
    *ret_value = value;
    return true;
}

bool
text_to_double(const char *text, double *ret_value)
{
    char *end;
    double value;

    if (!text || !((*text >= '0' && *text <= '9') || *text == '-' || *text == '.'))
        return false;
    errno = 0;
    value = strtod(text, &end);
    if (errno || end == text || *end || !isfinite(value))
        return false;
    *ret_value = value;
    return true;
}

bool
bytes_equal_constant_time(const void *a, const void *b, size_t len)
{
    const volatile unsigned char *x = a, *y = b;
    unsigned char difference = 0;

    for (size_t i = 0; i < len; i++)
        difference |= x[i] ^ y[i];
    return difference == 0;
}

void
text_free(char **text)
{
    free(*text);
    *text = NULL;
}

size_t
text_blank_character(const char *p)
{
    static const uint32_t ranges[][2] = {
        {0x01, 0x20},     {0x7F, 0xA0},     {0xAD, 0xAD},     {0x34F, 0x34F},   {0x61C, 0x61C},     {0x115F, 0x1160},     {0x17B4, 0x17B5},
        {0x180B, 0x180F}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F}, {0x2800, 0x2800},   {0x3000, 0x3000},     {0x3164, 0x3164},
        {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};
    const unsigned char *bytes = (const unsigned char *)p;
    size_t len = *bytes < 0xC0 ? 1 : *bytes < 0xE0 ? 2 : *bytes < 0xF0 ? 3 : 4;
    uint32_t point = len > 1 ? *bytes & (0x7Fu >> len) : *bytes;

    if (*bytes >= 0x80 && *bytes < 0xC0)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3F);
    }
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (point >= ranges[i][0] && point <= ranges[i][1])
            return len;
    return 0;
}

bool
text_is_unseen(const char *text)
{
    size_t len;

    if (!text[strspn(text, " \t\r\n")])
        return false;
    while (*text && (len = text_blank_character(text)))
        text += len;
    return !*text;
}

size_t
text_hidden_character(const char *p, bool *ret_belongs)
{
    static const struct { uint32_t first, last; bool belongs; } hidden[] = {
        {0x01, 0x1F, false}, {0x7F, 0x9F, false}, {0x61C, 0x61C, true}, {0x200B, 0x200F, true}, {0x2028, 0x202E, false}, {0x2060, 0x2065, true}, {0x2066, 0x2069, false},
        {0x206A, 0x206F, true}, {0xFEFF, 0xFEFF, true}};
    const unsigned char *bytes = (const unsigned char *)p;
    size_t len = *bytes < 0xC0 ? 1 : *bytes < 0xE0 ? 2 : 3;
    uint32_t point = len > 1 ? *bytes & (0x7Fu >> len) : *bytes;

    if ((*bytes >= 0x80 && *bytes < 0xC0) || *bytes >= 0xF0)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3Fu);
    }
    for (size_t i = 0; i < COUNT_OF(hidden); i++)
        if (point >= hidden[i].first && point <= hidden[i].last) {
            *ret_belongs = hidden[i].belongs;
            return len;
        }
    return 0;
}
