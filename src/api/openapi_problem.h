/* openapi_problem.h - which problems a route can answer with, as its declaration tells. */
#pragma once

#include <jansson.h>

#include "api/openapi_schema.h"
#include "http/route.h"

/* Adds to `responses` a reference for each status, and what it refers to to `components` (components/responses). */
void describe_problems(const struct route *route, json_t *responses, json_t *components);

/* The schema of every problem. */
json_t *problem_schema(struct schema_parts *parts);
