#include "api/openapi_query.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "api/openapi_schema.h"
#include "base/buf.h"
#include "base/str.h"
#include "db/db.h"
#include "db/row_json.h"

#define STATEMENT_MAX 65536
#define NAME_MAX_LEN 64

static json_t *type_schema(struct describer *describer, const char *oid);

static void *
fail(struct describer *describer, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void *
fail(struct describer *describer, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(describer->error, describer->error_size, format, args);
    va_end(args);
    return NULL;
}

/* The catalogue's answer to a question about at most two things; NULL and a sentence when it gives none. */
static PGresult *
ask(struct describer *describer, const char *sql, const char *a, const char *b)
{
    const char *const values[] = {a, b};
    PGresult *result = PQexecParams(describer->connection, sql, b ? 2 : 1, NULL, values, NULL, NULL, 0);

    if (PQresultStatus(result) == PGRES_TUPLES_OK)
        return result;
    fail(describer, "The catalogue could not be read: %s", PQerrorMessage(describer->connection));
    PQclear(result);
    return NULL;
}

/* user_ref -> UserRef */
static void
pascal_case(const char *name, char out[NAME_MAX_LEN])
{
    size_t len = 0;
    bool upper = true;

    for (; *name && len < NAME_MAX_LEN - 1; name++) {
        if (*name == '_') {
            upper = true;
            continue;
        }
        out[len++] = upper ? (char)toupper((unsigned char)*name) : *name;
        upper = false;
    }
    out[len] = 0;
}

static json_t *
scalar_schema(const char *name)
{
    static const struct {
        const char *name, *type, *format;
    } types[] = {
        {"bool", "boolean", NULL},      {"int2", "integer", "int32"},         {"int4", "integer", "int32"},
        {"int8", "integer", "int64"},   {"float4", "number", "float"},        {"float8", "number", "double"},
        {"numeric", "number", NULL},    {"uuid", "string", "uuid"},           {"timestamptz", "string", "date-time"},
        {"date", "string", "date"},     {"timestamp", "string", NULL},        {"text", "string", NULL},
        {"varchar", "string", NULL},    {"bpchar", "string", NULL},           {"name", "string", NULL},
        {"citext", "string", NULL},     {"inet", "string", NULL},             {"time", "string", NULL},
        {"interval", "string", NULL},   {"bytea", "string", NULL},
    };

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (!text_equal(types[i].name, name))
            continue;
        return types[i].format ? json_pack("{s:s, s:s}", "type", types[i].type, "format", types[i].format)
                               : json_pack("{s:s}", "type", types[i].type);
    }
    return json_object(); /* json without a note: anything */
}

static json_t *
enum_schema(struct describer *describer, const char *oid)
{
    PGresult *labels = ask(describer, "select enumlabel from pg_enum where enumtypid = $1::oid order by enumsortorder", oid, NULL);
    json_t *values = json_array();

    for (int i = 0; labels && i < PQntuples(labels); i++)
        json_array_append_new(values, json_string(PQgetvalue(labels, i, 0)));
    PQclear(labels);
    return json_pack("{s:s, s:o}", "type", "string", "enum", values);
}

static json_t *
composite_schema(struct describer *describer, const char *relation, const char *name)
{
    static const char sql[] =
        "select a.attname, a.atttypid,"
        "       a.attnotnull or coalesce((select s.attnotnull from pg_attribute s"
        "                                  where s.attrelid = to_regclass(regexp_replace($2, '_ref$', '') || 's')"
        "                                    and s.attname = a.attname), false)"
        "  from pg_attribute a where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped order by a.attnum";
    PGresult *columns = ask(describer, sql, relation, name);
    json_t *properties = json_object(), *required = json_array();

    for (int i = 0; columns && i < PQntuples(columns); i++) {
        json_t *schema = type_schema(describer, PQgetvalue(columns, i, 1));

        if (!schema)
            break;
        if (*PQgetvalue(columns, i, 2) != 't')
            schema = schema_or_null(schema);
        json_object_set_new(properties, PQgetvalue(columns, i, 0), schema);
        json_array_append_new(required, json_string(PQgetvalue(columns, i, 0)));
    }
    PQclear(columns);
    return json_pack("{s:s, s:o, s:o}", "type", "object", "required", required, "properties", properties);
}

