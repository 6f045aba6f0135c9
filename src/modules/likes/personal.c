/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "likes.queries.h"

extern const struct personal likes_personal;

static const struct personal_table tables[] = {{"track_likes", ERASED, .archive = "likes"}, {0}};
static const struct subject subjects[] = {{"likes", &q_export_likes}, {0}};

const struct personal likes_personal = {.tables = tables, .subjects = subjects};
