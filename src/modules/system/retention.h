/* retention.h - the job that deletes what has served its time: sessions, tokens, jobs, events. One row in retention.c for each table. */
#pragma once

#include "base/setting.h"
#include "platform/jobs/jobs.h"

#define RETENTION_S 3600

extern const struct setting retention_settings[];

enum job_outcome retention_run(struct job *job);
