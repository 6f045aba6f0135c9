/* subject.c - a subject of an archive, as JSON. */
#include "modules/privacy/internal.h"

#include "base/log.h"

const struct subject *
subject_at(size_t n)
{
    for (module_list module = privacy_modules; *module; module++)
        for (const struct subject *s = (*module)->personal ? (*module)->personal->subjects : NULL; s && s->name; s++)
            if (n-- == 0)
                return s;
    return NULL;
}

bool
files_each(const char *user_id, bool (*each)(void *context, const char *key, const char *name), void *context)
{
    const struct db_arg args[] = {{"user_id", user_id}, {0}};
    bool good = true;

    for (module_list module = privacy_modules; good && *module; module++) {
        PGresult *files;

        if (!(*module)->personal || !(*module)->personal->files)
            continue;
        if (db_run((*module)->personal->files, args, &files, NULL))
            return false;
        for (int i = 0; good && i < PQntuples(files); i++)
            good = each(context, PQgetvalue(files, i, 0), PQgetvalue(files, i, 1));
        PQclear(files);
    }
    return good;
}

static bool
put(struct subject_writer *writer, struct str bytes)
{
    writer->failed = writer->failed || !writer->put(writer->context, bytes);
    return !writer->failed;
}

static bool
put_row(void *context, struct str json)
{
    struct subject_writer *writer = context;

    if (!writer->single)
        put(writer, writer->begun ? STR(",\n") : STR("[\n"));
    else if (writer->begun)
        return true;
    writer->begun = true;
    put(writer, json);
    if (writer->row && !writer->failed)
        writer->failed = !writer->row(writer->context, json);
    return !writer->failed;
}

bool
subject_write(const struct subject *subject, const char *user_id, struct subject_writer *writer)
{
    const struct db_arg args[] = {{"user_id", user_id}, {0}};
    struct db_error error;

    writer->single = subject->single;
    writer->begun = writer->failed = false;
    if (db_each(subject->query, args, put_row, writer, &error)) {
        log_warn("subject not read", LOG_TEXT("subject", subject->name), LOG_TEXT("error", error.message));
        return false;
    }
    if (writer->single)
        return writer->begun ? !writer->failed : put(writer, STR("null"));
    return put(writer, writer->begun ? STR("\n]") : STR("[]"));
}
