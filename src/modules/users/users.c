#include "modules/users/internal.h"

#include "auth.queries.h" /* q_me: the account as every route about it replies */
#include "tracks.queries.h"

struct storage *users_storage;

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"}, FIELD_END};
static const struct field username_in_path[] = {
    {"username", FIELD_STRING, .required = true, .min = 3, .max = 30, .pattern = "[A-Za-z0-9_.-]+", .help = "In any case"},
    FIELD_END};

static const struct field list_options[] = {
    {"role", FIELD_ENUM, .values = "user|content_creator|moderator|admin", .help = "Only of this role"},
    {"sort", FIELD_ENUM, .values = "newest|oldest|username", .fallback = "newest", .help = "Order"},
    FIELD_END};

static const struct field search_options[] = {
    {"q", FIELD_STRING, .required = true, .min = 1, .max = 100, .example = "ada",
     .help = "Words, each in the user name or the display name, the last one may be a beginning; case and accents do not matter"}, FIELD_END};

static const struct field profile_fields[] = {
    {"first_name", FIELD_STRING, .nullable = true, .max = 100, .help = "First name"},
    {"last_name", FIELD_STRING, .nullable = true, .max = 100, .help = "Last name"},
    {"bio", FIELD_TEXT, .nullable = true, .max = 5000, .help = "Plain text"},
    {"location", FIELD_STRING, .nullable = true, .max = 255, .help = "Where one is at home"},
    {"social_links", FIELD_OBJECT, .max = 4096, .help = "Name of a service and an http or https address, at most 12"},
    {"is_public", FIELD_BOOL, .help = "May everybody see this profile?"},
    FIELD_END};

static const struct field presence_fields[] = {
    {"status", FIELD_ENUM, .required = true, .values = "online|away|busy|offline", .help = "Forgotten after five minutes"},
    {"status_message", FIELD_STRING, .nullable = true, .max = 280, .help = "A few words"},
    {"track_id", FIELD_UUID, .nullable = true, .help = "What one is listening to"},
    {"invisible", FIELD_BOOL, .help = "Offline to everybody else"},
    FIELD_END};

#define SWITCH(name, what) {name, FIELD_BOOL, .help = what}

static const struct field settings_fields[] = {
    {"language", FIELD_ENUM, .values = "en|fr|es", .help = "Language of the application and of mails"},
    {"timezone", FIELD_STRING, .min = 1, .max = 64, .pattern = "[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", .help = "IANA name",
     .example = "Europe/Paris"},
    {"theme", FIELD_STRING, .min = 1, .max = 20, .pattern = "[a-z][a-z0-9_-]*", .help = "auto follows the system", .example = "auto"},
    SWITCH("email_notifications", "Mails at all, but for those about the account itself"),
    SWITCH("push_notifications", "Push messages to devices"),
    SWITCH("browser_notifications", "Notifications of the browser"),
    SWITCH("email_on_follow", "Mail about a new follower"),
    SWITCH("email_on_like", "Mail about a like"),
    SWITCH("email_on_comment", "Mail about a comment"),
    SWITCH("email_on_message", "Mail about a message"),
    SWITCH("email_on_mention", "Mail about a mention"),
    SWITCH("email_marketing", "Mail about news of this installation"),
    SWITCH("allow_search_indexing", "May others find this profile by searching?"),
    SWITCH("show_activity", "May others see likes and what is playing?"),
    SWITCH("explicit_content", "Show explicit tracks"),
    SWITCH("autoplay", "Go on with similar tracks at the end of a list"),
    SWITCH("listening_history", "Keep what is listened to, and where one stopped in long tracks"),
    SWITCH("hold_first_comments", "Comments of people of whom no comment was shown yet wait for one's approval"),
    FIELD_END};

static const struct field password_fields[] = {
    {"current_password", FIELD_SECRET, .required = true, .min = 1, .max = 1024, .example = "correct horse battery"},
    {"new_password", FIELD_SECRET, .required = true, .min = 8, .max = 72, .help = "8 to 72 bytes", .example = "battery horse correct"},
    {"revoke_api_keys", FIELD_BOOL, .fallback = "false", .help = "Delete one's API keys and passwords of apps as well"},
    FIELD_END};

static const struct field password_reply[] = {
    {"api_keys_left", FIELD_INT, .required = true, .help = "How many of one's API keys still work"}, FIELD_END};

static const struct field opt_out_fields[] = {
    {"opt_out", FIELD_BOOL, .fallback = "true", .help = "false takes it back"}, FIELD_END};

