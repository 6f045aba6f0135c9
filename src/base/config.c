#include "base/config.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

enum variable_type { VARIABLE_SECTION, VARIABLE_TEXT, VARIABLE_INT, VARIABLE_BOOL, VARIABLE_FAMILY };

struct variable {
    enum variable_type type;
    const char *name; /* or the section's title */
    size_t offset;
    const char *fallback;
    int64_t min, max;
    const char *help;
};

static const struct variable variables[] = {
#define SECTION(title) {.type = VARIABLE_SECTION, .name = title},
#define TEXT(field, env, def, text) {VARIABLE_TEXT, env, offsetof(struct config, field), def, 0, 0, text},
#define INT(field, env, def, lo, hi, text) {VARIABLE_INT, env, offsetof(struct config, field), #def, lo, hi, text},
#define BOOL(field, env, def, text) {VARIABLE_BOOL, env, offsetof(struct config, field), #def, 0, 0, text},
#define FAMILY(env, text) {.type = VARIABLE_FAMILY, .name = env, .fallback = "", .help = text},
#include "base/config.def"
#undef SECTION
#undef TEXT
#undef INT
#undef BOOL
#undef FAMILY
};

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

/* A line is NAME=value; # begins a comment. Variables that exist already win. False when the file exists and cannot be read, or when
 * VEZA_ENV_FILE names one that does not exist: Veza would start with other data than the operator meant. A working folder that may not
 * be entered counts as one without a .env. */
static bool
read_dotenv(char *error, size_t error_size)
{
    const char *named = getenv("VEZA_ENV_FILE"), *path = named && *named ? named : ".env";
    FILE *file = fopen(path, "re");
    char line[4096];

    if (!file && path != named && (errno == ENOENT || access(".", X_OK) != 0))
        return true;
    if (!file) {
        snprintf(error, error_size, "the settings in %s%s cannot be read: %s", path, path == named ? " (VEZA_ENV_FILE)" : "", strerror(errno));
        return false;
    }
    while (fgets(line, sizeof line, file)) {
        char *name = line + strspn(line, " \t");
        char *equals = strchr(name, '='), *end = equals;

        if (*name == '#' || !equals)
            continue;
        if (text_starts_with(name, "export "))
            name += 7;
        while (end > name && isspace((unsigned char)end[-1]))
            end--;
        *end = 0;
        setenv(name, dotenv_value(equals + 1), 0);
    }
    fclose(file);
    return true;
}

