/* worker.c - the worker's entry: limits, sandbox, one job. */
#include "worker.h"

#include "audio_job.h"
#include "image_job.h"
#include "input.h"
#include "output.h"
#include "reason.h"
#include "sandbox.h"
#include "self_test.h"
#include "stem_job.h"

#include <jansson.h>
#include <libavutil/cpu.h>
#include <libavutil/log.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct arguments {
    struct sandbox_limits limits;
    int64_t max_duration_s;
    int rate; /* of a stem, in Hz */
    bool skips_judging, skips_music;
};

static int
read_argument(struct arguments *arguments, const char *argument)
{
    const char *equals = strchr(argument, '=');
    size_t length = equals ? (size_t)(equals - argument) : 0;
    char *end = NULL;
    unsigned long value = equals ? strtoul(equals + 1, &end, 10) : 0;

    if (!equals || *end || value == 0 || value > 10000000)
        return -1;
    if (length == 7 && !strncmp(argument, "--cpu-s", length))
        arguments->limits.cpu_s = (uint32_t)value;
    else if (length == 12 && !strncmp(argument, "--memory-mib", length))
        arguments->limits.memory_mib = (uint32_t)value;
    else if (length == 16 && !strncmp(argument, "--max-duration-s", length))
        arguments->max_duration_s = (int64_t)value;
    else if (length == 14 && !strncmp(argument, "--skip-judging", length))
        arguments->skips_judging = true;
    else if (length == 6 && !strncmp(argument, "--rate", length))
        arguments->rate = (int)value;
    else if (length == 12 && !strncmp(argument, "--skip-music", length))
        arguments->skips_music = true;
    else
        return -1;
    return 0;
}

static int
run_mode(const char *mode, const struct arguments *arguments)
{
    if (!strcmp(mode, "audio"))
        return audio_job_run(arguments->max_duration_s, !arguments->skips_judging, !arguments->skips_music);
    if (!strcmp(mode, "probe"))
        return audio_job_probe(arguments->max_duration_s);
    if (!strcmp(mode, "music"))
        return audio_job_listen(arguments->max_duration_s);
    if (!strcmp(mode, "stem"))
        return stem_job_run(arguments->max_duration_s, arguments->rate);
    if (!strcmp(mode, "image"))
        return image_job_run();
    if (!strcmp(mode, "banner"))
        return image_job_run_banner();
    if (!strcmp(mode, "jpeg"))
        return image_job_run_jpeg();
    return self_test_run(mode);
}

static void *
do_nothing(void *user)
{
    return user;
}

/* What libraries set up on first use, and would need more system calls for than the sandbox leaves. */
static void
initialise_libraries(void)
{
    time_t now = 0;
    struct tm tm;
    pthread_t first;

    av_log_set_level(AV_LOG_QUIET);
    json_object_seed(0); /* reads /dev/urandom */
    (void)av_cpu_count();
    (void)av_get_cpu_flags();
    (void)localtime_r(&now, &tm); /* reads the time zone */
    if (pthread_create(&first, NULL, do_nothing, NULL) == 0) /* installs the C library's own signal handler */
        pthread_join(first, NULL);
}

int
media_worker_main(int argc, char **argv)
{
    struct arguments arguments = { .limits = { .cpu_s = 3600, .memory_mib = 1536 }, .max_duration_s = 6 * 3600, .rate = 48000 };
    int error;

    for (int i = 2; i < argc; i++) {
        if (read_argument(&arguments, argv[i]) < 0) {
            fprintf(stderr, "media-worker: unknown argument %s\n", argv[i]);
            return 2;
        }
    }
    if (argc < 2)
        return 2;
    initialise_libraries();
    input_prepare();
    if (sandbox_enter(&arguments.limits) < 0)
        return 3;
    error = run_mode(argv[1], &arguments);
    if (error)
        error = output_failed(error);
    if (SANDBOX_IS_SANITIZED)
        _exit(error ? 1 : 0); /* the leak checker stops the process from outside, which the sandbox forbids */
    return error ? 1 : 0;
}
