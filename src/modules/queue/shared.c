/* shared.c - a queue that several people fill, by a link (docs/adr/0061-shared-queue.md): its routes, and what is told of it. */
#include "modules/queue/shared.h"

#include "queue.queries.h"

#define TOKEN {"token", FIELD_SECRET, .required = true, .min = 1, .max = 64, .help = "Of the session's link"}

static const struct field token_in_path[] = {TOKEN, FIELD_END};
static const struct field item_in_path[] = {TOKEN, {"id", FIELD_UUID, .required = true, .help = "The item"}, FIELD_END};
static const struct field person_in_path[] = {TOKEN, {"id", FIELD_UUID, .required = true, .help = "Whoever took part, of `guests`"}, FIELD_END};

static const struct field guest_header[] = {
    {"X-Queue-Guest", FIELD_SECRET, .max = 64, .help = "The key of a guest without an account, of POST `guests`; counts for visitors only"}, FIELD_END};

#define SETTINGS                                                                                                                                     \
    {"name", FIELD_STRING, .max = 100, .help = "What it is called"},                                                                                \
        {"order", FIELD_ENUM, .values = "fifo|round_robin|votes",                                                                                    \
         .help = "As they were asked for; in rounds, one of each person; or those first that most want. Fifo at first"},                             \
        {"guests_may_add", FIELD_BOOL, .help = "Others than the host ask for tracks; so at first"},                                                  \
        {"guests_may_skip", FIELD_BOOL, .help = "They go on to the next track; not at first"},                                                       \
        {"per_person", FIELD_INT, .min = 1, .max = 100, .help = "How many of one guest may wait; 20 at first"},                                      \
        {"guests_per_address", FIELD_INT, .min = 1, .max = 200,                                                                                      \
         .help = "How many guests without an account may come from one address, or from one /64 of IPv6; 10 at first"}

static const struct field new_session[] = {SETTINGS, FIELD_END};
static const struct field session_changes[] = {
    SETTINGS, {"fallback_playlist_id", FIELD_UUID, .nullable = true, .help = "A playlist of the host's, of which tracks are played when nothing waits; null: none"},
    FIELD_END};

