#include "app/fill.h"

#include <stdlib.h>
#include <string.h>

#include "app/demo.h"
#include "modules/auth/auth.h"

#define YEARS_S (8 * 365 * 86400LL) /* how long the installation has been running */
#define CREATORS_EACH 3 /* one in so many people publishes */
#define FOLLOWS_MEAN 18
#define FOLLOWS_MOST 1000

/* People whose password is told. */
static const char *const named[] = {"demo.artist", "demo.listener"};

int64_t
fill_person_s(const struct fill *fill, unsigned person)
{
    return fill->until_s - 30 * 86400 - (int64_t)(YEARS_S * (1 - sqrt((double)person / fill->users)));
}

unsigned
fill_creator(unsigned n)
{
    return n * CREATORS_EACH;
}

static bool
is_creator(unsigned person)
{
    return person % CREATORS_EACH == 0;
}

enum name_script
fill_script(const struct fill *fill, unsigned person)
{
    struct draw draw = draw_begin(fill->seed, FILL_ARTIST, person);

    return name_script(&draw);
}

void
fill_artist(const struct fill *fill, unsigned person, char ret[NAME_SIZE])
{
    struct draw draw = draw_begin(fill->seed, FILL_ARTIST, person);
    enum name_script script = name_script(&draw);

    name_artist(&draw, script, ret);
}

static void
write_person(struct copy *copy, unsigned person, const char *hash)
{
    const struct fill *fill = copy->fill;
    struct draw draw = draw_begin(fill->seed, FILL_PERSON, person);
    int64_t joined_s = fill_person_s(fill, person);
    bool is_named = person < COUNT_OF(named);
    char text[NAME_SIZE], name[NAME_SIZE];

    copy_id(copy, FILL_PERSON, person);
    name_plain((unsigned)draw_zipf(&draw, NAME_PLAIN_WORDS, 0.8), name, 18);
    snprintf(text, sizeof text, "%s.%x", name, person);
    copy_text(copy, is_named ? named[person] : text);
    if (is_named)
        snprintf(text, sizeof text, "%s@" DEMO_DOMAIN, named[person]);
    else
        snprintf(text, sizeof text, "person%u@" DEMO_DOMAIN, person);
    copy_text(copy, text);
    copy_text(copy, is_named ? hash : NULL);
    fill_artist(fill, person, name);
    copy_text(copy, name);
    name_sentence(&draw, fill_script(fill, person), text);
    copy_text(copy, draw_chance(&draw, 40) ? text : NULL);
    copy_text(copy, draw_chance(&draw, 60) ? name_places[draw_zipf(&draw, name_place_count, 0.6)] : NULL);
    copy_text(copy, is_creator(person) ? "content_creator" : "user");
    copy_bool(copy, draw_chance(&draw, 70) || is_named);
    copy_bool(copy, is_named || draw_chance(&draw, 97));
    copy_time(copy, joined_s);
    copy_time(copy, joined_s);
    copy_time(copy, joined_s);
    copy_row(copy);
}

bool
fill_people(struct fill *fill)
{
    struct copy copy;
    char hash[64];

    if (!password_hash(DEMO_PASSWORD, hash) ||
        !copy_begin(&copy, fill, "copy users (id, username, email, password_hash, first_name, bio, location, role, is_verified, is_public, created_at, updated_at,"
                                 " email_verified_at) from stdin"))
        return false;
    fill->total = 3 * (uint64_t)fill->users;
    for (unsigned person = 0; person < fill->users && !copy.is_broken; person++, fill->done++)
        write_person(&copy, person, hash);
    if (!copy_end(&copy) || !copy_begin(&copy, fill, "copy user_settings (id, user_id, explicit_content, show_activity, created_at, updated_at) from stdin"))
        return false;
    for (unsigned person = 0; person < fill->users && !copy.is_broken; person++, fill->done++) {
        struct draw draw = draw_begin(fill->seed, FILL_SETTINGS, person);

        copy_id(&copy, FILL_SETTINGS, person);
        copy_id(&copy, FILL_PERSON, person);
        copy_bool(&copy, draw_chance(&draw, 90));
        copy_bool(&copy, draw_chance(&draw, 90));
        copy_time(&copy, fill_person_s(fill, person));
        copy_time(&copy, fill_person_s(fill, person));
        copy_row(&copy);
    }
    if (!copy_end(&copy) || !copy_begin(&copy, fill, "copy user_profiles (id, user_id, language, created_at, updated_at) from stdin"))
        return false;
    for (unsigned person = 0; person < fill->users && !copy.is_broken; person++, fill->done++) {
        struct draw draw = draw_begin(fill->seed, FILL_PROFILE, person);

        copy_id(&copy, FILL_PROFILE, person);
        copy_id(&copy, FILL_PERSON, person);
        copy_text(&copy, (const char *const[]){"en", "fr", "es"}[draw_zipf(&draw, 3, 0.9)]);
        copy_time(&copy, fill_person_s(fill, person));
        copy_time(&copy, fill_person_s(fill, person));
        copy_row(&copy);
    }
    return copy_end(&copy);
}

