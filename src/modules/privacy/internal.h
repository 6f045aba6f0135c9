/* internal.h - what the parts of this module share. */
#pragma once

#include "api/personal.h"
#include "api/runner.h"
#include "modules/privacy/privacy.h"
#include "platform/storage/storage.h"
#include "privacy.queries.h"

extern const struct personal privacy_personal; /* personal.c */

extern const struct config *privacy_config;
extern int64_t privacy_export_days, privacy_deletion_days; /* settings */
extern struct storage *privacy_storage;
extern module_list privacy_modules; /* whose data there is */

/* A subject as JSON, written piece by piece: an array, or the only row, or null. */
struct subject_writer {
    bool single;
    bool (*put)(void *context, struct str bytes);
    bool (*row)(void *context, struct str json); /* sees each row too; may be NULL */
    void *context;
    bool begun, failed;
};
/* False when the database or the writer's end fails. No other query may run on this thread meanwhile, from `put` or `row` neither. */
bool subject_write(const struct subject *subject, const char *user_id, struct subject_writer *writer);

/* The nth subject of all modules; NULL when there are no more. */
const struct subject *subject_at(size_t n);

/* Calls `each` for the person's files of all modules, until it returns false. False then, and when the database fails. */
bool files_each(const char *user_id, bool (*each)(void *context, const char *key, const char *name), void *context);

/* "exports/{user_id}/{export_id}": each attempt at an archive writes a file of its own into it. */
void export_folder(char key[STORAGE_KEY_MAX + 1], const char *user_id, const char *export_id);

#define PRIVACY_SWEEP_S 3600

/* The jobs: `privacy.export` packs an archive; `privacy.erase` erases an account whose time has come; `privacy.sweep`, each hour,
 * removes expired archives and finds those accounts; `mail.account_deletion` tells the person. */
enum job_outcome privacy_export(struct job *job);
enum job_outcome privacy_erase(struct job *job);
enum job_outcome privacy_sweep(struct job *job);
enum job_outcome privacy_deletion_mail(struct job *job);

/* export_routes.c, deletion.c: handlers */
const struct problem *export_now(struct request *req);
const struct problem *deletion_request_mine(struct request *req);
const struct problem *deletion_request(struct request *req);
