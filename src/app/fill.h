/* fill.h - `veza demo --tracks N --users N`: a database with the rows of a large installation (ADR 0097, docs/operating.md).
 *
 *     fill.c          the command: options, the sounds that all tracks play, the steps and what is noted of them
 *     fill_copy.c     rows on their way to PostgreSQL
 *     fill_people.c   people, whom they follow, tags and genres
 *     fill_music.c    tracks, releases, and what they are labelled with
 *     fill_social.c   likes, reposts, plays, playlists
 *
 * Everything is drawn from the seed and a row's own number, so a row is the same whenever it is asked for: what is counted in a track's row is found by drawing the
 * likes once before they are written. Memory is a few bytes a track. Each step is one transaction, in which its tables have no triggers, foreign keys and indexes
 * until the rows are there. */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/str.h"
#include "draw.h"
#include "names.h"

#define FILL_SOUNDS 40
#define FILL_OWNER "veza.sounds" /* the account of the sounds */

enum fill_kind { /* what has numbers of its own: see draw_begin() */
    FILL_PERSON, FILL_SETTINGS, FILL_PROFILE, FILL_FOLLOWS, FILL_LABEL_FOLLOWS, FILL_TAG, FILL_WORK, FILL_TRACK, FILL_TRACK_LABELS, FILL_RELEASE, FILL_LIKES,
    FILL_LIKE_ID, FILL_REPOSTS, FILL_REPOST_ID, FILL_PLAYS, FILL_PLAY_ID, FILL_PLAYLIST,
    FILL_ITEM_ID, FILL_PLAYLIST_FOLLOWS, FILL_PLAYLIST_FOLLOW_ID, FILL_ARTIST, FILL_ORDER
};

enum fill_state { FILL_PUBLIC, FILL_UNLISTED, FILL_PRIVATE, FILL_SCHEDULED, FILL_DELETED };

struct fill_tag {
    char id[DRAW_UUID], name[31];
};

struct fill {
    const char *conninfo;
    PGconn *pg;
    uint64_t seed;
    unsigned tracks, users, creators, playlists, tag_count;
    char until[11]; /* the day of the newest row */
    int64_t until_s, began_s;
    PGresult *sounds;     /* rows of query fill_sounds */
    char genre_slug[160][64], genre_name[160][128];
    struct fill_tag *tags;
    uint32_t *owner;      /* of each track: number of the person */
    uint8_t *state;       /* of each track: enum fill_state */
    uint32_t *likes, *reposts, *plays, *followers, *following;
    uint64_t step_odd, step_from; /* spreads popularity over all tracks */
    const char *step; /* what is written now, for the bar */
    uint64_t done, total; /* rows, or what they are made for */
    int64_t shown_ms;
};

/* --- fill_copy.c --- */

/* A COPY in text form. What goes wrong sticks, and copy_end() tells. */
struct copy {
    struct fill *fill;
    size_t used;
    bool is_broken, has_fields;
    uint64_t rows;
    char buffer[65536];
};

/* The operator pressed Ctrl-C. */
bool fill_is_ended(void);
void fill_listen_for_end(void);
/* Statements without parameters, in one go. False, and the reason was told. */
bool fill_run(struct fill *fill, const char *sql);
bool copy_begin(struct copy *copy, struct fill *fill, const char *sql);
void copy_text(struct copy *copy, const char *text); /* NULL is null */
void copy_int(struct copy *copy, int64_t number);
void copy_bool(struct copy *copy, bool value);
void copy_time(struct copy *copy, int64_t unix_s);
void copy_id(struct copy *copy, enum fill_kind kind, uint64_t index);
void copy_row(struct copy *copy);
bool copy_end(struct copy *copy);

/* --- the steps; each is called within its transaction --- */

bool fill_people(struct fill *fill);
bool fill_labels(struct fill *fill);
/* Reads ids and names of tags and genres, which are there by now. */
bool fill_read_labels(struct fill *fill);
bool fill_follows(struct fill *fill);

/* Who made each track, and who may see it. Before everything else. */
void fill_plan(struct fill *fill);
/* Tracks and releases; then their links to tags and genres. */
bool fill_tracks(struct fill *fill);
bool fill_links(struct fill *fill);

/* How often each track was liked, reposted and played, and each person followed. */
void fill_count(struct fill *fill);
void fill_count_follows(struct fill *fill);
bool fill_likes(struct fill *fill);
bool fill_reposts(struct fill *fill);
bool fill_plays(struct fill *fill);
bool fill_playlists(struct fill *fill);
bool fill_playlist_follows(struct fill *fill);

/* --- what several steps need --- */

int64_t fill_person_s(const struct fill *fill, unsigned person); /* joined at */
int64_t fill_track_s(const struct fill *fill, unsigned track);   /* uploaded at */
/* The number of the person who is the nth creator. */
unsigned fill_creator(unsigned n);
enum name_script fill_script(const struct fill *fill, unsigned person);
void fill_artist(const struct fill *fill, unsigned person, char ret[NAME_SIZE]);
/* A track by popularity. */
unsigned fill_popular(const struct fill *fill, struct draw *draw, double exponent);

/* A set of numbers that is emptied in no time, for what one person did. */
struct seen;
struct seen *seen_new(unsigned most);
void seen_free(struct seen *seen);
void seen_begin(struct seen *seen);
/* False when it was there. */
bool seen_add(struct seen *seen, uint32_t number);
unsigned seen_most(const struct seen *seen);
