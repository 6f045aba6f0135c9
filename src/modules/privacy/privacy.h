/* privacy.h - what is a person's own: taking it away (GDPR articles 15 and 20), and the end of an account (article 17).
 *
 * docs/privacy.md says what an archive holds and what is erased, kept and why; tests compare that page with the tables that there are. */
#pragma once

#include "api/module.h"

extern const struct module privacy_module;

extern const struct personal later_personal; /* later.c: of tables that no module serves yet */
