#include "base/config.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

static struct config loaded; /* where the table's values go */

static const char *
config_is_env(const char *value)
{
    return text_equal(value, "development") || text_equal(value, "staging") || text_equal(value, "production") ? NULL
                                                                                                             : "development, staging or production";
}

static const char *
config_is_log_level(const char *value)
{
    enum log_level level;

    return log_level_parse(value, &level) ? NULL : "DEBUG, INFO, WARN or ERROR";
}

static const char *
config_is_log_format(const char *value)
{
    return text_equal(value, "json") || text_equal(value, "text") ? NULL : "json or text";
}

static const char *
config_is_smtp_url(const char *value)
{
    return text_starts_with(value, "smtp://") || text_starts_with(value, "smtps://") ? NULL : "smtp://user:password@host:port or smtps://…";
}

static const char *
config_is_anything(const char *value)
{
    (void)value;
    return NULL;
}

static const char *
config_is_mail_from(const char *value)
{
    return strchr(value, '@') ? NULL : "an address, such as Veza <no-reply@your.domain>";
}

static const char *
config_is_contact(const char *value)
{
    bool good = text_starts_with(value, "mailto:") ? strchr(value, '@') != NULL : text_starts_with(value, "https://") && strlen(value) > strlen("https://");

    return good ? NULL : "mailto:you@your.domain or an address that begins with https://";
}

static const struct setting settings[] = {
#define SECTION(title) {.section = title},
#define TEXT(field, env, def, words) {env, .text = &loaded.field, .fallback = def, .help = words},
#define CHECKED(field, env, def, rule, words) {env, .text = &loaded.field, .fallback = def, .check = rule, .help = words},
#define BY_ENV(field, env, def, in_staging, in_development, rule, words) \
    {env, .text = &loaded.field, .fallback = def, .staging = in_staging, .development = in_development, .check = rule, .help = words},
#define HIDDEN(field, env, def, rule, words) {env, .text = &loaded.field, .fallback = def, .check = rule, .hidden = true, .help = words},
#define INT(field, env, def, lo, hi, words) {env, .integer = &loaded.field, .fallback = #def, .min = lo, .max = hi, .help = words},
#define BOOL(field, env, def, words) {env, .boolean = &loaded.field, .fallback = #def, .help = words},
#include "base/config.def"
#undef SECTION
#undef TEXT
#undef CHECKED
#undef BY_ENV
#undef HIDDEN
#undef INT
#undef BOOL
    {0}};

const struct setting *
config_settings(void)
{
    return settings;
}

/* The names in `.env`, each ended by a zero byte; an empty one ends them. */
static char dotenv_names[16 * 1024];
static size_t dotenv_names_len;

static void
dotenv_note(const char *name)
{
    size_t size = strlen(name) + 1;

    if (size == 1 || size >= sizeof dotenv_names - dotenv_names_len)
        return;
    memcpy(dotenv_names + dotenv_names_len, name, size);
    dotenv_names_len += size;
}

const char *
config_dotenv_name(unsigned n)
{
    const char *name = dotenv_names;

    while (n-- && *name)
        name += strlen(name) + 1;
    return *name ? name : NULL;
}

/* The text of a value, from behind the "=": without the quotes, single or double, and without a comment, which begins with " #" outside
 * of quotes. Writes into `text`. */
static char *
dotenv_value(char *text)
{
    char *value = text + strspn(text, " \t"), *end;

    if (*value == '"' || *value == '\'') {
        end = strchr(value + 1, *value);
        if (end && (!end[1 + strspn(end + 1, " \t\r\n")] || (isspace((unsigned char)end[1]) && end[1 + strspn(end + 1, " \t")] == '#'))) {
            *end = 0;
            return value + 1;
        }
    }
    for (end = value; *end; end++)
        if (*end == '#' && end > text && isspace((unsigned char)end[-1]))
            *end-- = 0;
    while (end > value && isspace((unsigned char)end[-1]))
        *--end = 0;
    return value;
}

static void
dotenv_line(char *line)
{
    char *name = line + strspn(line, " \t"), *equals = strchr(name, '='), *end = equals;

    if (*name == '#' || !equals)
        return;
    if (text_starts_with(name, "export "))
        name += 7;
    while (end > name && isspace((unsigned char)end[-1]))
        end--;
    *end = 0;
    dotenv_note(name);
    setenv(name, dotenv_value(equals + 1), 0);
}

/* A line is NAME=value; # begins a comment. Variables that exist already win. False when the file exists and cannot be read, or when
 * VEZA_ENV_FILE names one that does not exist: Veza would start with other data than the operator meant. A working folder that may not
 * be entered counts as one without a .env. */
static bool
read_dotenv(char *error, size_t error_size)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* some editors begin a file of UTF-8 with it */
    const char *named = getenv("VEZA_ENV_FILE"), *path = named && *named ? named : ".env";
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;

    dotenv_names_len = 0;
    memset(dotenv_names, 0, sizeof dotenv_names);
    if (!file && path != named && (errno == ENOENT || access(".", X_OK) != 0))
        return true;
    if (!file) {
        snprintf(error, error_size, "the settings in %s%s cannot be read: %s", path, path == named ? " (VEZA_ENV_FILE)" : "", strerror(errno));
        return false;
    }
    for (bool first = true; getline(&line, &size, file) > 0; first = false)
        dotenv_line(line + (first && text_starts_with(line, mark) ? strlen(mark) : 0));
    free(line);
    fclose(file);
    return true;
}

static bool
load_bind_addresses(struct config *config, char *error, size_t error_size)
{
    struct str wrong = str_of(config->bind_address);
    bool good = ip_networks_parse(config->bind_address, &config->bind_addresses, &wrong) && config->bind_addresses.count;

    for (unsigned i = 0; good && i < config->bind_addresses.count; i++)
        good = config->bind_addresses.list[i].bits == 128;
    if (!good)
        snprintf(error, error_size, "BIND_ADDRESS has \"%.*s\"; it must be IPv4 or IPv6 addresses of this machine, such as 127.0.0.1,::1",
                 (int)wrong.len, wrong.ptr);
    return good;
}

bool
config_load(struct config *ret_config, char *error, size_t error_size)
{
    static char url[64];
    struct str wrong;

    if (!read_dotenv(error, error_size) || !setting_load(settings, error, error_size))
        return false;
    if (!ip_networks_parse(loaded.trusted_proxies, &loaded.trusted_networks, &wrong)) {
        snprintf(error, error_size, "TRUSTED_PROXIES has \"%.*s\"; it must be at most %d addresses or networks, such as 127.0.0.1,10.0.0.0/8",
                 (int)wrong.len, wrong.ptr, IP_NETWORKS_MAX);
        return false;
    }
    if (!load_bind_addresses(&loaded, error, error_size))
        return false;
    if (!*loaded.frontend_url) {
        snprintf(url, sizeof url, "http://localhost:%lld", (long long)loaded.port_backend);
        loaded.frontend_url = url;
    }
    *ret_config = loaded;
    return true;
}

bool
config_is_production(const struct config *config)
{
    return text_equal(config->app_env, "production");
}

bool
config_is_development(const struct config *config)
{
    return text_equal(config->app_env, "development");
}

const char *
config_frontend_url(const struct config *config)
{
    return config->frontend_url;
}
