#include "app/fill.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define STEP 4294967296LL /* between the positions of a release (functions/releases.sql) */
#define YEARS_S (8 * 365 * 86400LL)
#define TAGS_MOST 6

/* What somebody puts out at once: a single track, or a release. */
struct work {
    unsigned person, first, count; /* its tracks follow each other */
    const char *kind;              /* of a release; NULL: no release */
    enum name_script script;
    enum fill_state state;
    struct draw draw; /* for its texts */
};

struct labels {
    unsigned genre, tags[TAGS_MOST], count;
};

int64_t
fill_track_s(const struct fill *fill, unsigned track)
{
    return fill->until_s - (int64_t)(YEARS_S * (1 - sqrt((track + 0.5) / fill->tracks)));
}

unsigned
fill_popular(const struct fill *fill, struct draw *draw, double exponent)
{
    return (unsigned)((draw_zipf(draw, fill->tracks, exponent) * fill->step_odd + fill->step_from) % fill->tracks);
}

static enum fill_state
draw_state(struct draw *draw, bool is_single)
{
    unsigned place = (unsigned)draw_below(draw, 1000);

    if (place < 40)
        return FILL_PRIVATE;
    if (place < 75)
        return FILL_UNLISTED;
    if (place < 90)
        return FILL_SCHEDULED;
    return is_single && place < 105 ? FILL_DELETED : FILL_PUBLIC;
}

/* The nth work, whose first track is `first`. Creators who joined before others have more. */
static void
draw_work(const struct fill *fill, unsigned n, unsigned first, struct work *work)
{
    struct draw draw = draw_begin(fill->seed, FILL_WORK, n);
    unsigned creators = (unsigned)(fill->creators * ((double)first / fill->tracks)), size = (unsigned)draw_below(&draw, 100);

    work->person = fill_creator((unsigned)draw_zipf(&draw, creators ? creators : 1, 0.7));
    work->first = first;
    work->kind = size < 55 ? NULL : size < 65 ? "single" : size < 80 ? "ep" : size < 97 ? "album" : "compilation";
    work->count = size < 55 ? 1 : size < 65 ? 1 + (unsigned)draw_below(&draw, 2) : size < 80 ? 3 + (unsigned)draw_below(&draw, 4) : 8 + (unsigned)draw_below(&draw, 10);
    if (work->count > fill->tracks - first)
        work->count = fill->tracks - first;
    work->state = draw_state(&draw, !work->kind);
    work->script = fill_script(fill, work->person);
    work->draw = draw;
}

void
fill_plan(struct fill *fill)
{
    struct work work;

    for (unsigned n = 0, first = 0; first < fill->tracks; n++, first += work.count) {
        draw_work(fill, n, first, &work);
        for (unsigned track = first; track < first + work.count; track++) {
            fill->owner[track] = work.person;
            fill->state[track] = (uint8_t)work.state;
        }
    }
}

/* A creator stays with one genre mostly. */
static void
draw_labels(const struct fill *fill, unsigned person, unsigned track, struct labels *labels)
{
    struct draw draw = draw_begin(fill->seed, FILL_TRACK_LABELS, track), own = draw_begin(fill->seed, FILL_ORDER, person);
    unsigned want;

    labels->genre = (unsigned)draw_zipf(draw_chance(&draw, 75) ? &own : &draw, name_genre_count, 0.9);
    want = draw_chance(&draw, 15) ? 0 : 1 + (unsigned)draw_below(&draw, TAGS_MOST);
    labels->count = 0;
    for (unsigned i = 0; i < want; i++) {
        unsigned tag = (unsigned)draw_zipf(&draw, fill->tag_count, 0.95), n = 0;

        while (n < labels->count && labels->tags[n] != tag)
            n++;
        if (n == labels->count)
            labels->tags[labels->count++] = tag;
    }
}

static void
release_title(const struct work *work, char ret[NAME_SIZE])
{
    struct draw draw = work->draw;

    name_title(&draw, work->script, ret);
}

