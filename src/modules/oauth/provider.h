/* provider.h - the providers that the operator switched on, and how each of them speaks. */
#pragma once

#include <jansson.h>
#include <pthread.h>

#include "base/config.h"
#include "http/request.h"

#define PROVIDERS_MAX 16
#define PROVIDER_ID_MAX 32

/* Where a profile has what, as paths of names separated by dots; NULL for what it lacks. */
struct profile_map {
    const char *id, *email, *email_verified, *name, *username;
    bool email_is_verified; /* the address is there only when it has been verified */
};

/* A JSON document of a provider's that changes rarely, kept for an hour. */
struct document {
    pthread_mutex_t lock;
    char *text;
    int64_t fetched_ms;
};

struct provider {
    char id[PROVIDER_ID_MAX + 1];
    const char *name; /* for people */
    const char *client_id, *client_secret;
    const char *issuer; /* of OpenID Connect: the rest is discovered; NULL for a dialect of OAuth */
    const char *authorize_url, *token_url, *userinfo_url, *emails_url;
    const char *scopes;
    const struct profile_map *map;
    bool basic_auth;  /* how the client names itself at the token endpoint */
    bool trust_email; /* the operator believes addresses of which the provider does not say whether they are verified */
    char trusted_hosts[4][256]; /* those of addresses that the operator wrote: they may be on a private network */
    struct document metadata, keys;
};

/* NULL when there is none of this name, or it is not switched on. */
struct provider *provider_find(const char *id);
/* The nth that is on, or NULL. */
struct provider *provider_at(unsigned n);

extern const char *oauth_provider_list, *oauth_redirect_origins; /* settings (oauth.c) */

bool providers_setup(char *error, size_t error_size);

/* The host of `url` when the operator wrote it, else NULL; for struct fetch_request. */
const char *provider_trusts(const struct provider *provider, const char *url);

/* The document at `url`, from memory when it is not old and not `fresh`; a reference for the caller. NULL after a line in the log. */
json_t *provider_document(struct provider *provider, struct document *document, const char *url, bool fresh);
