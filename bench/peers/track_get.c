/* track_get THREADS CONNINFO STATEMENT-FILE[,STATEMENT-FILE] [VALUE|:id|-]... - the least that can serve the statement: libmicrohttpd
 * with the same kind of polling threads as Veza, a connection and prepared statements a thread, its row as JSON. The second statement is for DELETE. Each
 * further argument is a parameter: a text, `-` for null, `:id` for what follows "/tracks/" in the path. Prints its port. */
#include <libpq-fe.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/row_json.h"

static const char *conninfo, *parameters[32];
static char statements[2][65536];
static int parameter_count;
static _Thread_local PGconn *pg;

static void
say_nothing(void *cls, const char *notice)
{
    (void)cls, (void)notice;
}

static enum MHD_Result
answer(void *cls, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *data, size_t *size,
       void **context)
{
    const char *values[32], *place = strstr(url, "/tracks/");
    char id[37];
    struct buf out = BUF_INIT(1 << 20);
    struct MHD_Response *response;
    struct row_json json;
    enum MHD_Result queued;
    PGresult *result;

    (void)cls, (void)version, (void)data, (void)size;
    if (!*context) {
        *context = &pg;
        return MHD_YES;
    }
    if (!place)
        return MHD_NO;
    snprintf(id, sizeof id, "%s", place + strlen("/tracks/"));
    if (!pg) {
        pg = PQconnectdb(conninfo);
        PQsetNoticeProcessor(pg, say_nothing, NULL);
        PQclear(PQprepare(pg, "first", statements[0], 0, NULL));
        PQclear(PQprepare(pg, "delete", statements[1], 0, NULL));
    }
    for (int i = 0; i < parameter_count; i++)
        values[i] = strcmp(parameters[i], ":id") == 0 ? id : strcmp(parameters[i], "-") == 0 ? NULL : parameters[i];
    result = PQexecPrepared(pg, strcmp(method, "DELETE") == 0 ? "delete" : "first", parameter_count, values, NULL, NULL, 0);
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1) {
        fprintf(stderr, "%s\n", PQresultErrorMessage(result));
        PQclear(result);
        return MHD_NO;
    }
    row_json_begin(&json, result, &(struct query){0});
    row_json_write(&json, 0, &out);
    PQclear(result);
    response = MHD_create_response_from_buffer(out.len, out.ptr, MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(response, "Content-Type", "application/json");
    queued = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return queued;
}

int
main(int argc, char **argv)
{
    struct MHD_Daemon *daemon;
    char *rest, *path;

    if (argc < 4 || argc > 4 + 32)
        return 1;
    path = strtok_r(argv[3], ",", &rest);
    for (int i = 0; i < 2 && path; i++, path = strtok_r(NULL, ",", &rest)) {
        FILE *file = fopen(path, "r");

        if (!file || !fread(statements[i], 1, sizeof statements[i] - 1, file))
            return 1;
        fclose(file);
    }
    conninfo = argv[2];
    parameter_count = argc - 4;
    memcpy(parameters, argv + 4, (size_t)parameter_count * sizeof *argv);
    daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, 0, NULL, NULL, answer, NULL, MHD_OPTION_THREAD_POOL_SIZE,
                              (unsigned)strtoul(argv[1], NULL, 10), MHD_OPTION_CONNECTION_LIMIT, 1000u, MHD_OPTION_END);
    if (!daemon)
        return 1;
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    for (;;)
        pause();
}