/* A composite type becomes a component of its name. */
static json_t *
component(struct describer *describer, const char *type, json_t *schema)
{
    char name[NAME_MAX_LEN];

    pascal_case(type, name);
    json_object_set_new(describer->schemas, name, schema);
    json_object_set_new(describer->origins, name, json_string(type));
    return schema_reference("schemas", name);
}

static json_t *
type_schema(struct describer *describer, const char *oid)
{
    static const char sql[] = "select typtype, typname, typcategory, typelem, typrelid, typbasetype from pg_type where oid = $1::oid";
    PGresult *type = ask(describer, sql, oid, NULL);
    json_t *schema = NULL, *items;

    if (!type)
        return NULL;
    switch (*PQgetvalue(type, 0, 0)) {
    case 'e':
        schema = enum_schema(describer, oid);
        break;
    case 'c':
        schema = component(describer, PQgetvalue(type, 0, 1),
                           composite_schema(describer, PQgetvalue(type, 0, 4), PQgetvalue(type, 0, 1)));
        break;
    case 'd':
        schema = type_schema(describer, PQgetvalue(type, 0, 5));
        break;
    default:
        if (*PQgetvalue(type, 0, 2) != 'A') {
            schema = scalar_schema(PQgetvalue(type, 0, 1));
            break;
        }
        items = type_schema(describer, PQgetvalue(type, 0, 3));
        schema = items ? json_pack("{s:s, s:o}", "type", "array", "items", items) : NULL;
        break;
    }
    PQclear(type);
    return schema;
}

/* Is `name` in a list of words between spaces? */
static bool
listed(const char *words, const char *name)
{
    char word[NAME_MAX_LEN + 2];

    snprintf(word, sizeof word, " %s ", name);
    return words && (strstr(words, word) || text_equal(words, " * "));
}

/* The word that follows `name` in pairs of words; false when it is not there. */
static bool
note_of(const char *pairs, const char *name, char *note, size_t note_size)
{
    for (const char *p = pairs; p && *p;) {
        size_t key_len, value_len;
        const char *key;

        p += strspn(p, " ");
        key = p;
        key_len = strcspn(p, " ");
        p += key_len;
        p += strspn(p, " ");
        value_len = strcspn(p, " ");
        if (key_len == strlen(name) && memcmp(key, name, key_len) == 0 && value_len && value_len < note_size) {
            memcpy(note, p, value_len);
            note[value_len] = 0;
            return true;
        }
        p += value_len;
    }
    return false;
}

/* The component that a note names: a composite type of that name, unless something else has described it already. */
static json_t *
noted_component(struct describer *describer, const char *note)
{
    PGresult *type;
    json_t *schema = NULL;

    if (json_object_get(describer->schemas, note))
        return schema_reference("schemas", note);
    type = ask(describer, "select oid from pg_type where typtype = 'c' and replace(initcap(replace(typname, '_', ' ')), ' ', '') = $1", note, NULL);
    if (type && PQntuples(type))
        schema = type_schema(describer, PQgetvalue(type, 0, 0));
    PQclear(type);
    return schema ? schema : schema_reference("schemas", note);
}

static json_t *
noted_schema(struct describer *describer, char *note)
{
    size_t len = strlen(note);
    json_t *values;

    if (text_equal(note, "object"))
        return json_pack("{s:s, s:b}", "type", "object", "additionalProperties", true);
    if (text_equal(note, "array"))
        return json_pack("{s:s, s:{}}", "type", "array", "items");
    if (strchr(note, '|'))
        return schema_of_values(note);
    if (len > 2 && text_equal(note + len - 2, "[]")) {
        note[len - 2] = 0;
        values = noted_schema(describer, note);
        return json_pack("{s:s, s:o}", "type", "array", "items", values);
    }
    if (text_equal(note, "string") || text_equal(note, "integer") || text_equal(note, "number") || text_equal(note, "boolean"))
        return json_pack("{s:s}", "type", note);
    return noted_component(describer, note);
}

