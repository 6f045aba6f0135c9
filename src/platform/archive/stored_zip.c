#include "platform/archive/stored_zip.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define VERSION_PLAIN 20
#define VERSION_ZIP64 45
#define MADE_BY_UNIX (3 << 8)
#define NAMES_ARE_UTF8 (1 << 11)
#define MODE (0100644U << 16)
#define IN_EXTRA UINT32_MAX
#define COUNT_IN_EXTRA UINT16_MAX

static void
add_number(struct buf *out, uint64_t number, unsigned bytes)
{
    char text[8];

    for (unsigned i = 0; i < bytes; i++)
        text[i] = (char)(number >> (8 * i));
    buf_add(out, (struct str){text, bytes});
}

/* What the head of a file and its line in the directory have in common. */
static void
add_description(struct buf *out, const struct stored_file *file, uint32_t when, bool large, uint32_t extra_len)
{
    add_number(out, large || extra_len ? VERSION_ZIP64 : VERSION_PLAIN, 2);
    add_number(out, NAMES_ARE_UTF8, 2);
    add_number(out, 0, 2); /* stored */
    add_number(out, when, 4);
    add_number(out, file->crc32, 4);
    add_number(out, large ? IN_EXTRA : file->size, 4);
    add_number(out, large ? IN_EXTRA : file->size, 4);
    add_number(out, strlen(file->name), 2);
    add_number(out, extra_len, 2);
}

static void
add_head(struct buf *out, struct stored_file *file, uint32_t when, uint64_t limit)
{
    bool large = file->size >= limit;

    file->head_at = out->len;
    add_number(out, 0x04034B50, 4);
    add_description(out, file, when, large, large ? 20 : 0);
    buf_add_text(out, file->name);
    if (large) {
        add_number(out, 1, 2);
        add_number(out, 16, 2);
        add_number(out, file->size, 8);
        add_number(out, file->size, 8);
    }
    file->head_len = (uint32_t)(out->len - file->head_at);
}

static void
add_line(struct buf *out, const struct stored_file *file, uint64_t at, uint32_t when, uint64_t limit)
{
    bool large = file->size >= limit, far = at >= limit;
    uint32_t extra = (large ? 16 : 0) + (far ? 8 : 0);

    add_number(out, 0x02014B50, 4);
    add_number(out, MADE_BY_UNIX | VERSION_ZIP64, 2);
    add_description(out, file, when, large, extra ? extra + 4 : 0);
    add_number(out, 0, 2); /* no comment */
    add_number(out, 0, 2); /* on the first disk */
    add_number(out, 0, 2); /* bytes */
    add_number(out, MODE, 4);
    add_number(out, far ? IN_EXTRA : at, 4);
    buf_add_text(out, file->name);
    if (extra) {
        add_number(out, 1, 2);
        add_number(out, extra, 2);
    }
    if (large) {
        add_number(out, file->size, 8);
        add_number(out, file->size, 8);
    }
    if (far)
        add_number(out, at, 8);
}

static void
add_end(struct buf *out, size_t count, uint64_t directory_at, uint64_t limit)
{
    uint64_t len = out->len, end_at = directory_at + len;
    bool far = directory_at >= limit || len >= limit || count >= COUNT_IN_EXTRA;

    if (far) {
        add_number(out, 0x06064B50, 4);
        add_number(out, 44, 8);
        add_number(out, MADE_BY_UNIX | VERSION_ZIP64, 2);
        add_number(out, VERSION_ZIP64, 2);
        add_number(out, 0, 8); /* two numbers of disks */
        add_number(out, count, 8);
        add_number(out, count, 8);
        add_number(out, len, 8);
        add_number(out, directory_at, 8);
        add_number(out, 0x07064B50, 4);
        add_number(out, 0, 4);
        add_number(out, end_at, 8);
        add_number(out, 1, 4);
    }
    add_number(out, 0x06054B50, 4);
    add_number(out, 0, 4);
    add_number(out, far ? COUNT_IN_EXTRA : count, 2);
    add_number(out, far ? COUNT_IN_EXTRA : count, 2);
    add_number(out, far ? IN_EXTRA : len, 4);
    add_number(out, far ? IN_EXTRA : directory_at, 4);
    add_number(out, 0, 2);
}

bool
stored_zip_lay_out(struct stored_file *files, size_t count, int year, int month, int day, uint64_t limit, struct buf *heads, struct buf *tail)
{
    uint32_t when = year < 1980 ? 0x21U << 16 : ((uint32_t)(year - 1980) << 9 | (uint32_t)month << 5 | (uint32_t)day) << 16;
    uint64_t at = 0;

    for (size_t i = 0; i < count; i++) {
        add_head(heads, &files[i], when, limit);
        add_line(tail, &files[i], at, when, limit);
        at += files[i].head_len + files[i].size;
    }
    add_end(tail, count, at, limit);
    return !heads->failed && !tail->failed;
}

/* Windows opens these as devices, with any ending. */
static bool
is_device(const char *name, size_t len)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    size_t stem = 0;

    while (stem < len && name[stem] != '.')
        stem++;
    while (stem && name[stem - 1] == ' ')
        stem--;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        if (stem == strlen(devices[i]) && strncasecmp(name, devices[i], stem) == 0)
            return true;
    if (stem < 4 || (strncasecmp(name, "com", 3) != 0 && strncasecmp(name, "lpt", 3) != 0))
        return false;
    /* also with the digits that stand higher, of Latin-1 */
    return (stem == 4 && isdigit((unsigned char)name[3])) || (stem == 5 && (unsigned char)name[3] == 0xC2 && strchr("\xB9\xB2\xB3", name[4]));
}

void
stored_zip_name(struct buf *out, const char *text, size_t most, const char *ending)
{
    char name[256] = "";
    size_t len = 0;

    if (most > sizeof name - 2)
        most = sizeof name - 2;
    while (*text == ' ' || *text == '.')
        text++;
    for (; *text && len < most; text++) {
        unsigned char c = (unsigned char)*text;

        if (c >= 0x20 && c != 0x7F)
            name[len++] = strchr("\\/:*?\"<>|", c) ? '_' : (char)c;
    }
    if (*text) /* not in the middle of a character */
        while (len && ((unsigned char)*text & 0xC0) == 0x80)
            text--, len--;
    while (len && (name[len - 1] == ' ' || name[len - 1] == '.'))
        len--;
    if (is_device(name, len) || !len) {
        memmove(name + 1, name, len);
        name[0] = '_';
        len++;
    }
    buf_add(out, (struct str){name, len});
    buf_add_text(out, ending);
}
