#include "app/fill.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/demo.h"
#include "base/clock.h"

#define ROW_MAX 8192 /* of one field, with what is escaped in it */
#define SHOW_EVERY_MS 200

struct seen {
    uint32_t *number, *turn, now;
    unsigned size, most;
};

static volatile sig_atomic_t ended;

static void
end(int signal)
{
    (void)signal;
    ended = 1;
}

bool
fill_is_ended(void)
{
    return ended;
}

void
fill_listen_for_end(void)
{
    struct sigaction action = {.sa_handler = end};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool
fill_run(struct fill *fill, const char *sql)
{
    PGresult *result = PQexec(fill->pg, sql);
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN;

    if (!good)
        fprintf(stderr, "\nveza: %s", PQerrorMessage(fill->pg));
    PQclear(result);
    return good;
}

bool
copy_begin(struct copy *copy, struct fill *fill, const char *sql)
{
    copy->fill = fill;
    copy->used = 0;
    copy->rows = 0;
    copy->has_fields = false;
    copy->is_broken = !fill_run(fill, sql);
    return !copy->is_broken;
}

static void
copy_flush(struct copy *copy)
{
    int64_t now_ms = clock_monotonic_ms();

    copy->is_broken = copy->is_broken || ended || (copy->used && PQputCopyData(copy->fill->pg, copy->buffer, (int)copy->used) != 1);
    copy->used = 0;
    if (now_ms - copy->fill->shown_ms >= SHOW_EVERY_MS) {
        copy->fill->shown_ms = now_ms;
        demo_show(copy->fill->step, (double)copy->fill->done, (double)copy->fill->total);
    }
}

static void
copy_field(struct copy *copy)
{
    if (copy->used > sizeof copy->buffer - 2 * ROW_MAX)
        copy_flush(copy);
    if (copy->has_fields)
        copy->buffer[copy->used++] = '\t';
    copy->has_fields = true;
}

void
copy_text(struct copy *copy, const char *text)
{
    char *out;

    copy_field(copy);
    out = copy->buffer + copy->used;
    if (!text) {
        *out++ = '\\';
        *out++ = 'N';
    }
    for (size_t i = 0; text && text[i] && i < ROW_MAX / 2; i++) {
        if (text[i] == '\\' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r')
            *out++ = '\\';
        *out++ = text[i] == '\t' ? 't' : text[i] == '\n' ? 'n' : text[i] == '\r' ? 'r' : text[i];
    }
    copy->used = (size_t)(out - copy->buffer);
}

void
copy_int(struct copy *copy, int64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)number);
    copy_text(copy, text);
}

void
copy_bool(struct copy *copy, bool value)
{
    copy_text(copy, value ? "t" : "f");
}

void
copy_time(struct copy *copy, int64_t unix_s)
{
    time_t seconds = (time_t)unix_s;
    char text[32];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S+00", &tm);
    copy_text(copy, text);
}

void
copy_id(struct copy *copy, enum fill_kind kind, uint64_t index)
{
    char id[DRAW_UUID];

    draw_uuid(copy->fill->seed, kind, index, id);
    copy_text(copy, id);
}

void
copy_row(struct copy *copy)
{
    copy->buffer[copy->used++] = '\n';
    copy->has_fields = false;
    copy->rows++;
}

bool
copy_end(struct copy *copy)
{
    PGresult *result;
    bool good;

    copy_flush(copy);
    if (PQputCopyEnd(copy->fill->pg, copy->is_broken ? "ended" : NULL) != 1)
        copy->is_broken = true;
    result = PQgetResult(copy->fill->pg);
    good = PQresultStatus(result) == PGRES_COMMAND_OK && !copy->is_broken;
    if (!good && !ended)
        fprintf(stderr, "\nveza: %s", PQerrorMessage(copy->fill->pg));
    while (result) {
        PQclear(result);
        result = PQgetResult(copy->fill->pg);
    }
    return good;
}

struct seen *
seen_new(unsigned most)
{
    struct seen *seen = calloc(1, sizeof *seen);

    if (!seen)
        abort();
    for (seen->size = 64; seen->size < 2 * most; seen->size *= 2)
        continue;
    seen->most = most;
    seen->number = calloc(seen->size, sizeof *seen->number);
    seen->turn = calloc(seen->size, sizeof *seen->turn);
    if (!seen->number || !seen->turn)
        abort();
    return seen;
}

void
seen_free(struct seen *seen)
{
    free(seen->number);
    free(seen->turn);
    free(seen);
}

void
seen_begin(struct seen *seen)
{
    seen->now++;
}

bool
seen_add(struct seen *seen, uint32_t number)
{
    unsigned place = (number * 2654435761u) & (seen->size - 1);

    for (; seen->turn[place] == seen->now; place = (place + 1) & (seen->size - 1))
        if (seen->number[place] == number)
            return false;
    seen->turn[place] = seen->now;
    seen->number[place] = number;
    return true;
}

unsigned
seen_most(const struct seen *seen)
{
    return seen->most;
}
