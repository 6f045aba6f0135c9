/* audit.h - a line in audit_logs for every change that somebody asked for, whether it was granted or not, and ways to read them. */
#pragma once

#include "api/module.h"
#include "http/request.h"

/* The server's audit hook. The line is written before the reply is sent; when that fails the reply goes out all the same. */
const struct problem *audit_change(struct request *req, int status);

extern const struct module audit_module;
extern const struct personal audit_personal; /* personal.c */
