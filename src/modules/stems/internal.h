/* internal.h - what the parts of this module share. */
#pragma once

#include "api/file.h"
#include "api/runner.h"
#include "modules/stems/stems.h"
#include "modules/tracks/tracks.h"
#include "platform/jobs/jobs.h"
#include "platform/storage/storage.h"
#include "stems.queries.h"

#define STEM_RUN_TEXT 17 /* a run of the processing, in hex: its files are in stems/{track}/{stem}/{run} */

extern const struct personal stems_personal; /* personal.c */
extern struct storage *stems_storage;
extern const struct file_field stem_files[];

/* upload.c: handler */
const struct problem *stem_upload(struct request *req);

/* process.c: jobs `stem` and `stem_sweep` */
enum job_outcome stem_process(struct job *job);
enum job_outcome stem_sweep(struct job *job);
/* Its processing was given up. False when that could not be noted. */
bool stem_fail(const char *stem_id, const char *code, const char *message);
