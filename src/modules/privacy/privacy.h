/* privacy.h - what is a person's own: taking it away (GDPR articles 15 and 20), and the end of an account (article 17).
 *
 * docs/privacy.md says what an archive holds and what is erased, kept and why; tests compare that page with the tables that there are. */
#pragma once

#include "base/config.h"
#include "http/route.h"
#include "platform/jobs/jobs.h"
#include "platform/storage/storage.h"

extern const struct route privacy_routes[];

/* Before servers and jobs start. Both must outlive them. */
void privacy_setup(const struct config *config, struct storage *storage);

/* Where the bus runs. Before bus_start(). */
void privacy_subscribe(void);

/* Handlers of jobs. `privacy.export` packs an archive; `privacy.erase` erases an account whose time has come; `privacy.sweep`, each hour,
 * removes expired archives and finds those accounts; `mail.account_deletion` tells the person. */
enum job_outcome privacy_export(struct job *job);
enum job_outcome privacy_erase(struct job *job);
enum job_outcome privacy_sweep(struct job *job);
enum job_outcome privacy_deletion_mail(struct job *job);

#define PRIVACY_SWEEP_S 3600
