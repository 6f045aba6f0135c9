/* stems.h - stems: the parts that a track was mixed from (docs/adr/0083-stems.md).
 *
 * A stem is kept as it was uploaded, and a job makes of it what the stem player plays: segments of FLAC, all stems of a track at one sample rate. */
#pragma once

#include <stdbool.h>

struct query;
struct request;
struct upload;

/* What an upload in several requests may say besides: that its file is a stem. */
#define STEM_NAME {"stem_name", FIELD_STRING, .max = 100, .help = "Name of the stem; default: the file's name"}
#define STEM_UPLOAD_FIELDS {"stem_of", FIELD_UUID, .help = "The track that the file is a stem of"}, STEM_NAME

/* Where the input `stem_of` names a track: may the person add a stem to it now? */
const struct problem *stem_may(struct request *req);
/* Makes a stem of that track of a file that came in through the gate. `first` as in track_make(); the inputs `id` and `stem_id` are then those of the
 * track and of the stem. */
const struct problem *stem_make(struct request *req, const struct upload *file, const struct query *first);

struct infected;

/* The file with this key is harmful (api/gate.h): deletes the stem. */
bool stem_remove_infected(const char *key, struct infected *infected);
