/* refusals_test.c - what cannot become a track, and the reason that its owner is told. */
#include "support.h"

#include "worker.h"

#include <stdlib.h>
#include <string.h>

static void
audio_and_probe_refuse(const char *path, const char *code)
{
    assert_fails(MEDIA_MODE_PROBE, path, code);
    assert_fails(MEDIA_MODE_AUDIO, path, code);
}

static void
what_is_not_audio_is_refused(void **state)
{
    static const char *const texts[] = {
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '/etc/passwd'\n",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        "PK\x03\x04 not really an archive but it says so",
        "hello",
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n",
        "#!/bin/sh\nexit 0\n",
    };
    uint8_t zeros[5000] = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        write_file(scratch("text.mp3"), texts[i], strlen(texts[i]));
        audio_and_probe_refuse(scratch("text.mp3"), "not_audio");
    }
    write_file(scratch("zeros.wav"), zeros, sizeof zeros);
    audio_and_probe_refuse(scratch("zeros.wav"), "not_audio");
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", scratch("picture.png"), NULL);
    audio_and_probe_refuse(scratch("picture.png"), "not_audio");
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", scratch("video.mkv"), NULL);
    audio_and_probe_refuse(scratch("video.mkv"), "not_audio");
}

static void
an_empty_file_is_called_empty(void **state)
{
    (void)state;
    write_file(scratch("empty.wav"), "", 0);
    audio_and_probe_refuse(scratch("empty.wav"), "empty_file");
}

static void
a_film_without_sound_is_refused(void **state)
{
    (void)state;
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-c:v", "mpeg4", scratch("silent.mp4"), NULL);
    audio_and_probe_refuse(scratch("silent.mp4"), "no_audio_stream");
}

static void
an_mp4_whose_lost_end_says_what_is_in_it_is_refused(void **state)
{
    (void)state;
    write_wav(scratch("full.wav"), signal_noise, 44100 * 2, 44100, 2, 16);
    ffmpeg("-i", scratch("full.wav"), "-c:a", "aac", scratch("t.m4a"), NULL);
    cut_file(scratch("t.m4a"), 0.8);
    audio_and_probe_refuse(scratch("t.m4a"), "truncated");
}

static void
a_wav_whose_recorder_could_not_finish_the_header_is_fine(void **state)
{
    static const uint8_t unknown[4] = { 0xff, 0xff, 0xff, 0xff };
    FILE *f;

    (void)state;
    write_wav(scratch("stream.wav"), signal_noise, 44100, 44100, 2, 16);
    f = fopen(scratch("stream.wav"), "r+b");
    fseek(f, 40, SEEK_SET);
    fwrite(unknown, 1, 4, f);
    fclose(f);
    struct run run = run_media(MEDIA_MODE_AUDIO, scratch("stream.wav"), NULL);
    assert_int_equal(run.outcome.kind, MEDIA_OK);
    assert_int_equal(integer_of(run.result, "samples"), 44100);
    run_free(&run);
}

static void
change_wav(int offset, uint32_t value, int bytes)
{
    FILE *f;

    write_wav(scratch("odd.wav"), signal_noise, 44100, 44100, 2, 16);
    f = fopen(scratch("odd.wav"), "r+b");
    assert_non_null(f);
    fseek(f, offset, SEEK_SET);
    for (int i = 0; i < bytes; i++)
        fputc((int)(value >> (8 * i) & 0xff), f);
    fclose(f);
}

