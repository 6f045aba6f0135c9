/* shared.h - the parts of the module that are about shared queues (shared.c). */
#pragma once

#include "api/module.h"

extern const struct route shared_queue_routes[];
extern const struct topic_kind shared_queue_topics[];
extern const struct field shared_queue_fields[]; /* of queuesession.changed */
