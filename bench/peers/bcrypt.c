/* bcrypt THREADS HASHES COST - computes HASHES password hashes on THREADS threads and nothing else: what the processor allows.
 * Prints as JSON the hashes a second, and the processor seconds of each. */
#include <crypt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static _Atomic int left;
static char setting[CRYPT_GENSALT_OUTPUT_SIZE];

static void *
work(void *argument)
{
    struct crypt_data *data = calloc(1, sizeof *data);

    while (data && atomic_fetch_sub(&left, 1) > 0)
        crypt_r("benchmark-password", setting, data);
    free(data);
    return argument;
}

int
main(int argc, char **argv)
{
    unsigned threads = argc == 4 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    int hashes = threads ? (int)strtoul(argv[2], NULL, 10) : 0;
    struct timespec from, to;
    struct rusage used;
    pthread_t all[64];

    if (!hashes || threads > 64 || !crypt_gensalt_rn("$2b$", strtoul(argv[3], NULL, 10), NULL, 0, setting, sizeof setting))
        return 1;
    atomic_store(&left, hashes);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (unsigned i = 0; i < threads; i++)
        if (pthread_create(&all[i], NULL, work, NULL))
            return 1;
    for (unsigned i = 0; i < threads; i++)
        pthread_join(all[i], NULL);
    clock_gettime(CLOCK_MONOTONIC, &to);
    getrusage(RUSAGE_SELF, &used);
    printf("{\"per_second\":%.3f,\"cpu_s_each\":%.4f}\n", hashes / ((double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9),
           ((double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6) / hashes);
    return 0;
}
