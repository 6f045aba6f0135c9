/* problem.h - what goes wrong in a request, as a client sees it (RFC 9457).
 *
 * Request code returns `const struct problem *`, NULL being success. The list is api/problems.def. Most problems are constants:
 *
 *     return PROBLEM(NOT_FOUND);
 *
 * Those with details are made in the request's arena with problem_detail() or problem_fields(). */
#pragma once

#include <stddef.h>

struct arena;

struct field_error {
    const char *field;   /* name in the body, the query string, the path or of a header; within others credits[3].role */
    const char *code;    /* required, unknown, type, too_short, too_long, too_small, too_large, pattern, value, taken */
    const char *message; /* English sentence */
};

struct problem {
    int status;        /* HTTP status */
    const char *code;  /* stable, lower case with underscores */
    const char *title;
    const char *detail;
    int retry_after_s; /* 0: no Retry-After header */
    const struct field_error *errors;
    size_t error_count;
};

enum problem_name {
#define P(name, status, code, title, detail) PROBLEM_##name,
#define CONSTRAINT(constraint, name, field)
#include "problems.def"
#undef P
#undef CONSTRAINT
    PROBLEM_COUNT
};

extern const struct problem problem_table[PROBLEM_COUNT];

#define PROBLEM(name) (&problem_table[PROBLEM_##name])

/* The same problem with another detail, in `arena`; falls back to `problem` itself when the arena is full. */
const struct problem *problem_detail(struct arena *arena, const struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same problem with a Retry-After, in `arena`. */
const struct problem *problem_retry(struct arena *arena, const struct problem *problem, int retry_after_s);

/* The same problem with these field errors, which must live as long as the arena. */
const struct problem *problem_fields(struct arena *arena, const struct problem *problem, const struct field_error *errors, size_t count);

/* VALIDATION about one field. */
const struct problem *problem_field(struct arena *arena, const char *field, const char *code, const char *message);

/* The problem that a violated database constraint means, or NULL when the list does not name it. */
const struct problem *problem_of_constraint(struct arena *arena, const char *constraint);

/* The entry with this code, or NULL. */
const struct problem *problem_by_code(const char *code);
