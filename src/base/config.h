/* config.h - the configuration of what stands below the modules: environment variables, a `.env` file in the working folder, and the defaults.
 *
 * The list is config.def. The configuration is read once at start and never changes; every text is non-NULL. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/ip.h"
#include "base/setting.h"

struct config {
#define SECTION(title)
#define TEXT(field, name, fallback, help) const char *field;
#define CHECKED(field, name, fallback, check, help) const char *field;
#define BY_ENV(field, name, fallback, staging, development, check, help) const char *field;
#define HIDDEN(field, name, fallback, check, help) const char *field;
#define INT(field, name, fallback, min, max, help) int64_t field;
#define BOOL(field, name, fallback, help) bool field;
#include "base/config.def"
#undef SECTION
#undef TEXT
#undef CHECKED
#undef BY_ENV
#undef HIDDEN
#undef INT
#undef BOOL
    struct ip_networks trusted_networks; /* `trusted_proxies`, parsed */
    struct ip_networks bind_addresses;   /* `bind_address`, parsed: at least one, each of a single address */
};

/* Reads `.env`, or the file that VEZA_ENV_FILE names (existing variables win), then the environment. On a bad value returns false and writes a sentence that names
 * the variable and what it may be to `error`. The texts live until the process ends. */
bool config_load(struct config *ret_config, char *error, size_t error_size);

/* The rows of config.def. */
const struct setting *config_settings(void);

/* The nth name that stands in the `.env` that config_load() read, also one that the environment has already; NULL when there are no more. */
const char *config_dotenv_name(unsigned n);

bool config_is_production(const struct config *config);
bool config_is_development(const struct config *config);

/* Address of the web app, without a slash at the end. */
const char *config_frontend_url(const struct config *config);

/* Calls `tell` for each setting of config.def that is too weak for production; returns how many there are. Always 0 elsewhere. */
unsigned config_weak_settings(const struct config *config, setting_tell_weak *tell, void *context);
