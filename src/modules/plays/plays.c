/* plays.c - what was played and counts, what a person listened to, and where they stopped. */
#include "http/limit.h"
#include "modules/plays/internal.h"
#include "modules/tracks/tracks.h"

extern const struct module plays_module;

#define DAY_S 86400
#define LONGEST_MS 172800000 /* of a track, 48 hours */

static const char *rate_play;
static const struct route_rate play_rate = {"play", &rate_play};

static const struct setting settings[] = {
    {.section = "Plays"},
    {"RATE_LIMIT_PLAY", .text = &rate_play, .fallback = "120/60", .staging = "240/60", .development = "1200/60", .check = limit_rule_refusal,
     .help = "reports of what is played, per person or address"},
    {0}};

static const struct field track_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const struct field share_in_query[] = {TRACK_SHARE, FIELD_END};
static const struct field listening_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The listening"}, FIELD_END};

static const struct field heard_range[] = {
    {"from_ms", FIELD_INT, .required = true, .min = 0, .max = LONGEST_MS, .help = "Where in the track it begins"},
    {"to_ms", FIELD_INT, .required = true, .min = 0, .max = LONGEST_MS, .help = "Where it ends"},
    FIELD_END};

static const struct field play_fields[] = {
    {"session", FIELD_UUID, .required = true, .help = "Chosen by the client for one listening of the track, from its beginning to its end. A repetition is another one"},
    {"sequence", FIELD_INT, .required = true, .min = 0, .max = 1000000, .help = "Number of the report within the listening; one that came already changes nothing"},
    {"ranges", FIELD_ARRAY, .max = 100, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = heard_range),
     .help = "Parts of the track that were heard with the sound on, new ones or all of them"},
    {"position_ms", FIELD_INT, .min = 0, .max = LONGEST_MS, .help = "Where in the track one is now. Kept for tracks of more than 20 minutes"},
    {"device", FIELD_STRING, .max = 100, .help = "What it was played on"},
    FIELD_END};

static const struct route plays_routes[] = {
    {POST, "/api/v1/tracks/{id}/play", "Report what was heard of a track",
     "A listening counts as a play, once, when 30 seconds of the track or half of it, whichever is less, were heard, and the time since its first report "
     "allows for that at double speed. So the first report is sent when the sound begins. All plays of a person together are held to the same speed; "
     "of one address, ten plays of a track by visitors count in a day. What the creator hears is kept, and not counted. "
     "What is heard by a link is reported with its token.",
     .auth = AUTH_OPTIONAL, .limit = LIMIT_WRITE, .rate = &play_rate, .path = track_in_path, .query = share_in_query, .body = play_fields,
     .sql = &q_play_tell, .shape = EMPTY, .no_audit = true},

    {GET, "/api/v1/history/tracks/{id}", "Get where one stopped in a track",
     "0 where it is not longer than 20 minutes, or was heard to its end.",
     .auth = AUTH_USER, .scope = "history:read", .limit = LIMIT_READ, .path = track_in_path, .sql = &q_play_position, .shape = ONE},

    {GET, "/api/v1/history", "List what one listened to, the latest first",
     "Each listening once. Nobody else sees it. Where the track is not there any more, or not for the reader, `track_id` is null.",
     .auth = AUTH_USER, .scope = "history:read", .limit = LIMIT_READ, .sql = &q_play_history, .shape = MANY},

    {DELETE, "/api/v1/history", "Clear what one listened to",
     "Also where one stopped in long tracks. The plays stay counted for those who were heard.",
     .auth = AUTH_USER, .scope = "history:write", .limit = LIMIT_WRITE, .sql = &q_play_forget_all, .shape = EMPTY, .always = true},

    {DELETE, "/api/v1/history/{id}", "Remove a listening from what one listened to",
     .auth = AUTH_USER, .scope = "history:write", .limit = LIMIT_WRITE, .path = listening_in_path, .sql = &q_play_forget, .shape = EMPTY},
    ROUTE_END};

static const struct job_handler jobs[] = {{"plays.recount", JOB_ERASE, plays_recount, .every_s = DAY_S}, {0}};

const struct module plays_module = {.name = "plays",
                                    .personal = &plays_personal,
                                    .routes = ROUTE_TABLES(plays_routes),
                                    .queries = plays_queries,
                                    .jobs = jobs,
                                    .settings = settings,
                                    .metrics = plays_metrics};
