/* node.h - a process's name among those that take jobs, and whether the process behind such a name still lives.
 *
 * The name is `{machine}:{pid}:{start time}`: a process that got the number of a dead one does not pass for it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define NODE_NAME 128

/* This process's name; also the part that all processes of this machine share (`machine:`). */
void node_name(char ret_name[NODE_NAME], char ret_machine[NODE_NAME]);

/* False when `name` is of this machine (begins with `machine`) and its process is gone. */
bool node_may_live(const char *name, const char *machine);
