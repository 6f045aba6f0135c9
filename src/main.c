/* veza - one binary, several roles: see usage(). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/openapi.h"
#include "api/personal.h"
#include "app/app.h"
#include "app/backup.h"
#include "app/doctor.h"
#include "app/profile_tool.h"
#include "app/storage_tools.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "db/migrate.h"
#include "modules/auth/auth.h"
#include "modules/events/events.h"
#include "version.h"
#include "worker.h"

static int
usage(FILE *to)
{
    fputs("Veza " VEZA_VERSION ", a community music platform.\n\n"
          "  veza serve [api|stream|worker]       run everything, or one role\n"
          "  veza serve --help                    every setting with its default\n"
          "  veza migrate up|down [N]|status      the database's schema\n"
          "  veza user create --username U --email E [--role admin|moderator|creator|user] [--verified]\n"
          "                                       an account; the password is read from standard input\n"
          "  veza demo                            people and music made on the spot\n"
          "  veza demo --tracks N --users N [--seed N] [--until YYYY-MM-DD]\n"
          "                                       the rows of a large installation, whose tracks share forty sounds\n"
          "  veza keys rotate                     a new key for signing tokens\n"
          "  veza openapi [--check] [--output FILE]\n"
          "                                       the API's description\n"
          "  veza events [--check] [--output FILE]\n"
          "                                       the schemas of the events that RabbitMQ gets\n"
          "  veza backup DIR                      the database, files and keys, whole, while Veza runs\n"
          "  veza restore DIR [--trial] [--replace]\n"
          "                                       a backup into an empty data folder; --trial holds back mail and push\n"
          "  veza restore --release               lets them go\n"
          "  veza privacy                         what is kept about people, table by table\n"
          "  veza doctor                          says what is wrong with this set-up\n"
          "  veza doctor storage [--mend] [--age SECONDS]\n"
          "                                       files that no row owns, rows whose files are not there\n"
          "  veza storage move --to s3|disk       copies all files, while Veza runs\n"
          "  veza profile [SECONDS]               where the API server of this machine spends its time, in development\n"
          "  veza version\n",
          to);
    return to == stdout ? 0 : 2;
}

static void
setup_log(const struct config *config)
{
    enum log_level level = LOG_LEVEL_INFO;
    bool json = *config->log_format ? text_equal(config->log_format, "json") : !config_is_development(config);

    log_level_parse(config->log_level, &level);
    log_setup(level, json);
}

static bool
asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (text_equal(argv[i], "--help") || text_equal(argv[i], "-h"))
            return true;
    return false;
}

static int
run_serve(const struct config *config, int argc, char **argv)
{
    static const struct {
        const char *name;
        unsigned role;
    } roles[] = {{"api", APP_API}, {"stream", APP_STREAM}, {"worker", APP_WORKER}};

    if (asks_for_help(argc, argv)) {
        printf("veza serve [api|stream|worker]\n\nSettings are environment variables, or lines in a file .env, or in the one that VEZA_ENV_FILE names:\n");
        module_print_settings(all_modules, stdout);
        return 0;
    }
    if (argc == 2)
        return serve(config, APP_ALL);
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        if (argc == 3 && text_equal(argv[2], roles[i].name))
            return serve(config, roles[i].role);
    return usage(stderr);
}

struct description {
    bool check;
    const char *path; /* NULL: standard output */
};

static int
describe_api(const struct config *config, const char *conninfo, void *context)
{
    const struct description *wanted = context;
    char error[1024];
    int status;

    if (migrate_up(&embedded_migrations, conninfo, config_is_production(config), error, sizeof error) < 0) {
        fprintf(stderr, "veza: %s\n", error);
        return 1;
    }
    db_setup(conninfo, 60000);
    status = wanted->check ? openapi_compare(all_modules, wanted->path) : openapi_print(all_modules, wanted->path);
    db_disconnect();
    return status;
}

static bool
read_description(int argc, char **argv, struct description *ret_wanted)
{
    for (int i = 2; i < argc; i++) {
        if (text_equal(argv[i], "--check"))
            ret_wanted->check = true;
        else if (text_equal(argv[i], "--output") && i + 1 < argc)
            ret_wanted->path = argv[++i];
        else
            return false;
    }
    return true;
}

static int
run_openapi(const struct config *config, int argc, char **argv)
{
    struct description wanted = {0};

    return read_description(argc, argv, &wanted) ? with_database(config, describe_api, &wanted) : usage(stderr);
}

static int
run_events(int argc, char **argv)
{
    struct description wanted = {0};

    if (!read_description(argc, argv, &wanted) || (wanted.check && !wanted.path))
        return usage(stderr);
    return wanted.check ? events_compare(wanted.path) : events_print(wanted.path);
}

struct migrate_job {
    const char *what;
    int64_t steps;
};

static int
migrate_now(const struct config *config, const char *conninfo, void *context)
{
    struct migrate_job *job = context;
    char error[2048] = "";
    int done;

    if (text_equal(job->what, "up"))
        done = migrate_up(&embedded_migrations, conninfo, config_is_production(config), error, sizeof error);
    else if (text_equal(job->what, "down"))
        done = migrate_down(&embedded_migrations, conninfo, (int)job->steps, error, sizeof error);
    else
        done = migrate_status(&embedded_migrations, conninfo, stdout, error, sizeof error);
    if (done < 0) {
        fprintf(stderr, "veza: %s\n", error);
        return 1;
    }
    if (!text_equal(job->what, "status"))
        printf("%d migration%s %s\n", done, done == 1 ? "" : "s", text_equal(job->what, "up") ? "applied" : "taken back");
    return 0;
}

