#include "db/statement.h"

#include <stdio.h>
#include <stdlib.h>

/* The text is put together of parts, each of which names its parameters by their number in query->params. PostgreSQL wants no gaps, so that
 * they get new numbers in the order in which they appear. */
struct text {
    const struct query *query;
    const struct query *line;
    struct buf *out; /* NULL: only the names are wanted */
    const char **names;
    int count;
    bool visitor;
};

static void
add(struct text *text, const char *sql)
{
    if (text->out)
        buf_add_text(text->out, sql);
}

/* What stands for a parameter in the statement of a visitor; NULL: itself. */
static const char *
visitor_constant(const char *name)
{
    return text_equal(name, "viewer") ? "null" : text_equal(name, "viewer_staff") ? "false" : NULL;
}

static void
add_param(struct text *text, const char *name)
{
    const char *constant = text->visitor ? visitor_constant(name) : NULL;
    int number = 0;

    if (constant) {
        add(text, constant);
        return;
    }
    while (number < text->count && number < PARAM_LIMIT && text->names[number] != name)
        number++;
    if (number == PARAM_LIMIT) {
        text->count = PARAM_LIMIT + 1;
        return;
    }
    if (number == text->count)
        text->names[text->count++] = name;
    if (text->out)
        buf_printf(text->out, "$%d", number + 1);
}

static void
add_part(struct text *text, const char *sql)
{
    const char *dollar;

    for (; (dollar = strchr(sql, '$')); ) {
        bool is_param = dollar[1] >= '1' && dollar[1] <= '9';
        char *end = (char *)(uintptr_t)dollar + 1;
        unsigned long number = is_param ? strtoul(dollar + 1, &end, 10) : 0;

        if (text->out)
            buf_add(text->out, (struct str){sql, (size_t)(dollar - sql) + !is_param});
        if (is_param)
            add_param(text, text->query->params[number - 1]);
        sql = end;
    }
    add(text, sql);
}

static const char *
key_name(unsigned key)
{
    static const char *const names[QUERY_KEYS_MAX] = {"key1_", "key2_", "key3_", "key4_"};

    return names[key];
}

const char *
db_list_key_column(const struct query_sort *sort, unsigned key)
{
    return sort->keys[key].column ? sort->keys[key].column : key_name(key);
}

unsigned
db_list_keys(const struct query_sort *sort)
{
    unsigned count = 0;

    while (count < QUERY_KEYS_MAX && sort->keys[count].sql)
        count++;
    return count;
}

const struct query_sort *
db_list_sort(const struct query *query, db_form form)
{
    return &query->list->sorts[form >> DB_LIST_SORT_SHIFT & DB_LIST_SORT_MASK];
}

static void
add_filters(struct text *text, db_form form)
{
    const struct query_filter *filter = text->query->list->filters;

    for (unsigned i = 0; filter[i].input; i++) {
        if (!(form >> DB_LIST_FILTER_SHIFT >> i & 1))
            continue;
        add(text, "\nand (");
        add_part(text, filter[i].sql);
        add(text, ")");
    }
}

/* The rows after those that the keys name. One comparison of rows, which an index on the keys answers from its middle on. */
static void
add_cursor(struct text *text, const struct query_sort *sort)
{
    unsigned count = db_list_keys(sort);

    add(text, "\nand (");
    for (unsigned i = 0; i < count; i++) {
        add(text, i ? ", " : "");
        add_part(text, sort->keys[i].sql);
    }
    add(text, sort->descending ? ") < (" : ") > (");
    for (unsigned i = 0; i < count; i++) {
        add(text, i ? ", " : "");
        add_param(text, key_name(i));
    }
    add(text, ")");
}

static void
add_order(struct text *text, const struct query_sort *sort, bool of_columns)
{
    unsigned count = db_list_keys(sort);

    for (unsigned i = 0; i < count; i++) {
        add(text, i ? ", " : "\norder by ");
        if (of_columns) {
            add(text, "page_.\"");
            add(text, db_list_key_column(sort, i));
            add(text, "\"");
        } else {
            add_part(text, sort->keys[i].sql);
        }
        add(text, sort->descending ? " desc" : "");
    }
}

/* The limit that PostgreSQL plans for must be a number and not a parameter, for which it would assume a tenth of all rows and sort them: hence
 * the inner limit. A numbered page, which is planned each time, has none. */
