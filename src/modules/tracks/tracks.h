/* tracks.h - tracks: upload, processing, listing, files and plays.
 *
 * An upload is looked at (is it audio at all?), kept, and answered with a track that is `processing`; the job `transcode` then makes
 * everything from one decode and completes it, or fails it with a reason that a person understands. */
#pragma once

#include "api/module.h"

/* The name of one run of the processing, in hex: its files are in hls/{id}/{version} and waveforms/{id}/{version}. "" for tracks from
 * before there were versions. */
#define MEDIA_VERSION_TEXT 17

extern const struct module tracks_module;

struct query;
struct request;
struct upload;

/* What a person may say about a track, and about one that they upload; and how the file is declared. */
#define TRACK_TEXTS \
    {"artist", FIELD_STRING, .nullable = true, .max = 255, .help = "Name of the artist, as it is shown"}, \
        {"album", FIELD_STRING, .nullable = true, .max = 255, .help = "Album"}, \
        {"description", FIELD_TEXT, .nullable = true, .max = 10000, .help = "Plain text"}, \
        {"genre", FIELD_STRING, .nullable = true, .max = 100, .help = "Genre", .example = "Ambient"}, \
        {"tags", FIELD_ARRAY, .max = 30, .items = FIELD_ITEMS(FIELD_STRING, .min = 1, .max = 30), \
         .help = "Tags; the same whatever their case, accents, spaces and hyphens, and shown as they were first entered"}, \
        {"year", FIELD_INT, .nullable = true, .min = 1, .max = 2100, .help = "Year of publication"}, \
        {"bpm", FIELD_INT, .nullable = true, .min = 1, .max = 999, .help = "Beats a minute"}, \
        {"musical_key", FIELD_STRING, .nullable = true, .max = 10, .help = "Key", .example = "F#m"}
#define TRACK_VISIBILITY \
    {"visibility", FIELD_ENUM, .values = "public|unlisted|private|scheduled", \
     .help = "Who may hear it: everybody; everybody who has its address; its creator; everybody from `publish_at` on"}, \
        {"publish_at", FIELD_TIME, .nullable = true, .help = "When a `scheduled` track becomes public, in steps of five seconds"}, \
        {"publish_zone", FIELD_STRING, .nullable = true, .min = 1, .max = 64, .help = "IANA name of the time zone in which the time was entered; else UTC", \
         .example = "Europe/Paris"}, \
        {"is_public", FIELD_BOOL, .help = "Without `visibility`: public, or private"}
/* In the query string of what a link to a track (modules/shares) opens. */
#define TRACK_SHARE {"share", FIELD_STRING, .min = 43, .max = 43, .pattern = "[A-Za-z0-9_-]*", .help = "The token of a link to the track"}
#define TRACK_UPLOAD_FIELDS \
    {"title", FIELD_STRING, .max = 255, .help = "Default: the title in the file, else the file's name"}, \
        TRACK_TEXTS, \
        TRACK_VISIBILITY, \
        {"is_downloadable", FIELD_BOOL, .fallback = "false", .help = "Everybody may download the original file"}, \
        {"is_explicit", FIELD_BOOL, .fallback = "false", .help = "Explicit lyrics"}
#define TRACK_CHANGELOG {"changelog", FIELD_TEXT, .max = 2000, .help = "What is new in this version; everybody who may hear it reads it"}
/* What an upload in several requests may say besides: that it is no new track. */
#define TRACK_VERSION_FIELDS \
    {"version_of", FIELD_UUID, .help = "The track whose sound the file replaces; what is said of a new track is left out then"}, TRACK_CHANGELOG
extern const struct field track_upload_fields[];
extern const struct file_field track_upload_files[];

extern int64_t tracks_max_duration_s, tracks_timeout_s; /* settings: of a recording, and of one attempt to process it */

/* Is the file sound? What the probe found is then the input `probe`; and `filename`, `sha256` and `file_size` are set. */
const struct problem *track_look_at(struct request *req, const struct upload *file);
/* May the person upload at all, and does what they said about the track fit together? */
const struct problem *track_may_upload(struct request *req);
/* Makes a track of a file that came in through the gate (api/gate.h), with the inputs of track_upload_fields; its id is then the input `id`. `first` is
 * NULL, or a query that is run in the same transaction, before: with the new :id, and no row of it undoes all. `cover` may be NULL. */
const struct problem *track_make(struct request *req, const struct upload *file, const struct upload *cover, const struct query *first);
/* Where the input `version_of` names a track: may the person replace its sound now? */
const struct problem *track_version_may(struct request *req);
/* Makes the file the next version of that track, as track_make() makes one of a file; the input `id` is then the track, `version_id` the version. */
const struct problem *track_version_make(struct request *req, const struct upload *file, const struct query *first);
/* 201 with the track whose id is the input `id`. */
const struct problem *track_reply(struct request *req);
extern const struct query q_track_get;

/* Deletes all files of a track. False when something is left. */
bool track_files_delete(const char *track_id);

struct infected;

/* The file with this key is harmful (api/gate.h): deletes the track that plays it, or the version that it is kept for. */
bool track_remove_infected(const char *key, struct infected *infected);
