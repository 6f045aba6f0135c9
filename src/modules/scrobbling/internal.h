/* internal.h - what the parts of this module share: accounts at services that are told what a person listened to (ADR 0103). */
#pragma once

#include "api/module.h"
#include "api/runner.h"
#include "base/buf.h"
#include "scrobbling.queries.h"

#define SCROBBLE_NAME_MAX 255    /* bytes of a name there */
#define SCROBBLE_BATCH_MAX 50    /* plays in one request; Last.fm takes no more */

enum scrobble_service { SCROBBLE_LISTENBRAINZ, SCROBBLE_LASTFM };

/* What opens an account there. Texts belong to whoever made it; NULL where there is none. */
struct scrobble_account {
    enum scrobble_service service;
    const char *base_url;
    const char *token;       /* ListenBrainz: the person's. Last.fm: what is to be confirmed in the browser */
    const char *key, *secret; /* Last.fm: of the application */
    const char *session;     /* Last.fm: the person's session key */
};

struct scrobble {
    const char *artist, *title, *album; /* album: NULL where there is none */
    const char *address;                /* of the track's page */
    int64_t duration_ms, played_at;     /* a Unix time in seconds */
};

enum scrobble_outcome {
    SCROBBLE_TAKEN,
    SCROBBLE_TOKEN_REFUSED, /* nothing will be taken with it any more */
    SCROBBLE_UNCONFIRMED,   /* Last.fm: the person has not agreed in the browser yet */
    SCROBBLE_NOT_TAKEN,     /* something of what was sent is not acceptable there */
    SCROBBLE_BUSY,          /* not before `wait_s` */
    SCROBBLE_UNREACHABLE,   /* no such server, or not one that we call */
    SCROBBLE_FAILED,        /* it answered with nonsense, or has a fault of its own */
};

/* services.c: one request each; blocks. `name` gets what the person is called there. */
enum scrobble_outcome listenbrainz_check(const struct scrobble_account *account, char name[SCROBBLE_NAME_MAX + 1]);
/* A token that the person is to confirm at *address, in the browser. */
enum scrobble_outcome lastfm_begin(const struct scrobble_account *account, char token[SCROBBLE_NAME_MAX + 1], struct buf *address);
/* Makes a session key of a confirmed token. */
enum scrobble_outcome lastfm_confirm(const struct scrobble_account *account, char session[SCROBBLE_NAME_MAX + 1], char name[SCROBBLE_NAME_MAX + 1]);
/* At most SCROBBLE_BATCH_MAX; with `playing` one, which has begun. */
enum scrobble_outcome scrobble_send(const struct scrobble_account *account, const struct scrobble *plays, unsigned count, bool playing, int64_t *ret_wait_s);

/* scrobbling.c: the operator's settings. */
extern const char *scrobbling_listenbrainz_url, *scrobbling_lastfm_url, *scrobbling_lastfm_key, *scrobbling_lastfm_secret;
extern const struct config *scrobbling_config;
/* Opens what secret_seal_json() made; the JSON is to be freed. NULL when it does not open. */
json_t *scrobbling_open(const char *account_id, const char *sealed);
/* Fills in what `secrets` holds, and the operator's key where the account has none of its own. */
void scrobbling_account(struct scrobble_account *account, const char *service, const char *base_url, const json_t *secrets);

/* send.c */
extern const struct job_handler scrobbling_jobs[];

extern const struct personal scrobbling_personal; /* personal.c */
