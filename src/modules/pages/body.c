/* body.c - what is on each page that is rendered here, from the row that the API has too. The classes are those of the app's own pages, so that nothing
 * jumps when it takes over (web/src/features). */
#include "modules/pages/internal.h"

#define COVER 600
#define COVER_SHOWN 300 /* in the page: it must not hold up the sound on a slow network */
#define DESCRIPTION 200 /* characters, of a line in a link preview */
#define TITLE_LARGE 26  /* characters: lib/format/largeTitle.ts */

#define WRAP "mx-auto max-w-[1440px] px-4 sm:px-6"

/* As largeTitle() of the app. */
static void
add_heading(struct page *page, const char *title)
{
    size_t characters = 0;

    utf8_valid(str_of(title), &characters);
    page_add(page, "<h1 dir=\"auto\" class=\"hyphens-auto line-clamp-3 break-words ");
    page_add(page, characters > TITLE_LARGE ? "text-2xl font-extrabold tracking-tighter sm:text-[clamp(2.5rem,5vw,4.5rem)] sm:leading-[1.1]"
                                            : "poster pt-[0.15em] pb-[0.1em]");
    page_add_element(page, "\">", title, "</h1>");
}

/* The element around all. The script that is first in the page compares the path: it may have come from a cache, for another page. */
static void
begin(struct page *page)
{
    const char *address = page->req->raw_uri; /* as the browser has it, not decoded */

    page_add_element(page, "<main data-page=\"", arena_printf(page->req->arena, "%.*s", (int)strcspn(address, "?"), address), "\"><article>");
}

static void
end(struct page *page)
{
    page_add(page, "</article>");
    page_add_element(page, "<noscript><p class=\"" WRAP " py-8 text-sm text-muted\">", page_words(page, "script", NULL, NULL), "</p></noscript></main>");
}

static void
begin_header(struct page *page, const char *kind, const char *title)
{
    page_add(page, "<div data-hue class=\"hue-wash\"><div class=\"mx-auto grid max-w-[1440px] gap-6 px-4 pt-8 sm:px-6 sm:pt-12 "
                   "md:grid-cols-[minmax(0,1fr)_minmax(180px,320px)] md:gap-10\"><header class=\"flex min-w-0 flex-col justify-end max-md:order-last\">");
    if (kind)
        page_add_element(page, "<p class=\"mb-3 text-sm text-muted\">", kind, "</p>");
    add_heading(page, title);
}

/* Who made it, and the name of the account. */
static void
add_maker(struct page *page, const char *name, const char *role)
{
    const char *path = page_path(page->req->arena, "/u/", page_text(page->row, role, "username"));

    page_add(page, "<p class=\"mt-4 truncate text-lg text-muted\">");
    page_add_link(page, path, "hover:text-ink hover:underline", name);
    page_add(page, "</p><p class=\"mt-1 truncate text-sm text-muted\">");
    page_add_link(page, path, "hover:text-ink hover:underline", arena_printf(page->req->arena, "@%s", page_text(page->row, role, "username")));
    page_add(page, "</p>");
}

static void
end_header(struct page *page, const char *cover)
{
    page_add(page, "</header><div class=\"hue-fill aspect-square w-3/5 max-w-80 overflow-hidden rounded-card md:w-full\">");
    if (cover) {
        page_add_element(page, "<img src=\"", page_cover(page->req->arena, cover, COVER_SHOWN), "\" alt=\"");
        page_add_text(page, page_words(page, "cover", page->name, NULL));
        page_add(page, "\" width=\"300\" height=\"300\" decoding=\"async\" fetchpriority=\"low\" class=\"size-full object-cover\">");
    }
    page_add(page, "</div></div></div>");
}

static void
add_description(struct page *page, const char *text)
{
    if (text)
        page_add_element(page, "<div class=\"" WRAP " pb-8\"><p dir=\"auto\" class=\"max-w-prose text-base break-words whitespace-pre-line\">", text, "</p></div>");
}

/* The picture of link previews: the thing's own, or the sign of the site. */
static void
use_cover(struct page *page, const char *cover)
{
    const char *large = page_cover(page->req->arena, cover, COVER);

    page->image = large ? large : "/icons/icon-512.png";
    page->image_size = large ? COVER : 512;
}