static bool
parse_bool(const char *text, bool *ret_value)
{
    static const char *const yes[] = {"true", "1", "yes", "on"}, *const no[] = {"false", "0", "no", "off"};

    for (unsigned i = 0; i < COUNT_OF(yes); i++) {
        if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
            *ret_value = strcasecmp(text, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

static bool
load_variable(const struct variable *v, void *config, char *error, size_t error_size)
{
    const char *given = v->fallback ? getenv(v->name) : NULL;
    void *place = (char *)config + v->offset;

    if (!given || !*given)
        given = v->fallback;
    switch (v->type) {
    case VARIABLE_TEXT:
        *(const char **)place = given;
        return true;
    case VARIABLE_INT:
        if (text_to_int64(given, v->min, v->max, place))
            return true;
        snprintf(error, error_size, "%s is \"%s\"; it must be a whole number from %lld to %lld", v->name, given,
                 (long long)v->min, (long long)v->max);
        return false;
    case VARIABLE_BOOL:
        if (parse_bool(given, place))
            return true;
        snprintf(error, error_size, "%s is \"%s\"; it must be true or false", v->name, given);
        return false;
    case VARIABLE_SECTION:
    case VARIABLE_FAMILY:
        break;
    }
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

/* Checks the form of names and addresses, so that a typing mistake is reported at the start and not when the first mail is sent. */
static bool
check_texts(const struct config *config, char *error, size_t error_size)
{
    enum log_level level;
    const struct {
        bool good;
        const char *name, *value, *rule; /* `value` is NULL where it may hold a password */
    } rules[] = {
        {text_equal(config->app_env, "development") || text_equal(config->app_env, "staging") || text_equal(config->app_env, "production"),
         "APP_ENV", config->app_env, "development, staging or production"},
        {log_level_parse(config->log_level, &level), "LOG_LEVEL", config->log_level, "DEBUG, INFO, WARN or ERROR"},
        {!*config->log_format || text_equal(config->log_format, "json") || text_equal(config->log_format, "text"), "LOG_FORMAT",
         config->log_format, "json or text"},
        {!*config->smtp_url || text_starts_with(config->smtp_url, "smtp://") || text_starts_with(config->smtp_url, "smtps://"), "SMTP_URL", NULL,
         "smtp://user:password@host:port or smtps://…"},
        {!*config->smtp_ca_file || access(config->smtp_ca_file, R_OK) == 0, "SMTP_CA_FILE", config->smtp_ca_file, "a file that can be read"},
        {strchr(config->mail_from, '@') != NULL, "MAIL_FROM", config->mail_from, "an address, such as Veza <no-reply@your.domain>"},
    };

    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (rules[i].good)
            continue;
        snprintf(error, error_size, "%s%s%s%s; it must be %s", rules[i].name, rules[i].value ? " is \"" : " is of another form",
                 rules[i].value ? rules[i].value : "", rules[i].value ? "\"" : "", rules[i].rule);
        return false;
    }
    return true;
}

bool
config_load(struct config *ret_config, char *error, size_t error_size)
{
    static char url[64];
    struct config config = {0};
    struct str wrong;

    if (!read_dotenv(error, error_size))
        return false;
    for (unsigned i = 0; i < COUNT_OF(variables); i++)
        if (!load_variable(&variables[i], &config, error, error_size))
            return false;
    if (!check_texts(&config, error, error_size))
        return false;
    if (*config.jwt_secret && strlen(config.jwt_secret) < 32) {
        snprintf(error, error_size, "JWT_SECRET has %zu bytes; it must have at least 32", strlen(config.jwt_secret));
        return false;
    }
    if (!ip_networks_parse(config.trusted_proxies, &config.trusted_networks, &wrong)) {
        snprintf(error, error_size, "TRUSTED_PROXIES has \"%.*s\"; it must be at most %d addresses or networks, such as 127.0.0.1,10.0.0.0/8",
                 (int)wrong.len, wrong.ptr, IP_NETWORKS_MAX);
        return false;
    }
    if (!load_bind_addresses(&config, error, error_size))
        return false;
    if (!*config.frontend_url) {
        snprintf(url, sizeof url, "http://localhost:%lld", (long long)config.port_backend);
        config.frontend_url = url;
    }
    *ret_config = config;
    return true;
}

const char *
config_family(const char *family, const char *name)
{
    const char *place = strstr(family, "<NAME>"), *value;
    char variable[128];
    size_t at;

    if (!place || strlen(family) + strlen(name) >= sizeof variable)
        return "";
    at = (size_t)(place - family);
    snprintf(variable, sizeof variable, "%.*s%s%s", (int)at, family, name, place + 6);
    for (size_t i = at; i < at + strlen(name); i++)
        variable[i] = variable[i] == '-' ? '_' : (char)toupper((unsigned char)variable[i]);
    value = getenv(variable);
    return value ? value : "";
}

void
config_print_help(FILE *to)
{
    for (unsigned i = 0; i < COUNT_OF(variables); i++) {
        const struct variable *v = &variables[i];

        if (v->type == VARIABLE_SECTION)
            fprintf(to, "\n%s\n", v->name);
        else
            fprintf(to, "  %-26s %s%s%s%s\n", v->name, v->help, *v->fallback ? " (default: " : "", v->fallback,
                    *v->fallback ? ")" : "");
    }
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
