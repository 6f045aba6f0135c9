/* playlist.c - text of playlists. */
#include "playlist.h"

#include "output.h"
#include "reason.h"

#include <stdio.h>
#include <stdlib.h>

static int64_t
longest(const struct cmaf_segment *segments, size_t count)
{
    int64_t longest = 0;

    for (size_t i = 0; i < count; i++)
        longest = segments[i].samples > longest ? segments[i].samples : longest;
    return longest;
}

struct bandwidth
playlist_bandwidth(const struct rendition *r)
{
    struct bandwidth result = { 0, 0 };
    size_t count;
    const struct cmaf_segment *segments = cmaf_segments(r->cmaf, &count);
    int64_t half = longest(segments, count) / 2, bits = 0;

    for (size_t i = 0; i < count; i++) {
        bits += segments[i].bytes * 8;
        if (segments[i].samples >= half && segments[i].samples > 0) { /* RFC 8216 leaves runs under half a target duration out */
            int64_t rate = segments[i].bytes * 8 * r->config.sample_rate / segments[i].samples;

            result.peak = rate > result.peak ? rate : result.peak;
        }
    }
    if (r->samples > 0)
        result.average = bits * r->config.sample_rate / r->samples;
    if (result.peak < result.average)
        result.peak = result.average;
    return result;
}

static int
send_text(FILE *out, const char *name, char **text, size_t *size)
{
    int error = fclose(out) == 0 ? output_file(name, *text, *size) : MEDIA_E_OUT_OF_MEMORY;

    free(*text);
    return error;
}

int
playlist_send(const struct rendition *r)
{
    char name[MEDIA_FILE_NAME_MAX + 1];
    char *text = NULL;
    size_t size = 0, count;
    const struct cmaf_segment *segments = cmaf_segments(r->cmaf, &count);
    int rate = r->config.sample_rate;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return MEDIA_E_OUT_OF_MEMORY;
    fprintf(out, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
                 "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n",
            (int)((longest(segments, count) + rate - 1) / rate));
    for (size_t i = 0; i < count; i++)
        fprintf(out, "#EXTINF:%.6f,\nsegment_%03zu.m4s\n", (double)segments[i].samples / rate, i);
    fputs("#EXT-X-ENDLIST\n", out);
    snprintf(name, sizeof name, "%s/playlist.m3u8", r->config.name);
    return send_text(out, name, &text, &size);
}

int
playlist_send_master(const char *name, const struct rendition *const *renditions, size_t count)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return MEDIA_E_OUT_OF_MEMORY;
    fputs("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n", out);
    for (size_t i = 0; i < count; i++) {
        const struct bandwidth b = renditions[i]->bandwidth;

        fprintf(out, "#EXT-X-STREAM-INF:BANDWIDTH=%lld,AVERAGE-BANDWIDTH=%lld,", (long long)b.peak, (long long)b.average);
        if (renditions[i]->config.gain_db < 0)
            fprintf(out, "X-GAIN-DB=%.2f,", renditions[i]->config.gain_db); /* RFC 8216 lets players ignore what they do not know */
        fprintf(out, "CODECS=\"%s\"\n%s/playlist.m3u8\n", renditions[i]->codec_string, renditions[i]->config.name);
    }
    return send_text(out, name, &text, &size);
}
