#include "api/personal.h"

#include <libpq-fe.h>
#include <string.h>

#include "api/module.h"
#include "base/str.h"
#include "db/db.h"

/* Tables, each with whether it is about somebody: it refers to a person, or to a row that goes with one. */
static const char tables_sql[] =
    "with recursive personal (id) as ("
    "    select 'users'::regclass::oid"
    "    union"
    "    select k.conrelid from pg_constraint k join personal p on p.id = k.confrelid"
    "     where k.contype = 'f' and (k.confrelid = 'users'::regclass or k.confdeltype = 'c')"
    ") select c.relname, c.oid in (select id from personal) from pg_class c"
    "   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by c.relname";

static const struct personal_table *
personal_find(const struct module *const *modules, const char *name, unsigned *ret_count)
{
    const struct personal_table *found = NULL;

    *ret_count = 0;
    for (; *modules; modules++)
        for (const struct personal_table *t = (*modules)->personal ? (*modules)->personal->tables : NULL; t && t->name; t++)
            if (text_equal(t->name, name)) {
                found = t;
                ++*ret_count;
            }
    return found;
}

/* Does some module have a subject of this name? */
static bool
personal_has_subject(const struct module *const *modules, const char *name, size_t len)
{
    for (; *modules; modules++)
        for (const struct subject *s = (*modules)->personal ? (*modules)->personal->subjects : NULL; s && s->name; s++)
            if (strlen(s->name) == len && memcmp(s->name, name, len) == 0)
                return true;
    return false;
}

static bool
personal_tells_subject(const struct module *const *modules, const char *subject)
{
    for (; *modules; modules++)
        for (const struct personal_table *t = (*modules)->personal ? (*modules)->personal->tables : NULL; t && t->name; t++)
            if (t->archive && text_listed(t->archive, subject))
                return true;
    return false;
}

static int
personal_wrong(const char *table, const char *what)
{
    fprintf(stderr, "Table %s: %s (src/api/personal.h).\n", table, what);
    return 1;
}

/* Against the schema. */
static int
personal_check_table(const struct module *const *modules, const char *name, bool about_people)
{
    unsigned count;
    const struct personal_table *t = personal_find(modules, name, &count);

    if (!count)
        return personal_wrong(name, "its module does not declare what an archive contains of it and what erasure does to it");
    if (count > 1)
        return personal_wrong(name, "it is declared more than once");
    if (about_people && t->erasure == NOT_PERSONAL)
        return personal_wrong(name, "it is declared as about nobody, and refers to people");
    return 0;
}

/* Against itself. */
static int
personal_check_row(const struct module *const *modules, const struct personal_table *t)
{
    int failures = 0;

    if (t->erasure == ERASURE_UNDECLARED)
        failures += personal_wrong(t->name, "it is not declared what erasure does to it");
    if (t->erasure != ERASED && !t->why)
        failures += personal_wrong(t->name, "it is not declared why rows stay");
    if (!t->archive && !t->withheld && t->erasure != NOT_PERSONAL)
        failures += personal_wrong(t->name, "it is not declared why no archive contains it");
    for (const char *p = t->archive; p && *p; p += strcspn(p, " ")) {
        p += strspn(p, " ");
        if (!personal_has_subject(modules, p, strcspn(p, " ")))
            failures += personal_wrong(t->name, "its archive names a subject that no module has");
    }
    return failures;
}

static int
personal_check_declarations(const struct module *const *modules, const PGresult *tables)
{
    int failures = 0;

    for (const struct module *const *module = modules; *module; module++) {
        for (const struct personal_table *t = (*module)->personal ? (*module)->personal->tables : NULL; t && t->name; t++) {
            int i = 0;

            while (i < PQntuples(tables) && !text_equal(PQgetvalue(tables, i, 0), t->name))
                i++;
            failures += i == PQntuples(tables) ? personal_wrong(t->name, "there is no such table") : personal_check_row(modules, t);
        }
        for (const struct subject *s = (*module)->personal ? (*module)->personal->subjects : NULL; s && s->name; s++)
            if (!personal_tells_subject(modules, s->name)) {
                fprintf(stderr, "Subject %s of an archive: no table names it (src/api/personal.h).\n", s->name);
                failures++;
            }
    }
    return failures;
}

int
personal_check(const struct module *const *modules)
{
    PGconn *connection = db_connection();
    PGresult *tables = connection ? PQexec(connection, tables_sql) : NULL;
    int failures = 0;

    if (PQresultStatus(tables) != PGRES_TUPLES_OK) {
        fprintf(stderr, "The tables cannot be listed: %s\n", connection ? PQerrorMessage(connection) : "no database");
        PQclear(tables);
        return 1;
    }
    for (int i = 0; i < PQntuples(tables); i++)
        failures += personal_check_table(modules, PQgetvalue(tables, i, 0), *PQgetvalue(tables, i, 1) == 't');
    failures += personal_check_declarations(modules, tables);
    PQclear(tables);
    return failures;
}

static void
personal_print_archive(const struct personal_table *t, FILE *to)
{
    if (!t->archive)
        fputs("no", to);
    for (const char *p = t->archive; p && *p; p += strcspn(p, " ")) {
        p += strspn(p, " ");
        fprintf(to, "%s`%.*s`", p == t->archive ? "" : ", ", (int)strcspn(p, " "), p);
    }
    if (t->withheld)
        fprintf(to, "%s%s", t->archive ? ", " : ": ", t->withheld);
}

void
personal_print(const struct module *const *modules, FILE *to)
{
    static const char *const ends[] = {[ERASED] = "deleted", [FORGOTTEN] = "kept without the person", [TO_THE_TOMBSTONE] = "kept by the tombstone",
                                       [STAYS] = "kept", [NOT_PERSONAL] = "about nobody"};

    fputs("| table | in the archive | when the account is erased |\n|---|---|---|\n", to);
    for (; *modules; modules++)
        for (const struct personal_table *t = (*modules)->personal ? (*modules)->personal->tables : NULL; t && t->name; t++) {
            fprintf(to, "| `%s` | ", t->name);
            personal_print_archive(t, to);
            fprintf(to, " | %s%s%s |\n", ends[t->erasure], !t->why ? "" : t->erasure == ERASED ? ", " : ": ", t->why ? t->why : "");
        }
}
