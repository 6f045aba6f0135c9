#include "synth.h"

#include "styles.h"
#include "wav.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

static const struct style *const styles[DEMO_STYLE_COUNT] = {
    [DEMO_AMBIENT] = &style_ambient,     [DEMO_FIELD] = &style_field,       [DEMO_PIANO] = &style_piano,
    [DEMO_HOUSE] = &style_house,         [DEMO_TECHNO] = &style_techno,     [DEMO_DUB] = &style_dub,
    [DEMO_LOFI] = &style_lofi,           [DEMO_DRUM_AND_BASS] = &style_drum_and_bass,
    [DEMO_SYNTHWAVE] = &style_synthwave, [DEMO_CHIPTUNE] = &style_chiptune, [DEMO_FOLK] = &style_folk,
    [DEMO_SPOKEN] = &style_spoken,
};

const char *
demo_style_name(enum demo_style style)
{
    return (unsigned)style < DEMO_STYLE_COUNT ? styles[style]->name : NULL;
}

static bool
piece_is_valid(const struct demo_piece *piece)
{
    return (unsigned)piece->style < DEMO_STYLE_COUNT && piece->bpm >= 40.0 && piece->bpm <= 220.0 && piece->root >= 0 && piece->root <= 11
        && (unsigned)piece->mode <= DEMO_MIXOLYDIAN && piece->duration_ms >= 1000 && piece->duration_ms <= 600000
        && (piece->sample_rate == 44100 || piece->sample_rate == 48000) && (piece->bit_depth == 16 || piece->bit_depth == 24);
}

static uint64_t
piece_frames(const struct demo_piece *piece)
{
    return (uint64_t)piece->duration_ms * piece->sample_rate / 1000;
}

uint64_t
demo_render_size(const struct demo_piece *piece)
{
    return piece_is_valid(piece) ? wav_size(piece_frames(piece), piece->bit_depth) : 0;
}

/* Sounds that die away become denormal numbers, which cost a hundred times a normal one; they are silence, so they are zero here. */
static unsigned
denormals_off(void)
{
#ifdef __SSE__
    unsigned before = _mm_getcsr();

    _mm_setcsr(before | 0x8040u);
    return before;
#else
    return 0;
#endif
}

static void
denormals_restore(unsigned before)
{
#ifdef __SSE__
    _mm_setcsr(before);
#else
    (void)before;
#endif
}

int
demo_render(const struct demo_piece *piece, demo_write write, void *user)
{
    float left[DSP_CHUNK], right[DSP_CHUNK];
    struct song *song;
    struct wav wav;
    unsigned floating_point;
    int frames, result;

    if (!piece_is_valid(piece))
        return DEMO_INVALID;
    song = malloc(sizeof *song);
    if (!song)
        return DEMO_NO_MEMORY;
    floating_point = denormals_off();
    song_init(song, styles[piece->style], piece->seed, (float)piece->bpm, (struct key){ piece->root, (enum mode)piece->mode },
              piece_frames(piece), (float)piece->sample_rate);
    result = wav_begin(&wav, write, user, piece_frames(piece), piece->sample_rate, piece->bit_depth);
    while (result == DEMO_OK && (frames = song_render(song, left, right)) > 0)
        result = wav_frames(&wav, left, right, frames);
    if (result == DEMO_OK)
        result = wav_end(&wav);
    denormals_restore(floating_point);
    free(song);
    return result;
}

static int
write_file(void *user, const void *bytes, size_t length)
{
    return fwrite(bytes, 1, length, user) == length ? 0 : -1;
}

static int
write_fd(void *user, const void *bytes, size_t length)
{
    const char *next = bytes;

    while (length > 0) {
        ssize_t done = write(*(const int *)user, next, length);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return -1;
        next += done;
        length -= (size_t)done;
    }
    return 0;
}

int
demo_render_file(const struct demo_piece *piece, FILE *file)
{
    int result = demo_render(piece, write_file, file);

    return result == DEMO_OK && fflush(file) != 0 ? DEMO_WRITE_FAILED : result;
}

int
demo_render_fd(const struct demo_piece *piece, int fd)
{
    return demo_render(piece, write_fd, &fd);
}
