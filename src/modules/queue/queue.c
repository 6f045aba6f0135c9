/* queue.c - what somebody listens to, on all of their devices. Every change names the version that it is about, so that a device which was away
 * does not overwrite what came later. */
#include "api/module.h"
#include "modules/queue/shared.h"
#include "queue.queries.h"

extern const struct module queue_module;
extern const struct personal queue_personal;

#define LONGEST 10000
#define LONGEST_BYTES (2 * 1024 * 1024)

#define VERSION {"version", FIELD_INT64, .required = true, .max = FIELD_EXACT_MAX, .help = "The version that is changed; 0 where there is no queue yet"}
#define STATE                                                                                                                                        \
    {"current_item", FIELD_UUID, .help = "The item that is played; without it the first one of a new queue"},                                        \
        {"offset_ms", FIELD_INT, .max = 86400000, .help = "Where in it; 0 for another item"},                                                        \
        {"is_playing", FIELD_BOOL, .help = "Time goes on from offset_ms, for 30 seconds at most until the next change"},                             \
        {"shuffle", FIELD_BOOL, .help = "Played in an order of chance"},                                                                             \
        {"repeat", FIELD_ENUM, .values = "off|one|all", .help = "What is repeated"},                                                                 \
        {"volume", FIELD_INT, .max = 100, .help = "In percent"}

static const struct field known_version[] = {VERSION, FIELD_END};
static const struct field item_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The item"}, FIELD_END};

static const struct field put_item[] = {
    {"id", FIELD_UUID, .help = "Its id, chosen by the client; unique within the queue. One is made where there is none"},
    {"track_id", FIELD_UUID, .nullable = true, .help = "The track; null keeps that of the item that had this id"},
    {"order", FIELD_INT64, .max = FIELD_EXACT_MAX, .help = "Where it stands when shuffle is switched off; as it is given without"},
    FIELD_END};
static const struct field queue_whole[] = {
    VERSION, {"items", FIELD_ARRAY, .required = true, .max = LONGEST, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = put_item), .help = "In the order of playing"},
    STATE, FIELD_END};

static const struct field new_item[] = {
    {"id", FIELD_UUID, .help = "Its id, chosen by the client; unique within the queue. One is made where there is none"},
    {"track_id", FIELD_UUID, .required = true, .help = "The track"},
    FIELD_END};
static const struct field new_items[] = {
    VERSION, {"items", FIELD_ARRAY, .required = true, .min = 1, .max = LONGEST, .items = FIELD_ITEMS(FIELD_OBJECT, .fields = new_item), .help = "In their order"},
    {"after", FIELD_UUID, .nullable = true, .help = "The item that they follow; null puts them first. Without it they are added at the end"}, FIELD_END};

static const struct field move[] = {
    {"item", FIELD_UUID, .required = true, .help = "The item to move"},
    {"after", FIELD_UUID, .nullable = true, .help = "The item that it is put after; null puts it first"},
    FIELD_END};
static const struct field queue_changes[] = {
    VERSION, STATE, {"move", FIELD_OBJECT, .fields = move, .help = "Moves an item"}, FIELD_END};

static const struct route queue_routes[] = {
    {GET, "/api/v1/queue", "Get one's queue",
     "What is played and how. The items are under `/queue/items`.",
     .auth = AUTH_USER, .scope = "queue:read", .limit = LIMIT_READ, .sql = &q_queue_get, .shape = ONE, .always = true},

    {GET, "/api/v1/queue/items", "List the items of one's queue in the order of playing",
     "An item whose track is not there, or not for the reader, keeps its place: `track_id` is null then.",
     .auth = AUTH_USER, .scope = "queue:read", .limit = LIMIT_READ, .sql = &q_queue_items, .shape = MANY},

    {PUT, "/api/v1/queue", "Replace one's queue",
     "409 when the version is another one by now, as for each change of the queue; `detail` says which. "
     "A track that is not there, or not for the person, becomes an item without a track.",
     .auth = AUTH_USER, .scope = "queue:write", .limit = LIMIT_WRITE, .body = queue_whole, .max_body = LONGEST_BYTES,
     .sql = &q_queue_put, .shape = ONE, .always = true, .then = &q_queue_get, .no_audit = true},

    {PATCH, "/api/v1/queue", "Change what is played and how",
     "What is not given stays as it is. Switching shuffle on puts what comes after the current item in an order of chance; "
     "switching it off brings back the order from before.",
     .auth = AUTH_USER, .scope = "queue:write", .limit = LIMIT_WRITE, .body = queue_changes,
     .sql = &q_queue_patch, .shape = ONE, .always = true, .then = &q_queue_get, .no_audit = true},

    {POST, "/api/v1/queue/items", "Add tracks to one's queue",
     "A track may be in it several times; a queue holds 10,000 items.",
     .auth = AUTH_USER, .scope = "queue:write", .limit = LIMIT_WRITE, .body = new_items, .max_body = LONGEST_BYTES,
     .sql = &q_queue_add, .shape = ONE, .always = true, .then = &q_queue_get, .no_audit = true},

    {DELETE, "/api/v1/queue/items/{id}", "Remove an item from one's queue",
     "Where it was played, the one after it is the current one then, or else the last.",
     .auth = AUTH_USER, .scope = "queue:write", .limit = LIMIT_WRITE, .path = item_in_path, .query = known_version,
     .sql = &q_queue_remove, .shape = ONE, .then = &q_queue_get, .no_audit = true},

    {DELETE, "/api/v1/queue", "Empty one's queue",
     .auth = AUTH_USER, .scope = "queue:write", .limit = LIMIT_WRITE, .query = known_version,
     .sql = &q_queue_clear, .shape = ONE, .always = true, .then = &q_queue_get, .no_audit = true},
    ROUTE_END};

static const struct field changed_fields[] = {
    {"version", FIELD_INT64, .max = FIELD_EXACT_MAX, .help = "From now on"},
    {"item_count", FIELD_INT, .max = LONGEST},
    {"items_changed", FIELD_BOOL, .help = "Other items, or in another order"},
    {"current_item", FIELD_UUID, .nullable = true},
    {"offset_ms", FIELD_INT},
    {"is_playing", FIELD_BOOL},
    {"shuffle", FIELD_BOOL},
    {"repeat", FIELD_ENUM, .values = "off|one|all"},
    {"volume", FIELD_INT, .max = 100},
    FIELD_END};

static const struct message messages[] = {
    {"queue.changed", "user", "One's queue was changed, perhaps on another device", .fields = changed_fields, .address = "/api/v1/queue"},
    {"queuesession.changed", "queuesession", "A shared queue was changed", .fields = shared_queue_fields, .address = "/api/v1/queue/session"}, MESSAGE_END};

const struct module queue_module = {.name = "queue",
                                    .routes = ROUTE_TABLES(queue_routes, shared_queue_routes),
                                    .queries = queue_queries,
                                    .personal = &queue_personal,
                                    .messages = messages,
                                    .topics = shared_queue_topics};
