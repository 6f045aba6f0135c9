#include "modules/notifications/texts.h"

#include <stdio.h>

#include "base/day.h"
#include "base/translation.h"

static const struct text {
    struct translation_key key; /* its name is the type of the notification */
    const char *title, *body;
} texts[] = {
#define TEXT(type, language, title, body) {{type, language}, title, body},
#include "modules/notifications/texts.def"
#undef TEXT
};

static const struct text *
find_text(const char *type, const char *language)
{
    return translation_find(texts, COUNT_OF(texts), sizeof *texts, type, language);
}

/* Appends the name of a device as the function device_label made it ("Firefox on Linux", "Unknown device"), in the reader's language. */
static void
add_device(struct buf *out, const char *device, const char *language)
{
    const struct text *unknown = find_text("device.unknown", language), *between = find_text("device.on", language);
    const char *on = strstr(device, " on ");

    if (text_equal(device, "Unknown device")) {
        buf_add_text(out, unknown->title);
    } else if (on) {
        buf_add(out, (struct str){device, (size_t)(on - device)});
        buf_printf(out, " %s ", between->title);
        buf_add_text(out, on + 4);
    } else {
        buf_add_text(out, device);
    }
}

/* Appends the value of {name}. */
static void
add_value(struct buf *out, const struct notice *notice, const char *name)
{
    const char *value = text_equal(name, "actor") ? notice->actor
                        : text_equal(name, "others") ? notice->others
                        : text_equal(name, "when") ? notice->when
                                                   : json_string_value(json_object_get(notice->data, name));

    if (!value)
        return;
    if (text_equal(name, "when") || text_equal(name, "until"))
        day_in_words(value, notice->language, out);
    else if (text_equal(name, "device"))
        add_device(out, value, notice->language);
    else
        buf_add_text(out, value);
    if (text_equal(name, "when") && notice->zone)
        buf_printf(out, text_equal(notice->zone, "UTC") ? " %s" : " (%s)", notice->zone);
}

/* {name} becomes its value. */
static void
expand(struct buf *out, const char *text, const struct notice *notice)
{
    while (*text) {
        size_t len = strcspn(text, "{"), end;
        char name[16] = "";

        buf_add(out, (struct str){text, len});
        text += len;
        if (!*text)
            return;
        end = strcspn(text, "}");
        if (end < sizeof name)
            memcpy(name, text + 1, end - 1);
        add_value(out, notice, name);
        text += end + (text[end] == '}');
    }
}

void
notice_words(const struct notice *notice, struct buf *title, struct buf *body)
{
    bool more = notice->others && !text_equal(notice->others, "0");
    char type[64];
    const struct text *text;

    snprintf(type, sizeof type, "%s%s", notice->type, !more ? "" : text_equal(notice->others, "1") ? ".and_one" : ".and_more");
    text = find_text(type, notice->language);
    if (text) {
        expand(title, text->title, notice);
        if (body)
            expand(body, text->body, notice);
        return;
    }
    buf_add_text(title, notice->title ? notice->title : "");
    if (body)
        buf_add_text(body, notice->content ? notice->content : "");
}

static const char *
column(const PGresult *rows, int row, const char *name)
{
    int i = PQfnumber(rows, name);

    return i < 0 || PQgetisnull(rows, row, i) ? NULL : PQgetvalue(rows, row, i);
}

struct notice
notice_of_row(const PGresult *rows, int row)
{
    const char *data = column(rows, row, "data");

    return (struct notice){.id = column(rows, row, "id"),
                           .type = column(rows, row, "type"),
                           .language = column(rows, row, "language"),
                           .title = column(rows, row, "title"),
                           .content = column(rows, row, "content"),
                           .link = column(rows, row, "link"),
                           .actor = column(rows, row, "actor"),
                           .avatar = column(rows, row, "avatar"),
                           .others = column(rows, row, "others"),
                           .when = column(rows, row, "happened"),
                           .zone = column(rows, row, "timezone"),
                           .data = data ? json_loads(data, 0, NULL) : NULL};
}

void
notice_end(struct notice *notice)
{
    json_decref(notice->data);
    notice->data = NULL;
}
