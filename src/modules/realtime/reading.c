#include "modules/realtime/internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "realtime.queries.h"

#define NOTHING_AFTER "9223372036854775807"

static int64_t
reading_integer(const PGresult *result, int row, int column)
{
    return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

int64_t
reading_number(const struct reading *reading, int row)
{
    return reading_integer(reading->result, row, 2);
}

bool
reading_begin(const struct topic *topic, int64_t after, struct reading *ret)
{
    char number[24];
    const struct db_arg args[] = {{"topic", topic->name}, {"after", after < 0 ? NOTHING_AFTER : number}, {0}};

    *ret = (struct reading){0};
    snprintf(number, sizeof number, "%lld", (long long)after);
    if (db_run(&q_realtime_after, args, &ret->result, NULL))
        return false;
    if (PQntuples(ret->result)) {
        ret->newest = reading_integer(ret->result, 0, 0);
        ret->forgotten = reading_integer(ret->result, 0, 1);
        ret->count = PQgetisnull(ret->result, 0, 2) ? 0 : PQntuples(ret->result);
    }
    return true;
}

char *
reading_text(const struct topic *topic, const struct reading *reading, int row)
{
    const char *type = PQgetvalue(reading->result, row, 3);
    const struct message *message = message_find(realtime_modules, type);
    scoped_buf address = BUF_INIT(1024);
    const char *id;
    json_t *large;
    char *text;

    if (!message || !text_equal(message->topic, topic->kind->name)) {
        log_error("a message that is not declared for its topic", LOG_TEXT("message", type), LOG_TEXT("topic", topic->name));
        return NULL;
    }
    if (!PQgetisnull(reading->result, row, 4))
        return strdup(PQgetvalue(reading->result, row, 4));
    id = strstr(message->address, "{id}");
    buf_printf(&address, "%.*s", (int)(id ? id - message->address : (long)strlen(message->address)), message->address);
    if (id)
        buf_printf(&address, "%s%s", strchr(topic->name, ':') + 1, id + strlen("{id}"));
    large = json_pack("{s:s, s:s, s:I, s:s, s:s}", "type", "large", "topic", topic->name, "number",
                      (json_int_t)reading_number(reading, row), "message", type, "address", buf_str(&address).ptr);
    text = large ? json_dumps(large, JSON_COMPACT) : NULL;
    json_decref(large);
    return text;
}

size_t
reading_bytes_after(const struct reading *reading, int64_t after)
{
    size_t bytes = 0;

    for (int i = 0; i < reading->count; i++)
        if (reading_number(reading, i) > after)
            bytes += (size_t)PQgetlength(reading->result, i, 4);
    return bytes;
}