static bool
source_not_null(struct describer *describer, const PGresult *described, int column)
{
    char table[16], number[16];
    PGresult *answer;
    bool not_null;

    if (PQftable(described, column) == InvalidOid)
        return false;
    snprintf(table, sizeof table, "%u", PQftable(described, column));
    snprintf(number, sizeof number, "%d", PQftablecol(described, column));
    answer = ask(describer, "select attnotnull from pg_attribute where attrelid = $1::oid and attnum = $2::int", table, number);
    not_null = answer && PQntuples(answer) && *PQgetvalue(answer, 0, 0) == 't';
    PQclear(answer);
    return not_null;
}

/* Is it a type that rows show as PostgreSQL's own text, "(a,b)" or "{a,b}", though its schema is an object or an array? */
static bool
shown_as_text(Oid type, const json_t *schema)
{
    enum row_kind items;

    return row_json_kind(type, &items) == ROW_TEXT &&
           (json_object_get(schema, "$ref") || text_equal(json_string_value(json_object_get(schema, "type")), "array"));
}

static json_t *
column_schema(struct describer *describer, const struct query *query, const PGresult *described, int column)
{
    const char *name = PQfname(described, column);
    char oid[16], note[512];
    json_t *schema;

    snprintf(oid, sizeof oid, "%u", PQftype(described, column));
    schema = note_of(query->types, name, note, sizeof note) ? noted_schema(describer, note) : type_schema(describer, oid);
    if (schema && shown_as_text(PQftype(described, column), schema)) {
        json_decref(schema);
        return fail(describer, "Query %s: rows would show the column \"%s\" as PostgreSQL's own text. Give a composite as jsonb, an array of "
                    "another type as text[].", query->name, name);
    }
    if (schema && (listed(query->nullable, name) ||
                   (!listed(query->not_null, name) && !source_not_null(describer, described, column))))
        schema = schema_or_null(schema);
    return schema;
}

bool
describe_check(struct describer *describer, const char *what, const char *sql)
{
    PGresult *result = PQprepare(describer->connection, "", sql, 0, NULL);
    bool good = PQresultStatus(result) == PGRES_COMMAND_OK;

    if (!good)
        fail(describer, "%s does not fit the schema: %s", what, PQresultErrorMessage(result));
    PQclear(result);
    return good;
}

/* Of keys that are columns of tables: $1 has the tables, $2 the columns. Has a unique index of one of the tables no other columns? */
static const char keys_sql[] =
    "with k as (select * from unnest($1::oid[], $2::int[]) k (of_table, number) where of_table <> 0)"
    "select exists (select from pg_index i"
    "                where i.indrelid in (select of_table from k) and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null"
    "                  and not exists (select from unnest(i.indkey::int2[]) with ordinality c (number, place)"
    "                                   where c.place <= i.indnkeyatts and c.number not in (select k.number from k where k.of_table = i.indrelid)))";

static bool
sort_is_unique(struct describer *describer, const struct query *query, const struct query_sort *sort, const PGresult *keys)
{
    const char *name = sort->name ? sort->name : "of the list";
    scoped_buf tables = BUF_INIT(1024), columns = BUF_INIT(1024);
    PGresult *answer;
    bool good = false;

    for (int i = 0; i < QUERY_KEYS_MAX && sort->keys[i].sql; i++) {
        if (PQftable(keys, i) != InvalidOid && !source_not_null(describer, keys, i) && !(sort->keys[i].column && listed(query->not_null, sort->keys[i].column)))
            return fail(describer, "Query %s, sort %s: the key %s may be null", query->name, name, sort->keys[i].sql) != NULL;
        buf_printf(&tables, "%s%u", i ? "," : "{", PQftable(keys, i));
        buf_printf(&columns, "%s%d", i ? "," : "{", PQftablecol(keys, i));
    }
    buf_add(&tables, STR("}"));
    buf_add(&columns, STR("}"));
    answer = ask(describer, keys_sql, buf_str(&tables).ptr, buf_str(&columns).ptr);
    good = answer && (query->list->unique || *PQgetvalue(answer, 0, 0) == 't');
    if (answer && !good)
        fail(describer, "Query %s, sort %s: no unique index of a table has only columns that are keys of it; end with the id, or tell by a note `-- unique:` why the "
             "keys are together unique", query->name, name);
    PQclear(answer);
    return good;
}

