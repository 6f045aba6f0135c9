#include "base/log.h"

#include <execinfo.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/stack.h"

#define LINE_MAX_BYTES 16384
#define STACK_MAX 24
#define STACK_OWN 2 /* frames of this file */

static enum log_level minimum = LOG_LEVEL_INFO;
static bool as_json;
static log_error_hook *error_hook;
static _Thread_local const char *request_id;
static _Thread_local bool in_hook;

static const char *const level_names[] = {"DEBUG", "INFO", "WARN", "ERROR"};

void
log_setup(enum log_level level, bool json)
{
    minimum = level;
    as_json = json;
}

bool
log_level_parse(const char *text, enum log_level *ret_level)
{
    for (unsigned i = 0; i < COUNT_OF(level_names); i++) {
        if (strcasecmp(text, level_names[i]) == 0) {
            *ret_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

enum log_level
log_level_now(void)
{
    return minimum;
}

void
log_request_id(const char *id)
{
    request_id = id;
}

void
log_on_error(log_error_hook *hook)
{
    error_hook = hook;
}

static void
add_field(struct buf *line, const struct log_field *field)
{
    buf_printf(line, as_json ? ",\"%s\":" : " %s=", field->name);
    if (!field->is_number)
        buf_add_json_string(line, field->text ? field->text : "");
    else
        buf_printf(line, "%lld", (long long)field->number);
}

/* Where an error comes from: names, or the place in the file, which addr2line explains. Never into a reply. */
static void
add_stack(struct buf *line)
{
    scoped_buf text = BUF_INIT(LINE_MAX_BYTES / 2);
    void *frames[STACK_MAX];
    int count = backtrace(frames, STACK_MAX);

    if (count > STACK_OWN)
        stack_write(&text, frames + STACK_OWN, count - STACK_OWN);
    buf_add(&text, (struct str){"", 1});
    if (!text.failed)
        add_field(line, &(struct log_field)LOG_TEXT("stack", text.ptr));
}

void
log_write(enum log_level level, const char *message, const struct log_field *fields, unsigned count)
{
    scoped_buf line = BUF_INIT(LINE_MAX_BYTES);
    struct timespec now;
    struct tm utc;
    char stamp[32];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(stamp, sizeof stamp, as_json ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S", &utc);
    if (as_json) {
        buf_printf(&line, "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"message\":", stamp, now.tv_nsec / 1000000,
                   level_names[level]);
        buf_add_json_string(&line, message);
    } else {
        buf_printf(&line, "%s.%03ld %-5s %s", stamp, now.tv_nsec / 1000000, level_names[level], message);
    }
    if (request_id)
        add_field(&line, &(struct log_field)LOG_TEXT("request_id", request_id));
    for (unsigned i = 0; i < count; i++)
        add_field(&line, &fields[i]);
    if (level == LOG_LEVEL_ERROR && minimum == LOG_LEVEL_DEBUG)
        add_stack(&line);
    buf_add_text(&line, as_json ? "}\n" : "\n");
    if (!line.failed && write(STDERR_FILENO, line.ptr, line.len) < 0) {
        /* Nobody is left to tell. */
    }
    if (level == LOG_LEVEL_ERROR && error_hook && !in_hook) {
        in_hook = true;
        error_hook(message, fields, count);
        in_hook = false;
    }
}
