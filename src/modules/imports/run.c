/* run.c - the job `library.import` {import_id, user_id}: asks a Subsonic server for playlists and stars, one request a step. Each playlist is made in a
 * transaction that also notes it, so that an import goes on where it was. A run lasts some seconds, then others have their turn. */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "modules/imports/internal.h"
#include "modules/playlists/reading.h"
#include "playlists.queries.h"

#define PLAYLISTS_MAX 1000 /* as many as a person may have */
#define STARS_MAX 10000
#define ID_MAX 300
#define RUN_MS 10000
#define SWEEP_EVERY_S 3600

struct import_run {
    struct job *job;
    const char *import_id;
    const char *user_id;
    struct import_account account;
    const PGresult *state;
};

static const char *
run_text(const PGresult *row, const char *column)
{
    int n = PQfnumber(row, column);

    return n < 0 || PQgetisnull(row, 0, n) ? NULL : PQgetvalue(row, 0, n);
}

static bool
run_query(const struct query *query, const struct db_arg *args, PGresult **ret)
{
    struct db_error error;
    PGresult *result;

    if (db_run(query, args, &result, &error)) {
        log_warn("importing a library", LOG_TEXT("error", error.message));
        return false;
    }
    if (ret)
        *ret = result;
    else
        PQclear(result);
    return true;
}

static enum job_outcome
run_end(const char *import_id, const char *state, const char *error)
{
    const struct db_arg args[] = {{"import_id", import_id}, {"state", state}, {"error", error}, {0}};

    return run_query(&q_import_end, args, NULL) ? JOB_DONE : JOB_RETRY;
}

/* It may be better later; at the last attempt it is not. */
static enum job_outcome
run_failed(struct import_run *run, enum import_outcome outcome)
{
    job_error(run->job, import_error(outcome));
    if (outcome == IMPORT_REFUSED || run->job->attempts >= run->job->max_attempts)
        return run_end(run->import_id, "failed", import_error(outcome));
    return JOB_RETRY;
}

static struct str
run_str(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return (struct str){json_string_value(value), json_string_length(value)};
}

/* A time such as 2024-05-03T14:05:00.000Z, as Unix time in seconds. A difference to UTC does not matter here. */
static bool
run_time(const char *text, int64_t *ret)
{
    struct tm at = {0};

    if (!text || sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &at.tm_year, &at.tm_mon, &at.tm_mday, &at.tm_hour, &at.tm_min, &at.tm_sec) != 6 || at.tm_year < 1970)
        return false;
    at.tm_year -= 1900;
    at.tm_mon--;
    *ret = timegm(&at);
    return *ret > 0;
}

/* The songs of a list as the lines of an import. */
static json_t *
run_lines(const json_t *songs, size_t most, bool starred)
{
    struct reading reading = {.lines = json_array()};

    for (size_t i = 0; i < import_count(songs) && i < most; i++) {
        const json_t *song = import_item(songs, i);
        json_t *entry = json_is_object(song) ? entry_begin(&reading, i + 1) : NULL;
        int64_t at;

        if (!entry)
            continue;
        entry_text(entry, "title", run_str(song, "title"));
        entry_text(entry, "artist", run_str(song, "artist"));
        entry_text(entry, "album", run_str(song, "album"));
        entry_duration(entry, json_number_value(json_object_get(song, "duration")) * 1000);
        if (starred && run_time(json_string_value(json_object_get(song, "starred")), &at))
            json_object_set_new(entry, "starred", json_integer(at));
    }
    return reading.lines;
}

