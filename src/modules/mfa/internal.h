/* internal.h - shared by the files of this module only. */
#pragma once

#include "api/runner.h"
#include "mfa.queries.h"
#include "modules/mfa/mfa.h"

extern const struct personal mfa_personal; /* personal.c */

#define MFA_CHALLENGE_S 300
#define MFA_CHALLENGE_ATTEMPTS 5
#define RECOVERY_CODES 10

const struct problem *mfa_setup(struct request *req);
const struct problem *mfa_verify(struct request *req);
const struct problem *mfa_disable(struct request *req);
const struct problem *mfa_step_up(struct request *req);
const struct problem *mfa_login(struct request *req);
