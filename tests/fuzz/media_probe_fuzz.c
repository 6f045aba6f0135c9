/* media_probe_fuzz.c - any bytes as an uploaded file: header checks, FFmpeg's demuxers, tags, headers of packets and images. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libavutil/log.h>

#include "audio_job.h"
#include "embedded.h"
#include "image_size.h"
#include "input.h"
#include "majority.h"
#include "worker_protocol.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    if (dup2(memfd_create("input", 0), MEDIA_INPUT_FD) < 0 || dup2(open("/dev/null", O_WRONLY), MEDIA_OUTPUT_FD) < 0)
        abort();
    av_log_set_level(AV_LOG_QUIET);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct embedded embedded;
    uint32_t width, height;

    if (ftruncate(MEDIA_INPUT_FD, 0) < 0 || pwrite(MEDIA_INPUT_FD, bytes, length, 0) != (ssize_t)length)
        abort();
    input_prepare();
    (void)embedded_read(MEDIA_INPUT_FD, (int64_t)length, &embedded); /* also where nothing else is sound */
    embedded_free(&embedded);
    (void)audio_job_probe(3600);
    (void)majority_find();
    (void)image_size(bytes, length, &width, &height);
    return 0;
}
