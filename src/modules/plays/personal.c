/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/plays/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {
    {"track_plays", FORGOTTEN, "they count for those who were heard; address and device are forgotten", .archive = "plays"},
    {"track_positions", ERASED, .archive = "positions"},
    {"play_sessions", ERASED, .withheld = "what is being listened to, for a day; `plays` tells what came of it"},
    {"play_listeners", ERASED, .withheld = "until when plays of a person were counted, for a day"},
    {"counter_checks", NOT_PERSONAL, "whether counters were right"},
    {0}};

static const struct subject subjects[] = {{"plays", &q_export_plays}, {"positions", &q_export_positions}, {0}};

static const struct query *const plays_erase[] = {&q_erase_plays, NULL};

const struct personal plays_personal = {.tables = tables, .subjects = subjects, .erase = plays_erase};