static int
run_migrate(const struct config *config, int argc, char **argv)
{
    struct migrate_job job = {.what = argc > 2 ? argv[2] : "", .steps = 1};

    if (!text_equal(job.what, "up") && !text_equal(job.what, "down") && !text_equal(job.what, "status"))
        return usage(stderr);
    if (argc > 3 && !text_to_int64(argv[3], 1, 10000, &job.steps))
        return usage(stderr);
    return with_existing_database(config, migrate_now, &job);
}

struct new_user {
    const char *username, *email, *role;
    bool verified;
};

static int
create_user(const struct config *config, const char *conninfo, void *context)
{
    struct new_user *user = context;
    char password[128], error[1024];

    if (migrate_up(&embedded_migrations, conninfo, config_is_production(config), error, sizeof error) < 0) {
        fprintf(stderr, "veza: %s\n", error);
        return 1;
    }
    db_setup(conninfo, 15000);
    if (isatty(STDIN_FILENO))
        fputs("Password: ", stderr);
    if (!fgets(password, sizeof password, stdin)) {
        fputs("veza: no password on standard input\n", stderr);
        return 1;
    }
    password[strcspn(password, "\r\n")] = 0;
    if (strlen(password) < 8) {
        fputs("veza: the password must have at least 8 bytes\n", stderr);
        return 1;
    }
    if (!auth_create_user(user->username, user->email, password, user->role, user->verified, error, sizeof error)) {
        fprintf(stderr, "veza: %s\n", error);
        return 1;
    }
    db_disconnect();
    printf("%s (%s) can sign in now.\n", user->username, user->role);
    if (text_equal(user->role, "admin"))
        puts("Administration asks for a second factor: after signing in, set up an authenticator app or a passkey in the security settings.");
    return 0;
}

static int
run_user(const struct config *config, int argc, char **argv)
{
    struct new_user user = {.role = "user"};

    if (argc < 3 || !text_equal(argv[2], "create"))
        return usage(stderr);
    for (int i = 3; i < argc; i++) {
        if (text_equal(argv[i], "--verified"))
            user.verified = true;
        else if (text_equal(argv[i], "--username") && i + 1 < argc)
            user.username = argv[++i];
        else if (text_equal(argv[i], "--email") && i + 1 < argc)
            user.email = argv[++i];
        else if (text_equal(argv[i], "--role") && i + 1 < argc)
            user.role = argv[++i];
        else
            return usage(stderr);
    }
    if (!user.username || !user.email ||
        !(text_equal(user.role, "user") || text_equal(user.role, "creator") || text_equal(user.role, "moderator") ||
          text_equal(user.role, "admin")))
        return usage(stderr);
    return with_existing_database(config, create_user, &user);
}

static int
run_keys(const struct config *config, int argc, char **argv)
{
    char error[512];

    if (argc != 3 || !text_equal(argv[2], "rotate"))
        return usage(stderr);
    if (!prepare_data_dir(config, error, sizeof error) || !auth_rotate_keys(config, error, sizeof error)) {
        fprintf(stderr, "veza: %s\n", error);
        return 1;
    }
    puts("A new key signs from now on; running servers notice within seconds.");
    return 0;
}

static void
tell_unknown(void *context, const char *name, const char *nearest)
{
    (void)context;
    log_warn("a name in the file of settings is no setting; veza serve --help lists them", LOG_TEXT("name", name), LOG_TEXT("meant", nearest));
}

int
main(int argc, char **argv)
{
    static struct config config;
    char error[512];

    /* Before anything else: the worker has no environment and no configuration. */
    if (argc > 1 && text_equal(argv[1], "media-worker"))
        return media_worker_main(argc - 1, argv + 1);
    if (argc < 2)
        return usage(stderr);
    if (text_equal(argv[1], "version") || text_equal(argv[1], "--version")) {
        puts("veza " VEZA_VERSION);
        return 0;
    }
    if (text_equal(argv[1], "help") || (asks_for_help(argc, argv) && !text_equal(argv[1], "serve")))
        return usage(stdout);
    if (!config_load(&config, error, sizeof error) || !module_load_settings(all_modules, error, sizeof error)) {
        fprintf(stderr, "veza: %s\n", error);
        return 1;
    }
    setup_log(&config);
    if (!text_equal(argv[1], "doctor")) /* which tells it in its own way */
        module_check_names(all_modules, tell_unknown, NULL);
    if (text_equal(argv[1], "serve"))
        return run_serve(&config, argc, argv);
    if (text_equal(argv[1], "migrate"))
        return run_migrate(&config, argc, argv);
    if (text_equal(argv[1], "user"))
        return run_user(&config, argc, argv);
    if (text_equal(argv[1], "demo"))
        return argc == 2 ? demo_fill(&config) : demo_fill_many(&config, argc, argv);
    if (text_equal(argv[1], "backup"))
        return backup_main(&config, argc, argv);
    if (text_equal(argv[1], "restore"))
        return restore_main(&config, argc, argv);
    if (text_equal(argv[1], "doctor"))
        return argc == 2 ? doctor_run(&config) : text_equal(argv[2], "storage") ? doctor_storage(&config, argc, argv) : usage(stderr);
    if (text_equal(argv[1], "storage"))
        return argc > 2 ? storage_move(&config, argc, argv) : usage(stderr);
    if (text_equal(argv[1], "privacy") && argc == 2) {
        personal_print(all_modules, stdout);
        return 0;
    }
    if (text_equal(argv[1], "openapi"))
        return run_openapi(&config, argc, argv);
    if (text_equal(argv[1], "events"))
        return run_events(argc, argv);
    if (text_equal(argv[1], "profile"))
        return profile_tool(&config, argc, argv);
    if (text_equal(argv[1], "keys"))
        return run_keys(&config, argc, argv);
    return usage(stderr);
}
