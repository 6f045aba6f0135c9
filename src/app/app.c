#include "app/app.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "api/docs.h"
#include "app.queries.h"
#include "audit.queries.h"
#include "auth.queries.h"
#include "bus.queries.h"
#include "db/cluster.h"
#include "modules/audit/audit.h"
#include "modules/auth/auth.h"
#include "modules/developer/developer.h"
#include "modules/mfa/mfa.h"
#include "modules/oauth/oauth.h"
#include "modules/passkeys/passkeys.h"
#include "modules/privacy/privacy.h"
#include "modules/notifications/notifications.h"
#include "modules/realtime/realtime.h"
#include "developer.queries.h"
#include "jobs.queries.h"
#include "mfa.queries.h"
#include "oauth.queries.h"
#include "passkeys.queries.h"
#include "privacy.queries.h"
#include "modules/roles/roles.h"
#include "modules/sessions/sessions.h"
#include "modules/system/system.h"
#include "modules/tracks/tracks.h"
#include "modules/users/users.h"
#include "realtime.queries.h"
#include "notifications.queries.h"
#include "roles.queries.h"
#include "sessions.queries.h"
#include "stream.queries.h"
#include "stream/stream.h"
#include "system.queries.h"
#include "tracks.queries.h"
#include "users.queries.h"

static const struct route *const all_api_tables[] = {
    auth_routes, mfa_routes, oauth_routes, passkeys_routes, privacy_routes, developer_routes, system_routes, realtime_routes,
    users_routes, sessions_routes, audit_routes, roles_routes, notifications_routes, notifications_push_routes,
    notifications_mail_routes,
    tracks_routes, stream_api_routes, docs_routes, health_routes, NULL};
static const struct route *const all_stream_tables[] = {stream_routes, health_routes, NULL};

static const struct route *const all_document_tables[] = {
    auth_routes, mfa_routes, oauth_routes, passkeys_routes, privacy_routes, developer_routes, system_routes, realtime_routes,
    users_routes, sessions_routes, audit_routes, roles_routes, notifications_routes, notifications_push_routes,
    notifications_mail_routes,
    tracks_routes, stream_api_routes, stream_routes, docs_routes, health_routes, NULL};

route_tables api_tables = all_api_tables, stream_tables = all_stream_tables, document_tables = all_document_tables;

const struct query *const *const all_queries[] = {
    app_queries, audit_queries, auth_queries, bus_queries, developer_queries, jobs_queries, mfa_queries, oauth_queries,
    passkeys_queries, privacy_queries, realtime_queries, sessions_queries, roles_queries,
    notifications_queries, stream_queries, system_queries, tracks_queries, users_queries, NULL};

void
find_web_app(const struct config *config, char ret_folder[PATH_MAX])
{
    char program[PATH_MAX - 16];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);

    program[len > 0 ? len : 0] = 0;
    for (int up = 0; up < 2 && strrchr(program, '/'); up++)
        *strrchr(program, '/') = 0;
    if (*config->web_dir)
        snprintf(ret_folder, PATH_MAX, "%s", config->web_dir);
    else if (text_equal(program, "/usr"))
        snprintf(ret_folder, PATH_MAX, "/usr/share/veza/web");
    else
        snprintf(ret_folder, PATH_MAX, "%s/web/dist", program);
}

bool
prepare_data_dir(const struct config *config, char *error, size_t error_size)
{
    static const char *const folders[] = {"", "/files", "/files/tmp", "/mail", "/keys"};
    char path[4096];

    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        snprintf(path, sizeof path, "%s%s", config->data_dir, folders[i]);
        /* The database's own user must be able to walk through the top folder. */
        if (mkdir(path, i ? 0700 : 0755) && errno != EEXIST) {
            snprintf(error, error_size, "the data folder %s cannot be made: %s. Set VEZA_DATA_DIR to a folder you may write to.", path,
                     strerror(errno));
            return false;
        }
    }
    return true;
}

static bool
is_half_restored(const struct config *config)
{
    char marker[4096];

    snprintf(marker, sizeof marker, "%s/" RESTORING, config->data_dir);
    if (access(marker, F_OK) != 0)
        return false;
    fprintf(stderr, "veza: a restore into %s did not end, so what is there is not whole. Run `veza restore` again.\n", config->data_dir);
    return true;
}

int
with_existing_database(const struct config *config, int (*work)(const struct config *config, const char *conninfo, void *context),
                       void *context)
{
    char folder[4096];

    snprintf(folder, sizeof folder, "%s/pg", config->data_dir);
    if (is_half_restored(config))
        return 1;
    if (!*config->database_url && access(folder, F_OK) != 0) {
        fprintf(stderr, "veza: there is no database in %s yet. `veza serve` makes one; VEZA_DATA_DIR names another folder, DATABASE_URL another "
                        "database.\n", config->data_dir);
        return 1;
    }
    return with_database(config, work, context);
}

int
with_database(const struct config *config, int (*work)(const struct config *config, const char *conninfo, void *context),
              void *context)
{
    if (is_half_restored(config))
        return 1;
    return with_database_of_restore(config, work, context);
}

int
with_database_of_restore(const struct config *config, int (*work)(const struct config *config, const char *conninfo, void *context),
                         void *context)
{
    struct cluster *cluster = NULL;
    char error[1024];
    int result;

    if (*config->database_url)
        return work(config, config->database_url, context);
    if (!prepare_data_dir(config, error, sizeof error) || cluster_start(config, &cluster, error, sizeof error)) {
        fprintf(stderr, "veza: %s\n", error);
        return 1;
    }
    result = work(config, cluster_url(cluster), context);
    cluster_stop(cluster);
    return result;
}