static enum job_outcome
run_plan(struct import_run *run)
{
    json_t *reply = NULL, *plan = json_array();
    const json_t *lists;
    enum import_outcome outcome = IMPORT_OK;
    bool good;

    if (text_equal(run_text(run->state, "wants_playlists"), "t"))
        outcome = import_ask(&run->account, "getPlaylists", NULL, "playlists", &reply);
    lists = json_object_get(reply, "playlist");
    for (size_t i = 0; i < import_count(lists) && json_array_size(plan) < PLAYLISTS_MAX; i++) {
        const json_t *list = import_item(lists, i), *id = json_object_get(list, "id");
        json_t *kept = json_object();
        char number[24];

        if (json_is_integer(id)) { /* of older servers */
            snprintf(number, sizeof number, "%lld", (long long)json_integer_value(id));
            json_object_set_new(kept, "id", json_string(number));
        } else if (json_is_string(id) && json_string_length(id) && json_string_length(id) <= ID_MAX) {
            json_object_set(kept, "id", (json_t *)id);
        }
        entry_text(kept, "name", run_str(list, "name"));
        if (json_object_get(kept, "id"))
            json_array_append(plan, kept);
        json_decref(kept);
    }
    json_decref(reply);
    if (outcome) {
        json_decref(plan);
        return run_failed(run, outcome);
    }
    {
        scoped_text text = json_dumps(plan, JSON_COMPACT);
        const struct db_arg args[] = {{"import_id", run->import_id}, {"plan", text}, {0}};

        good = text && run_query(&q_import_plan, args, NULL);
    }
    json_decref(plan);
    return good ? JOB_PUT_OFF : JOB_RETRY;
}

/* In the open transaction. False: it did not work. `ret_full`: there is no room for the playlist. */
static bool
run_keep_playlist(struct import_run *run, const char *name, const char *description, const char *lines, bool *ret_full)
{
    const char *position = run_text(run->state, "position");
    const struct db_arg lock[] = {{"import_id", run->import_id}, {"position", position}, {0}};
    const struct db_arg make[] = {{"viewer", run->user_id}, {"viewer_staff", "false"}, {"name", name}, {"description", description}, {"visibility", "private"},
        {"is_public", NULL},
                                  {"lines", lines}, {0}};
    struct db_arg note[] = {{"import_id", run->import_id}, {"playlist_id", NULL}, {"source", "playlist"}, {"name", name}, {"lines", NULL}, {"likes", NULL}, {0}};
    PGresult *locked, *made;
    bool good;

    if (!run_query(&q_import_lock, lock, &locked))
        return false;
    good = PQntuples(locked);
    PQclear(locked);
    if (!good) /* it was ended, or another run has done it */
        return true;
    if (!run_query(&q_playlist_import, make, &made))
        return false;
    *ret_full = run_text(made, "problem");
    note[1].text = run_text(made, "id");
    note[4].text = run_text(made, "lines") ? run_text(made, "lines") : "[]";
    good = *ret_full || run_query(&q_import_note, note, NULL);
    PQclear(made);
    return good;
}

static enum job_outcome
run_playlist(struct import_run *run)
{
    const struct db_arg skip[] = {{"import_id", run->import_id}, {"position", run_text(run->state, "position")}, {0}};
    const char *name = run_text(run->state, "next_name");
    json_t *reply = NULL, *lines, *texts = json_object();
    enum import_outcome outcome = import_ask(&run->account, "getPlaylist", run_text(run->state, "next_id"), "playlist", &reply);
    bool good = false, full = false;

    if (outcome == IMPORT_NOT_FOUND || (outcome == IMPORT_BAD && run->job->attempts > 2)) { /* it is gone, or too large: the others come all the same */
        json_decref(texts);
        return run_query(&q_import_skip, skip, NULL) ? JOB_PUT_OFF : JOB_RETRY;
    }
    if (outcome) {
        json_decref(texts);
        return run_failed(run, outcome);
    }
    lines = run_lines(json_object_get(reply, "entry"), PLAYLIST_FILE_LINES, false);
    entry_text(texts, "description", run_str(reply, "comment"));
    json_decref(reply);
    {
        scoped_text text = json_dumps(lines, JSON_COMPACT);

        if (text && !db_begin())
            good = !db_end(run_keep_playlist(run, name && name[strspn(name, " ")] ? name : "Playlist", json_string_value(json_object_get(texts, "description")),
                text, &full));
    }
    json_decref(texts);
    json_decref(lines);
    if (full)
        return run_end(run->import_id, "failed", "no_room");
    return good ? JOB_PUT_OFF : JOB_RETRY;
}

