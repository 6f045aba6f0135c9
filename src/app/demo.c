#include <curl/curl.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app.queries.h"
#include "app/app.h"
#include "app/demo.h"
#include "base/buf.h"
#include "base/log.h"
#include "catalogue.h"
#include "cover.h"
#include "db/db.h"
#include "modules/auth/auth.h"

#define REPLY_MAX (1024 * 1024)

static size_t
collect(char *bytes, size_t size, size_t count, void *context)
{
    struct buf *reply = context;

    buf_add(reply, (struct str){bytes, size * count});
    return reply->failed ? 0 : size * count;
}

/* Sends what was prepared in `curl`; the parsed reply when the status is 2xx, else NULL with the reply on standard error. */
static json_t *
send_request(CURL *curl, const struct demo_client *client, const char *path, struct curl_slist *headers)
{
    scoped_buf reply = BUF_INIT(REPLY_MAX);
    char url[256];
    long status = 0;
    json_t *json = NULL;

    snprintf(url, sizeof url, "%s%s", client->base, path);
    if (*client->authorization)
        headers = curl_slist_append(headers, client->authorization);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300)
        json = json_loadb(reply.ptr, reply.len, 0, NULL);
    else
        fprintf(stderr, "\nveza: %s answered %ld: %.*s\n", path, status, (int)reply.len, reply.ptr ? reply.ptr : "");
    curl_slist_free_all(headers);
    return json;
}

void
demo_connect(const struct config *config, unsigned port, struct demo_client *client)
{
    struct ip first = config->bind_addresses.list[0].ip;
    char address[IP_TEXT];

    ip_text(&first, address);
    snprintf(client->base, sizeof client->base, ip_is_v4(&first) ? "http://%s:%u" : "http://[%s]:%u",
             !ip_is_every(&first) ? address : ip_is_v4(&first) ? "127.0.0.1" : "::1", port);
}

bool
demo_sign_in(struct demo_client *client, const char *email)
{
    CURL *curl = curl_easy_init();
    json_t *body = json_pack("{s:s, s:s}", "email", email, "password", DEMO_PASSWORD), *session;
    scoped_text text = json_dumps(body, JSON_COMPACT);

    json_decref(body);
    *client->authorization = 0;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text);
    session = send_request(curl, client, "/api/v1/auth/login", curl_slist_append(NULL, "Content-Type: application/json"));
    curl_easy_cleanup(curl);
    if (session)
        snprintf(client->authorization, sizeof client->authorization, "Authorization: Bearer %s",
                 json_string_value(json_object_get(session, "access_token")));
    json_decref(session);
    return *client->authorization != 0;
}

static void
add_part(curl_mime *form, const char *name, const char *value)
{
    curl_mimepart *part;

    if (!value || !*value)
        return;
    part = curl_mime_addpart(form);
    curl_mime_name(part, name);
    curl_mime_data(part, value, CURL_ZERO_TERMINATED);
}