/* `maker`: the artist as it is credited. Where that is the account itself, its page is known too. */
static json_t *
data_of_artist(const struct page *page, const char *name, const char *role)
{
    json_t *artist = json_pack("{s:s, s:s}", "@type", "MusicGroup", "name", name);

    if (text_equal(name, page_text(page->row, role, "display_name")))
        json_object_set_new(artist, "url", json_string(page_address(page, page_path(page->req->arena, "/u/", page_text(page->row, role, "username")))));
    return artist;
}

static json_t *
data_of(const struct page *page, const char *type)
{
    const char *address = page_address(page, page->path);
    json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:s}", "@context", "https://schema.org", "@type", type, "@id", address, "url", address, "name", page->name);

    if (page->image_size == COVER)
        json_object_set_new(data, "image", json_string(page_address(page, page->image)));
    return data;
}

static void
set_text(json_t *data, const char *name, const char *text)
{
    if (text)
        json_object_set_new(data, name, json_string(text));
}

static void
set_duration(const struct page *page, json_t *data, const json_t *ms)
{
    if (json_is_integer(ms))
        set_text(data, "duration", page_iso_duration(page->req->arena, json_integer_value(ms)));
}

static json_t *
data_of_tracks(const struct page *page, const json_t *tracks)
{
    json_t *list = json_array(), *track;
    size_t i;

    json_array_foreach(tracks, i, track) {
        json_t *one = json_pack("{s:s, s:s, s:s}", "@type", "MusicRecording", "name", page_text(track, "title", NULL), "url",
                                page_address(page, page_path(page->req->arena, "/track/", page_text(track, "id", NULL))));

        set_duration(page, one, json_object_get(track, "duration_ms"));
        json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "@type", "ListItem", "position", (json_int_t)i + 1, "item", one));
    }
    return json_pack("{s:s, s:I, s:o}", "@type", "ItemList", "numberOfItems", (json_int_t)json_array_size(tracks), "itemListElement", list);
}

/* What a link to others tells of it, where everybody may find it. */
static bool
is_public(const struct page *page)
{
    return json_is_true(json_object_get(page->row, "is_public"));
}

static const char *
by_artist(const struct page *page)
{
    const char *artist = page_text(page->row, "artist", NULL);

    return artist ? artist : page_text(page->row, "creator", "display_name");
}

void
page_of_landing(struct page *page)
{
    json_t *tracks = json_object_get(page->row, "items");

    page->path = "/";
    page->name = "Veza";
    page->type = "website";
    page->description = page_words(page, "about", NULL, NULL);
    use_cover(page, NULL);
    page->data = json_pack("{s:s, s:s, s:s, s:s, s:s}", "@context", "https://schema.org", "@type", "WebSite", "name", "Veza", "url",
                           page_address(page, "/"), "description", page->description);
    page_add(page, "<main data-page=\"/\"><section class=\"relative overflow-hidden border-b border-line\">"
                   "<div class=\"mx-auto max-w-[1440px] px-4 pt-10 pb-10 sm:px-6 sm:pt-16\">");
    page_add_element(page, "<h1 class=\"poster max-w-[11ch]\">", page_words(page, "landing", NULL, NULL), "</h1>");
    page_add_element(page, "<p class=\"mt-6 max-w-[46ch] text-base text-muted sm:mt-8 sm:text-lg\">", page_words(page, "lead", NULL, NULL), "</p><p class=\"mt-6\">");
    page_add_link(page, "/discover", "text-base underline underline-offset-4", page_words(page, "discover", NULL, NULL));
    page_add(page, "</p></div></section>");
    page_add_tracks(page, tracks, page_words(page, "newest", NULL, NULL));
    if (!json_array_size(tracks))
        page_add_element(page, "<p class=\"" WRAP " py-8 text-base text-muted\">", page_words(page, "quiet", NULL, NULL), "</p>");
    page_add_element(page, "<noscript><p class=\"" WRAP " py-8 text-sm text-muted\">", page_words(page, "script", NULL, NULL), "</p></noscript></main>");
}

void
page_of_label(struct page *page)
{
    const char *kind = page_text(page->row, "kind", NULL), *name = page_text(page->row, "name", NULL);
    json_t *tracks = json_object_get(page->row, "items");

    page->path = page_path(page->req->arena, text_equal(kind, "genre") ? "/discover/genre/" : "/discover/tag/", page_text(page->row, "address", NULL));
    page->name = name;
    page->title = name;
    page->type = "website";
    page->description = page_words(page, "label", name, NULL);
    use_cover(page, NULL);
    begin(page);
    begin_header(page, page_words(page, kind, NULL, NULL), name);
    end_header(page, NULL);
    page_add_tracks(page, tracks, page_words(page, "newest", NULL, NULL));
    if (!json_array_size(tracks))
        page_add_element(page, "<p class=\"" WRAP " py-8 text-base text-muted\">", page_words(page, "quiet", NULL, NULL), "</p>");
    end(page);
}