bool
describe_check_sorts(struct describer *describer, const struct query *query)
{
    const struct query_list *list = query->list;
    bool good = true;

    for (const struct query_sort *sort = list->sorts; good && sort->keys[0].sql; sort++) {
        scoped_buf sql = BUF_INIT(STATEMENT_MAX);
        char what[128];
        PGresult *keys;

        buf_printf(&sql, "%s\nselect ", query->prefix);
        for (unsigned i = 0; i < QUERY_KEYS_MAX && sort->keys[i].sql; i++)
            buf_printf(&sql, "%s, ", sort->keys[i].sql);
        buf_printf(&sql, "%s\n%s", list->columns, list->rest); /* with the columns, which say of what type the parameters are */
        snprintf(what, sizeof what, "Query %s", query->name);
        if (sql.failed || !describe_check(describer, what, buf_str(&sql).ptr))
            return false;
        keys = PQdescribePrepared(describer->connection, "");
        good = sort_is_unique(describer, query, sort, keys);
        PQclear(keys);
    }
    return good;
}

static PGresult *
describe(struct describer *describer, const struct query *query)
{
    scoped_buf sql = BUF_INIT(STATEMENT_MAX);
    char what[128];
    PGresult *described;

    db_statement(query, NULL, DB_ROWS, &sql);
    snprintf(what, sizeof what, "Query %s", query->name);
    if (sql.failed)
        return fail(describer, "%s is longer than %d bytes.", what, STATEMENT_MAX);
    if (!describe_check(describer, what, buf_str(&sql).ptr))
        return NULL;
    described = PQdescribePrepared(describer->connection, "");
    if (PQresultStatus(described) == PGRES_COMMAND_OK && PQnfields(described))
        return described;
    fail(describer, "%s gives no columns, and so no reply.", what);
    PQclear(described);
    return NULL;
}

/* The length of "creator" in "creator.id"; 0 where there is no dot. */
static size_t
group_of(const char *name)
{
    const char *dot = strchr(name, '.');

    return dot ? (size_t)(dot - name) : 0;
}

static json_t *
object_of(json_t *properties, json_t *required)
{
    return json_pack("{s:s, s:o, s:o}", "type", "object", "required", required, "properties", properties);
}

/* The object of the columns "creator.id", "creator.username"... from *column on, which is moved to the last of them. A component, where a note
 * names it. */
static json_t *
group_object(struct describer *describer, const struct query *query, const PGresult *described, int *column)
{
    json_t *properties = json_object(), *required = json_array(), *object;
    size_t len = group_of(PQfname(described, *column));
    char name[NAME_MAX_LEN], note[512];
    int i = *column;

    snprintf(name, sizeof name, "%.*s", (int)len, PQfname(described, i));
    for (; i < PQnfields(described) && group_of(PQfname(described, i)) == len && strncmp(PQfname(described, i), name, len) == 0; i++) {
        json_object_set_new(properties, PQfname(described, i) + len + 1, column_schema(describer, query, described, i));
        json_array_append_new(required, json_string(PQfname(described, i) + len + 1));
    }
    *column = i - 1;
    object = object_of(properties, required);
    if (note_of(query->types, name, note, sizeof note)) {
        json_object_set_new(describer->schemas, note, object);
        object = schema_reference("schemas", note);
    }
    return listed(query->nullable, name) ? schema_or_null(object) : object;
}

