#include "app/app.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "db/cluster.h"
#include "platform/storage/s3.h"

bool
prepare_data_dir(const struct config *config, char *error, size_t error_size)
{
    static const char *const folders[] = {"", "/files", "/files/tmp", "/files/staged", "/mail", "/keys"};
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

struct storage *
app_open_storage(const struct config *config, char *error, size_t error_size)
{
    const struct s3_settings settings = s3_settings_of(config);
    char folder[4096];

    snprintf(folder, sizeof folder, "%s/files", config->data_dir);
    return config->s3_enabled ? storage_open_s3(&settings, folder, error, error_size) : storage_open_disk(folder, error, error_size);
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