static const struct field new_item[] = {{"track_id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};
static const struct field new_guest[] = {{"name", FIELD_STRING, .required = true, .min = 1, .max = 50, .help = "What the others see"}, FIELD_END};
static const struct field advance[] = {
    {"leaving", FIELD_UUID, .required = true, .nullable = true, .help = "The item that was played until now; null where none was"}, FIELD_END};
static const struct field place[] = {
    {"item", FIELD_UUID, .required = true, .help = "The item that is played"},
    {"offset_ms", FIELD_INT, .required = true, .max = 86400000, .help = "Where in it"},
    {"is_playing", FIELD_BOOL, .help = "Time goes on from there, for 30 seconds at most until it is told again"},
    FIELD_END};

#define BY_GUESTS .auth = AUTH_OPTIONAL, .scope = "queue:write", .limit = LIMIT_WRITE, .headers = guest_header, .requires = &q_queue_session_may, .no_audit = true
#define BY_HOST .auth = AUTH_USER, .scope = "queue:write", .limit = LIMIT_WRITE, .requires = &q_queue_session_host_may, .no_audit = true

const struct route shared_queue_routes[] = {
    {POST, "/api/v1/queue/session", "Begin a queue that others fill too",
     "The token is the link that others get. It is told now only; POST `link` makes another one. One person has 20 sessions at most.",
     .auth = AUTH_USER, .scope = "queue:write", .limit = LIMIT_WRITE, .body = new_session,
     .sql = &q_queue_session_create, .shape = ONE, .always = true, .status = 201, .no_audit = true},

    {GET, "/api/v1/queue/session/{token}", "Get a shared queue",
     "Its settings, and what is played. `403` says that the link was withdrawn. `person_id` is whoever asks, once they have done something there.",
     .auth = AUTH_OPTIONAL, .scope = "queue:read", .limit = LIMIT_READ, .path = token_in_path, .headers = guest_header,
     .requires = &q_queue_session_may, .sql = &q_queue_session_get, .shape = ONE},

    {PATCH, "/api/v1/queue/session/{token}", "Change a shared queue",
     BY_HOST, .path = token_in_path, .body = session_changes, .sql = &q_queue_session_change, .shape = ONE, .then = &q_queue_session_get},

    {DELETE, "/api/v1/queue/session/{token}", "End a shared queue",
     BY_HOST, .path = token_in_path, .sql = &q_queue_session_end, .shape = EMPTY},

    {POST, "/api/v1/queue/session/{token}/link", "Make a new link for a shared queue",
     "All links from before are withdrawn, at once. Guests without an account of whom no track is there go, with their votes. The host may do it with any of them.",
     .auth = AUTH_USER, .scope = "queue:write", .limit = LIMIT_WRITE, .path = token_in_path, .requires = &q_queue_session_link_may,
     .sql = &q_queue_session_link, .shape = ONE, .status = 201, .no_audit = true},

    {GET, "/api/v1/queue/session/{token}/items", "List the items of a shared queue in the order of playing",
     "What is played comes first. A track that is not for the reader has no name: `track_id` is null then.",
     .auth = AUTH_OPTIONAL, .scope = "queue:read", .limit = LIMIT_READ, .path = token_in_path, .headers = guest_header,
     .requires = &q_queue_session_may, .sql = &q_queue_session_items, .shape = MANY},

    {POST, "/api/v1/queue/session/{token}/items", "Ask for a track in a shared queue",
     "Where it waits already, the reply is that item, and whoever asks has voted for it. The host and whoever asks must be able to see the track.",
     BY_GUESTS, .path = token_in_path, .body = new_item, .sql = &q_queue_session_add, .shape = ONE, .status = 201, .then = &q_queue_session_item},

    {DELETE, "/api/v1/queue/session/{token}/items/{id}", "Take an item back from a shared queue",
     "The host removes any item. Others take back what they asked for; where somebody has voted for it, it stays, and is theirs.",
     BY_GUESTS, .path = item_in_path, .sql = &q_queue_session_remove, .shape = EMPTY},

    {POST, "/api/v1/queue/session/{token}/items/{id}/vote", "Vote for an item of a shared queue",
     BY_GUESTS, .path = item_in_path, .sql = &q_queue_session_vote, .shape = ONE, .then = &q_queue_session_item},

    {DELETE, "/api/v1/queue/session/{token}/items/{id}/vote", "Take back a vote for an item of a shared queue",
     BY_GUESTS, .path = item_in_path, .sql = &q_queue_session_unvote, .shape = ONE, .then = &q_queue_session_item},

    {POST, "/api/v1/queue/session/{token}/next", "Go on to the next item of a shared queue",
     "Names the item that is left, so that of two who press at once one goes on, and the other is answered 409. The host may, and guests where "
     "`guests_may_skip` says so.",
     BY_GUESTS, .path = token_in_path, .body = advance, .sql = &q_queue_session_next, .shape = ONE, .then = &q_queue_session_get},

    {PUT, "/api/v1/queue/session/{token}/position", "Tell where in the item of a shared queue it is",
     "What the host's player does: it seeks, pauses or goes on.",
     BY_HOST, .path = token_in_path, .body = place, .sql = &q_queue_session_seek, .shape = ONE, .then = &q_queue_session_get},

    {POST, "/api/v1/queue/session/{token}/guests", "Take part in a shared queue without an account",
     "The reply has a key, which the guest sends as `X-Queue-Guest`. Who is signed in takes part by their account, and is answered 403. The name must be one that "
     "can be seen, and not the host's. From one network come as many as `guests_per_address` says.",
     .auth = AUTH_OPTIONAL, .scope = "queue:write", .limit = LIMIT_WRITE, .path = token_in_path, .headers = guest_header, .body = new_guest,
     .requires = &q_queue_session_may, .sql = &q_queue_session_join, .shape = ONE, .status = 201, .no_audit = true},

    {GET, "/api/v1/queue/session/{token}/guests", "List who takes part in a shared queue",
     .auth = AUTH_OPTIONAL, .scope = "queue:read", .limit = LIMIT_READ, .path = token_in_path, .headers = guest_header,
     .requires = &q_queue_session_may, .sql = &q_queue_session_people, .shape = MANY},

    {DELETE, "/api/v1/queue/session/{token}/guests/{id}", "Remove somebody from a shared queue",
     "What they asked for goes too, and so do their votes. Their next call is answered 403. A guest without an account may come back under another name, "
     "unless the link is withdrawn as well.",
     BY_HOST, .path = person_in_path, .sql = &q_queue_session_expel, .shape = EMPTY},
    ROUTE_END};

const struct topic_kind shared_queue_topics[] = {
    {"queuesession", "A shared queue, for its host and for those with an account who have done something there", .may_subscribe = &q_topic_queuesession}, TOPIC_END};

const struct field shared_queue_fields[] = {
    {"version", FIELD_INT64, .max = FIELD_EXACT_MAX, .help = "Counts its changes"},
    {"current_item", FIELD_UUID, .nullable = true},
    {"offset_ms", FIELD_INT},
    {"is_playing", FIELD_BOOL},
    {"ended", FIELD_BOOL, .help = "It is over"},
    FIELD_END};
