/* doctor.h - `veza doctor`: looks at every configured part and says in plain words what is wrong and what to do. */
#pragma once

struct config;

/* Writes one line a check to standard output, and what to do below those that failed. Changes nothing, starts nothing and prints
 * no secret. Returns 0, or 1 when something must be mended (what is merely worth knowing does not count). */
int doctor_run(const struct config *config);