static json_t *
row_object(struct describer *describer, const struct query *query)
{
    PGresult *described = describe(describer, query);
    json_t *properties, *required;

    if (!described)
        return NULL;
    properties = json_object();
    required = json_array();
    for (int i = 0; i < PQnfields(described); i++) {
        scoped_buf name = BUF_INIT(NAME_MAX_LEN * 2);
        size_t group = group_of(PQfname(described, i));
        json_t *schema;

        if (query->problems && text_equal(PQfname(described, i), "problem"))
            continue;
        if (PQfname(described, i)[strlen(PQfname(described, i)) - 1] == '_')
            continue; /* for the handler: rows are written without it (db/row_json.h) */

        buf_add(&name, (struct str){PQfname(described, i), group ? group : strlen(PQfname(described, i))});
        schema = group ? group_object(describer, query, described, &i) : column_schema(describer, query, described, i);
        if (!schema) {
            PQclear(described);
            json_decref(properties);
            json_decref(required);
            return NULL;
        }
        json_object_set_new(properties, buf_str(&name).ptr, schema);
        json_array_append_new(required, json_string(buf_str(&name).ptr));
    }
    PQclear(described);
    return object_of(properties, required);
}

/* What makes two schemas of one name different, for the sentence. */
static const char *
first_difference(json_t *a, json_t *b)
{
    json_t *left = json_object_get(a, "properties"), *right = json_object_get(b, "properties"), *value;
    const char *name;

    json_object_foreach(left, name, value)
        if (!json_equal(value, json_object_get(right, name)))
            return name;
    json_object_foreach(right, name, value)
        if (!json_object_get(left, name))
            return name;
    return "the order of columns";
}

json_t *
describe_row(struct describer *describer, const struct query *query)
{
    json_t *object = row_object(describer, query), *known;

    if (!object || !query->schema)
        return object;
    known = json_object_get(describer->schemas, query->schema);
    if (known && !json_equal(known, object)) {
        fail(describer, "Queries %s and %s both say `schema: %s`, but differ in %s.",
             json_string_value(json_object_get(describer->origins, query->schema)), query->name, query->schema,
             first_difference(known, object));
        json_decref(object);
        return NULL;
    }
    if (!known)
        json_object_set_new(describer->origins, query->schema, json_string(query->name));
    json_object_set_new(describer->schemas, query->schema, object);
    return schema_reference("schemas", query->schema);
}

json_t *
describe_list(struct describer *describer, const struct query *query)
{
    json_t *row = describe_row(describer, query), *list;
    bool is_limited = query->list && strstr(query->list->columns, "partial_");
    char name[NAME_MAX_LEN + 16];

    if (!row)
        return NULL;
    list = json_pack("{s:s, s:[s,s,s], s:{s:{s:s, s:o}, s:{s:s, s:i, s:s}, s:{s:s, s:i, s:i}, s:{s:[s,s], s:s}, s:{s:s, s:i, s:i, s:s}}}",
                     "type", "object", "required", "items", "limit", "next", "properties", "items", "type", "array", "items", row,
                     "page", "type", "integer", "minimum", 1, "description", "Not after a cursor.",
                     "limit", "type", "integer", "minimum", 1, "maximum", 100,
                     "next", "type", "string", "null", "description", "The `cursor` of the page after this one; null at the end.",
                     "total", "type", "integer", "minimum", 0, "maximum", LIST_TOTAL_MAX,
                     "description", "How many there are, where `page` or `total` asked for it; no more than 10,000 are counted.");
    if (query->list && query->list->uncounted)
        json_object_del(json_object_get(list, "properties"), "total");
    if (is_limited) {
        json_object_set_new(json_object_get(list, "properties"), "partial",
                            json_pack("{s:s, s:s}", "type", "boolean", "description",
                                      "Time was up before everything was looked at: there may be more, and better ones."));
        json_array_append_new(json_object_get(list, "required"), json_string("partial"));
    }
    if (!query->schema)
        return list;
    snprintf(name, sizeof name, "%s%sList", is_limited ? "Found" : "", query->schema);
    json_object_set_new(describer->schemas, name, list);
    return schema_reference("schemas", name);
}
