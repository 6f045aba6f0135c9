#include "app/fill.h"

#include <stdlib.h>
#include <string.h>

#define LIKES_MEAN 1.5 /* of a track */
#define REPOSTS_MEAN 0.15
#define PLAYS_MEAN 2.0
#define VISITORS 20 /* per cent of the plays are by nobody who is known */
#define MOST_EACH 5000
#define ITEMS_MEAN 22
#define ITEMS_MOST 500
#define STEP 4294967296LL /* between the positions of a playlist (ADR 0039) */

/* What people do with tracks. */
struct deed {
    enum fill_kind kind, id_kind;
    double mean, exponent;
    bool is_once; /* at most once with each track */
};

static const struct deed likes = {FILL_LIKES, FILL_LIKE_ID, LIKES_MEAN, 0.75, true};
static const struct deed reposts = {FILL_REPOSTS, FILL_REPOST_ID, REPOSTS_MEAN, 0.8, true};
static const struct deed plays = {FILL_PLAYS, FILL_PLAY_ID, PLAYS_MEAN, 0.8, false};

static unsigned
most_each(const struct fill *fill)
{
    return fill->tracks / 4 < MOST_EACH ? fill->tracks / 4 : MOST_EACH;
}

/* All that this person does: written, or without `copy` counted into `counts`. `*next` numbers the rows. */
static void
act(struct fill *fill, const struct deed *deed, unsigned person, struct seen *seen, uint32_t *counts, struct copy *copy, uint64_t *next)
{
    struct draw draw = draw_begin(fill->seed, deed->kind, person);
    unsigned want = (unsigned)(deed->mean * fill->tracks / fill->users * draw_weight(&draw) + draw_unit(&draw));

    want = want < seen_most(seen) ? want : seen_most(seen);
    seen_begin(seen);
    for (unsigned tries = 0, made = 0; tries < 3 * want && made < want; tries++) {
        unsigned track = fill_popular(fill, &draw, deed->exponent);
        int64_t joined_s = fill_person_s(fill, person), track_s = fill_track_s(fill, track), from_s = joined_s > track_s ? joined_s : track_s;
        double part = draw_unit(&draw), whole = draw_unit(&draw);
        bool is_visitor = draw_chance(&draw, VISITORS);

        if (fill->state[track] != FILL_PUBLIC || fill->owner[track] == person || (deed->is_once && !seen_add(seen, track)))
            continue;
        made++;
        if (!copy) {
            counts[track]++;
            continue;
        }
        copy_id(copy, deed->id_kind, (*next)++);
        if (deed == &plays && is_visitor)
            copy_text(copy, NULL);
        else
            copy_id(copy, FILL_PERSON, person);
        copy_id(copy, FILL_TRACK, track);
        copy_time(copy, from_s + (int64_t)(part * (double)(fill->until_s - from_s)));
        if (deed == &plays) {
            copy_time(copy, from_s + (int64_t)(part * (double)(fill->until_s - from_s)));
            copy_int(copy, 30 + (int64_t)(whole * 60));
        }
        copy_row(copy);
    }
}

static void
count(struct fill *fill, const struct deed *deed, struct seen *seen, uint32_t *counts)
{
    for (unsigned person = 0; person < fill->users; person++)
        act(fill, deed, person, seen, counts, NULL, NULL);
}

void
fill_count(struct fill *fill)
{
    struct seen *seen = seen_new(most_each(fill));

    count(fill, &likes, seen, fill->likes);
    count(fill, &reposts, seen, fill->reposts);
    count(fill, &plays, seen, fill->plays);
    seen_free(seen);
}

static bool
write_deeds(struct fill *fill, const struct deed *deed, const char *sql)
{
    struct seen *seen = seen_new(most_each(fill));
    uint64_t next = 0;
    struct copy copy;

    fill->total = fill->users;
    if (copy_begin(&copy, fill, sql))
        for (unsigned person = 0; person < fill->users && !copy.is_broken; person++, fill->done++)
            act(fill, deed, person, seen, NULL, &copy, &next);
    seen_free(seen);
    return copy_end(&copy);
}

bool
fill_likes(struct fill *fill)
{
    return write_deeds(fill, &likes, "copy track_likes (id, user_id, track_id, created_at) from stdin");
}

bool
fill_reposts(struct fill *fill)
{
    return write_deeds(fill, &reposts, "copy track_reposts (id, user_id, track_id, created_at) from stdin");
}

bool
fill_plays(struct fill *fill)
{
    return write_deeds(fill, &plays, "copy track_plays (id, user_id, track_id, played_at, created_at, duration) from stdin");
}

struct playlist {
    unsigned person, items, followers;
    enum fill_state state;
    int64_t made_s;
    struct draw draw; /* for its items */
};