static int64_t
publish_s(const struct fill *fill, const struct work *work)
{
    struct draw draw = work->draw;

    return fill->until_s + 86400 * (int64_t)(1 + draw_below(&draw, 400));
}

static void
copy_visibility(struct copy *copy, const struct work *work)
{
    static const char *const names[] = {"public", "unlisted", "private", "scheduled", "public"};
    bool waits = work->state == FILL_SCHEDULED;

    copy_text(copy, names[work->state]);
    if (waits)
        copy_time(copy, publish_s(copy->fill, work));
    else
        copy_text(copy, NULL);
    copy_text(copy, waits ? "UTC" : NULL);
}

/* When it could be found first, by what the triggers of migration 0335 write. */
static void
copy_first_public(struct copy *copy, const struct work *work, int64_t at_s)
{
    switch (work->state) {
    case FILL_SCHEDULED:
        copy_time(copy, publish_s(copy->fill, work));
        break;
    case FILL_PUBLIC:
    case FILL_DELETED:
        copy_time(copy, at_s);
        break;
    default:
        copy_text(copy, NULL);
    }
}

/* Columns of fill_sounds, from the third on, as they are in a track's row. */
#define SOUND_COLUMNS \
    "duration, duration_ms, format, bitrate, sample_rate, channels, bit_depth, samples, loudness_lufs, loudness_range_lu, true_peak_dbtp, waveform_path, cover_art_path"
#define SOUND_FIRST 2

static void
copy_sound(struct copy *copy, unsigned sound)
{
    const PGresult *rows = copy->fill->sounds;

    for (int column = SOUND_FIRST; column < PQnfields(rows); column++)
        copy_text(copy, PQgetisnull(rows, (int)sound, column) ? NULL : PQgetvalue(rows, (int)sound, column));
}

static void
copy_labels(struct copy *copy, const struct labels *labels)
{
    char tags[TAGS_MOST * 34 + 3] = "{", *out = tags + 1;

    for (unsigned i = 0; i < labels->count; i++)
        out += snprintf(out, sizeof tags - (size_t)(out - tags), "%s\"%s\"", i ? "," : "", copy->fill->tags[labels->tags[i]].name);
    *out++ = '}';
    *out = 0;
    copy_text(copy, copy->fill->genre_name[labels->genre]);
    copy_text(copy, tags);
}

static void
write_track(struct copy *copy, const struct work *work, unsigned track)
{
    static const char *const keys[] = {"C", "Am", "G", "Em", "D", "Bm", "F", "Dm", "A", "F#m", "E", "C#m",
                                       "Bb", "Gm", "Eb", "Cm", "Ab", "Fm", "B", "G#m", "Db", "Bbm", "F#", "Ebm"};
    const struct fill *fill = copy->fill;
    struct draw draw = draw_begin(fill->seed, FILL_TRACK, track);
    unsigned sound = (unsigned)draw_below(&draw, (uint64_t)PQntuples(fill->sounds));
    const char *version = PQgetvalue(fill->sounds, (int)sound, 1);
    char id[DRAW_UUID], text[NAME_SIZE + 40], name[NAME_SIZE];
    int64_t at_s = fill_track_s(fill, track);
    struct labels labels;

    draw_uuid(fill->seed, FILL_TRACK, track, id);
    copy_text(copy, id);
    copy_id(copy, FILL_PERSON, work->person);
    name_title(&draw, work->script, name);
    copy_text(copy, name);
    fill_artist(fill, work->person, name);
    copy_text(copy, name);
    release_title(work, name);
    copy_text(copy, work->kind ? name : NULL);
    name_sentence(&draw, work->script, name);
    copy_text(copy, draw_chance(&draw, 35) ? name : NULL);
    draw_labels(fill, work->person, track, &labels);
    copy_labels(copy, &labels);
    copy_int(copy, draw_chance(&draw, 90) ? 2026 - (int64_t)draw_zipf(&draw, 60, 0.7) : 0);
    if (draw_chance(&draw, 70))
        copy_int(copy, 60 + (int64_t)draw_below(&draw, 70) + (int64_t)draw_below(&draw, 60));
    else
        copy_text(copy, NULL);
    copy_text(copy, draw_chance(&draw, 60) ? keys[draw_zipf(&draw, COUNT_OF(keys), 0.5)] : NULL);
    copy_sound(copy, sound);
    copy_visibility(copy, work);
    copy_bool(copy, draw_chance(&draw, 30));
    copy_bool(copy, draw_chance(&draw, 7));
    copy_text(copy, "completed");
    copy_text(copy, "ready");
    snprintf(text, sizeof text, "/api/v1/tracks/%s/waveform", id);
    copy_text(copy, text);
    snprintf(text, sizeof text, "/api/v1/tracks/%s/hls/%s/master.m3u8", id, version);
    copy_text(copy, text);
    copy_int(copy, fill->plays[track]);
    copy_int(copy, fill->likes[track]);
    copy_int(copy, fill->reposts[track]);
    copy_time(copy, at_s);
    copy_time(copy, at_s);
    copy_time(copy, at_s);
    if (work->state == FILL_DELETED)
        copy_time(copy, at_s + 86400);
    else
        copy_text(copy, NULL);
    copy_text(copy, version);
    copy_text(copy, PQgetvalue(fill->sounds, (int)sound, 0));
    if (work->kind) {
        copy_int(copy, 1);
        copy_int(copy, track - work->first + 1);
    } else {
        copy_text(copy, NULL);
        copy_text(copy, NULL);
    }
    copy_text(copy, "{flac,lossy}");
    copy_first_public(copy, work, at_s);
    copy_row(copy);
}

