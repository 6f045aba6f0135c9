#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/storage/storage.h"
#include "stream/cache.h"
#include "stream/play.h"

#define PLAYLIST_MAX (4 * 1024 * 1024)
#define SEGMENTS_MAX 8192 /* CMAF_SEGMENTS_MAX */

/* The lengths that the playlist states, which are exact to a sample. */
static bool
play_read_lengths(char *text, struct play_rendition *rendition)
{
    int64_t *starts = calloc(SEGMENTS_MAX + 1, sizeof *starts), *fitted;
    char *rest = NULL;
    unsigned count = 0;
    double length;

    for (char *line = starts ? strtok_r(text, "\n", &rest) : NULL; line && count < SEGMENTS_MAX; line = strtok_r(NULL, "\n", &rest))
        if (sscanf(line, "#EXTINF:%lf,", &length) == 1 && length > 0 && length < 3600) {
            starts[count + 1] = starts[count] + llround(length * rendition->sample_rate);
            count++;
        }
    fitted = count ? realloc(starts, (count + 1) * sizeof *starts) : NULL;
    if (!fitted)
        free(starts);
    rendition->starts = fitted;
    rendition->count = fitted ? count : 0;
    return fitted;
}

int
play_index(const struct player *player, struct play_rendition *rendition)
{
    struct segment *segment;
    char file[64], *text;
    size_t size;
    int error;

    if (rendition->starts)
        return STORAGE_OK;
    snprintf(file, sizeof file, "%s/playlist.m3u8", rendition->name);
    error = hls_load(player->track_id, &player->media, file, &segment);
    if (error)
        return error;
    size = (size_t)segment->size;
    text = size <= PLAYLIST_MAX ? malloc(size + 1) : NULL;
    error = STORAGE_FAILED;
    if (text && source_read_all(segment->source, text)) {
        text[size] = 0;
        error = play_read_lengths(text, rendition) ? STORAGE_OK : STORAGE_FAILED;
    }
    free(text);
    segment_unref(segment);
    return error;
}

unsigned
play_segment_at(const struct play_rendition *rendition, double position_s)
{
    int64_t sample = (int64_t)(position_s * rendition->sample_rate);
    unsigned low = 0, high = rendition->count;

    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;

        if (rendition->starts[middle] <= sample)
            low = middle;
        else
            high = middle;
    }
    return low;
}

unsigned
play_segment_from(const struct play_rendition *rendition, double position_s)
{
    unsigned at = play_segment_at(rendition, position_s);
    double before = position_s * rendition->sample_rate - (double)rendition->starts[at], behind = (double)rendition->starts[at + 1] - position_s * rendition->sample_rate;

    return behind < before && at + 1 < rendition->count ? at + 1 : at;
}
