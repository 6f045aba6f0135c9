/* elastic.h - requests to Elasticsearch, whose address the operator gave.
 *
 * Every request has a bound on its time and on the size of the reply, follows no redirect, uses no proxy and checks certificates. Connections are kept. What comes
 * back is taken for hostile: a reply that is no JSON object is none. It blocks: for handlers on a pool, jobs, and threads of one's own. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/str.h"

#define ELASTIC_BULK_MAX (8 * 1024 * 1024) /* bytes of a request; the server takes 100 MB */

struct elastic_settings {
    const char *url;     /* http(s)://user:password@host:port/path */
    const char *api_key; /* base64 of "id:key"; "" for none */
    const char *ca_file; /* PEM; "" for the system's */
};

/* Copies what it needs. "" for the URL: none. False with a sentence in `error`, which repeats nothing secret. */
bool elastic_setup(const struct elastic_settings *settings, char *error, size_t error_size);
/* Closes what is kept. Nothing is asked afterwards. */
void elastic_teardown(void);
bool elastic_configured(void);
/* Does a password or a key travel to another machine unencrypted? */
bool elastic_is_exposed(void);

struct elastic_request {
    const char *method;     /* GET, POST, PUT or DELETE */
    const char *path;       /* from "/" on, with its query */
    struct str body;        /* JSON, or lines of JSON where `is_lines` */
    bool is_lines;
    int timeout_ms;         /* for everything together */
    size_t max_reply;       /* bytes */
};

/* The reply's status, with its object in *ret_json, to be given to json_decref(). Or a negative number, with why it was none in `error` (at least 128 bytes). */
int elastic_ask(const struct elastic_request *request, json_t **ret_json, char *error, size_t error_size);