static void
release_slug(const struct fill *fill, const struct work *work, char *ret, size_t size)
{
    char id[DRAW_UUID], title[NAME_SIZE], *out = ret;

    draw_uuid(fill->seed, FILL_RELEASE, work->first, id);
    release_title(work, title);
    for (const char *c = title; *c && out < ret + 40; c++) {
        if (isalnum((unsigned char)*c) && (unsigned char)*c < 128)
            *out++ = (char)tolower((unsigned char)*c);
        else if (out > ret && out[-1] != '-')
            *out++ = '-';
    }
    snprintf(out, size - (size_t)(out - ret), "%s%.8s%x", out > ret && out[-1] != '-' ? "-" : "", id, work->first);
}

static void
write_release(struct copy *copy, const struct work *work)
{
    static const char *const licences[] = {"all_rights_reserved", "cc_by", "cc_by_nc", "cc_by_sa", "cc_by_nc_sa", "cc0", "cc_by_nc_nd", "cc_by_nd"};
    const struct fill *fill = copy->fill;
    struct draw draw = draw_begin(fill->seed, FILL_RELEASE, work->first);
    int64_t at_s = fill_track_s(fill, work->first);
    char text[NAME_SIZE];

    copy_id(copy, FILL_RELEASE, work->first);
    copy_id(copy, FILL_PERSON, work->person);
    release_slug(fill, work, text, sizeof text);
    copy_text(copy, text);
    release_title(work, text);
    copy_text(copy, text);
    fill_artist(fill, work->person, text);
    copy_text(copy, text);
    copy_text(copy, work->kind);
    name_sentence(&draw, work->script, text);
    copy_text(copy, draw_chance(&draw, 40) ? text : NULL);
    copy_text(copy, licences[draw_zipf(&draw, COUNT_OF(licences), 1.3)]);
    copy_visibility(copy, work);
    copy_time(copy, at_s);
    copy_text(copy, "UTC");
    copy_int(copy, work->count);
    copy_time(copy, at_s);
    copy_time(copy, at_s);
    copy_time(copy, at_s);
    copy_first_public(copy, work, at_s);
    copy_row(copy);
}

static void
write_release_tracks(struct copy *copy, const struct work *work)
{
    for (unsigned i = 0; i < work->count; i++) {
        copy_id(copy, FILL_RELEASE, work->first);
        copy_id(copy, FILL_TRACK, work->first + i);
        copy_int(copy, (i + 1) * STEP);
        copy_time(copy, fill_track_s(copy->fill, work->first));
        copy_row(copy);
    }
}

