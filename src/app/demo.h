/* demo.h - what `veza demo` and its form with numbers (fill.h) share: music that is made on the spot and uploaded through the API. */
#pragma once

#include "base/config.h"
#include "base/encode.h"
#include "catalogue.h"
#include "cover.h"
#include "db/query.h"

#define DEMO_PASSWORD "listen-to-veza"
/* All people of the demonstration have an address there, and nobody else can. */
#define DEMO_DOMAIN "demo.invalid"

/* What one person needs to talk to the API. */
struct demo_client {
    char base[64];
    char authorization[4096];
};

void demo_connect(const struct config *config, unsigned port, struct demo_client *client);
bool demo_sign_in(struct demo_client *client, const char *email);
/* Adds the person unless there is one of that name. `hash` is that of their password. */
bool demo_add_person(const struct demo_person *person, const char *hash);
/* Composes the track and uploads it, with a cover. `visibility` may be NULL: public. `folder` is one for files without a name. */
bool demo_upload(const struct demo_client *client, const struct demo_track *track, const char *visibility, unsigned cover_size, const char *folder);
/* What `query` finds under this name and title, as an id into `ret_id`. */
bool demo_find(const struct query *query, const char *username, const char *title, char ret_id[UUID_TEXT]);
/* Waits until all of these tracks are processed. Returns how many failed. */
int demo_wait(size_t total);
/* A bar, where somebody looks at it. */
void demo_show(const char *what, double done, double total);
