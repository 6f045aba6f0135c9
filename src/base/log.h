/* log.h - structured log lines on standard error.
 *
 * In development a line is text for people, elsewhere one JSON object a line. Each line carries the request id of the
 * thread that writes it. Values are escaped, so no byte that a stranger sent can start a line of its own or move the cursor.
 *
 *     log_info("track uploaded", LOG_TEXT("track_id", id), LOG_INT("bytes", size));
 *
 * Log once, at the boundary. Never log secrets: tokens, passwords, keys, links that carry one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

struct log_field {
    const char *name;
    const char *text; /* NULL is shown as "" */
    bool is_number;
    int64_t number;
};

#define LOG_TEXT(field, value) {.name = (field), .text = (value)}
#define LOG_INT(field, value) {.name = (field), .is_number = true, .number = (int64_t)(value)}

#define log_at(level, message, ...) \
    do { \
        if ((level) >= log_level_now()) { \
            const struct log_field log_fields_[] = {{0}, ##__VA_ARGS__}; \
            log_write((level), (message), log_fields_ + 1, sizeof log_fields_ / sizeof log_fields_[0] - 1); \
        } \
    } while (0)
#define log_debug(message, ...) log_at(LOG_LEVEL_DEBUG, message, ##__VA_ARGS__)
#define log_info(message, ...) log_at(LOG_LEVEL_INFO, message, ##__VA_ARGS__)
#define log_warn(message, ...) log_at(LOG_LEVEL_WARN, message, ##__VA_ARGS__)
#define log_error(message, ...) log_at(LOG_LEVEL_ERROR, message, ##__VA_ARGS__)

/* Call before threads start. */
void log_setup(enum log_level level, bool json);
/* DEBUG, INFO, WARN or ERROR in any case; false for anything else. */
bool log_level_parse(const char *text, enum log_level *ret_level);
enum log_level log_level_now(void);

/* The id that this thread's lines carry from now on; NULL for none. The text is borrowed. */
void log_request_id(const char *id);

/* Called for each line at LOG_LEVEL_ERROR, e.g. to report to Sentry. */
typedef void log_error_hook(const char *message, const struct log_field *fields, unsigned count);
void log_on_error(log_error_hook *hook);

void log_write(enum log_level level, const char *message, const struct log_field *fields, unsigned count);
