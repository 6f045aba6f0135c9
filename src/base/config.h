/* config.h - the configuration: environment variables, a `.env` file beside the working folder, and the defaults.
 *
 * The list is config.def. The configuration is read once at start and never changes; every text is non-NULL. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/ip.h"

struct config {
#define SECTION(title)
#define TEXT(field, name, fallback, help) const char *field;
#define INT(field, name, fallback, min, max, help) int64_t field;
#define BOOL(field, name, fallback, help) bool field;
#define FAMILY(name, help)
#include "base/config.def"
#undef SECTION
#undef TEXT
#undef INT
#undef BOOL
#undef FAMILY
    struct ip_networks trusted_networks; /* `trusted_proxies`, parsed */
    struct ip_networks bind_addresses;   /* `bind_address`, parsed: at least one, each of a single address */
};

/* Reads `.env`, or the file that VEZA_ENV_FILE names (existing variables win), then the environment. On a bad value returns false and writes a sentence that names
 * the variable and what it may be to `error`. The texts live until the process ends. */
bool config_load(struct config *ret_config, char *error, size_t error_size);

/* The variable of a family for one name: config_family("OAUTH_<NAME>_ISSUER", "my-host") is OAUTH_MY_HOST_ISSUER, or "". */
const char *config_family(const char *family, const char *name);

/* Writes each variable with its default and its help, by section. */
void config_print_help(FILE *to);

bool config_is_production(const struct config *config);
bool config_is_development(const struct config *config);

/* Address of the web app, without a slash at the end. */
const char *config_frontend_url(const struct config *config);

/* A setting that must not be so in production. */
struct weak_setting {
    const char *name; /* the variable */
    const char *why;  /* what goes on after its name; never its value */
    const char *mend; /* what to do */
};

/* Calls `tell` for each setting that is too weak for production; returns how many there are. Always 0 elsewhere. */
unsigned config_weak_settings(const struct config *config, void (*tell)(void *context, const struct weak_setting *weak), void *context);
