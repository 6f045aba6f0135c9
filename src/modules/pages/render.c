/* render.c - what all rendered pages have in common: the head, links, escaping. */
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "modules/pages/internal.h"

#define URL_MAX 4096
#define JSON_MAX ((size_t)256 * 1024)

static const char *const languages[] = {"en", "fr", "es"};
static const char *const locales[] = {"en_GB", "fr_FR", "es_ES"};

const char *
page_language(const struct request *req)
{
    for (const char *pair = req->raw_query; pair && *pair; pair += strcspn(pair, "&"), pair += *pair == '&')
        for (size_t i = 0; i < COUNT_OF(languages); i++)
            if (text_starts_with(pair, "lang=") && text_starts_with(pair + 5, languages[i]) && (pair[7] == 0 || pair[7] == '&'))
                return languages[i];
    return NULL;
}

const char *
page_text(const json_t *row, const char *name, const char *member)
{
    const json_t *value = json_object_get(row, name);
    const char *text = json_string_value(member ? json_object_get(value, member) : value);

    return text && *text ? text : NULL;
}

const char *
page_summary(struct arena *arena, const char *text, size_t max)
{
    char *line = text ? arena_strdup(arena, text) : NULL;
    size_t len = 0, characters = 0;
    bool space = false;

    for (const char *from = line; line && *from; from++) {
        if ((unsigned char)*from <= ' ') {
            space = len > 0;
            continue;
        }
        if ((*from & 0xC0) != 0x80 && ++characters + space > max) { /* the end of a character is never cut off */
            line[len] = 0;
            return arena_printf(arena, "%s…", line);
        }
        if (space) {
            line[len++] = ' ';
            characters++;
            space = false;
        }
        line[len++] = *from;
    }
    if (len)
        line[len] = 0;
    return len ? line : NULL;
}

const char *
page_address(const struct page *page, const char *path)
{
    return arena_printf(page->req->arena, "%s%s", page->site, path);
}

const char *
page_path(struct arena *arena, const char *prefix, const char *value)
{
    scoped_buf out = BUF_INIT(URL_MAX);

    buf_add_text(&out, prefix);
    buf_add_url(&out, value);
    return out.failed ? prefix : arena_strndup(arena, buf_str(&out).ptr, out.len);
}

const char *
page_iso_duration(struct arena *arena, int64_t ms)
{
    long long s = (long long)(ms + 500) / 1000;

    return s >= 3600 ? arena_printf(arena, "PT%lldH%lldM%lldS", s / 3600, s / 60 % 60, s % 60) : arena_printf(arena, "PT%lldM%lldS", s / 60, s % 60);
}

const char *
page_clock(struct arena *arena, int64_t ms)
{
    long long s = (long long)ms / 1000;

    return s >= 3600 ? arena_printf(arena, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60) : arena_printf(arena, "%lld:%02lld", s / 60, s % 60);
}

const char *
page_cover(struct arena *arena, const char *url, int size)
{
    const char *at = url ? strstr(url, "/cover/") : NULL, *rest = at ? at + strlen("/cover/") : NULL;

    return at ? arena_printf(arena, "%.*s%d%s", (int)(rest - url), url, size, rest + strspn(rest, "0123456789")) : NULL;
}

void
page_add(struct page *page, const char *html)
{
    buf_add_text(&page->body, html);
}

void
page_add_text(struct page *page, const char *text)
{
    buf_add_html(&page->body, str_of(text));
}

void
page_add_element(struct page *page, const char *open, const char *text, const char *close)
{
    page_add(page, open);
    page_add_text(page, text);
    page_add(page, close);
}

void
page_add_link(struct page *page, const char *path, const char *classes, const char *text)
{
    page_add(page, "<a href=\"");
    page_add_text(page, path);
    page_add(page, page->suffix);
    page_add(page, "\" dir=\"auto\" class=\"");
    page_add(page, classes);
    page_add_element(page, "\">", text, "</a>");
}

static void
add_meta(struct buf *out, const char *attribute, const char *name, const char *content)
{
    if (!content)
        return;
    buf_add_text(out, "<meta ");
    buf_add_text(out, attribute);
    buf_add_text(out, "=\"");
    buf_add_text(out, name);
    buf_add_text(out, "\" content=\"");
    buf_add_html(out, str_of(content));
    buf_add_text(out, "\">");
}

void
page_add_meta(struct page *page, const char *property, const char *content)
{
    add_meta(&page->more, "property", property, content);
}

static void
add_link(struct buf *out, const char *attributes, const char *address, const char *suffix, const char *title)
{
    buf_add_text(out, "<link rel=\"");
    buf_add_text(out, attributes);
    buf_add_text(out, "\" href=\"");
    buf_add_html(out, str_of(address));
    buf_add_text(out, suffix);
    if (title) {
        buf_add_text(out, "\" title=\"");
        buf_add_html(out, str_of(title));
    }
    buf_add_text(out, "\">");
}