static void
write_slug(struct copy *copy, const struct work *work)
{
    char slug[NAME_SIZE];

    release_slug(copy->fill, work, slug, sizeof slug);
    copy_text(copy, slug);
    copy_id(copy, FILL_RELEASE, work->first);
    copy_time(copy, fill_track_s(copy->fill, work->first));
    copy_bool(copy, work->state != FILL_PUBLIC);
    copy_row(copy);
}

static void
write_tracks(struct copy *copy, const struct work *work)
{
    for (unsigned track = work->first; track < work->first + work->count; track++)
        write_track(copy, work, track);
}

static void
write_tags(struct copy *copy, const struct work *work)
{
    for (unsigned track = work->first; track < work->first + work->count; track++) {
        struct labels labels;

        draw_labels(copy->fill, work->person, track, &labels);
        for (unsigned i = 0; i < labels.count; i++) {
            copy_id(copy, FILL_TRACK, track);
            copy_text(copy, copy->fill->tags[labels.tags[i]].id);
            copy_int(copy, i);
            copy_time(copy, fill_track_s(copy->fill, track));
            copy_first_public(copy, work, fill_track_s(copy->fill, track));
            copy_row(copy);
        }
    }
}

static void
write_genres(struct copy *copy, const struct work *work)
{
    for (unsigned track = work->first; track < work->first + work->count; track++) {
        struct labels labels;

        draw_labels(copy->fill, work->person, track, &labels);
        copy_id(copy, FILL_TRACK, track);
        copy_text(copy, copy->fill->genre_slug[labels.genre]);
        copy_time(copy, fill_track_s(copy->fill, track));
        copy_row(copy);
    }
}

static const struct {
    const char *copy;
    void (*write)(struct copy *copy, const struct work *work);
    bool of_releases, of_labels;
} tables[] = {
    {"copy tracks (id, creator_id, title, artist, album, description, genre, tags, year, bpm, musical_key, " SOUND_COLUMNS ", visibility, publish_at, publish_zone,"
     " is_downloadable, is_explicit, status, stream_status, waveform_url, stream_manifest_url, play_count, like_count, repost_count, created_at, updated_at,"
     " published_at, deleted_at, media_version, media_of, disc_number, track_number, download_formats, first_public_at) from stdin",
     write_tracks, false},
    {"copy releases (id, user_id, slug, title, artist, kind, description, licence, visibility, publish_at, publish_zone, release_at, release_zone, track_count, told_at,"
     " created_at, updated_at, first_public_at) from stdin",
     write_release, true},
    {"copy release_tracks (release_id, track_id, position, added_at) from stdin", write_release_tracks, true},
    {"copy release_slugs (slug, release_id, created_at, is_secret) from stdin", write_slug, true},
    {"copy track_tags (track_id, tag_id, position, created_at, first_public_at) from stdin", write_tags, false, true},
    {"copy track_genres (track_id, genre_slug, created_at) from stdin", write_genres, false, true},
};

/* One table after the other: the works are drawn for each. */
static bool
write_tables(struct fill *fill, bool of_labels)
{
    struct copy *copy = malloc(sizeof *copy);
    struct work work;
    bool good = copy;

    fill->total = 0;
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        fill->total += tables[i].of_labels == of_labels ? fill->tracks : 0;
    for (size_t i = 0; good && i < COUNT_OF(tables); i++) {
        if (tables[i].of_labels != of_labels)
            continue;
        good = copy_begin(copy, fill, tables[i].copy);
        for (unsigned n = 0, first = 0; good && first < fill->tracks && !copy->is_broken; n++, first += work.count, fill->done += work.count) {
            draw_work(fill, n, first, &work);
            if (work.kind || !tables[i].of_releases)
                tables[i].write(copy, &work);
        }
        good = good && copy_end(copy);
    }
    free(copy);
    return good;
}

bool
fill_tracks(struct fill *fill)
{
    return write_tables(fill, false);
}

bool
fill_links(struct fill *fill)
{
    return write_tables(fill, true);
}