static void
add_track_facts(struct page *page)
{
    const char *genre = page_text(page->row, "genre", NULL);
    const json_t *tags = json_object_get(page->row, "tags"), *ms = json_object_get(page->row, "duration_ms");
    struct arena *arena = page->req->arena;
    json_t *tag;
    size_t i;

    page_add(page, "<p class=\"" WRAP " flex flex-wrap gap-x-4 pb-6 text-sm text-muted\">");
    if (json_is_integer(ms)) {
        page_add_element(page, "<time class=\"num\" datetime=\"", page_iso_duration(arena, json_integer_value(ms)), "\">");
        page_add_element(page, "", page_clock(arena, json_integer_value(ms)), "</time>");
    }
    if (genre)
        page_add_element(page, "<span dir=\"auto\">", genre, "</span>");
    json_array_foreach(tags, i, tag)
        page_add_element(page, "<span dir=\"auto\">#", json_string_value(tag), "</span>");
    page_add(page, "</p>");
}

void
page_of_track(struct page *page)
{
    const json_t *row = page->row, *ms = json_object_get(row, "duration_ms"), *tags = json_object_get(row, "tags");
    const char *id = page_text(row, "id", NULL), *artist = by_artist(page), *cover = page_text(row, "cover_url", NULL), *maker;
    struct arena *arena = page->req->arena;
    bool plays = text_equal(page_text(row, "status", NULL), "completed") && page_text(row, "stream_manifest_url", NULL);

    page->path = page_path(arena, "/track/", id);
    page->name = page_text(row, "title", NULL);
    page->title = arena_printf(arena, "%s – %s", page->name, artist);
    page->type = "music.song";
    page->description = page_summary(arena, page_text(row, "description", NULL), DESCRIPTION);
    if (!page->description)
        page->description = page_words(page, "track", page->name, artist);
    use_cover(page, cover);
    maker = page_address(page, page_path(arena, "/u/", page_text(row, "creator", "username")));
    page_add_meta(page, "music:musician", maker);
    if (json_is_integer(ms))
        page_add_meta(page, "music:duration", arena_printf(arena, "%lld", (long long)(json_integer_value(ms) + 500) / 1000));
    if (is_public(page)) {
        page->player = arena_printf(arena, "/embed%s", page->path);
        page->player_height = 166;
        page->audio = plays ? audio_path(arena, id) : NULL;
        page->data = data_of(page, "MusicRecording");
        json_object_set_new(page->data, "byArtist", data_of_artist(page, artist, "creator"));
        set_duration(page, page->data, ms);
        set_text(page->data, "description", page_summary(arena, page_text(row, "description", NULL), 1000));
        set_text(page->data, "genre", page_text(row, "genre", NULL));
        set_text(page->data, "datePublished", page_text(row, "created_at", NULL));
        if (json_array_size(tags))
            json_object_set(page->data, "keywords", (json_t *)(uintptr_t)tags);
        if (page->audio) {
            json_t *sound = json_pack("{s:s, s:s, s:s}", "@type", "AudioObject", "contentUrl", page_address(page, page->audio), "encodingFormat", "audio/mp4");

            set_duration(page, sound, ms);
            json_object_set_new(page->data, "audio", sound);
        }
    }
    begin(page);
    begin_header(page, NULL, page->name);
    add_maker(page, artist, "creator");
    end_header(page, cover);
    page_add(page, "<div data-sound class=\"" WRAP " flex min-h-32 items-center gap-4 py-8 sm:gap-6\">");
    if (plays)
        page_add_element(page, "<noscript class=\"w-full\"><audio controls preload=\"none\" class=\"w-full\" src=\"", audio_path(arena, id), "\"></audio></noscript>");
    page_add(page, "</div>");
    add_track_facts(page);
    add_description(page, page_text(row, "description", NULL));
    end(page);
}

