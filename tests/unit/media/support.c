/* support.c - see support.h. */
#include "support.h"

#include "base/source_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_THREAD__
/* FFmpeg's reference counts are atomic, but its libraries are not instrumented: their frees look like races. */
const char *__tsan_default_suppressions(void);

const char *
__tsan_default_suppressions(void)
{
    return "race:libavutil.so\ncalled_from_lib:libavutil.so\ncalled_from_lib:libavcodec.so\n";
}
#endif

static char folder[256];
static int run_count;

struct source *
source_of_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    return source_of_file(fd, (uint64_t)st.st_size);
}

int
scratch_make(void **state)
{
    const char *base = getenv("TMPDIR");

    (void)state;
    snprintf(folder, sizeof folder, "%s/media-test-XXXXXX", base ? base : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int
scratch_remove(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *
scratch(const char *format, ...)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    char name[200];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

double
signal_sine(int64_t frame, int channel, int rate)
{
    (void)channel;
    return 0.5 * sin(2 * M_PI * 1000 * (double)frame / rate);
}

double
signal_noise(int64_t frame, int channel, int rate)
{
    uint64_t x = (uint64_t)frame * 0x9e3779b97f4a7c15u + (uint64_t)channel * 0xbf58476d1ce4e5b9u + (uint64_t)rate;

    x ^= x >> 31;
    x *= 0x94d049bb133111ebu;
    x ^= x >> 29;
    return 0.6 * ((double)(x >> 11) / (double)(1ull << 52) - 1);
}

double
signal_clicks(int64_t frame, int channel, int rate)
{
    int64_t period = rate / 2, at = frame % period - period / 2;
    double t = (double)at / rate;

    (void)channel;
    if (t < -0.0025 || t > 0.0025)
        return 0;
    return 0.7 * cos(2 * M_PI * 3000 * t) * (0.5 + 0.5 * cos(2 * M_PI * t / 0.005));
}

double
signal_silence(int64_t frame, int channel, int rate)
{
    (void)frame;
    (void)channel;
    (void)rate;
    return 0;
}

static void
put(FILE *out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)(value >> (8 * i) & 0xff), out);
}

static void
put_sample(FILE *out, double value, int bits)
{
    float f = (float)value;
    uint32_t u;
    uint64_t u64;

    if (bits == -32) {
        memcpy(&u, &f, 4);
        put(out, u, 4);
    } else if (bits == -64) {
        memcpy(&u64, &value, 8);
        put(out, u64, 8);
    } else if (bits == 8) {
        put(out, (uint64_t)(128 + llrint(value * 127)), 1);
    } else {
        put(out, (uint64_t)llrint(value * (double)((1ll << (bits - 1)) - 1)), bits / 8);
    }
}

void
write_wav(const char *path, signal_at signal, int64_t frames, int rate, int channels, int bits)
{
    int bytes = abs(bits) / 8;
    uint64_t length = (uint64_t)frames * (uint64_t)(channels * bytes);
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    fputs("RIFF", out);
    put(out, 36 + length, 4);
    fputs("WAVEfmt ", out);
    put(out, 16, 4);
    put(out, bits < 0 ? 3 : 1, 2);
    put(out, (uint64_t)channels, 2);
    put(out, (uint64_t)rate, 4);
    put(out, (uint64_t)(rate * channels * bytes), 4);
    put(out, (uint64_t)(channels * bytes), 2);
    put(out, (uint64_t)abs(bits), 2);
    fputs("data", out);
    put(out, length, 4);
    for (int64_t i = 0; i < frames; i++)
        for (int c = 0; c < channels; c++)
            put_sample(out, signal(i, c, rate), bits);
    assert_int_equal(fclose(out), 0);
}

void
write_wav_extensible(const char *path, signal_at signal, int64_t frames, int rate, int channels, int bits, int valid_bits, unsigned mask)
{
    static const char pcm[] = "\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71";
    uint64_t length = (uint64_t)frames * (uint64_t)(channels * bits / 8);
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    fputs("RIFF", out);
    put(out, 60 + length, 4);
    fputs("WAVEfmt ", out);
    put(out, 40, 4);
    put(out, 0xfffe, 2);
    put(out, (uint64_t)channels, 2);
    put(out, (uint64_t)rate, 4);
    put(out, (uint64_t)(rate * channels * bits / 8), 4);
    put(out, (uint64_t)(channels * bits / 8), 2);
    put(out, (uint64_t)bits, 2);
    put(out, 22, 2);
    put(out, (uint64_t)valid_bits, 2);
    put(out, mask, 4);
    put(out, 1, 2);
    fwrite(pcm, 1, 14, out);
    fputs("data", out);
    put(out, length, 4);
    for (int64_t i = 0; i < frames; i++)
        for (int c = 0; c < channels; c++)
            put(out, (uint64_t)llrint(signal(i, c, rate) * (double)((1ll << (valid_bits - 1)) - 1)) << (bits - valid_bits), bits / 8);
    assert_int_equal(fclose(out), 0);
}

void
write_file(const char *path, const void *bytes, size_t length)
{
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, length, out), length);
    assert_int_equal(fclose(out), 0);
}