static const struct field avatar_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"},
                                              {"size", FIELD_ENUM, .required = true, .values = "300|600|1200", .help = "Side in pixels"},
                                              FIELD_END};
static const struct field banner_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The person"},
                                              {"size", FIELD_ENUM, .required = true, .values = "750|1500", .help = "Width in pixels"},
                                              FIELD_END};
static const struct file_field avatar_files[] = {{"avatar", FILE_TYPE_PICTURE, .required = true, .help = "JPEG, PNG or WebP"}, {0}};

static const struct file_field banner_files[] = {{"banner", FILE_TYPE_PICTURE, .required = true, .help = "JPEG, PNG or WebP; three times as wide as high is best"},
                                                {0}};

#define PROBLEMS(...) ((const enum problem_name[]){__VA_ARGS__, PROBLEM_COUNT})
#define PICTURE_MAX (20 * 1024 * 1024)

static bool
users_setup(const struct module_setup *with, char *error, size_t error_size)
{
    (void)error, (void)error_size;
    users_storage = with->storage;
    return true;
}

static const struct route users_routes[] = {
    {GET, "/api/v1/users", "List users",
     .auth = AUTH_OPTIONAL, .scope = "users:read", .limit = LIMIT_READ, .query = list_options,
     .sql = &q_user_list, .shape = MANY, .cache_s = 5, .cache_tags = "users tracks"},

    {GET, "/api/v1/users/search", "Search users by name",
     .auth = AUTH_OPTIONAL, .scope = "users:read", .limit = LIMIT_READ, .query = search_options,
     .sql = &q_user_search, .shape = MANY, .within_ms = 300, .cache_s = 5, .cache_tags = "users tracks"},

    {GET, "/api/v1/users/suggestions", "List suggestions of users to follow",
     .auth = AUTH_USER, .scope = "users:read", .limit = LIMIT_READ, .sql = &q_user_suggestions, .shape = MANY},

    {GET, "/api/v1/users/{id}", "Get a public profile",
     .auth = AUTH_OPTIONAL, .scope = "users:read", .limit = LIMIT_READ, .path = id_in_path,
     .sql = &q_user_get, .shape = ONE, .cache_s = 5, .cache_tags = "users tracks"},

    {GET, "/api/v1/users/by-username/{username}", "Get a public profile by username",
     .auth = AUTH_OPTIONAL, .scope = "users:read", .limit = LIMIT_READ, .path = username_in_path,
     .sql = &q_user_get_by_username, .shape = ONE, .cache_s = 5, .cache_tags = "users tracks"},

    {PUT, "/api/v1/users/{id}", "Change the profile of the signed-in user",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = profile_fields,
     .sql = &q_user_update, .shape = ONE,
     .then = &q_me},

    {GET, "/api/v1/users/{id}/completion", "Get the completeness of the signed-in user's profile",
     .auth = AUTH_USER, .scope = "users:read", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_user_completion, .shape = ONE},

    {GET, "/api/v1/users/{id}/reposts", "List tracks that a user reposted",
     .auth = AUTH_OPTIONAL, .scope = "users:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_user_reposts_seen, .sql = &q_user_tracks, .shape = MANY},

    {GET, "/api/v1/users/{id}/likes", "List tracks that a user likes",
     "Only for the person when they do not show their activity.",
     .auth = AUTH_USER, .scope = "users:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_user_likes_seen, .sql = &q_user_tracks, .shape = MANY},

    {GET, "/api/v1/users/{id}/gear", "List the gear on a user's profile",
     .auth = AUTH_OPTIONAL, .scope = "users:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_user_seen, .sql = &q_user_gear, .shape = MANY},

    {PUT, "/api/v1/users/me/presence", "Set the presence of the signed-in user",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .body = presence_fields, .handler = presence_tell, .replies = &q_presence_set,
     .no_audit = true},

    {GET, "/api/v1/users/{id}/presence", "Get the presence of a user",
     .auth = AUTH_USER, .scope = "users:read", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_presence_get, .shape = ONE},

    {POST, "/api/v1/users/{id}/follow", "Follow a user",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_user_follow, .shape = ONE},

    {DELETE, "/api/v1/users/{id}/follow", "Unfollow a user",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_user_unfollow, .shape = ONE},

    {POST, "/api/v1/users/{id}/bell", "Switch on the bell of a user whom one follows",
     "Each release of theirs is then told of at once: in the list of notifications, and by push message and mail where these are on. "
     "Without the bell releases are in the feed.",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_user_bell, .shape = ONE},

    {DELETE, "/api/v1/users/{id}/bell", "Switch off the bell of a user whom one follows",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_user_bell_off, .shape = ONE},

    {POST, "/api/v1/users/{id}/block", "Block a user",
     "They no longer see the profile or the tracks of whoever blocks them, and can no longer follow. Following ends both ways.",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_user_block, .shape = EMPTY},

    {DELETE, "/api/v1/users/{id}/block", "Unblock a user",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_user_unblock, .shape = EMPTY},

    {GET, "/api/v1/users/me/blocks", "List users blocked by the signed-in user",
     .auth = AUTH_USER, .scope = "users:read", .limit = LIMIT_READ, .sql = &q_user_blocks_list, .shape = MANY},

    {GET, "/api/v1/users/settings", "Get the settings of the signed-in user",
     "A browser that sends `Sec-GPC: 1` opts out of selling and sharing by that alone.",
     .auth = AUTH_USER, .limit = LIMIT_READ, .sql = &q_settings_get, .shape = ONE, .always = true},

    {PUT, "/api/v1/users/settings", "Change the settings of the signed-in user",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .body = settings_fields, .sql = &q_settings_update, .shape = ONE, .always = true},

    {PUT, "/api/v1/users/me/password", "Change the password of the signed-in user",
     "All other sessions end, and every sign-in that was half done. API keys go on working unless `revoke_api_keys` says otherwise; the "
     "reply tells how many do.",
     .auth = AUTH_USER, .limit = LIMIT_AUTH, .body = password_fields, .handler = account_password, .runs = RUNS_ON_PASSWORD_POOL,
     .reply = password_reply, .problems = PROBLEMS(PROBLEM_CONFLICT, PROBLEM_ACCOUNT_LOCKED)},

    {POST, "/api/v1/users/me/privacy/opt-out", "Set the \"do not sell or share my personal information\" choice (CCPA)",
     .auth = AUTH_USER, .limit = LIMIT_WRITE, .body = opt_out_fields, .sql = &q_privacy_opt_out, .shape = ONE, .always = true},

    {POST, "/api/v1/users/{id}/avatar", "Upload an avatar",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_UPLOAD, .path = id_in_path, .files = avatar_files,
     .max_body = PICTURE_MAX, .handler = avatar_put, .replies = &q_user_avatar_now,
     .problems = PROBLEMS(PROBLEM_STORAGE_FULL, PROBLEM_UNAVAILABLE)},

    {DELETE, "/api/v1/users/{id}/avatar", "Delete the avatar",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = id_in_path, .handler = avatar_delete, .status = 204},

    {GET, "/api/v1/users/{id}/avatar/{size}", "Get the avatar of a user",
     .auth = AUTH_OPTIONAL, .scope = "users:read", .limit = LIMIT_MEDIA, .path = avatar_in_path, .file = &q_user_avatar, .handler = file_get,
     .produces = "image/webp"},

    {POST, "/api/v1/users/{id}/banner", "Upload a profile banner",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_UPLOAD, .path = id_in_path, .files = banner_files,
     .max_body = PICTURE_MAX, .handler = banner_put, .replies = &q_user_banner_now,
     .problems = PROBLEMS(PROBLEM_STORAGE_FULL, PROBLEM_UNAVAILABLE)},

    {DELETE, "/api/v1/users/{id}/banner", "Delete the profile banner",
     .auth = AUTH_USER, .scope = "users:write", .limit = LIMIT_WRITE, .path = id_in_path, .handler = banner_delete, .status = 204},

    {GET, "/api/v1/users/{id}/banner/{size}", "Get the profile banner of a user",
     .auth = AUTH_OPTIONAL, .scope = "users:read", .limit = LIMIT_MEDIA, .path = banner_in_path, .file = &q_user_banner, .handler = file_get,
     .produces = "image/webp"},
    ROUTE_END};

static enum job_outcome
users_picture_sweep(struct job *job)
{
    return picture_sweep(job, users_storage);
}

static const struct job_handler users_jobs[] = {{"picture_sweep", JOB_LIGHT, users_picture_sweep}, {0}};

const struct module users_module = {.name = "users",
                                    .personal = &users_personal,
                                    .routes = ROUTE_TABLES(users_routes),
                                    .queries = users_queries,
                                    .jobs = users_jobs,
                                    .setup = users_setup};
