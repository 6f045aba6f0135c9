/* query.h - a named query of a module's queries.sql, as the build embeds it.
 *
 * In queries.sql a query begins with `-- query: name`; comment lines below it may say
 *     -- schema: Track              the reply's name in the API description; queries that share it have the same columns. A query that adds columns to those of
 *                                   a fragment says its own
 *     -- nullable: a, b             columns that may be null although the catalogue does not say so, for instance behind an outer join
 *     -- not null: c                columns that are never null (expressions); * for all
 *     -- type: social_links object  what a json column holds: object, array, the name of a schema, Name[]; or the values of a text column, low|high
 *     -- problems: conflict         what its column `problem` may hold, see below
 *     -- writes                     it changes something by a function, which has no word that tells so (insert, update, delete); the
 *                                   function may also decide what its column `problem` holds
 *     -- audited                    a handler makes its change with it: the audit line is written in the same statement (api/runner.h)
 *     -- sees: the owner, or staff  who gets an answer, in words, where the statement reads a track, a playlist or a person by an input of a row that is not
 *                                   for administrators, and no fragment decides it (`..._visible`, `_seen`, `_listed`, `_editable` of that very alias)
 * Parameters are written :name. They bind by name from the path, the query string, the body and the identity: `:viewer` is
 * the person's id or null, `:has_x` tells whether the input x was given at all.
 *
 * Columns "creator.id", "creator.username" become the object `creator` of the reply; it is null when its first column is. What is neither a
 * scalar nor an array of scalars is given as json: to_json(x).
 *
 * A query with a column `problem` may refuse: where the column of its first row is not null, that problem is the reply instead of success. It
 * holds the code of a problem of api/problems.def, then perhaps the input that it is about and what is wrong with it (else `value`), then
 * perhaps a sentence of its own:
 *     'conflict'    'conflict: Nobody can follow themselves.'    'validation role_id: There is no such role in use'
 *     'validation slug taken: Another release has this address'
 * The statement must have changed nothing then. The column is not part of the reply.
 *
 * A list is `select ... from ... where ...` with at least one sort. Order, limit, cursor, count and the filters that were given are added by
 * db_statement():
 *     -- sort: newest: t.created_at desc, t.id desc    keys that are never null, together unique, all in one direction. The first is the
 *                                                      default; the name is a value of the input `sort` and left out where there is only one
 *     -- filter: genre: lower(t.genre) = lower(:genre) a condition that counts when the input `genre` is given
 *     -- filter: mine=true: ..., -- filter: mine!=true: ...    or when it has that value, or has not
 *     -- search: q: ...                                the same, where a good plan depends on the value
 *     -- unique: a genre is a group                    why the keys of a sort are together unique, where they do not hold all columns of a unique
 *                                                      index of a table (openapi --check)
 *     -- total: none                                   nobody is told how many there are, whatever they ask for
 * A note goes on in lines that begin with at least two spaces after the dashes.
 *
 * `-- fragment: name(a, b)` begins SQL that several queries share, with the notes that go with it: `{name(t, u)}` stands for it, with t for a
 * and u for b, but not within texts in quotes. Those in modules/fragments.sql are known everywhere, others in their own file. */
#pragma once

#include <stdbool.h>

#define QUERY_KEYS_MAX 4

struct query_sort {
    const char *name; /* NULL: the only one */
    struct query_key {
        const char *sql;
        const char *column; /* of the reply, which has the same value; NULL: none has */
    } keys[QUERY_KEYS_MAX]; /* ended by a NULL sql where there are fewer */
    bool descending;
};

struct query_filter {
    const char *input;
    const char *value; /* NULL: any */
    bool negated;      /* counts when the input has not that value, or is not given */
    const char *sql;
    bool planned_each_time;
};

struct query_list {
    const char *columns;
    const char *rest;                   /* "from ... where ..." */
    const struct query_sort *sorts;     /* ended by one without keys */
    const struct query_filter *filters; /* ended by one without input */
    bool uncounted;
    bool unique; /* by a note */
};

struct query {
    const char *name;        /* "track_get" */
    const char *schema;      /* or NULL */
    const char *prefix;      /* "with a as (...), b as (...)" or "" */
    const char *main;        /* the last statement, with $1... */
    const struct query_list *list; /* or NULL; $1... are those of `params` */
    const char *const *params; /* names, ended by NULL; params[0] is $1 */
    const char *nullable;    /* " a b " or "" */
    const char *not_null;
    const char *types;       /* " column type " pairs or "" */
    const char *problems;    /* " code code ": what the column `problem` may hold; NULL: there is no such column */
    bool writes;             /* changes something */
    bool uses_viewer;        /* has :viewer or :viewer_staff */
    bool audited;
    const char *open; /* " id ": parameters by which it reads tracks, playlists or people while neither a fragment nor a note says who may; "" */
};