/* Of a list: its page has a player of its own, and a feed. */
static void
use_list(struct page *page, const char *feed)
{
    if (!is_public(page))
        return;
    page->player = arena_printf(page->req->arena, "/embed%s", page->path);
    page->player_height = 380;
    page->feed = feed;
}

static void
add_count(struct page *page, const char *name)
{
    page_add_element(page, "<p class=\"mt-1 text-sm text-muted\">", page_count(page, name, json_integer_value(json_object_get(page->row, "track_count"))), "</p>");
}

void
page_of_release(struct page *page)
{
    static const char *const forms[][2] = {{"album", "AlbumRelease"}, {"ep", "EPRelease"}, {"single", "SingleRelease"}};
    const json_t *row = page->row, *tracks = json_object_get(row, "items");
    const char *artist = by_artist(page), *kind = page_text(row, "kind", NULL), *cover = page_text(row, "cover_url", NULL);
    struct arena *arena = page->req->arena;

    page->path = page_path(arena, "/release/", page_text(row, "slug", NULL));
    page->name = page_text(row, "title", NULL);
    page->title = arena_printf(arena, "%s – %s", page->name, artist);
    page->type = "music.album";
    page->description = page_summary(arena, page_text(row, "description", NULL), DESCRIPTION);
    if (!page->description)
        page->description = page_words(page, "release", page->name, artist);
    use_cover(page, cover);
    page_add_meta(page, "music:musician", page_address(page, page_path(arena, "/u/", page_text(row, "creator", "username"))));
    use_list(page, arena_printf(arena, "/api/v1/releases/%s/rss", page_text(row, "id", NULL)));
    if (is_public(page)) {
        page->data = data_of(page, "MusicAlbum");
        json_object_set_new(page->data, "byArtist", data_of_artist(page, artist, "creator"));
        for (size_t i = 0; i < COUNT_OF(forms); i++)
            if (text_equal(kind, forms[i][0]))
                json_object_set_new(page->data, "albumReleaseType", json_sprintf("https://schema.org/%s", forms[i][1]));
        if (text_equal(kind, "compilation"))
            set_text(page->data, "albumProductionType", "https://schema.org/CompilationAlbum");
        set_text(page->data, "description", page_summary(arena, page_text(row, "description", NULL), 1000));
        set_text(page->data, "datePublished", page_text(row, "release_at", NULL) ? page_text(row, "release_at", NULL) : page_text(row, "created_at", NULL));
        json_object_set(page->data, "numTracks", json_object_get(row, "track_count"));
        json_object_set_new(page->data, "track", data_of_tracks(page, tracks));
    }
    begin(page);
    begin_header(page, page_words(page, kind, NULL, NULL), page->name);
    add_maker(page, artist, "creator");
    add_count(page, "tracks");
    end_header(page, cover);
    page_add_tracks(page, tracks, page_words(page, "tracks", NULL, NULL));
    add_description(page, page_text(row, "description", NULL));
    end(page);
}

void
page_of_playlist(struct page *page)
{
    const json_t *row = page->row, *tracks = json_object_get(row, "items");
    const char *owner = page_text(row, "owner", "display_name"), *cover = page_text(json_array_get(json_object_get(row, "covers"), 0), "cover_url", NULL);
    struct arena *arena = page->req->arena;

    page->path = page_path(arena, "/playlist/", page_text(row, "id", NULL));
    page->name = page_text(row, "name", NULL);
    page->title = page->name;
    page->type = "music.playlist";
    page->description = page_summary(arena, page_text(row, "description", NULL), DESCRIPTION);
    if (!page->description)
        page->description = page_words(page, "playlist", page->name, owner);
    use_cover(page, cover);
    page_add_meta(page, "music:creator", page_address(page, page_path(arena, "/u/", page_text(row, "owner", "username"))));
    use_list(page, arena_printf(arena, "/api/v1/playlists/%s/rss", page_text(row, "id", NULL)));
    if (is_public(page)) {
        page->data = data_of(page, "MusicPlaylist");
        json_object_set_new(page->data, "creator", json_pack("{s:s, s:s, s:s}", "@type", "Person", "name", owner, "url",
                                                             page_address(page, page_path(arena, "/u/", page_text(row, "owner", "username")))));
        set_text(page->data, "description", page_summary(arena, page_text(row, "description", NULL), 1000));
        json_object_set(page->data, "numTracks", json_object_get(row, "track_count"));
        json_object_set_new(page->data, "track", data_of_tracks(page, tracks));
    }
    begin(page);
    begin_header(page, NULL, page->name);
    add_maker(page, owner, "owner");
    add_count(page, "tracks");
    end_header(page, cover);
    page_add_tracks(page, tracks, page_words(page, "tracks", NULL, NULL));
    add_description(page, page_text(row, "description", NULL));
    end(page);
}

