#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/config.h"
#include "base/str.h"

static char folder[] = "/tmp/veza-config-XXXXXX";

static int
in_an_empty_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int
leave_no_folder(void **state)
{
    (void)state;
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

static void
defaults_are_those_of_the_list(void **state)
{
    struct config config;
    char error[256];

    (void)state;
    clearenv();
    assert_true(config_load(&config, error, sizeof error));
    assert_int_equal(config.port_backend, 18080);
    assert_int_equal(config.port_stream, 18082);
    assert_string_equal(config.data_dir, "./var");
    assert_string_equal(config.frontend_url, "http://localhost:18080");
    assert_true(config_is_development(&config));
    assert_true(config.rate_limits);
}

static void
defaults_depend_on_the_environment_and_what_is_written_counts_everywhere(void **state)
{
    static const char *const expected[][3] = {{"development", "DEBUG", "6000/60"}, {"staging", "INFO", "1200/60"}, {"production", "WARN", "600/60"}};
    struct config config;
    char error[256];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        clearenv();
        setenv("APP_ENV", expected[i][0], 1);
        assert_true(config_load(&config, error, sizeof error));
        assert_string_equal(config.log_level, expected[i][1]);
        assert_string_equal(config.rate_read, expected[i][2]);
        setenv("LOG_LEVEL", "ERROR", 1);
        setenv("RATE_LIMIT_READ", "7/1", 1);
        assert_true(config_load(&config, error, sizeof error));
        assert_string_equal(config.log_level, "ERROR");
        assert_string_equal(config.rate_read, "7/1");
    }
}

static void
a_bad_value_is_named_with_what_it_may_be(void **state)
{
    struct config config;
    char error[256] = "";

    (void)state;
    clearenv();
    setenv("PORT_BACKEND", "http", 1);
    assert_false(config_load(&config, error, sizeof error));
    assert_non_null(strstr(error, "PORT_BACKEND"));
    assert_non_null(strstr(error, "65535"));
    unsetenv("PORT_BACKEND");
    setenv("RATE_LIMIT_ENABLED", "maybe", 1);
    assert_false(config_load(&config, error, sizeof error));
    assert_non_null(strstr(error, "RATE_LIMIT_ENABLED"));
    unsetenv("RATE_LIMIT_ENABLED");
    setenv("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.1/8", 1);
    assert_false(config_load(&config, error, sizeof error));
    assert_non_null(strstr(error, "TRUSTED_PROXIES has \"10.0.0.1/8\""));
    unsetenv("TRUSTED_PROXIES");
    setenv("APP_ENV", "prod", 1);
    assert_false(config_load(&config, error, sizeof error));
}

static void
a_text_of_another_form_is_refused_and_empty_means_the_default(void **state)
{
    static const char *const wrong[][2] = {{"LOG_LEVEL", "LOUD"}, {"LOG_FORMAT", "xml"}, {"SMTP_URL", "me:hidden@mail.example"},
                                           {"SMTP_CA_FILE", "/nowhere.pem"}, {"MAIL_FROM", "Veza"},
                                           {"CORS_ORIGINS", "app.example"}, {"CORS_ORIGINS", "https://app.example,https://other.example/path"},
                                           {"GEOIP_FILE", "/nowhere.txt"}, {"GEOIP6_FILE", "/nowhere.txt"}, {"VAPID_SUBJECT", "me@music.example"}};
    struct config config;
    char error[256] = "";

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        clearenv();
        setenv(wrong[i][0], wrong[i][1], 1);
        assert_false(config_load(&config, error, sizeof error));
        assert_non_null(strstr(error, wrong[i][0]));
        assert_null(strstr(error, "hidden"));
    }
    clearenv();
    setenv("CORS_ORIGINS", " https://app.example, http://[::1]:5173 ,*", 1);
    setenv("VAPID_SUBJECT", "mailto:me@music.example", 1);
    assert_true(config_load(&config, error, sizeof error));
    clearenv();
    setenv("LOG_LEVEL", "", 1);
    setenv("BIND_ADDRESS", "", 1);
    setenv("VEZA_DATA_DIR", "", 1);
    assert_true(config_load(&config, error, sizeof error));
    assert_string_equal(config.data_dir, "./var");
    assert_string_equal(config.bind_address, "127.0.0.1");
}

static void
a_comment_behind_a_value_is_no_part_of_it(void **state)
{
    struct config config;
    char error[256];
    FILE *file = fopen(".env", "w");

    (void)state;
    fputs("SENTRY_ENVIRONMENT=plain            # openssl rand -hex 32; needed\nVAPID_PUBLIC_KEY = \"a # b\" # c\r\nSMTP_URL=smtp://u:p#w@h\n"
          "REDIS_PASSWORD=          # none\nSENTRY_DSN='\nAPP_DOMAIN='x' y\n", file);
    fclose(file);
    clearenv();
    assert_true(config_load(&config, error, sizeof error));
    unlink(".env");
    assert_string_equal(config.sentry_environment, "plain");
    assert_string_equal(config.vapid_public_key, "a # b");
    assert_string_equal(config.smtp_url, "smtp://u:p#w@h");
    assert_string_equal(config.redis_password, "");
    assert_string_equal(config.sentry_dsn, "'");
    assert_string_equal(config.app_domain, "'x' y");
}

