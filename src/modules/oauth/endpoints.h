/* endpoints.h - where a provider is asked what. */
#pragma once

#include "modules/oauth/provider.h"

/* The texts live in the request's arena or for ever. */
struct endpoints {
    const char *authorize, *token, *userinfo, *emails; /* the last two may be NULL */
    const char *keys;   /* of OpenID Connect */
    const char *issuer; /* likewise */
    bool basic_auth;
    bool names_issuer; /* says who it is in its answers (RFC 9207) */
};

/* From the table, or by discovery (OpenID Connect Discovery 1.0, RFC 8414). OAUTH_UNREACHABLE when the provider does not answer as
 * it should. */
const struct problem *endpoints_find(struct request *req, struct provider *provider, struct endpoints *ret);
