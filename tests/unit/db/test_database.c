#include "test_database.h"

#include "../base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "db/cluster.h"
#include "db/db.h"

static char folder[64];
static struct cluster *cluster;
static PGconn *connection;

PGconn *
test_database_start(int statement_ms)
{
    struct config config;
    char error[1024];

    snprintf(folder, sizeof folder, "/tmp/veza-unit-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0); /* as root, the database is another user's */
    setenv("VEZA_DATA_DIR", folder, 1);
    setenv("DATABASE_DURABLE", "false", 1);
    log_setup(LOG_LEVEL_ERROR, false);
    if (!config_load(&config, error, sizeof error) || cluster_start(&config, &cluster, error, sizeof error) < 0)
        fail_msg("%s", error);
    db_setup(cluster_url(cluster), statement_ms);
    connection = PQconnectdb(cluster_url(cluster));
    return connection;
}

const char *
test_database_url(void)
{
    return cluster_url(cluster);
}

void
test_database_stop(void)
{
    pid_t pid;
    int status;

    PQfinish(connection);
    cluster = cluster_stop(cluster);
    pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", folder, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

const char *
test_database_ask(const char *sql)
{
    static char answer[512];
    PGresult *result = PQexec(connection, sql);
    bool worked = PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;

    if (!worked)
        fail_msg("%s: %s", sql, PQerrorMessage(connection));
    snprintf(answer, sizeof answer, "%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return answer;
}
