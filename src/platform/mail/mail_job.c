#include "platform/mail/mail_job.h"

enum job_outcome
mail_end_job(struct job *job, enum mail_outcome outcome)
{
    if (outcome == MAIL_SENT)
        return JOB_DONE;
    if (outcome == MAIL_LATER && job_cancelled(job))
        return JOB_GIVE_BACK;
    job_error(job, *mail_error() ? mail_error() : "the database did not answer");
    return outcome == MAIL_REFUSED ? JOB_FAILED : JOB_RETRY;
}