static void
add_page(struct text *text, db_form form)
{
    const struct query_list *list = text->query->list;
    const struct query_sort *sort = db_list_sort(text->query, form);
    unsigned count = db_list_keys(sort);

    add(text, form & DB_LIST_NUMBERED ? "select " : "select * from (select ");
    for (unsigned i = 0; i < count; i++) {
        if (sort->keys[i].column)
            continue;
        add_part(text, sort->keys[i].sql);
        add(text, " as ");
        add(text, key_name(i));
        add(text, ", ");
    }
    add_part(text, list->columns);
    add(text, "\n");
    add_part(text, list->rest);
    add_filters(text, form);
    if (form & DB_LIST_AFTER)
        add_cursor(text, sort);
    add_order(text, sort, false);
    add(text, form & DB_LIST_NUMBERED ? "\noffset " : "\nlimit " DB_LIST_MOST ") first_");
    if (form & DB_LIST_NUMBERED)
        add_param(text, db_list_offset);
    add(text, "\nlimit ");
    add_param(text, db_list_limit);
}

/* Counted are rows without their columns. When the page is empty, a row without keys tells the count. */
static void
add_counted_page(struct text *text, db_form form)
{
    add(text, "select page_.*, all_.total_ from (select count(*) as total_ from (select\n");
    add_part(text, text->query->list->rest);
    add_filters(text, form);
    add(text, "\nlimit " DB_LIST_TOTAL_MOST ") one_) all_\nleft join (");
    add_page(text, form);
    add(text, ") page_ on true");
    add_order(text, db_list_sort(text->query, form), true);
}

const char db_list_limit[] = "limit_", db_list_offset[] = "offset_";

/* The rows, and where there is one that is no refusal, the line. */
static void
add_rows_with_line(struct text *text)
{
    const struct query *query = text->query;

    add(text, *query->prefix ? ",\nt_ as (" : "with t_ as (");
    add_part(text, query->main);
    add(text, "),\nline_ as (");
    text->query = text->line; /* whose parameters these are */
    add_part(text, text->line->main);
    text->query = query;
    add(text, query->problems ? "\nwhere exists (select from t_ where problem is null))\nselect * from t_"
                              : "\nwhere exists (select from t_))\nselect * from t_");
}

static int
write_text(struct text *text, db_form form)
{
    text->visitor = form & DB_VISITOR;
    form &= ~DB_VISITOR;
    if (form == DB_JSON)
        add(text, *text->query->prefix ? "" : "with ");
    add_part(text, text->query->prefix);
    if (form == DB_JSON) {
        add(text, *text->query->prefix ? ",\nt_ as (" : "t_ as (");
        add_part(text, text->query->main);
        add(text, ")\nselect row_to_json(t_) from t_");
        return text->count;
    }
    if (text->line) {
        add_rows_with_line(text);
        return text->count;
    }
    add(text, *text->query->prefix ? "\n" : "");
    if (form == DB_ROWS)
        add_part(text, text->query->main);
    else if (form & DB_LIST_COUNTED)
        add_counted_page(text, form);
    else
        add_page(text, form);
    return text->count;
}

void
db_statement(const struct query *query, const struct query *line, db_form form, struct buf *out)
{
    const char *names[PARAM_LIMIT];
    struct text text = {.query = query, .line = line, .out = out, .names = names};

    if (write_text(&text, form) > PARAM_LIMIT)
        out->failed = true;
}

int
statement_params(const struct query *query, const struct query *line, db_form form, const char *names[PARAM_LIMIT])
{
    struct text text = {.query = query, .line = line, .names = names};

    if (!(form & DB_LIST) && !line) {
        if (query->list)
            return -1; /* filters say who may see the rows */
        for (const char *const *name = query->params; *name; name++) {
            if (form & DB_VISITOR && visitor_constant(*name))
                continue;
            if (text.count == PARAM_LIMIT)
                return -1;
            names[text.count++] = *name;
        }
        return text.count;
    }
    return write_text(&text, form) > PARAM_LIMIT ? -1 : text.count;
}

bool
statement_is_planned_each_time(const struct query *query, db_form form)
{
    unsigned given = 0;

    if (!(form & DB_LIST))
        return false;
    for (unsigned i = 0; query->list->filters[i].input; i++) {
        if (!(form >> DB_LIST_FILTER_SHIFT >> i & 1))
            continue;
        if (query->list->filters[i].planned_each_time)
            return true;
        given += !query->list->filters[i].negated;
    }
    return form & DB_LIST_NUMBERED || given > 1;
}
