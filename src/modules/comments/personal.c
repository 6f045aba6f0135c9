/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "api/personal.h"
#include "comments.queries.h"

extern const struct personal comments_personal;

static const struct personal_table tables[] = {
    {"track_comments", TO_THE_TOMBSTONE, "under others' tracks, as part of others' conversation; under one's own: deleted", .archive = "comments"},
    {"track_comment_texts", ERASED, .archive = "comments"}, {0}};
static const struct subject subjects[] = {{"comments", &q_export_comments}, {0}};
static const struct query *const erase[] = {&q_erase_comment_texts, &q_erase_comments, NULL};

const struct personal comments_personal = {.tables = tables, .subjects = subjects, .erase = erase};
