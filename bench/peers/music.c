/* music SECONDS OUT.WAV - a piece of the demo synthesiser, 44.1 kHz, stereo, 16 bits: drums, bass, chords, noise. */
#include <stdio.h>
#include <stdlib.h>

#include "demo/synth.h"

int
main(int argc, char **argv)
{
    struct demo_piece piece = {.style = DEMO_HOUSE, .seed = 7, .bpm = 122, .root = 9, .mode = DEMO_MINOR, .sample_rate = 44100, .bit_depth = 16};
    FILE *file = argc == 3 ? fopen(argv[2], "wb") : NULL;

    if (!file)
        return 1;
    piece.duration_ms = (uint32_t)strtoul(argv[1], NULL, 10) * 1000;
    return demo_render_file(&piece, file) == DEMO_OK && fclose(file) == 0 ? 0 : 1;
}
