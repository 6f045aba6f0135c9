/* openapi_operation.h - one route as an operation of the API's description. */
#pragma once

#include "api/openapi_query.h"
#include "api/openapi_schema.h"
#include "http/route.h"

/* The document while it is being written. */
struct description {
    struct describer describer;
    struct schema_parts parts; /* into describer.schemas */
    json_t *responses;     /* components/responses */
    json_t *operation_ids; /* those taken */
    json_t *tags;          /* those met */
};

/* The operation of `route`; NULL and a sentence in description->describer.error. */
json_t *describe_operation(struct description *description, const struct route *route);
