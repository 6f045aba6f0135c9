/* majority.h - the format that most of a recording is in. MP3, ADTS, FLAC and chained Vorbis may change rate and channels in mid-stream.
 *
 * A scan over the headers of all packets, without decoding, in bounded memory: one counter for each of the first few formats. */
#ifndef VEZA_MEDIA_MAJORITY_H
#define VEZA_MEDIA_MAJORITY_H

struct sound_format {
    int sample_rate, channels; /* 0: whatever the first frame says */
    int bits;                  /* FLAC only */
};

/* Reads descriptor 3 once more when its codec can change format, and gives the format with the longest time. */
struct sound_format majority_find(void);

#endif
