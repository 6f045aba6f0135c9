/* media_job VEZA IN.WAV OUT-FOLDER judged|unjudged|unheard - runs one audio job as the server does (media/worker_client.h) and stores its files;
 * without the comparison of what was encoded with its source, or without tempo, key and timbre and with a fingerprint of two minutes. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/source_driver.h"
#include "media/worker_client.h"

static char folder[2048];
static int out = -1;

static int
begin(void *user, const char *name)
{
    char path[4096];
    const char *slash = strchr(name, '/');

    (void)user;
    if (slash) {
        snprintf(path, sizeof path, "%s/%.*s", folder, (int)(slash - name), name);
        mkdir(path, 0755);
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    out = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
    return out < 0 ? -1 : 0;
}

static int
data(void *user, const void *bytes, size_t length)
{
    (void)user;
    return write(out, bytes, length) == (ssize_t)length ? 0 : -1;
}

static int
end(void *user)
{
    (void)user;
    return close(out);
}

static int
result(void *user, const char *json, size_t length)
{
    (void)user;
    return fwrite(json, 1, length, stdout) == length ? 0 : -1;
}

int
main(int argc, char **argv)
{
    struct media_job job = {.mode = MEDIA_MODE_AUDIO, .on_file_begin = begin, .on_file_data = data, .on_file_end = end, .on_result = result};
    struct media_outcome outcome;
    struct stat file;
    int fd = argc == 5 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0 || fstat(fd, &file) < 0 || !(job.input = source_of_file(fd, (uint64_t)file.st_size)))
        return 1;
    job.program = argv[1];
    job.skips_judging = !strcmp(argv[4], "unjudged");
    job.skips_music = !strcmp(argv[4], "unheard");
    snprintf(folder, sizeof folder, "%s", argv[3]);
    outcome = media_run(&job);
    if (outcome.kind != MEDIA_OK)
        fprintf(stderr, "%s: %s\n", outcome.code, outcome.message);
    source_unref(job.input);
    return outcome.kind != MEDIA_OK;
}
