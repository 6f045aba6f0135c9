/* index.c - the index of Elasticsearch: its settings, its fields, and what is sent to it. */
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "base/setting.h"
#include "db/db.h"
#include "modules/search/internal.h"
#include "platform/elastic/elastic.h"

#define CALL_MS 20000
#define REPLY_MAX (8 * 1024 * 1024)
#define LINES_MAX (4 * 1024 * 1024)

const char *search_alias;
int64_t search_timeout_ms;
bool search_auto_index;
static const char *url, *api_key, *ca_file;

static const char *
check_name(const char *value)
{
    size_t len = strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    return value[len] || len > 60 || *value < 'a' || *value > 'z' ? "a lower-case name such as veza-search" : NULL;
}

const struct setting search_settings[] = {
    {.section = "Elasticsearch"},
    {"ELASTICSEARCH_URL", .text = &url, .hidden = true, .help = "finds what people search: https://user:password@host:9200; empty: PostgreSQL finds it"},
    {"ELASTICSEARCH_API_KEY", .text = &api_key, .hidden = true, .help = "instead of user and password: what Elasticsearch calls `encoded`"},
    {"ELASTICSEARCH_CA_FILE", .text = &ca_file, .check = setting_is_file, .help = "certificates that Elasticsearch's is checked against (PEM); default: the system's"},
    {"ELASTICSEARCH_INDEX", .text = &search_alias, .fallback = "veza-search", .check = check_name,
     .help = "name of the index, one for each installation; all that is called so with -NUMBER is Veza's"},
    {"ELASTICSEARCH_TIMEOUT_MS", .integer = &search_timeout_ms, .fallback = "250", .min = 10, .max = 5000,
     .help = "milliseconds for it to answer a search before PostgreSQL answers the same request"},
    {"ELASTICSEARCH_AUTO_INDEX", .boolean = &search_auto_index, .fallback = "true",
     .help = "make the index where there is none, or where its fields are those of another version"},
    {0}};

bool
search_elastic_setup(char *error, size_t error_size)
{
    return elastic_setup(&(struct elastic_settings){.url = url, .api_key = api_key, .ca_file = ca_file}, error, error_size);
}

int
search_index_ask(const char *method, struct str body, bool is_lines, json_t **ret_json, char error[SEARCH_ERROR], const char *path, ...)
{
    char address[512];
    const struct elastic_request request = {
        .method = method, .path = address, .body = body, .is_lines = is_lines, .timeout_ms = CALL_MS, .max_reply = REPLY_MAX};
    json_t *json = NULL;
    const char *type, *reason;
    va_list arguments;
    int status;

    va_start(arguments, path);
    vsnprintf(address, sizeof address, path, arguments);
    va_end(arguments);
    status = elastic_ask(&request, &json, error, SEARCH_ERROR);
    if (status >= 0 && (status < 200 || status > 299)) {
        type = json_string_value(json_object_get(json_object_get(json, "error"), "type"));
        reason = json_string_value(json_object_get(json_object_get(json, "error"), "reason"));
        snprintf(error, SEARCH_ERROR, "%s /%.40s: %d %.60s: %.120s", method, address + 1, status, type ? type : "without a type", reason ? reason : "without a reason");
    }
    if (ret_json && status >= 200 && status < 300)
        *ret_json = json;
    else
        json_decref(json);
    return status;
}

/* Deletions are remembered for an hour: what was sent before one and arrives after it is refused. */
static const char index_format[] =
    "{\"settings\":{\"index\":{\"number_of_shards\":1,\"auto_expand_replicas\":\"0-1\",\"refresh_interval\":\"1s\",\"gc_deletes\":\"1h\"}},"
    "\"mappings\":{\"dynamic\":\"strict\",\"properties\":{"
    "\"kind\":{\"type\":\"byte\"},\"key\":{\"type\":\"keyword\"},\"owner_id\":{\"type\":\"keyword\",\"doc_values\":false},\"public_from\":{\"type\":\"long\"},"
    "\"is_explicit\":{\"type\":\"boolean\"},\"score\":{\"type\":\"short\"},\"raws\":{\"type\":\"keyword\",\"doc_values\":false},"
    "\"words\":{\"type\":\"keyword\",\"doc_values\":false},\"names\":{\"type\":\"keyword\",\"doc_values\":false}}},"
    "\"aliases\":{\"%s-next\":{}}}";

int
search_index_create(const char *name, char error[SEARCH_ERROR])
{
    scoped_buf body = BUF_INIT(4096);

    buf_printf(&body, index_format, search_alias);
    return search_index_ask("PUT", buf_str(&body), false, NULL, error, "/%s", name);
}

static const char *
cell(const PGresult *rows, int row, const char *column)
{
    int at = PQfnumber(rows, column);

    return at < 0 || PQgetisnull(rows, row, at) ? NULL : PQgetvalue(rows, row, at);
}

static void
write_lines(const PGresult *rows, int row, const char *target, struct buf *lines)
{
    const char *document = cell(rows, row, "document");

    buf_printf(lines, "{\"%s\":{\"_index\":\"%s\",\"_id\":\"%s:%s\",\"version\":%s,\"version_type\":\"external\"}}\n", document ? "index" : "delete", target,
               cell(rows, row, "kind"), cell(rows, row, "id"), cell(rows, row, "version"));
    if (document) {
        buf_add_text(lines, document);
        buf_add(lines, STR("\n"));
    }
}

