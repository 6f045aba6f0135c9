/* names.h - titles, artists, places and sentences as a catalogue has them, in several scripts.
 *
 * Words are drawn by Zipf's law from vocabularies of their own: at the front everyday words, behind them thousands that are made of syllables. Nothing is taken from
 * a real catalogue. All texts are UTF-8 without tabs, line ends and backslashes. */
#ifndef VEZA_DEMO_NAMES_H
#define VEZA_DEMO_NAMES_H

#include <stddef.h>

#include "draw.h"

enum { NAME_SIZE = 240 };
enum name_script { NAME_LATIN, NAME_ACCENTS, NAME_CYRILLIC, NAME_ARABIC, NAME_HAN, NAME_KANA, NAME_HANGUL, NAME_SCRIPTS };

/* Seven of ten write in plain Latin letters. */
enum name_script name_script(struct draw *draw);

void name_title(struct draw *draw, enum name_script script, char ret[NAME_SIZE]);
/* One to four words, some with signs and numbers. */
void name_artist(struct draw *draw, enum name_script script, char ret[NAME_SIZE]);
void name_playlist(struct draw *draw, enum name_script script, char ret[NAME_SIZE]);
void name_sentence(struct draw *draw, enum name_script script, char ret[NAME_SIZE]);

/* The word of this rank in small plain Latin letters: another one for each rank. */
void name_plain(unsigned rank, char *ret, size_t size);
enum { NAME_PLAIN_WORDS = 24000 };

extern const char *const name_genres[]; /* the most frequent ones first */
extern const unsigned name_genre_count;
extern const char *const name_places[];
extern const unsigned name_place_count;

#endif
