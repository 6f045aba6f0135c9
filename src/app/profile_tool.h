/* profile_tool.h - `veza profile [SECONDS]`: asks the API server of this machine, in development. */
#pragma once

#include "base/config.h"

int profile_tool(const struct config *config, int argc, char **argv);
