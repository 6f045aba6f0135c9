/* emoji.h - what counts as one emoji (Unicode Technical Standard 51): a character that is one, a flag, a keycap, with a skin tone or not, or up to four
 * of them that are joined. */
#pragma once

#include <stdbool.h>

#define EMOJI_SIZE 96

/* Writes the one form that an emoji has: with U+FE0F behind each character that would be shown as text without it, and nowhere else. So the same emoji is the same text,
 * whichever keyboard it comes from. False when `text` is not exactly one emoji. */
bool emoji_canonical(const char *text, char ret[EMOJI_SIZE]);