bool
demo_upload(const struct demo_client *client, const struct demo_track *track, const char *visibility, unsigned cover_size, const char *folder)
{
    char music[64], filename[300], year[16], bpm[16], key[DEMO_KEY_LENGTH];
    uint8_t *cover = NULL;
    size_t cover_length;
    int music_fd;
    CURL *curl = curl_easy_init();
    curl_mime *form = curl_mime_init(curl);
    json_t *reply = NULL;
    bool uploaded;

    /* An unnamed file: nothing stays behind whatever happens. */
    music_fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (music_fd >= 0 && demo_render_fd(&track->piece, music_fd) == DEMO_OK &&
        demo_cover_png(track, cover_size, &cover, &cover_length) == DEMO_OK) {
        curl_mimepart *part;

        snprintf(music, sizeof music, "/proc/self/fd/%d", music_fd);
        snprintf(filename, sizeof filename, "%s.wav", track->title);
        snprintf(year, sizeof year, "%d", track->year);
        snprintf(bpm, sizeof bpm, "%.0f", track->piece.bpm);
        demo_key_name(&track->piece, key);
        add_part(form, "visibility", visibility);
        add_part(form, "title", track->title);
        add_part(form, "artist", track->artist);
        add_part(form, "album", track->album);
        add_part(form, "genre", track->genre);
        add_part(form, "tags", track->tags);
        add_part(form, "description", track->description);
        add_part(form, "year", year);
        add_part(form, "bpm", bpm);
        add_part(form, "musical_key", key);
        add_part(form, "is_downloadable", track->is_downloadable ? "true" : "false");
        part = curl_mime_addpart(form);
        curl_mime_name(part, "file");
        curl_mime_filedata(part, music);
        curl_mime_filename(part, filename);
        part = curl_mime_addpart(form);
        curl_mime_name(part, "cover");
        curl_mime_data(part, (const char *)cover, cover_length);
        curl_mime_filename(part, "cover.png");
        curl_easy_setopt(curl, CURLOPT_MIMEPOST, form);
        reply = send_request(curl, client, "/api/v1/tracks", NULL);
    }
    if (music_fd >= 0)
        close(music_fd);
    free(cover);
    curl_mime_free(form);
    curl_easy_cleanup(curl);
    uploaded = reply != NULL;
    json_decref(reply);
    return uploaded;
}

bool
demo_add_person(const struct demo_person *person, const char *hash)
{
    char email[128];
    PGresult *result;
    struct db_error error;

    snprintf(email, sizeof email, "%s@demo.invalid", person->username);
    if (db_run(&q_demo_person,
               (const struct db_arg[]){{"username", person->username}, {"email", email}, {"password_hash", hash},
                                       {"first_name", person->first_name}, {"last_name", *person->last_name ? person->last_name : NULL},
                                       {"bio", person->bio}, {"location", person->location},
                                       {"role", person->is_creator ? "content_creator" : "user"}, {0}},
               &result, &error)) {
        fprintf(stderr, "veza: %s was not added: %s\n", person->username, error.message);
        return false;
    }
    PQclear(result);
    return true;
}

bool
demo_find(const struct query *query, const char *username, const char *title, char ret_id[UUID_TEXT])
{
    PGresult *result;
    bool found;

    if (db_run(query, (const struct db_arg[]){{"username", username}, {"title", title}, {0}}, &result, NULL))
        return false;
    found = PQntuples(result) > 0;
    if (found)
        snprintf(ret_id, UUID_TEXT, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    return found;
}

void
demo_show(const char *what, double done, double total)
{
    int width = 32, filled = total > 0 ? (int)(done / total * width) : width;

    if (!isatty(STDOUT_FILENO))
        return;
    printf("\r  %-12s [", what);
    for (int i = 0; i < width; i++)
        fputs(i < filled ? "▮" : "·", stdout);
    printf("] %3.0f %%", total > 0 ? done / total * 100 : 100);
    fflush(stdout);
}

int
demo_wait(size_t total)
{
    for (;;) {
        PGresult *result;
        int unfinished, failed;
        double running;

        if (db_run(&q_demo_unfinished, (const struct db_arg[]){{0}}, &result, NULL))
            return 1;
        unfinished = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
        failed = (int)strtol(PQgetvalue(result, 0, 1), NULL, 10);
        running = strtod(PQgetvalue(result, 0, 2), NULL);
        PQclear(result);
        demo_show("Preparing", (double)total - unfinished + running, (double)total);
        if (!unfinished)
            return failed;
        usleep(200000);
    }
}

/* Makes a release of the tracks of the catalogue from `first` on that have its album, with its cover. Its archive is offered in all formats, so that
 * downloads can be tried. */
static bool
add_release(const struct demo_client *client, const struct demo_track *first)
{
    char id[UUID_TEXT], path[128];
    uint8_t *cover = NULL;
    size_t cover_length;
    CURL *curl = curl_easy_init();
    curl_mime *form = curl_mime_init(curl);
    json_t *tracks = json_array(), *body, *reply;
    scoped_text text = NULL;
    bool added = false;

    for (const struct demo_track *track = first; track < demo_tracks + demo_tracks_count && text_equal(track->album, first->album); track++)
        if (demo_find(&q_demo_track, track->owner, track->title, id))
            json_array_append_new(tracks, json_string(id));
    body = json_pack("{s:s, s:s, s:s, s:o, s:b, s:[s,s,s]}", "title", first->album, "kind", "ep", "visibility", "public", "track_ids", tracks, "is_downloadable", 1,
                     "download_formats", "original", "flac", "lossy");
    text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text);
    reply = send_request(curl, client, "/api/v1/releases", curl_slist_append(NULL, "Content-Type: application/json"));
    if (reply && demo_cover_png(first, DEMO_COVER_SIZE, &cover, &cover_length) == DEMO_OK) {
        curl_mimepart *part = curl_mime_addpart(form);

        snprintf(path, sizeof path, "/api/v1/releases/%s/cover", json_string_value(json_object_get(reply, "id")));
        json_decref(reply);
        curl_mime_name(part, "cover");
        curl_mime_data(part, (const char *)cover, cover_length);
        curl_mime_filename(part, "cover.png");
        curl_easy_reset(curl);
        curl_easy_setopt(curl, CURLOPT_MIMEPOST, form);
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "PUT");
        reply = send_request(curl, client, path, NULL);
        added = reply != NULL;
    }
    json_decref(reply);
    free(cover);
    curl_mime_free(form);
    curl_easy_cleanup(curl);
    return added;
}

