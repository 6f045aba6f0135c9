/* field_text.h - what a text must be to be a value of a field. */
#pragma once

#include <stdbool.h>

/* Is there a text_hidden_character() in it that belongs to nothing? `lines`: but for a tab and what ends lines. */
bool text_has_unwanted_characters(const char *text, bool lines);

/* As a FIELD_EMAIL is. */
bool email_valid(const char *text);

/* As a FIELD_TIME is. */
bool time_valid(const char *text);

/* Is it one of `values`, which have | between them? */
bool field_has_value(const char *values, const char *text);

/* Does the whole text match? Patterns are kept compiled and told apart by their address, so they must live for ever. */
bool pattern_matches(const char *pattern, const char *text);