static void
nonsense_in_a_header_is_refused(void **state)
{
    static const struct {
        int offset;
        uint32_t value;
        int bytes;
        const char *code;
    } cases[] = {
        { 22, 0, 2, "too_many_channels" }, { 22, 255, 2, "too_many_channels" }, { 22, 65535, 2, "too_many_channels" },
        { 24, 0, 4, "unsupported_sample_rate" }, { 24, 1, 4, "unsupported_sample_rate" }, { 24, 0xffffffff, 4, "unsupported_sample_rate" },
        { 24, 384000, 4, "unsupported_sample_rate" }, { 20, 0x2000, 2, "unsupported_codec" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct run run;

        change_wav(cases[i].offset, cases[i].value, cases[i].bytes);
        run = run_media(MEDIA_MODE_AUDIO, scratch("odd.wav"), NULL);
        assert_int_equal(run.outcome.kind, MEDIA_FAILED);
        if (strcmp(run.outcome.code, cases[i].code) && strcmp(run.outcome.code, "not_audio") && strcmp(run.outcome.code, "corrupt"))
            fail_msg("case %zu: %s", i, run.outcome.code);
        run_free(&run);
    }
    write_wav(scratch("nothing.wav"), signal_silence, 0, 44100, 2, 16);
    assert_fails(MEDIA_MODE_AUDIO, scratch("nothing.wav"), "no_audio_data");
}

static void
what_is_too_long_is_refused_before_and_while_decoding(void **state)
{
    const struct media_job limit = { .max_duration_s = 3 };

    (void)state;
    write_wav(scratch("long.wav"), signal_silence, 44100 * 5, 44100, 1, 16);
    struct run run = run_media(MEDIA_MODE_PROBE, scratch("long.wav"), &limit);
    assert_string_equal(run.outcome.code, "too_long");
    run_free(&run);
    ffmpeg("-i", scratch("long.wav"), "-f", "flac", scratch("long.flac"), NULL);
    FILE *f = fopen(scratch("long.flac"), "r+b"); /* total samples 0: unknown */
    fseek(f, 4 + 4 + 13, SEEK_SET);
    fputc(0xf0 & 0xf0, f);
    for (int i = 0; i < 4; i++)
        fputc(0, f);
    fclose(f);
    run = run_media(MEDIA_MODE_AUDIO, scratch("long.flac"), &limit);
    assert_string_equal(run.outcome.code, "too_long");
    run_free(&run);
}

static void
damaged_files_end_with_a_reason_and_never_hang(void **state)
{
    static const char *const files[] = { "d.flac", "d.mp3", "d.m4a", "d.ogg", "d.opus", "d.aac", "d.aiff" };

    (void)state;
    write_wav(scratch("d.wav"), signal_noise, 44100 * 2, 44100, 2, 16);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        uint64_t seed = 12345 + i;

        ffmpeg("-i", scratch("d.wav"), scratch("%s", files[i]), NULL);
        for (int round = 0; round < 3; round++) {
            FILE *f = fopen(scratch("%s", files[i]), "r+b");
            const struct media_job limit = { .wall_limit_ms = 10000 };

            fseek(f, 0, SEEK_END);
            for (long n = 0, size = ftell(f); n < 60; n++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                fseek(f, (long)((seed >> 20) % (uint64_t)size), SEEK_SET);
                fputc((int)(seed >> 50 & 0xff), f);
            }
            fclose(f);
            struct run run = run_media(MEDIA_MODE_AUDIO, scratch("%s", files[i]), &limit);
            assert_true(run.outcome.kind == MEDIA_OK || run.outcome.kind == MEDIA_FAILED);
            assert_string_not_equal(run.outcome.code, "internal");
            run_free(&run);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_not_audio_is_refused),
    cmocka_unit_test(an_empty_file_is_called_empty),
    cmocka_unit_test(a_film_without_sound_is_refused),
    cmocka_unit_test(an_mp4_whose_lost_end_says_what_is_in_it_is_refused),
    cmocka_unit_test(a_wav_whose_recorder_could_not_finish_the_header_is_fine),
    cmocka_unit_test(nonsense_in_a_header_is_refused),
    cmocka_unit_test(what_is_too_long_is_refused_before_and_while_decoding),
    cmocka_unit_test(damaged_files_end_with_a_reason_and_never_hang),
};
MAIN_WITH_WORKER(tests)
