/* jobs CONNINFO THREADS [URL]: does jobs of the kind bench.job, which do nothing, in so many threads, until standard input ends. With the address of a
 * RabbitMQ they are told by its queues. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "db/db.h"
#include "platform/bus/listener.h"
#include "platform/jobs/jobs.h"
#include "platform/rabbitmq/rabbitmq.h"

static enum job_outcome
do_nothing(struct job *job)
{
    (void)job;
    return JOB_DONE;
}

int
main(int argc, char **argv)
{
    static const struct job_handler handlers[] = {{"bench.job", JOB_LIGHT, do_nothing, 0}, {0}};
    struct config config = {.rabbitmq_url = argc > 3 ? argv[3] : "", .rabbitmq_ca_file = "", .rabbitmq_timeout_s = 5};
    struct jobs_settings settings = {0};
    char error[256];

    if (argc < 3)
        return 2;
    log_setup(LOG_LEVEL_WARN, false);
    db_setup(argv[1], 60000);
    settings.threads[JOB_LIGHT] = (unsigned)atol(argv[2]);
    if (!rabbitmq_setup(&config, error, sizeof error) || !jobs_start(&settings, handlers) || !listener_start())
        return 1;
    while (getchar() != EOF)
        ;
    rabbitmq_stop();
    jobs_stop();
    listener_stop();
    return 0;
}