/* Titles with links: `address` and `name` are members of the rows. */
static void
add_links(struct page *page, const char *title, const json_t *rows, const char *prefix, const char *address, const char *name)
{
    json_t *row;
    size_t i;

    if (!json_array_size(rows))
        return;
    page_add_element(page, "<section class=\"" WRAP " pt-6 pb-8\"><h2 class=\"mb-4 text-xl\">", title, "</h2><ul>");
    json_array_foreach(rows, i, row) {
        page_add(page, "<li class=\"truncate py-1 text-base\">");
        page_add_link(page, page_path(page->req->arena, prefix, page_text(row, address, NULL)), "hover:underline", page_text(row, name, NULL));
        page_add(page, "</li>");
    }
    page_add(page, "</ul></section>");
}

/* The person's other pages, as they entered them: only addresses of the web. */
static json_t *
other_pages(const json_t *links)
{
    json_t *list = json_array(), *value;
    const char *name;

    json_object_foreach((json_t *)(uintptr_t)links, name, value)
        if (json_is_string(value) && (text_starts_with(json_string_value(value), "https://") || text_starts_with(json_string_value(value), "http://")))
            json_array_append(list, value);
    return list;
}

void
page_of_person(struct page *page)
{
    const json_t *row = page->row;
    const char *username = page_text(row, "username", NULL), *avatar = page_text(row, "avatar", NULL), *bio = page_text(row, "bio", NULL);
    struct arena *arena = page->req->arena;
    json_t *links = other_pages(json_object_get(row, "social_links"));

    page->path = page_path(arena, "/u/", username);
    page->name = page_text(row, "display_name", NULL);
    page->title = page->name;
    page->type = "profile";
    page->description = page_summary(arena, bio, DESCRIPTION);
    if (!page->description)
        page->description = page_words(page, "person", page->name, username);
    use_cover(page, NULL);
    if (avatar && *avatar == '/') {
        page->image = avatar;
        page->image_size = 300;
    }
    page_add_meta(page, "profile:username", username);
    page->feed = arena_printf(arena, "/api/v1/users/%s/rss", page_text(row, "id", NULL));
    page->data = data_of(page, json_array_size(json_object_get(row, "items")) ? "MusicGroup" : "Person");
    set_text(page->data, "alternateName", username);
    set_text(page->data, "description", page_summary(arena, bio, 1000));
    if (page->image == avatar)
        set_text(page->data, "image", page_address(page, avatar));
    if (json_array_size(links))
        json_object_set(page->data, "sameAs", links);
    json_decref(links);
    begin(page);
    page_add(page, "<div data-hue class=\"hue-wash border-b border-line\"><header class=\"mx-auto max-w-[1440px] px-4 pt-10 pb-8 sm:px-6 sm:pt-16\">");
    if (page->image == avatar)
        page_add_element(page, "<img src=\"", avatar, "\" alt=\"\" width=\"96\" height=\"96\" class=\"aspect-square rounded-full object-cover\">");
    else
        page_add(page, "<div class=\"hue-fill size-24 rounded-full\"></div>");
    page_add(page, "<div class=\"mt-5\">");
    add_heading(page, page->name);
    page_add_element(page, "</div><p class=\"mt-4 flex flex-wrap items-center gap-x-5 gap-y-1 text-base text-muted\"><span>@", username, "</span><span>");
    page_add_element(page, "", page_count(page, "tracks", json_integer_value(json_object_get(row, "track_count"))), "</span></p>");
    if (bio)
        page_add_element(page, "<p dir=\"auto\" class=\"mt-4 max-w-prose text-base break-words whitespace-pre-line\">", bio, "</p>");
    page_add(page, "</header></div>");
    add_links(page, page_words(page, "releases", NULL, NULL), json_object_get(row, "releases"), "/release/", "slug", "title");
    page_add_tracks(page, json_object_get(row, "items"), page_words(page, "tracks", NULL, NULL));
    add_links(page, page_words(page, "playlists", NULL, NULL), json_object_get(row, "playlists"), "/playlist/", "id", "name");
    end(page);
}
