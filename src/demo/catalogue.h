/* catalogue.h - the demo people and their music: data only.
 *
 * A fresh installation is filled in this order: every person (with demo_avatar_png() as picture), then every track of
 * demo_tracks, rendered by demo_render(&track->piece, …), with demo_cover_png(track, …) as cover, uploaded as its owner.
 * A track's bpm, key and duration are those of its piece, so they are true. Everything is fictional. */
#ifndef VEZA_DEMO_CATALOGUE_H
#define VEZA_DEMO_CATALOGUE_H

#include "synth.h"

#include <stdbool.h>

struct demo_person {
    const char *username;           /* also the local part of the address: <username>@demo.invalid */
    const char *first_name, *last_name;     /* last_name may be "" */
    const char *bio, *location;
    bool is_creator;                /* false: a listener without tracks */
    uint64_t seed;                  /* of the avatar */
};

struct demo_track {
    const char *owner;              /* username */
    const char *title, *artist;
    const char *album;              /* "" for a single; equal names of one owner make a release */
    int album_position;             /* from 1, 0 for a single */
    const char *genre;              /* name, as in the table genres */
    const char *tags;               /* comma separated, as the upload takes them */
    const char *description;
    int year;
    bool is_downloadable;
    struct demo_piece piece;
};

extern const struct demo_person demo_people[];
extern const size_t demo_people_count;
extern const struct demo_track demo_tracks[];
extern const size_t demo_tracks_count;

enum { DEMO_KEY_LENGTH = 11 };

/* The key in words of at most ten letters, "A minor", "F# dorian", into `ret_key`. */
void demo_key_name(const struct demo_piece *piece, char ret_key[DEMO_KEY_LENGTH]);

/* The person of that name, or NULL. */
const struct demo_person *demo_person_find(const char *username);

#endif