static bool
run_keep_stars(struct import_run *run, const char *lines)
{
    const struct db_arg lock[] = {{"import_id", run->import_id}, {"position", run_text(run->state, "position")}, {0}};
    const struct db_arg like[] = {{"viewer", run->user_id}, {"viewer_staff", "false"}, {"lines", lines}, {0}};
    struct db_arg note[] = {{"import_id", run->import_id}, {"playlist_id", NULL}, {"source", "star"}, {"name", NULL}, {"lines", NULL}, {"likes", NULL}, {0}};
    PGresult *locked, *made;
    bool good;

    if (!run_query(&q_import_lock, lock, &locked))
        return false;
    good = PQntuples(locked);
    PQclear(locked);
    if (!good)
        return true;
    if (!run_query(&q_import_stars, like, &made))
        return false;
    note[4].text = run_text(made, "lines");
    note[5].text = run_text(made, "likes");
    good = run_query(&q_import_note, note, NULL) && run_end(run->import_id, "done", NULL) == JOB_DONE;
    PQclear(made);
    return good;
}

static enum job_outcome
run_stars(struct import_run *run)
{
    enum import_outcome outcome;
    json_t *reply = NULL, *lines;
    bool good = false;

    if (!text_equal(run_text(run->state, "wants_stars"), "t"))
        return run_end(run->import_id, "done", NULL);
    outcome = import_ask(&run->account, "getStarred2", NULL, "starred2", &reply);
    if (outcome)
        return run_failed(run, outcome);
    lines = run_lines(json_object_get(reply, "song"), STARS_MAX, true);
    json_decref(reply);
    {
        scoped_text text = json_dumps(lines, JSON_COMPACT);

        if (text && !db_begin())
            good = !db_end(run_keep_stars(run, text));
    }
    json_decref(lines);
    return good ? JOB_DONE : JOB_RETRY;
}

/* One request and what it leads to. JOB_PUT_OFF: there is more to do. */
static enum job_outcome
run_step(struct import_run *run)
{
    const struct db_arg args[] = {{"import_id", run->import_id}, {0}};
    enum job_outcome outcome;
    json_t *secrets;
    PGresult *state;

    if (!run_query(&q_import_state, args, &state))
        return JOB_RETRY;
    if (!PQntuples(state)) {
        PQclear(state);
        return JOB_DONE;
    }
    run->state = state;
    run->user_id = run_text(state, "user_id");
    secrets = import_open(run->import_id, run_text(state, "sealed"));
    run->account = (struct import_account){.base_url = run_text(state, "base_url"),
                                           .user = run_text(state, "username"),
                                           .password = json_string_value(json_object_get(secrets, "password")),
                                           .key = json_string_value(json_object_get(secrets, "key")),
                                           .plain = run->account.plain};
    if (!run->account.key && (!run->account.user || !run->account.password))
        outcome = run_end(run->import_id, "failed", "gave_up");
    else if (!text_equal(run_text(state, "is_planned"), "t"))
        outcome = run_plan(run);
    else
        outcome = run_text(state, "next_id") ? run_playlist(run) : run_stars(run);
    json_decref(secrets);
    PQclear(state);
    return outcome;
}

static enum job_outcome
run_import(struct job *job)
{
    struct import_run run = {.job = job, .import_id = json_string_value(json_object_get(job->payload, "import_id"))};
    int64_t began_ms = clock_monotonic_ms();
    enum job_outcome outcome = JOB_PUT_OFF;

    if (!run.import_id || !uuid_valid(run.import_id))
        return JOB_FAILED;
    while (outcome == JOB_PUT_OFF && clock_monotonic_ms() - began_ms < RUN_MS) {
        if (job_cancelled(job))
            return JOB_GIVE_BACK;
        outcome = run_step(&run);
    }
    if (outcome == JOB_PUT_OFF)
        job_wait(job, 1);
    return outcome;
}

static enum job_outcome
run_sweep(struct job *job)
{
    static const struct db_arg none[] = {{0}};

    (void)job;
    return run_query(&q_import_sweep, none, NULL) ? JOB_DONE : JOB_RETRY;
}

const struct job_handler imports_jobs[] = {{"library.import", JOB_OUTSIDE, run_import}, {"library.import_sweep", JOB_LIGHT, run_sweep, .every_s = SWEEP_EVERY_S}, {0}};