/* Whom this person follows, one after the other: written, or without `copy` counted. */
static void
follow(struct fill *fill, unsigned person, struct seen *seen, struct copy *copy)
{
    struct draw draw = draw_begin(fill->seed, FILL_FOLLOWS, person);
    unsigned want = (unsigned)(FOLLOWS_MEAN * draw_weight(&draw));

    want = want < seen_most(seen) ? want : seen_most(seen);
    seen_begin(seen);
    for (unsigned tries = 0, made = 0; tries < 3 * want && made < want; tries++) {
        unsigned other = draw_chance(&draw, 15) ? (unsigned)draw_below(&draw, fill->users) : fill_creator((unsigned)draw_zipf(&draw, fill->creators, 0.8));
        int64_t from_s = fill_person_s(fill, person > other ? person : other);
        double part = draw_unit(&draw);

        if (other == person || !seen_add(seen, other))
            continue;
        made++;
        if (!copy) {
            fill->followers[other]++;
            fill->following[person]++;
            continue;
        }
        copy_id(copy, FILL_PERSON, person);
        copy_id(copy, FILL_PERSON, other);
        copy_time(copy, from_s + (int64_t)(part * (double)(fill->until_s - from_s)));
        copy_row(copy);
    }
}

static unsigned
follows_most(const struct fill *fill)
{
    return fill->users / 3 < FOLLOWS_MOST ? fill->users / 3 : FOLLOWS_MOST;
}

void
fill_count_follows(struct fill *fill)
{
    struct seen *seen = seen_new(follows_most(fill));

    for (unsigned person = 0; person < fill->users; person++)
        follow(fill, person, seen, NULL);
    seen_free(seen);
}

/* Two names may be of one genre (genre_aliases): the number of the first of them. */
static unsigned
same_genre(const struct fill *fill, unsigned genre)
{
    unsigned first = 0;

    while (first < genre && !text_equal(fill->genre_slug[first], fill->genre_slug[genre]))
        first++;
    return first;
}

/* A few genres and tags each. */
static bool
follow_labels(struct fill *fill, bool of_genres)
{
    struct seen *seen = seen_new(16);
    struct copy copy;

    if (copy_begin(&copy, fill, of_genres ? "copy user_genre_follows (user_id, genre_slug, created_at) from stdin"
                                          : "copy user_tag_follows (user_id, tag_id, created_at) from stdin"))
        for (unsigned person = 0; person < fill->users && !copy.is_broken; person++) {
            struct draw draw = draw_begin(fill->seed, FILL_LABEL_FOLLOWS, 2 * (uint64_t)person + of_genres);
            unsigned want = (unsigned)draw_below(&draw, 5);

            seen_begin(seen);
            for (unsigned i = 0; i < want; i++) {
                unsigned label = (unsigned)draw_zipf(&draw, of_genres ? name_genre_count : fill->tag_count, 0.9);

                if (!seen_add(seen, of_genres ? same_genre(fill, label) : label))
                    continue;
                copy_id(&copy, FILL_PERSON, person);
                copy_text(&copy, of_genres ? fill->genre_slug[label] : fill->tags[label].id);
                copy_time(&copy, fill_person_s(fill, person));
                copy_row(&copy);
            }
        }
    seen_free(seen);
    return copy_end(&copy);
}