/* A conflict: the index has this version or a later one. 404 without an error: what was to be deleted is not there. Of an error only the
 * type is kept: the reason may quote the document. */
static enum sent
judge(const json_t *item, char error[SEARCH_ERROR])
{
    const json_t *result = json_object_iter_value(json_object_iter((json_t *)item)), *why = json_object_get(result, "error");
    int64_t status = json_integer_value(json_object_get(result, "status"));
    const char *type = json_string_value(json_object_get(why, "type"));

    if ((status >= 200 && status <= 299) || status == 409 || (status == 404 && !why))
        return SENT_GOOD;
    snprintf(error, SEARCH_ERROR, "%d %.100s", (int)status, type ? type : "without a type");
    if (status == 404)
        return SENT_NO_INDEX;
    return status == 429 || status >= 500 || status < 400 ? SENT_LATER : SENT_REFUSED;
}

int
search_index_send(const PGresult *rows, const char *const *targets, unsigned target_count, struct sent_change ret_changes[SEARCH_BATCH], char error[SEARCH_ERROR])
{
    scoped_buf lines = BUF_INIT(ELASTIC_BULK_MAX);
    json_t *json = NULL;
    const json_t *items;
    int count = 0, status;
    bool good;

    for (; count < PQntuples(rows) && count < SEARCH_BATCH && lines.len < LINES_MAX; count++)
        for (unsigned t = 0; t < target_count; t++)
            write_lines(rows, count, targets[t], &lines);
    if (!count)
        return 0;
    if (lines.failed) {
        snprintf(error, SEARCH_ERROR, "a batch is too large");
        return -1;
    }
    status = search_index_ask("POST", buf_str(&lines), true, &json, error,
                              "/_bulk?require_alias=true&filter_path=items.*.status,items.*.error.type");
    if (status < 200 || status > 299)
        return -1;
    items = json_object_get(json, "items");
    good = json_array_size(items) == (size_t)count * target_count;
    for (int i = 0; i < count && good; i++) {
        ret_changes[i] = (struct sent_change){.outcome = SENT_GOOD};
        for (unsigned t = 0; t < target_count && good; t++) {
            const json_t *item = json_array_get(items, (size_t)i * target_count + t);
            char why[SEARCH_ERROR] = "";
            enum sent outcome = judge(item, why);

            good = json_object_size(item) == 1;
            if (outcome > ret_changes[i].outcome) {
                ret_changes[i].outcome = outcome;
                snprintf(ret_changes[i].error, sizeof ret_changes[i].error, "%s", why);
            }
        }
    }
    json_decref(json);
    if (!good) {
        snprintf(error, SEARCH_ERROR, "the answer to a batch is about something else");
        return -1;
    }
    return count;
}

PGresult *
search_run(const struct query *query, const struct db_arg *args)
{
    static const struct db_arg none[] = {{0}};
    struct db_error error;
    PGresult *rows;
    enum db_status status = db_run(query, args ? args : none, &rows, &error);

    if (!status)
        return rows;
    if (status != DB_UNAVAILABLE && status != DB_RETRY)
        log_error("a statement about the index of the search failed", LOG_TEXT("query", query->name), LOG_TEXT("error", error.message));
    return NULL;
}

bool
search_do(const struct query *query, const struct db_arg *args)
{
    PGresult *rows = search_run(query, args);

    PQclear(rows);
    return rows;
}

const char *
search_value(const PGresult *rows, const char *column)
{
    return PQntuples(rows) ? cell(rows, 0, column) : NULL;
}

bool
search_value_is(const PGresult *rows, const char *column, const char *value)
{
    return text_equal(search_value(rows, column), value);
}

void
search_elastic_checkup(struct checkup *checkup)
{
    char error[SEARCH_ERROR] = "";
    json_t *json = NULL;
    const char *number;
    int status;

    if (!*url) {
        checkup_fine("Elasticsearch", "none (ELASTICSEARCH_URL is not set); PostgreSQL finds what is searched");
        return;
    }
    if (!search_elastic_setup(error, sizeof error)) {
        checkup_wrong(checkup, "https://user:password@host:9200, special characters as %XX", "Elasticsearch", "%s", error);
        return;
    }
    status = search_index_ask("GET", (struct str){0}, false, &json, error, "/");
    if (status == 401 || status == 403)
        checkup_wrong(checkup, "check user and password in ELASTICSEARCH_URL, or ELASTICSEARCH_API_KEY; it needs `monitor` of the cluster and `all` of the index",
                      "Elasticsearch", "does not let Veza in: %s", error);
    else if (status != 200)
        checkup_wrong(checkup, "start it, or check ELASTICSEARCH_URL and ELASTICSEARCH_CA_FILE; until then PostgreSQL finds what is searched", "Elasticsearch",
                      "cannot be asked: %s", error);
    else {
        number = json_string_value(json_object_get(json_object_get(json, "version"), "number"));
        if (!number || *number < '8')
            checkup_wrong(checkup, "version 8 or newer", "Elasticsearch", "has a version that Veza does not know: %.20s", number ? number : "none");
        else
            checkup_fine("Elasticsearch", "answers (version %.20s)", number);
    }
    if (elastic_is_exposed())
        checkup_note(checkup, "Elasticsearch", "password or key go unencrypted to another machine: https in ELASTICSEARCH_URL");
    json_decref(json);
    elastic_teardown();
}