static void
a_byte_order_mark_and_a_long_line_change_no_other_setting(void **state)
{
    struct config config;
    char error[256];
    FILE *file = fopen(".env", "w");

    (void)state;
    fputs("\xEF\xBB\xBF" "APP_DOMAIN=music.example\nREDIS_PASSWORD=", file);
    for (int i = 0; i < 5000; i++)
        fputc('x', file);
    fputs("PORT_STREAM=1\n", file);
    fclose(file);
    clearenv();
    assert_true(config_load(&config, error, sizeof error));
    unlink(".env");
    assert_string_equal(config.app_domain, "music.example");
    assert_int_equal(strlen(config.redis_password), 5000 + strlen("PORT_STREAM=1"));
    assert_int_equal(config.port_stream, 18082);
    assert_string_equal(config_dotenv_name(0), "APP_DOMAIN");
    assert_string_equal(config_dotenv_name(1), "REDIS_PASSWORD");
    assert_null(config_dotenv_name(2));
}

static void
a_file_of_settings_that_was_named_and_cannot_be_read_is_an_error(void **state)
{
    struct config config;
    char error[256] = "";

    (void)state;
    clearenv();
    setenv("VEZA_ENV_FILE", "/nowhere/veza.env", 1);
    assert_false(config_load(&config, error, sizeof error));
    assert_string_equal(error, "the settings in /nowhere/veza.env (VEZA_ENV_FILE) cannot be read: No such file or directory");
    unsetenv("VEZA_ENV_FILE");
    assert_true(config_load(&config, error, sizeof error)); /* there need not be a .env */
}

static void
a_dotenv_file_fills_what_the_environment_leaves_open(void **state)
{
    struct config config;
    char error[256];
    FILE *file = fopen(".env", "w");

    (void)state;
    fputs("# comment\nPORT_BACKEND=1234\nAPP_DOMAIN=\"music.example\"\nPORT_STREAM=4321\nnonsense\n", file);
    fclose(file);
    clearenv();
    setenv("PORT_BACKEND", "9999", 1);
    assert_true(config_load(&config, error, sizeof error));
    unlink(".env");
    assert_int_equal(config.port_backend, 9999);
    assert_int_equal(config.port_stream, 4321);
    assert_string_equal(config.app_domain, "music.example");
}

static void
config_test_note(void *context, const struct weak_setting *weak)
{
    assert_true(*weak->why && *weak->mend);
    *(const char **)context = weak->name;
}

static void
production_refuses_each_weak_setting_and_names_it(void **state)
{
    static const struct {
        const char *name, *weak, *strong;
    } table[] = {
        {"FRONTEND_URL", "http://music.example", "https://music.example"},
        {"FRONTEND_URL", "", "https://music.example"},
        {"METRICS_TOKEN", "changechangechangechangechange!!", ""},
        {"METRICS_TOKEN", "x", "d1b0f3a7c95e24688f1e2d3c4b5a6978"},
        {"METRICS_TOKEN", "d1b0f3a7c95e24688f1e2d3c4b5a697", ""},
        {"DATABASE_DURABLE", "false", "true"},
        {"RATE_LIMIT_ENABLED", "false", "true"},
        {"CORS_ORIGINS", "*", "https://app.example"},
        {"CORS_ORIGINS", "https://app.example,*", ""},
        {"OUTGOING_ALLOW_PRIVATE", "true", "false"},
        {"ENABLE_CLAMAV", "", "false"},
        {"ENABLE_CLAMAV", "", "true"},
    };
    struct config config;
    char error[256];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        const char *named = NULL;

        clearenv();
        setenv("APP_ENV", "production", 1);
        setenv("FRONTEND_URL", "https://music.example", 1);
        setenv("ENABLE_CLAMAV", "false", 1);
        setenv(table[i].name, table[i].strong, 1);
        assert_true(config_load(&config, error, sizeof error));
        assert_int_equal(config_weak_settings(&config, config_test_note, &named), 0);
        setenv(table[i].name, table[i].weak, 1);
        assert_true(config_load(&config, error, sizeof error));
        assert_int_equal(config_weak_settings(&config, config_test_note, &named), 1);
        assert_string_equal(named, table[i].name);
        setenv("APP_ENV", "staging", 1);
        assert_true(config_load(&config, error, sizeof error));
        assert_int_equal(config_weak_settings(&config, config_test_note, &named), 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_list),
        cmocka_unit_test(defaults_depend_on_the_environment_and_what_is_written_counts_everywhere),
        cmocka_unit_test(a_bad_value_is_named_with_what_it_may_be),
        cmocka_unit_test(production_refuses_each_weak_setting_and_names_it),
        cmocka_unit_test(a_text_of_another_form_is_refused_and_empty_means_the_default),
        cmocka_unit_test(a_comment_behind_a_value_is_no_part_of_it),
        cmocka_unit_test(a_byte_order_mark_and_a_long_line_change_no_other_setting),
        cmocka_unit_test(a_file_of_settings_that_was_named_and_cannot_be_read_is_an_error),
        cmocka_unit_test(a_dotenv_file_fills_what_the_environment_leaves_open),
    };

    return cmocka_run_group_tests(tests, in_an_empty_folder, leave_no_folder);
}
