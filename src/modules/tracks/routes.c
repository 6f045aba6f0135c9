#include "modules/tracks/internal.h"

static const struct field id_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"}, FIELD_END};

static const struct field cover_in_path[] = {{"id", FIELD_UUID, .required = true, .help = "The track"},
                                             {"size", FIELD_ENUM, .required = true, .values = "300|600|1200", .help = "Side in pixels"},
                                             FIELD_END};

#define WORDS_HELP "Words, each in title, artist, album, genre, tags or the creator's name; the last one may be a beginning. Case, accents and width do not matter"
#define LIST_FILTERS(orders, usual) \
    {"creator_id", FIELD_UUID, .help = "Only of this person"}, \
    {"username", FIELD_STRING, .max = 30, .help = "Only of this person"}, \
    {"genre", FIELD_STRING, .max = 100, .help = "Only of this genre"}, \
    {"tag", FIELD_STRING, .max = 30, .help = "Only with this tag"}, \
    {"mine", FIELD_BOOL, .needs_person = true, .help = "One's own, in all states"}, \
    {"status", FIELD_ENUM, .values = "uploading|processing|completed|failed", .help = "Only in this state"}, \
    {"sort", FIELD_ENUM, .values = orders, .fallback = usual, .help = "Order"}, \
    FIELD_END

static const struct field list_filters[] = {
    {"q", FIELD_STRING, .max = 200, .help = WORDS_HELP},
    {"unmuted", FIELD_BOOL, .help = "true: without what the reader muted, or said \"not this\" of, and without people whom they blocked"},
    LIST_FILTERS("newest|oldest|title", "newest")};
static const struct field search_filters[] = {
    {"q", FIELD_STRING, .required = true, .min = 1, .max = 200, .help = WORDS_HELP},
    LIST_FILTERS("relevance|newest|oldest|title", "relevance")};

static const struct field tag_beginning[] = {
    {"q", FIELD_STRING, .required = true, .min = 1, .max = 30, .help = "How the tag begins; case, accents, spaces and hyphens do not matter"}, FIELD_END};

static const struct field tag_filters[] = {{"genre", FIELD_STRING, .max = 100, .help = "Of tracks of this genre"}, FIELD_END};

static const struct field cover_options[] = {
    {"v", FIELD_STRING, .max = 64, .help = "Version, as `cover_url` names it; only makes addresses differ"}, TRACK_SHARE, FIELD_END};

static const struct field version_in_path[] = {
    {"id", FIELD_UUID, .required = true, .help = "The track"}, {"version_id", FIELD_UUID, .required = true, .help = "The version"}, FIELD_END};

static const struct field version_fields[] = {TRACK_CHANGELOG, FIELD_END};

static const struct file_field version_files[] = {
    {"file", FILE_TYPE_AUDIO, .required = true, .counts = true, .help = "WAV, AIFF, FLAC, ALAC, AAC, MP3, Ogg Vorbis or Opus"}, {0}};

#define COVER_MAX (20 * 1024 * 1024)

static const struct file_field cover_files[] = {{"cover", FILE_TYPE_PICTURE, .required = true, .max_bytes = COVER_MAX, .help = "JPEG, PNG or WebP"}, {0}};

const struct field track_upload_fields[] = {
    TRACK_UPLOAD_FIELDS,
    FIELD_END};

#define TRACK_COMMENTS                                                                                                                             \
    {"comments_open", FIELD_BOOL, .help = "Others may comment"},                                                                                       \
        {"comments_days", FIELD_INT, .nullable = true, .min = 1, .max = 3650, \
         .help = "For how many days after it was uploaded, or after the time that it was scheduled for; null: always"}

static const struct field update_fields[] = {
    {"title", FIELD_STRING, .min = 1, .max = 255, .pattern = ".*[^ ].*", .help = "Title"},
    TRACK_TEXTS,
    TRACK_VISIBILITY,
    {"is_downloadable", FIELD_BOOL, .help = "Everybody may download it, in `download_formats`"},
    {"download_formats", FIELD_ARRAY, .min = 1, .max = 3, .items = FIELD_ITEMS(FIELD_ENUM, .values = "original|flac|lossy"),
     .help = "In which formats others may download it"},
    TRACK_COMMENTS,
    {"is_explicit", FIELD_BOOL, .help = "Explicit lyrics"},
    {"stems_open", FIELD_BOOL, .help = "Everybody who may see it, and is signed in, may hear and download its stems"},
    FIELD_END};

