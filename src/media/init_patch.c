/* init_patch.c - finds boxes by their type and changes them. Nothing in an init segment points past what is inserted. */
#include "init_patch.h"

#include "reason.h"
#include "vorbis_comment.h"

#include <libavutil/intreadwrite.h>
#include <stdio.h>
#include <string.h>

#define STREAMINFO_LENGTH 34
#define MASK_TEXT_LENGTH 42 /* CHANNEL_MASK_COMMENT "=0x" and six digits */
_Static_assert(INIT_PATCH_MASK_BYTES == 4 + 4 + 4 + 4 + MASK_TEXT_LENGTH, "a block: its head, no vendor, one comment");

/* The payload of the only box of that type, with at least `needed` bytes behind it. The file is our own muxer's, so that a plain search is
 * safe: the four letters do not occur elsewhere in an init segment without metadata. */
static uint8_t *
find_box(uint8_t *init, size_t length, const char *type, size_t needed)
{
    uint8_t *at = memmem(init, length, type, 4);

    return at && (size_t)(init + length - at) >= 4 + needed ? at + 4 : NULL;
}

int
init_patch_edit(uint8_t *init, size_t *length, int64_t delay, int64_t samples)
{
    uint8_t *moov = find_box(init, *length, "moov", 0), *trak = find_box(init, *length, "trak", 0), *tkhd = find_box(init, *length, "tkhd", 0);
    uint8_t *at;

    if (!moov || !trak || !tkhd || samples > UINT32_MAX || delay > INT32_MAX)
        return MEDIA_E_INTERNAL;
    at = tkhd - 8 + AV_RB32(tkhd - 8);
    if (at > init + *length)
        return MEDIA_E_INTERNAL;
    memmove(at + INIT_PATCH_EDIT_BYTES, at, (size_t)(init + *length - at));
    *length += INIT_PATCH_EDIT_BYTES;
    AV_WB32(moov - 8, AV_RB32(moov - 8) + INIT_PATCH_EDIT_BYTES);
    AV_WB32(trak - 8, AV_RB32(trak - 8) + INIT_PATCH_EDIT_BYTES);
    AV_WB32(at, INIT_PATCH_EDIT_BYTES);
    memcpy(at + 4, "edts", 4);
    AV_WB32(at + 8, INIT_PATCH_EDIT_BYTES - 8);
    memcpy(at + 12, "elst", 4);
    AV_WB32(at + 16, 0); /* version 0 */
    AV_WB32(at + 20, 1); /* entries */
    AV_WB32(at + 24, (uint32_t)samples);
    AV_WB32(at + 28, (uint32_t)delay);
    AV_WB32(at + 32, 0x10000); /* at normal speed */
    return 0;
}

int
init_patch_streaminfo(uint8_t *init, size_t length, const uint8_t *streaminfo, size_t streaminfo_length)
{
    uint8_t *dfla = find_box(init, length, "dfLa", 8 + STREAMINFO_LENGTH);

    if (!dfla || streaminfo_length != STREAMINFO_LENGTH)
        return MEDIA_E_INTERNAL;
    memcpy(dfla + 8, streaminfo, STREAMINFO_LENGTH);
    return 0;
}

int
init_patch_channel_mask(uint8_t *init, size_t *length, uint32_t mask)
{
    static const char *const around[] = { "moov", "trak", "mdia", "minf", "stbl", "stsd", "fLaC", "dfLa" };
    uint8_t *info = find_box(init, *length, "dfLa", 8 + STREAMINFO_LENGTH), *block = info ? info + 8 + STREAMINFO_LENGTH : NULL;
    char text[MASK_TEXT_LENGTH + 1];

    for (size_t i = 0; i < sizeof around / sizeof around[0]; i++) {
        uint8_t *box = find_box(init, *length, around[i], 0);

        if (!box)
            return MEDIA_E_INTERNAL;
        AV_WB32(box - 8, AV_RB32(box - 8) + INIT_PATCH_MASK_BYTES);
    }
    snprintf(text, sizeof text, CHANNEL_MASK_COMMENT "=0x%06x", mask & 0xffffff);
    memmove(block + INIT_PATCH_MASK_BYTES, block, (size_t)(init + *length - block));
    *length += INIT_PATCH_MASK_BYTES;
    info[4] &= 0x7f; /* no longer the last block */
    AV_WB32(block, 0x84000000 | (INIT_PATCH_MASK_BYTES - 4));
    AV_WL32(block + 4, 0);
    AV_WL32(block + 8, 1);
    AV_WL32(block + 12, MASK_TEXT_LENGTH);
    memcpy(block + 16, text, MASK_TEXT_LENGTH);
    return 0;
}