bool
fill_follows(struct fill *fill)
{
    struct seen *seen = seen_new(follows_most(fill));
    struct copy copy;
    bool good;

    fill->total = fill->users;
    if (copy_begin(&copy, fill, "copy user_follows (follower_id, followed_id, created_at) from stdin"))
        for (unsigned person = 0; person < fill->users && !copy.is_broken; person++, fill->done++)
            follow(fill, person, seen, &copy);
    seen_free(seen);
    good = copy_end(&copy) && copy_begin(&copy, fill, "copy user_stats (user_id, follower_count, following_count) from stdin");
    if (!good)
        return false;
    for (unsigned person = 0; person < fill->users && !copy.is_broken; person++) {
        copy_id(&copy, FILL_PERSON, person);
        copy_int(&copy, fill->followers[person]);
        copy_int(&copy, fill->following[person]);
        copy_row(&copy);
    }
    return copy_end(&copy) && follow_labels(fill, true) && follow_labels(fill, false);
}

/* Everyday words first, then ones of three syllables and more, so that no two tags are the same word. */
static void
tag_name(unsigned tag, char ret[31])
{
    name_plain(tag < 80 ? tag : tag + 3200, ret, 31);
}

/* A temporary table with the tags that are wanted. */
static bool
list_tags(struct fill *fill)
{
    struct copy copy;
    char name[31];

    if (!fill_run(fill, "create temporary table if not exists fill_tags (n int primary key, id uuid, name text); truncate fill_tags") ||
        !copy_begin(&copy, fill, "copy fill_tags (n, id, name) from stdin"))
        return false;
    for (unsigned tag = 0; tag < fill->tag_count; tag++) {
        tag_name(tag, name);
        copy_int(&copy, tag);
        copy_id(&copy, FILL_TAG, tag);
        copy_text(&copy, name);
        copy_row(&copy);
    }
    return copy_end(&copy);
}

/* How many tracks have each tag is counted when they are there. */
bool
fill_labels(struct fill *fill)
{
    fill->total = 1;
    for (unsigned genre = 0; genre < name_genre_count; genre++) {
        PGresult *result = PQexecParams(fill->pg, "select genre_named($1)", 1, NULL, &name_genres[genre], NULL, NULL, 0);
        bool good = PQresultStatus(result) == PGRES_TUPLES_OK;

        PQclear(result);
        if (!good)
            return false;
    }
    return list_tags(fill) && fill_run(fill, "insert into tags (id, name, created_at) select id, name, '2017-01-01Z' from fill_tags where tag_of(name) is null order by n"
                                             " on conflict do nothing");
}

bool
fill_read_labels(struct fill *fill)
{
    PGresult *rows;
    bool good;

    for (unsigned genre = 0; genre < name_genre_count; genre++) {
        rows = PQexecParams(fill->pg, "select slug, name from genres where slug = genre_of($1)", 1, NULL, &name_genres[genre], NULL, NULL, 0);
        good = PQntuples(rows) == 1;
        snprintf(fill->genre_slug[genre], sizeof fill->genre_slug[genre], "%s", good ? PQgetvalue(rows, 0, 0) : "");
        snprintf(fill->genre_name[genre], sizeof fill->genre_name[genre], "%s", good ? PQgetvalue(rows, 0, 1) : "");
        PQclear(rows);
        if (!good)
            return false;
    }
    if (!list_tags(fill))
        return false;
    rows = PQexec(fill->pg, "select f.n, g.id, g.name from fill_tags f join tags g on g.id = tag_of(f.name) order by f.n");
    good = (unsigned)PQntuples(rows) == fill->tag_count;
    for (unsigned tag = 0; good && tag < fill->tag_count; tag++) {
        snprintf(fill->tags[tag].id, sizeof fill->tags[tag].id, "%s", PQgetvalue(rows, (int)tag, 1));
        snprintf(fill->tags[tag].name, sizeof fill->tags[tag].name, "%s", PQgetvalue(rows, (int)tag, 2));
    }
    PQclear(rows);
    return good && fill_run(fill, "drop table fill_tags");
}