static const struct field batch_update_fields[] = {
    {"ids", FIELD_ARRAY, .required = true, .min = 1, .max = 100, .items = FIELD_ITEMS(FIELD_UUID), .help = "The tracks"},
    TRACK_TEXTS,
    TRACK_VISIBILITY,
    {"is_downloadable", FIELD_BOOL, .help = "Everybody may download it, in `download_formats`"},
    {"download_formats", FIELD_ARRAY, .min = 1, .max = 3, .items = FIELD_ITEMS(FIELD_ENUM, .values = "original|flac|lossy"),
     .help = "In which formats others may download it"},
    TRACK_COMMENTS,
    {"is_explicit", FIELD_BOOL, .help = "Explicit lyrics"},
    {"stems_open", FIELD_BOOL, .help = "Everybody who may see it, and is signed in, may hear and download its stems"},
    FIELD_END};

static const struct field lyrics_fields[] = {
    {"content", FIELD_TEXT, .required = true, .max = 20000, .help = "Plain text or LRC, also with times of words; empty: there are none any more"}, FIELD_END};

static const struct field batch_delete_fields[] = {
    {"ids", FIELD_ARRAY, .required = true, .min = 1, .max = 100, .items = FIELD_ITEMS(FIELD_UUID), .help = "The tracks"}, FIELD_END};

const struct file_field track_upload_files[] = {
    {"file", FILE_TYPE_AUDIO, .required = true, .counts = true, .help = "WAV, AIFF, FLAC, ALAC, AAC, MP3, Ogg Vorbis or Opus"},
    {"cover", FILE_TYPE_PICTURE, .max_bytes = COVER_MAX, .help = "JPEG, PNG or WebP"},
    {0}};

static const struct field waveform_options[] = {
    {"resolution", FIELD_ENUM, .values = "overview|detail", .fallback = "overview", .help = "At most 1000 pairs, or about 50 a second"},
    TRACK_SHARE, FIELD_END};

static const struct field share_in_query[] = {TRACK_SHARE, FIELD_END};

static const enum problem_name upload_problems[] = {PROBLEM_EMAIL_NOT_VERIFIED, PROBLEM_QUOTA_EXCEEDED, PROBLEM_STORAGE_FULL, PROBLEM_UNAVAILABLE, PROBLEM_COUNT};
static const enum problem_name version_problems[] = {PROBLEM_EMAIL_NOT_VERIFIED, PROBLEM_QUOTA_EXCEEDED, PROBLEM_STORAGE_FULL, PROBLEM_CONFLICT,
                                                     PROBLEM_UNAVAILABLE, PROBLEM_COUNT};
static const enum problem_name version_file_problems[] = {PROBLEM_RANGE_NOT_SATISFIABLE, PROBLEM_COUNT};
static const enum problem_name cover_problems[] = {PROBLEM_STORAGE_FULL, PROBLEM_UNAVAILABLE, PROBLEM_COUNT};

static const struct field recommended_to[] = {{"track_id", FIELD_UUID, .help = "Tracks like this one"}, FIELD_END};

