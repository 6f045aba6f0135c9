/* audit.h - a line in audit_logs for every change that somebody asked for, whether it was granted or not, and ways to read them. */
#pragma once

#include "api/module.h"

extern const struct module audit_module;
extern const struct personal audit_personal; /* personal.c */
