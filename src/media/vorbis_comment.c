/* vorbis_comment.c - see vorbis_comment.h. */
#include "vorbis_comment.h"

#include <libavutil/intreadwrite.h>
#include <string.h>
#include <strings.h>

/* The next piece with its length in front; false at the end. */
static bool
next_piece(struct vorbis_comments *c, const uint8_t **ret_piece, size_t *ret_length)
{
    size_t length = c->left >= 4 ? AV_RL32(c->at) : 0;

    if (c->left < 4 || length > c->left - 4)
        return false;
    *ret_piece = c->at + 4;
    *ret_length = length;
    c->at += 4 + length;
    c->left -= 4 + length;
    return true;
}

struct vorbis_comments
vorbis_comments_begin(const uint8_t *bytes, size_t length)
{
    struct vorbis_comments c = { .at = bytes, .left = length };
    const uint8_t *vendor;
    size_t vendor_length;

    if (!next_piece(&c, &vendor, &vendor_length) || c.left < 4)
        return c;
    c.count = AV_RL32(c.at);
    c.at += 4;
    c.left -= 4;
    return c;
}

bool
vorbis_comments_find(struct vorbis_comments *c, const char *name, const uint8_t **ret_value, size_t *ret_length)
{
    size_t name_length = strlen(name);

    while (c->count > 0 && next_piece(c, ret_value, ret_length)) {
        c->count--;
        if (*ret_length <= name_length || (*ret_value)[name_length] != '=' || strncasecmp((const char *)*ret_value, name, name_length) != 0)
            continue;
        *ret_value += name_length + 1;
        *ret_length -= name_length + 1;
        return true;
    }
    return false;
}