void
cut_file(const char *path, double keep)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, (off_t)((double)st.st_size * keep)), 0);
}

/* Runs argv, of which `count` are there, with the arguments that follow. */
static void
run_program(const char *argv[64], int count, const char *first, va_list rest)
{
    char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", NULL };
    pid_t pid;
    int status;

    for (const char *a = first; a && count < 63; a = va_arg(rest, const char *))
        argv[count++] = a;
    assert_int_equal(posix_spawnp(&pid, argv[0], NULL, NULL, (char **)(uintptr_t)argv, env), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

void
ffmpeg(const char *first, ...)
{
    const char *argv[64] = { "ffmpeg", "-nostdin", "-v", "error", "-y" };
    va_list arguments;

    va_start(arguments, first);
    run_program(argv, 5, first, arguments);
    va_end(arguments);
}

void
flac(const char *first, ...)
{
    const char *argv[64] = { "flac", "--silent", "--force" };
    va_list arguments;

    va_start(arguments, first);
    run_program(argv, 3, first, arguments);
    va_end(arguments);
}

void *
read_bytes(const char *path, size_t *ret_length)
{
    struct stat st;
    FILE *in = fopen(path, "rb");
    char *bytes;

    assert_non_null(in);
    assert_int_equal(fstat(fileno(in), &st), 0);
    bytes = malloc((size_t)st.st_size + 1);
    assert_non_null(bytes);
    *ret_length = fread(bytes, 1, (size_t)st.st_size, in);
    bytes[*ret_length] = 0;
    fclose(in);
    return bytes;
}

char *
read_text(const char *path)
{
    size_t length;

    return read_bytes(path, &length);
}

float *
decode_float(const char *path, int channels, int64_t *ret_frames)
{
    const char *raw = scratch("decoded.raw");
    size_t length;
    float *samples;

    ffmpeg("-copyts", "-i", path, "-af", "atrim=start=0", "-f", "f32le", raw, NULL);
    samples = read_bytes(raw, &length);
    *ret_frames = (int64_t)(length / sizeof(float)) / channels;
    return samples;
}

int32_t *
decode_s32(const char *path, int channels, int64_t *ret_frames)
{
    const char *raw = scratch("decoded.raw");
    size_t length;
    int32_t *samples;

    ffmpeg("-i", path, "-f", "s32le", raw, NULL);
    samples = read_bytes(raw, &length);
    *ret_frames = (int64_t)(length / sizeof(int32_t)) / channels;
    return samples;
}

struct sink {
    struct run *run;
    FILE *out;
};

static int
on_file_begin(void *user, const char *name)
{
    struct sink *sink = user;
    char path[700];
    char *slash;
    bool is_new;

    snprintf(path, sizeof path, "%s/%s", sink->run->folder, name);
    slash = strrchr(path, '/');
    *slash = 0;
    mkdir(path, 0700);
    *slash = '/';
    is_new = access(path, F_OK) != 0;
    sink->out = fopen(path, "wb"); /* a rendition that is encoded once more replaces its files */
    sink->run->files += is_new;
    return sink->out ? 0 : -1;
}

static int
on_file_data(void *user, const void *bytes, size_t length)
{
    struct sink *sink = user;

    sink->run->bytes += (int64_t)length;
    return fwrite(bytes, 1, length, sink->out) == length ? 0 : -1;
}

static int
on_file_end(void *user)
{
    struct sink *sink = user;
    int error = fclose(sink->out);

    sink->out = NULL;
    return error;
}

static void
on_progress(void *user, const char *stage, float fraction)
{
    struct run *run = ((struct sink *)user)->run;

    assert_true(stage[0] != 0);
    run->is_rising = run->is_rising && fraction >= run->last_progress && fraction <= 1;
    run->last_progress = fraction;
    run->progress_calls++;
}

static int
on_playable(void *user, const char *json, size_t length)
{
    struct run *run = ((struct sink *)user)->run;

    run->playable = json_loadb(json, length, 0, NULL);
    run->playable_files = run->files;
    return run->playable ? 0 : -1;
}

static int
on_result(void *user, const char *json, size_t length)
{
    struct run *run = ((struct sink *)user)->run;

    run->result = json_loadb(json, length, 0, NULL);
    return run->result ? 0 : -1;
}

struct run
run_media(enum media_mode mode, const char *path, const struct media_job *limits)
{
    struct run run = { .is_rising = true };
    struct sink sink = { &run, NULL };
    struct media_job job = limits ? *limits : (struct media_job){ 0 };

    snprintf(run.folder, sizeof run.folder, "%s/run-%d", folder, run_count++);
    assert_int_equal(mkdir(run.folder, 0700), 0);
    job.mode = mode;
    job.on_file_begin = on_file_begin;
    job.on_file_data = on_file_data;
    job.on_file_end = on_file_end;
    job.on_progress = on_progress;
    job.on_playable = on_playable;
    job.on_result = on_result;
    job.user = &sink;
    job.input = source_of_path(path);
    run.outcome = media_run(&job);
    source_unref(job.input);
    if (sink.out)
        fclose(sink.out);
    return run;
}

void
run_free(struct run *run)
{
    json_decref(run->result);
    json_decref(run->playable);
    nftw(run->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void
assert_fails(enum media_mode mode, const char *path, const char *code)
{
    struct run run = run_media(mode, path, NULL);

    assert_string_equal(run.outcome.code, code);
    assert_int_equal(run.outcome.kind, MEDIA_FAILED);
    assert_true(strlen(run.outcome.message) > 10);
    assert_null(run.result);
    run_free(&run);
}

static void
append(FILE *out, const char *path)
{
    size_t length;
    void *bytes = read_bytes(path, &length);

    assert_true(length > 0);
    assert_int_equal(fwrite(bytes, 1, length, out), length);
    free(bytes);
}

const char *
join_rendition(const struct run *run, const char *rendition, double *ret_seconds)
{
    const char *joined = scratch("joined-%s.mp4", rendition);
    char path[700], *text, *line, *rest;
    double sum = 0, extinf = -1, target = 0;
    bool ended = false;
    FILE *out = fopen(joined, "wb");

    assert_non_null(out);
    snprintf(path, sizeof path, "%s/%s/init.mp4", run->folder, rendition);
    append(out, path);
    snprintf(path, sizeof path, "%s/%s/playlist.m3u8", run->folder, rendition);
    text = read_text(path);
    assert_memory_equal(text, "#EXTM3U\n#EXT-X-VERSION:7\n", 25);
    assert_non_null(strstr(text, "#EXT-X-PLAYLIST-TYPE:VOD\n"));
    assert_non_null(strstr(text, "#EXT-X-MAP:URI=\"init.mp4\"\n"));
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        assert_false(ended);
        if (!strncmp(line, "#EXT-X-TARGETDURATION:", 22)) {
            target = strtod(line + 22, NULL);
        } else if (!strncmp(line, "#EXTINF:", 8)) {
            extinf = strtod(line + 8, NULL);
            assert_true(extinf > 0 && extinf <= target && extinf <= 6.2);
            sum += extinf;
        } else if (!strcmp(line, "#EXT-X-ENDLIST")) {
            ended = true;
        } else if (line[0] != '#') {
            assert_true(extinf > 0); /* every segment has its length */
            extinf = -1;
            snprintf(path, sizeof path, "%s/%s/%s", run->folder, rendition, line);
            append(out, path);
        }
    }
    assert_true(ended);
    free(text);
    assert_int_equal(fclose(out), 0);
    if (ret_seconds)
        *ret_seconds = sum;
    return joined;
}

const json_t *
rendition_of(const struct run *run, const char *name)
{
    size_t i;
    json_t *rendition;

    json_array_foreach(json_object_get(run->result, "renditions"), i, rendition) {
        if (!strcmp(json_string_value(json_object_get(rendition, "name")), name))
            return rendition;
    }
    fail_msg("no rendition %s", name);
    return NULL;
}

int64_t
integer_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

double
real_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    assert_true(json_is_number(value));
    return json_number_value(value);
}
