/* mail_job.h - the end of a job that sends a mail. */
#pragma once

#include "platform/jobs/jobs.h"
#include "platform/mail/mail.h"

/* What the job of a mail with this outcome returns. When the mail was not sent, the job's error is mail_error(); when the job had
 * to stop meanwhile, it is given back. */
enum job_outcome mail_end_job(struct job *job, enum mail_outcome outcome);
