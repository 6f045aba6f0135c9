/* personal.c - what this module's tables hold about people (api/personal.h). */
#include "modules/stems/internal.h"

#include "api/personal.h"

static const struct personal_table tables[] = {{"track_stems", ERASED, "with the files", .archive = "track_stems"},
                                               {"track_stem_guests", ERASED, .archive = "stem_invitations"},
                                               {0}};

static const struct subject subjects[] = {{"track_stems", &q_export_track_stems}, {"stem_invitations", &q_export_stem_invitations}, {0}};

/* The files go with those of the track (track_files_delete). */
const struct personal stems_personal = {.tables = tables, .subjects = subjects, .files = &q_export_stem_files};