void
page_add_tracks(struct page *page, const json_t *tracks, const char *title)
{
    struct arena *arena = page->req->arena;
    json_t *track;
    size_t i;

    if (!json_array_size(tracks))
        return;
    page_add(page, "<section class=\"mx-auto max-w-[1440px] px-4 pt-6 pb-8 sm:px-6\">");
    page_add_element(page, "<h2 class=\"mb-4 text-xl\">", title, "</h2><ol class=\"border-t border-line\">");
    json_array_foreach(tracks, i, track) {
        const json_t *ms = json_object_get(track, "duration_ms");

        page_add(page, "<li class=\"flex h-16 items-center gap-3 border-b border-line sm:gap-4\"><div class=\"min-w-0 flex-1\">"
                       "<h3 class=\"truncate text-base leading-tight\">");
        page_add_link(page, page_path(arena, "/track/", page_text(track, "id", NULL)), "hover:underline", page_text(track, "title", NULL));
        page_add(page, "</h3><p class=\"mt-0.5 truncate text-sm text-muted\">");
        page_add_link(page, page_path(arena, "/u/", page_text(track, "username", NULL)), "hover:underline", page_text(track, "artist", NULL));
        page_add(page, "</p></div>");
        if (json_is_integer(ms)) {
            page_add_element(page, "<time class=\"num min-w-10 text-end text-xs text-muted\" datetime=\"", page_iso_duration(arena, json_integer_value(ms)), "\">");
            page_add_element(page, "", page_clock(arena, json_integer_value(ms)), "</time>");
        }
        page_add(page, "</li>");
    }
    page_add(page, "</ol></section>");
}

/* The address at which a site learns how to embed the page. */
static void
add_oembed(const struct page *page, struct buf *out, const char *type, const char *more)
{
    scoped_buf address = BUF_INIT(URL_MAX);

    buf_printf(&address, "%s/api/v1/oembed?url=", page->site);
    buf_add_url(&address, page->site);
    buf_add_url(&address, page->path);
    buf_add_text(&address, more);
    if (!address.failed)
        add_link(out, arena_printf(page->req->arena, "alternate\" type=\"%s", type), address.ptr, "", page->name);
}

/* A JSON text in an element that no script is: neither the end of the element, nor a comment, nor a line that a script would see can begin in it. These
 * characters stand only in strings there. */
static void
add_data(struct buf *out, const json_t *data)
{
    char *json = json_dumps(data, JSON_COMPACT);

    if (!json || strlen(json) > JSON_MAX) {
        free(json);
        return;
    }
    buf_add_text(out, "<script type=\"application/ld+json\">");
    buf_add_script_json(out, json);
    buf_add_text(out, "</script>");
    free(json);
}

void
page_write_head(struct page *page, struct buf *out)
{
    struct arena *arena = page->req->arena;
    const char *address = page_address(page, page->path), *here = arena_printf(arena, "%s%s", address, page->suffix);
    const char *size = arena_printf(arena, "%d", page->image_size), *image = page->image ? page_address(page, page->image) : NULL;

    add_meta(out, "name", "description", page->description);
    add_link(out, "canonical", address, page->suffix, NULL);
    for (size_t i = 0; i < COUNT_OF(languages); i++)
        add_link(out, arena_printf(arena, "alternate\" hreflang=\"%s", languages[i]), address, arena_printf(arena, "?lang=%s", languages[i]), NULL);
    add_link(out, "alternate\" hreflang=\"x-default", address, "", NULL);
    add_meta(out, "property", "og:site_name", "Veza");
    add_meta(out, "property", "og:type", page->type);
    add_meta(out, "property", "og:title", page->name);
    add_meta(out, "property", "og:description", page->description);
    add_meta(out, "property", "og:url", here);
    for (size_t i = 0; i < COUNT_OF(languages); i++)
        add_meta(out, "property", text_equal(languages[i], page->language) ? "og:locale" : "og:locale:alternate", locales[i]);
    add_meta(out, "property", "og:image", image);
    if (image) {
        add_meta(out, "property", "og:image:type", strstr(image, ".png") ? "image/png" : "image/webp");
        add_meta(out, "property", "og:image:width", size);
        add_meta(out, "property", "og:image:height", size);
        add_meta(out, "property", "og:image:alt", page_words(page, "cover", page->name, NULL));
    }
    if (page->audio) {
        add_meta(out, "property", "og:audio", page_address(page, page->audio));
        add_meta(out, "property", "og:audio:type", "audio/mp4");
    }
    buf_add(out, buf_str(&page->more));
    add_meta(out, "name", "twitter:card", page->player ? "player" : "summary");
    add_meta(out, "name", "twitter:title", page->name);
    add_meta(out, "name", "twitter:description", page->description);
    add_meta(out, "name", "twitter:image", image);
    if (page->player) {
        add_meta(out, "name", "twitter:player", page_address(page, page->player));
        add_meta(out, "name", "twitter:player:width", "640");
        add_meta(out, "name", "twitter:player:height", arena_printf(arena, "%d", page->player_height));
        add_oembed(page, out, "application/json+oembed", "");
        add_oembed(page, out, "text/xml+oembed", "&format=xml");
    }
    if (page->feed)
        add_link(out, "alternate\" type=\"application/rss+xml", page_address(page, page->feed), "", page_words(page, "feed", page->name, NULL));
    if (page->data)
        add_data(out, page->data);
}