static void
draw_playlist(const struct fill *fill, unsigned n, struct seen *seen, struct playlist *playlist)
{
    struct draw draw = draw_begin(fill->seed, FILL_PLAYLIST, n);
    unsigned place = (unsigned)draw_below(&draw, 100), want = 3 + (unsigned)(ITEMS_MEAN * draw_weight(&draw));
    double joined_s;

    playlist->person = (unsigned)draw_zipf(&draw, fill->users, 0.3);
    joined_s = (double)fill_person_s(fill, playlist->person);
    playlist->made_s = (int64_t)(joined_s + draw_unit(&draw) * ((double)fill->until_s - joined_s));
    playlist->state = place < 70 ? FILL_PUBLIC : place < 80 ? FILL_UNLISTED : FILL_PRIVATE;
    playlist->followers = playlist->state != FILL_PUBLIC ? 0 : (unsigned)(fill->users / 20.0 * pow((double)draw_below(&draw, fill->playlists) + 1, -0.7));
    playlist->draw = draw;
    want = want < seen_most(seen) ? want : seen_most(seen);
    playlist->items = 0;
    seen_begin(seen);
    for (unsigned tries = 0; tries < 3 * want && playlist->items < want; tries++) {
        unsigned track = fill_popular(fill, &draw, 0.7);

        playlist->items += fill->state[track] == FILL_PUBLIC && seen_add(seen, track);
    }
}

static void
write_playlist(struct copy *copy, unsigned n, const struct playlist *playlist)
{
    static const char *const visibilities[] = {"public", "unlisted", "private"};
    struct draw draw = draw_begin(copy->fill->seed, FILL_ARTIST, (uint64_t)n + 0x100000000u);
    enum name_script script = fill_script(copy->fill, playlist->person);
    char text[NAME_SIZE];

    copy_id(copy, FILL_PLAYLIST, n);
    copy_id(copy, FILL_PERSON, playlist->person);
    name_playlist(&draw, script, text);
    copy_text(copy, text);
    name_sentence(&draw, script, text);
    copy_text(copy, draw_chance(&draw, 25) ? text : NULL);
    copy_text(copy, visibilities[playlist->state]);
    copy_int(copy, playlist->items);
    copy_int(copy, playlist->followers);
    copy_bool(copy, playlist->state == FILL_PUBLIC && draw_chance(&draw, 0.2));
    copy_time(copy, playlist->made_s);
    copy_time(copy, playlist->made_s);
    copy_time(copy, playlist->made_s);
    copy_row(copy);
}

static void
write_items(struct copy *copy, unsigned n, const struct playlist *playlist, struct seen *seen)
{
    const struct fill *fill = copy->fill;
    struct draw draw = playlist->draw;

    seen_begin(seen);
    for (unsigned made = 0; made < playlist->items;) {
        unsigned track = fill_popular(fill, &draw, 0.7);

        if (fill->state[track] != FILL_PUBLIC || !seen_add(seen, track))
            continue;
        made++;
        copy_id(copy, FILL_ITEM_ID, (uint64_t)n * 1024 + made);
        copy_id(copy, FILL_PLAYLIST, n);
        copy_id(copy, FILL_TRACK, track);
        copy_int(copy, made * STEP);
        copy_id(copy, FILL_PERSON, playlist->person);
        copy_time(copy, playlist->made_s + made);
        copy_row(copy);
    }
}

static unsigned
items_most(const struct fill *fill)
{
    return fill->tracks / 4 < ITEMS_MOST ? fill->tracks / 4 : ITEMS_MOST;
}

bool
fill_playlists(struct fill *fill)
{
    struct seen *seen = seen_new(items_most(fill));
    struct playlist playlist;
    struct copy copy;
    bool good;

    fill->total = 2 * (uint64_t)fill->playlists;
    if (copy_begin(&copy, fill, "copy playlists (id, user_id, name, description, visibility, track_count, follower_count, is_editorial, created_at,"
                                " updated_at, editorial_at) from stdin"))
        for (unsigned n = 0; n < fill->playlists && !copy.is_broken; n++, fill->done++) {
            draw_playlist(fill, n, seen, &playlist);
            write_playlist(&copy, n, &playlist);
        }
    good = copy_end(&copy) && copy_begin(&copy, fill, "copy playlist_tracks (id, playlist_id, track_id, position, added_by, added_at) from stdin");
    for (unsigned n = 0; good && n < fill->playlists && !copy.is_broken; n++, fill->done++) {
        draw_playlist(fill, n, seen, &playlist);
        write_items(&copy, n, &playlist, seen);
    }
    seen_free(seen);
    return good && copy_end(&copy);
}

/* Followers are people at even distances from one that is drawn: each once. */
bool
fill_playlist_follows(struct fill *fill)
{
    struct seen *seen = seen_new(items_most(fill));
    struct playlist playlist;
    uint64_t next = 0;
    struct copy copy;

    fill->total = fill->playlists;
    if (copy_begin(&copy, fill, "copy playlist_follows (id, playlist_id, user_id, created_at) from stdin"))
        for (unsigned n = 0; n < fill->playlists && !copy.is_broken; n++, fill->done++) {
            struct draw draw = draw_begin(fill->seed, FILL_PLAYLIST_FOLLOWS, n);
            unsigned from = (unsigned)draw_below(&draw, fill->users);

            draw_playlist(fill, n, seen, &playlist);
            for (unsigned i = 0; i < playlist.followers; i++) {
                unsigned person = (unsigned)((from + (uint64_t)i * fill->users / playlist.followers) % fill->users);
                int64_t joined_s = fill_person_s(fill, person), from_s = joined_s > playlist.made_s ? joined_s : playlist.made_s;

                copy_id(&copy, FILL_PLAYLIST_FOLLOW_ID, next++);
                copy_id(&copy, FILL_PLAYLIST, n);
                copy_id(&copy, FILL_PERSON, person);
                copy_time(&copy, from_s + (int64_t)(draw_unit(&draw) * (double)(fill->until_s - from_s)));
                copy_row(&copy);
            }
        }
    seen_free(seen);
    return copy_end(&copy);
}