const struct route track_routes[] = {
    {GET, "/api/v1/tracks", "List public tracks, or the tracks of the signed-in user",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .query = list_filters,
     .sql = &q_track_list, .shape = MANY, .replica = "tracks users", .cache_s = 5, .cache_tags = "tracks"},

    {GET, "/api/v1/tracks/search", "Find public tracks, or tracks of the signed-in user, by words", "The best 1000, best first, as `GET /search` ranks them.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .query = search_filters,
     .sql = &q_track_search, .shape = MANY, .within_ms = 300, .replica = "tracks users", .cache_s = 5, .cache_tags = "tracks"},

    {GET, "/api/v1/genres", "List the genres of public tracks and the number of tracks in each, most used first",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .sql = &q_genre_list, .shape = MANY, .cache_s = 5,
     .cache_tags = "tracks"},

    {GET, "/api/v1/tags/suggest", "Suggest tags that begin with what was typed, most used first",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .query = tag_beginning, .sql = &q_tag_suggest, .shape = MANY},

    {GET, "/api/v1/tracks/suggested-tags", "List the tags that new public tracks have, most used first",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .query = tag_filters, .sql = &q_tag_popular, .shape = MANY, .cache_s = 5,
     .cache_tags = "tracks"},

    {GET, "/api/v1/tracks/recommendations", "List tracks that one may like, or that are like a track",
     "Liked by people who like the same, then of the same genre, then with the same tags, then what only sounds alike: `reason` tells which, "
     "`because` the track that it is about, and `label` the genre or tag. "
     "Without `track_id` it begins with what one liked and heard last. At most 50, of nobody more than two, "
     "and nothing that one likes already, heard last, or has blocked or muted. "
     "People who do not show their activity do not count.",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_READ, .query = recommended_to, .requires = &q_recommendations_of,
     .sql = &q_track_recommendations, .shape = MANY},

    {POST, "/api/v1/tracks", "Upload a track",
     "The reply comes when the file is safe; the track is then `processing` until it can be played.",
     .auth = AUTH_CREATOR, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .files = track_upload_files, .body = track_upload_fields,
     .handler = track_upload, .idempotent = true, .status = 201, .replies = &q_track_get, .problems = upload_problems},

    {GET, "/api/v1/tracks/{id}", "Get a track",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path,
     .sql = &q_track_get, .shape = ONE, .cache_s = 5, .cache_tags = "tracks"},

    {PUT, "/api/v1/tracks/{id}", "Change a track",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = update_fields,
     .sql = &q_track_update, .shape = ONE, .then = &q_track_get},

    {DELETE, "/api/v1/tracks/{id}", "Delete a track and its files",
     "Its owner deletes it for good. What an administrator deletes, in a session with a recent second factor, can be restored for 30 days, "
     "and its owner is told.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = id_in_path,
     .sql = &q_track_delete, .shape = EMPTY},

    {GET, "/api/v1/tracks/{id}/history", "List what was changed in a track, newest first",
     "Its owner sees what each field was before and who changed it; others only when something changed, since it was published.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_track_history_of, .sql = &q_track_history_list, .shape = MANY},

    {GET, "/api/v1/tracks/{id}/analysis", "Get tempo, beats, key and timbre of a track",
     "What a person says of tempo and key wins. What was measured and is not sure is null, and its source is `unsure`; without a source nothing was "
     "measured. Beat n lies at `first_beat_s` + n * `beat_s`. `timbre_mean` and `timbre_deviation` are mel-frequency cepstral coefficients.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_track_analysis, .shape = ONE},

    {GET, "/api/v1/tracks/{id}/lyrics", "Get the lyrics of a track",
     "`lines` are read from `content` once, when it is saved: with times where it is LRC, without where it is plain text.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_track_lyrics, .shape = ONE},

    {PUT, "/api/v1/tracks/{id}/lyrics", "Replace the lyrics of a track",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = id_in_path, .body = lyrics_fields,
     .sql = &q_track_lyrics_set, .shape = ONE, .then = &q_track_lyrics},

    {GET, "/api/v1/tracks/{id}/stats", "Get the figures of a track",
     "Plays, likes and reposts are told to its owner only.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path, .sql = &q_track_stats, .shape = ONE},

    {POST, "/api/v1/tracks/batch/update", "Change several tracks in the same way",
     "Answers for each; what one may not change is `missing`.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .body = batch_update_fields, .sql = &q_track_batch_update, .shape = ONE, .always = true},

    {POST, "/api/v1/tracks/batch/delete", "Delete several tracks and their files",
     "Answers for each, as `DELETE /tracks/{id}` would.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .body = batch_delete_fields, .sql = &q_track_batch_delete, .shape = ONE, .always = true},

    {GET, "/api/v1/tracks/removed", "List tracks that administrators deleted and that can be restored, newest first",
     .auth = AUTH_ADMIN, .limit = LIMIT_READ, .sql = &q_track_removed_list, .shape = MANY},

    {GET, "/api/v1/tracks/missed-quality", "List tracks with a rendition below its quality bounds, newest first",
     "Both encoders missed; the better one is published. `qualities` holds the renditions in question, with their figures in dB.",
     .auth = AUTH_ADMIN, .limit = LIMIT_READ, .sql = &q_track_missed_quality_list, .shape = MANY},

    {POST, "/api/v1/tracks/{id}/restore", "Restore a track that an administrator deleted",
     .auth = AUTH_ADMIN, .limit = LIMIT_WRITE, .path = id_in_path, .sql = &q_track_restore, .shape = ONE, .then = &q_track_get,
     .idempotent = true},

    {GET, "/api/v1/tracks/{id}/status", "Get the processing progress of a track",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path,
     .sql = &q_track_status, .shape = ONE},

    {POST, "/api/v1/tracks/{id}/reprocess", "Process a track again",
     "For its owner, as often as needed: after a failure, or to have the renditions made anew. A track that plays goes on playing meanwhile.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .path = id_in_path,
     .requires = &q_track_changeable, .sql = &q_track_process_again, .shape = ONE, .status = 202},

    {GET, "/api/v1/tracks/{id}/versions", "List the versions of a track, newest first",
     "Listeners see those that played since it was published; its owner also those that are being made or failed, and their files.",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path,
     .requires = &q_track_history_of, .sql = &q_track_version_list, .shape = MANY},

    {POST, "/api/v1/tracks/{id}/versions", "Replace the sound of a track by a new version",
     "What plays goes on playing until the new version has been processed; then sound, length, waveform and loudness change at once, and whoever is in the middle "
     "of the track hears it to its end. Plays, likes and comments stay. Large files come in several requests: the input `version_of` of `/uploads/tus` and "
     "`/tracks/initiate`. Twenty versions are kept besides the one that plays, for 90 days.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .path = id_in_path, .files = version_files, .body = version_fields,
     .handler = track_version_upload, .idempotent = true, .status = 201, .replies = &q_track_version_get, .problems = version_problems},

    {POST, "/api/v1/tracks/{id}/versions/{version_id}/restore", "Make an earlier version of a track play again",
     "As a new version, with the same file.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .path = version_in_path, .sql = &q_track_version_restore, .shape = ONE, .status = 201,
     .then = &q_track_version_get},

    {GET, "/api/v1/tracks/{id}/versions/{version_id}/file", "Get the file of a version, for its owner",
     "As it was uploaded. Takes ranges.",
     .auth = AUTH_USER, .scope = "tracks:read", .limit = LIMIT_MEDIA, .path = version_in_path,
     .file = &q_track_version_file, .handler = file_get, .produces = "application/octet-stream", .problems = version_file_problems},

    {GET, "/api/v1/tracks/{id}/waveform", "Get the waveform peaks of a track",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_MEDIA, .path = id_in_path, .query = waveform_options,
     .file = &q_track_waveform, .handler = file_get, .produces = "application/json"},

    {PUT, "/api/v1/tracks/{id}/cover", "Replace the cover of a track",
     "Its address, `cover_url`, changes with it.",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_UPLOAD, .path = id_in_path, .files = cover_files, .max_body = COVER_MAX,
     .handler = track_cover_put, .replies = &q_track_get, .problems = cover_problems},

    {DELETE, "/api/v1/tracks/{id}/cover", "Remove the cover of a track",
     .auth = AUTH_USER, .scope = "tracks:write", .limit = LIMIT_WRITE, .path = id_in_path,
     .handler = track_cover_delete, .status = 204},

    {GET, "/api/v1/tracks/{id}/cover/{size}", "Get the cover image of a track",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_MEDIA, .path = cover_in_path, .query = cover_options,
     .file = &q_track_cover, .handler = file_get, .produces = "image/webp"},

    {GET, "/api/v1/tracks/{id}/hls/info", "Get the stream information that a player needs",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path, .query = share_in_query,
     .sql = &q_track_hls_info, .shape = ONE, .cache_s = 5, .cache_tags = "tracks"},

    {GET, "/api/v1/tracks/{id}/hls/status", "Get the state of a track's stream",
     .auth = AUTH_OPTIONAL, .scope = "tracks:read", .limit = LIMIT_READ, .path = id_in_path,
     .sql = &q_track_hls_status, .shape = ONE},
    ROUTE_END};