/* The releases of the catalogue that are not there yet. */
static bool
add_releases(struct demo_client *client)
{
    char email[128], id[UUID_TEXT];

    for (size_t i = 0; i < demo_tracks_count; i++) {
        const struct demo_track *track = &demo_tracks[i];

        if (track->album_position != 1 || demo_find(&q_demo_release, track->owner, track->album, id))
            continue;
        snprintf(email, sizeof email, "%s@demo.invalid", track->owner);
        if (!demo_sign_in(client, email) || !add_release(client, track))
            return false;
    }
    return true;
}

static int
fill(const struct config *config, unsigned port)
{
    struct demo_client client = {0};
    char folder[4096], email[128], hash[64], id[UUID_TEXT];
    const char *signed_in = "";
    size_t added = 0;
    int failed;

    demo_connect(config, port, &client);
    snprintf(folder, sizeof folder, "%s/files/tmp", config->data_dir);
    if (!password_hash(DEMO_PASSWORD, hash))
        return 1;
    for (size_t i = 0; i < demo_people_count; i++)
        if (!demo_add_person(&demo_people[i], hash))
            return 1;
    for (size_t i = 0; i < demo_tracks_count; i++) {
        const struct demo_track *track = &demo_tracks[i];

        demo_show("Composing", (double)i, (double)demo_tracks_count);
        if (demo_find(&q_demo_track, track->owner, track->title, id))
            continue;
        snprintf(email, sizeof email, "%s@demo.invalid", track->owner);
        if ((!text_equal(signed_in, track->owner) && !demo_sign_in(&client, email)) || !demo_upload(&client, track, NULL, DEMO_COVER_SIZE, folder))
            return 1;
        signed_in = track->owner;
        added++;
    }
    demo_show("Composing", 1, 1);
    putchar('\n');
    if (!add_releases(&client))
        return 1;
    failed = demo_wait(demo_tracks_count);
    printf("\n  %zu people, %zu tracks (%zu new). Sign in as %s@demo.invalid with the password %s\n", demo_people_count,
           demo_tracks_count, added, demo_people[0].username, DEMO_PASSWORD);
    puts("  None of them is an administrator. Make one with: build/veza user create --username U --email E --role admin --verified\n"
         "  (administration asks for a second factor; the security settings set one up)");
    return failed ? 1 : 0;
}

int
demo_fill(const struct config *config)
{
    if (config_is_production(config)) {
        fprintf(stderr, "veza: demo people have a known password and do not belong into production (APP_ENV)\n");
        return 1;
    }
    log_setup(LOG_LEVEL_WARN, false);
    return serve_for(config, fill);
}
