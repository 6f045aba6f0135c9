/* day.h - days as people write them, in the languages of Veza's mails and push messages. */
#pragma once

#include "base/buf.h"

/* Appends "YYYY-MM-DD" or "YYYY-MM-DD HH:MM" in words: "3 May 2026", "1er mai 2026 à 14:05", "3 de mayo de 2026 a las 14:05".
 * A month by its name and the clock of 24 hours are read alike in every region. Anything else is appended as it is. */
void day_in_words(const char *iso, const char *language, struct buf *out);
