/* chat.h - conversations, for other modules. */
#pragma once

#include "api/gate.h"
#include "api/module.h"

extern const struct module chat_module;

/* In the caller's transaction: takes a harmful file out of its message (api/gate.h: struct infected, which stays as it was: no track is concerned). */
bool chat_remove_infected(const char *key, struct infected *infected);
