/* day.h - days as people write them, in the languages of Veza's mails and push messages. */
#pragma once

#include "base/buf.h"

/* Appends "YYYY-MM-DD" or "YYYY-MM-DD HH:MM" (ISO 8601, but for the space before the time) in words: "3 May 2026",
 * "1er mai 2026 à 14:05", "3 de mayo de 2026 a las 14:05". A month by its name and the 24-hour clock mean the same in every region. Any
 * other `iso` is appended as it is; a `language` that is unknown or NULL counts as "en". */
void day_in_words(const char *iso, const char *language, struct buf *out);
