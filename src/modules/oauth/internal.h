/* internal.h - shared by the files of this module only. */
#pragma once

#include "api/runner.h"
#include "modules/auth/auth.h"
#include "modules/oauth/endpoints.h"
#include "modules/oauth/oauth.h"
#include "oauth.queries.h"

extern const struct personal oauth_personal; /* personal.c */

/* oauth.c. The checkup needs nothing that was set up. */
extern const struct setting oauth_settings[];
bool oauth_setup(const struct module_setup *with, char *error, size_t error_size);
void oauth_checkup(struct checkup *checkup);

/* The ids of the providers that are on, separated by ", "; "" when there is none. */
const char *oauth_provider_names(void);

/* state.c: what ties the provider's answer to the browser that asked. The browser keeps a secret in a cookie, the database the hash
 * of it and of the state; nonce and PKCE verifier follow from both and are stored nowhere. */
struct oauth_state {
    const char *state, *nonce, *verifier;
    const char *redirect;     /* taken only: a page that was found acceptable */
    bool linking;             /* likewise: somebody who was signed in adds an account elsewhere to their own */
    const char *link_user_id; /* whose; NULL when they have signed out since */
};

/* Begins one, with its cookie. `session_id` of whoever links, or NULL. */
const struct problem *state_make(struct request *req, const struct provider *provider, const char *redirect, const char *session_id,
                                 struct oauth_state *ret);
/* Takes the one that the input `state` and the cookie name; it is then spent. On OAUTH_STATE_INVALID `ret->linking` is right all the
 * same. */
const struct problem *state_take(struct request *req, const struct provider *provider, struct oauth_state *ret);

/* profile.c: who has signed in there. Texts live in the arena. */
struct profile {
    const char *id;
    const char *email; /* NULL when there is none that could be one */
    bool email_verified;
    const char *name, *username; /* NULL when unknown */
    const char *access_token, *refresh_token; /* the latter may be NULL */
    int64_t expires_s;                        /* of the access token, from now on; 0 when unknown */
};

/* Exchanges the code (input `code`) and asks who it is. OAUTH_FAILED or OAUTH_UNREACHABLE after a line in the log. */
const struct problem *profile_fetch(struct request *req, struct provider *provider, const struct endpoints *endpoints,
                                    const struct oauth_state *state, struct profile *ret);

/* account.c: whom to let in, and where. Sets the reply, a redirect. */
const struct problem *account_sign_in(struct request *req, const struct provider *provider, const struct profile *profile,
                                      const char *redirect);
const struct problem *account_link(struct request *req, const struct provider *provider, const struct profile *profile,
                                   const struct oauth_state *state);

/* The key of the providers' tokens in the database. */
const unsigned char *oauth_seal_key(void);

/* A redirect by 302: to an absolute address, or to a path of the web app. */
const struct problem *send_to(struct request *req, const char *target);

/* The address that the provider sends people back to, as it is registered there. */
const char *callback_url(struct request *req, const struct provider *provider);

const struct problem *oauth_begin(struct request *req);
const struct problem *oauth_callback(struct request *req);
const struct problem *oauth_providers(struct request *req);
