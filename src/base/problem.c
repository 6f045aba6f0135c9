#include "base/problem.h"

#include <stdarg.h>

#include "base/arena.h"
#include "base/str.h"

const struct problem problem_table[PROBLEM_COUNT] = {
#define P(name, http_status, slug, text, more) \
    [PROBLEM_##name] = {.status = http_status, .code = slug, .title = text, .detail = more},
#define CONSTRAINT(constraint, name, field)
#include "problems.def"
#undef P
#undef CONSTRAINT
};

static const struct {
    const char *constraint;
    enum problem_name problem;
    const char *field;
} constraints[] = {
#define P(name, status, code, title, detail)
#define CONSTRAINT(name, which, about) {name, PROBLEM_##which, about},
#include "problems.def"
#undef P
#undef CONSTRAINT
};

static struct problem *
copy(struct arena *arena, const struct problem *problem)
{
    struct problem *own = arena_alloc(arena, sizeof *own);

    if (own)
        *own = *problem;
    return own;
}

const struct problem *
problem_detail(struct arena *arena, const struct problem *problem, const char *format, ...)
{
    struct problem *own = copy(arena, problem);
    va_list args;

    if (!own)
        return problem;
    va_start(args, format);
    own->detail = arena_vprintf(arena, format, args);
    va_end(args);
    return own->detail ? own : problem;
}

const struct problem *
problem_retry(struct arena *arena, const struct problem *problem, int retry_after_s)
{
    struct problem *own = copy(arena, problem);

    if (!own)
        return problem;
    own->retry_after_s = retry_after_s;
    return own;
}

const struct problem *
problem_fields(struct arena *arena, const struct problem *problem, const struct field_error *errors, size_t count)
{
    struct problem *own = copy(arena, problem);

    if (!own)
        return problem;
    own->errors = errors;
    own->error_count = count;
    return own;
}

const struct problem *
problem_field(struct arena *arena, const char *field, const char *code, const char *message)
{
    struct field_error *error = arena_alloc(arena, sizeof *error);

    if (!error)
        return PROBLEM(VALIDATION);
    *error = (struct field_error){field, code, message};
    return problem_fields(arena, PROBLEM(VALIDATION), error, 1);
}

/* By its name, as PostgreSQL makes them. */
static bool
is_unique(const char *constraint)
{
    size_t len = strlen(constraint);

    return len > 4 && text_equal(constraint + len - 4, "_key");
}

const struct problem *
problem_of_constraint(struct arena *arena, const char *constraint)
{
    for (size_t i = 0; i < COUNT_OF(constraints); i++) {
        if (!text_equal(constraints[i].constraint, constraint))
            continue;
        if (constraints[i].problem == PROBLEM_VALIDATION)
            return is_unique(constraint) ? problem_field(arena, constraints[i].field, "taken", "This is taken already")
                                         : problem_field(arena, constraints[i].field, "value", "This value is not allowed");
        return &problem_table[constraints[i].problem];
    }
    return NULL;
}

const struct problem *
problem_by_code(const char *code)
{
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        if (text_equal(problem_table[i].code, code))
            return &problem_table[i];
    return NULL;
}
