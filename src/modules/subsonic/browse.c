/* browse.c - the calls of the protocol, as data, and those that choose between queries. */
#include "http/server.h"
#include "modules/subsonic/internal.h"

#define SIZE_MAX_ 500

#define ID(kinds) {"id", RULE_ID, "id", .required = true, .values = kinds}
#define FOLDER {"musicFolderId", RULE_INT, "folder", .min = 1, .max = 2}
#define COUNT(name, fallback_) {name, RULE_INT, "size", .min = 0, .max = SIZE_MAX_, .fallback = fallback_}
#define RULES(...) ((const struct rule[]){__VA_ARGS__, {0}})
#define OLDER {{"older", "true"}}
#define NEWER {{"older", "false"}}
#define ALBUM_LIST \
    {"type", RULE_WORD, "type", .required = true, \
     .values = "random|newest|highest|frequent|recent|alphabeticalByName|alphabeticalByArtist|starred|byYear|byGenre"}, \
    {"size", RULE_INT, "size", .min = 0, .max = SIZE_MAX_, .fallback = "10"}, {"offset", RULE_INT, "offset", .min = 0, .max = INT32_MAX, .fallback = "0"}, \
    {"fromYear", RULE_INT, "from_year", .min = 0, .max = 9999}, {"toYear", RULE_INT, "to_year", .min = 0, .max = 9999}, {"genre", RULE_TEXT, "genre", .max = 100}, \
    FOLDER
#define SEARCH \
    {"query", RULE_TEXT, "q", .required = true, .max = 200}, \
    {"artistCount", RULE_INT, "artist_count", .min = 0, .max = SIZE_MAX_, .fallback = "20"}, \
    {"artistOffset", RULE_INT, "artist_offset", .min = 0, .max = INT32_MAX, .fallback = "0"}, \
    {"albumCount", RULE_INT, "album_count", .min = 0, .max = SIZE_MAX_, .fallback = "20"}, \
    {"albumOffset", RULE_INT, "album_offset", .min = 0, .max = INT32_MAX, .fallback = "0"}, \
    {"songCount", RULE_INT, "song_count", .min = 0, .max = SIZE_MAX_, .fallback = "20"}, \
    {"songOffset", RULE_INT, "song_offset", .min = 0, .max = INT32_MAX, .fallback = "0"}, FOLDER
#define SIMILAR RULES(ID("tr|al|sg|ar"), COUNT("count", "50"))
#define QUEUE {"id", RULE_IDS, "ids", .values = "tr"}, {"position", RULE_INT, "position", .min = 0, .max = INT32_MAX, .fallback = "0"}

const struct problem *
rest_query(struct rest_call *call, const struct query *query, json_t **ret_json)
{
    const struct problem *p;
    json_error_t error;
    PGresult *rows;

    p = db_rows(call->req, query, &rows);
    if (p)
        return p;
    *ret_json = PQntuples(rows) && !PQgetisnull(rows, 0, 0)
                    ? json_loadb(PQgetvalue(rows, 0, 0), (size_t)PQgetlength(rows, 0, 0), JSON_ALLOW_NUL | JSON_DECODE_ANY, &error) : NULL;
    p = !PQntuples(rows) || PQgetisnull(rows, 0, 0) ? PROBLEM(NOT_FOUND) : *ret_json ? NULL : PROBLEM(INTERNAL);
    PQclear(rows);
    return p;
}

/* An artist, a release, or what of an artist is in no release; in getMusicDirectory also a music folder. */
const struct problem *
rest_artist_or_album(struct rest_call *call)
{
    const char *kind = request_param(call->req, "id_kind"), *id = rest_param(call, "id", 0);

    if (!kind) {
        if (!id)
            return rest_refuse(call, REST_MISSING_PARAMETER, "The parameter id is missing.");
        if (!text_equal(id, "1") && !text_equal(id, "2")) {
            static const struct rule rule[] = {ID("ar|al|sg"), {0}};
            struct rest_method with_id = *call->method;
            const struct rest_method *method = call->method;
            const struct problem *p;

            with_id.rules = rule;
            call->method = &with_id;
            p = rest_bind(call);
            call->method = method;
            if (p)
                return p;
            kind = request_param(call->req, "id_kind");
        } else {
            request_set(call->req, "folder", id);
            return rest_query(call, &q_subsonic_folder, &call->reply);
        }
    }
    request_set(call->req, "in_release", text_equal(kind, "al") ? request_param(call->req, "id") : NULL);
    return rest_query(call, text_equal(kind, "al") ? &q_subsonic_album : text_equal(kind, "sg") ? &q_subsonic_singles : &q_subsonic_artist, &call->reply);
}

/* Nothing to search for, which some apps write as "", is everything. */
const struct problem *
rest_search(struct rest_call *call)
{
    const char *words = request_param(call->req, "q");

    while (*words == ' ')
        words++;
    return rest_query(call, !*words || text_equal(words, "\"\"") ? &q_subsonic_search_all : &q_subsonic_search, &call->reply);
}

/* Of 1.4 and older: one text, in whatever field. */
static const struct problem *
rest_search_older(struct rest_call *call)
{
    struct request *req = call->req;
    const char *any = rest_param(call, "any", 0), *title = rest_param(call, "title", 0), *artist = rest_param(call, "artist", 0), *album = rest_param(call, "album", 0);
    const char *words = any ? any : title ? title : artist ? artist : album ? album : "";
    const struct problem *p;
    json_t *found, *match;
    int64_t offset = 0;

    request_set(req, "q", arena_strndup(req->arena, words, strlen(words) < 200 ? strlen(words) : 200));
    for (size_t i = 0; i < 4; i++) {
        static const char *const none[] = {"artist_count", "artist_offset", "album_count", "album_offset"};

        request_set(req, none[i], "0");
    }
    if (!utf8_valid(str_of(request_param(req, "q")), NULL))
        return rest_refuse(call, REST_GENERIC, "There are at most 200 bytes to search for.");
    p = rest_query(call, *words ? &q_subsonic_search : &q_subsonic_search_all, &found);
    if (p)
        return p;
    match = json_object_get(found, "song");
    text_to_int64(request_param(req, "song_offset"), 0, INT32_MAX, &offset);
    call->reply = json_pack("{s:I, s:I, s:O}", "offset", (json_int_t)offset, "totalHits", (json_int_t)offset + (json_int_t)json_array_size(match), "match", match);
    json_decref(found);
    return call->reply ? NULL : PROBLEM(INTERNAL);
}

static const struct problem *
rest_site(struct rest_call *call, const struct query *query)
{
    request_set(call->req, "site", config_frontend_url(server_settings(call->req->server)->config));
    return rest_query(call, query, &call->reply);
}

/* Of an artist, or of whose song or album it is. */
const struct problem *
rest_artist_info(struct rest_call *call)
{
    const struct problem *p = NULL;
    json_t *of;

    if (!text_equal(request_param(call->req, "id_kind"), "ar") && !text_equal(request_param(call->req, "id_kind"), "sg")) {
        const char *artist;

        p = rest_query(call, text_equal(request_param(call->req, "id_kind"), "al") ? &q_subsonic_album : &q_subsonic_song, &of);
        if (p)
            return p;
        artist = json_string_value(json_object_get(of, "artistId"));
        request_set(call->req, "id", artist ? arena_strdup(call->req->arena, artist + 3) : NULL);
        json_decref(of);
    }
    return rest_site(call, &q_subsonic_artist_info);
}

/* Of an album, or of the album of a song; the pictures are those of getCoverArt, which wants to know who asks, and so have no address of their own. */
const struct problem *
rest_album_info(struct rest_call *call)
{
    const char *kind = request_param(call->req, "id_kind"), *album;
    const struct problem *p;
    json_t *of;

    if (text_equal(kind, "tr")) {
        p = rest_query(call, &q_subsonic_song, &of);
        if (p)
            return p;
        album = json_string_value(json_object_get(of, "albumId"));
        kind = album && text_starts_with(album, "al-") ? "al" : "sg";
        request_set(call->req, "id", album ? arena_strdup(call->req->arena, album + 3) : NULL);
        json_decref(of);
    }
    if (text_equal(kind, "al"))
        return rest_query(call, &q_subsonic_album_info, &call->reply);
    p = rest_query(call, &q_subsonic_singles, &of);
    if (p)
        return p;
    json_decref(of);
    call->reply = json_object();
    return NULL;
}

const struct problem *
rest_extensions(struct rest_call *call)
{
    static const char *const names[] = {"apiKeyAuthentication", "formPost", "indexBasedQueue", "songLyrics", "transcodeOffset"};

    call->reply = json_array();
    for (size_t i = 0; i < COUNT_OF(names); i++)
        json_array_append_new(call->reply, json_pack("{s:s, s:[i]}", "name", names[i], "versions", 1));
    return NULL;
}

static const struct problem *
rest_token_info(struct rest_call *call)
{
    call->reply = json_pack("{s:s}", "username", call->username);
    return call->reply ? NULL : PROBLEM(INTERNAL);
}

static const struct problem *
rest_license(struct rest_call *call)
{
    call->reply = json_pack("{s:b}", "valid", 1);
    return call->reply ? NULL : PROBLEM(INTERNAL);
}

static const struct problem *
rest_folders(struct rest_call *call)
{
    call->reply = json_pack("{s:[{s:i, s:s}, {s:i, s:s}]}", "musicFolder", "id", 1, "name", "Music", "id", 2, "name", "Mine and followed");
    return call->reply ? NULL : PROBLEM(INTERNAL);
}

static const struct problem *
rest_ping(struct rest_call *call)
{
    (void)call;
    return NULL;
}

/* One's own playlists; those of others are found by search, and played by their ids. */
static const struct problem *
rest_playlists(struct rest_call *call)
{
    const char *username = request_param(call->req, "username");

    if (username && *username && !text_equal(username, call->username))
        return rest_refuse(call, REST_NOT_ALLOWED, "Only one's own playlists are listed.");
    return rest_query(call, &q_subsonic_playlists, &call->reply);
}

#define NO_JUKEBOX "Veza does not play on the server."
#define NO_VIDEO "Veza has no video."
#define NO_RADIO "Veza has no internet radio stations."
#define NO_PODCASTS "Veza subscribes to no podcasts."
#define NO_CHAT "The chat is in the web app."
#define NO_USERS "Accounts are administered in the web app."
#define NO_SCAN "Music is uploaded in the web app; there are no folders to scan."

const struct rest_method rest_methods[] = {
    {"ping", .handler = rest_ping},
    {"getLicense", .member = "license", .handler = rest_license},
    {"getOpenSubsonicExtensions", .member = "openSubsonicExtensions", .handler = rest_extensions, .open = true},
    {"tokenInfo", .member = "tokenInfo", .handler = rest_token_info},
    {"getUser", RULES({"username", RULE_TEXT, "username", .max = 100}), &q_subsonic_user, "user"},
    {"getScanStatus", NULL, &q_subsonic_scan_status, "scanStatus"},

    {"getMusicFolders", .member = "musicFolders", .handler = rest_folders},
    {"getIndexes", RULES(FOLDER), &q_subsonic_artists, "indexes", .sets = OLDER},
    {"getArtists", RULES(FOLDER), &q_subsonic_artists, "artists", .sets = NEWER},
    {"getMusicDirectory", .member = "directory", .handler = rest_artist_or_album, .sets = OLDER},
    {"getGenres", NULL, &q_subsonic_genres, "genres"},
    {"getArtist", RULES(ID("ar")), .member = "artist", .handler = rest_artist_or_album, .sets = NEWER},
    {"getAlbum", RULES(ID("al|sg")), .member = "album", .handler = rest_artist_or_album, .sets = NEWER},
    {"getSong", RULES(ID("tr")), &q_subsonic_song, "song"},
    {"getArtistInfo", RULES(ID("tr|al|sg|ar"), {"count", RULE_INT, "count", .min = 0, .max = 100}), .member = "artistInfo", .handler = rest_artist_info, .sets = OLDER},
    {"getArtistInfo2", RULES(ID("tr|al|sg|ar"), {"count", RULE_INT, "count", .min = 0, .max = 100}), .member = "artistInfo2", .handler = rest_artist_info, .sets = NEWER},
    {"getAlbumInfo", RULES(ID("tr|al|sg")), .member = "albumInfo", .handler = rest_album_info, .sets = NEWER},
    {"getAlbumInfo2", RULES(ID("tr|al|sg")), .member = "albumInfo", .handler = rest_album_info, .sets = NEWER},
    {"getSimilarSongs", SIMILAR, &q_subsonic_similar_songs, "similarSongs"},
    {"getSimilarSongs2", SIMILAR, &q_subsonic_similar_songs, "similarSongs2"},
    {"getTopSongs", RULES({"artist", RULE_TEXT, "artist", .required = true, .max = 300}, COUNT("count", "50")), &q_subsonic_top_songs, "topSongs"},

    {"getAlbumList", RULES(ALBUM_LIST), &q_subsonic_album_list, "albumList", .sets = OLDER},
    {"getAlbumList2", RULES(ALBUM_LIST), &q_subsonic_album_list, "albumList2", .sets = NEWER},
    {"getRandomSongs", RULES(COUNT("size", "10"), {"genre", RULE_TEXT, "genre", .max = 100}, {"fromYear", RULE_INT, "from_year", .min = 0, .max = 9999},
                             {"toYear", RULE_INT, "to_year", .min = 0, .max = 9999}, FOLDER), &q_subsonic_random_songs, "randomSongs"},
    {"getSongsByGenre", RULES({"genre", RULE_TEXT, "genre", .required = true, .max = 100}, COUNT("count", "10"),
                              {"offset", RULE_INT, "offset", .min = 0, .max = INT32_MAX, .fallback = "0"}, FOLDER), &q_subsonic_songs_by_genre, "songsByGenre"},
    {"getNowPlaying", NULL, &q_subsonic_now_playing, "nowPlaying"},
    {"getStarred", RULES(FOLDER), &q_subsonic_starred, "starred", .sets = OLDER},
    {"getStarred2", RULES(FOLDER), &q_subsonic_starred, "starred2", .sets = NEWER},

    {"search", RULES({"count", RULE_INT, "song_count", .min = 0, .max = SIZE_MAX_, .fallback = "20"},
                     {"offset", RULE_INT, "song_offset", .min = 0, .max = INT32_MAX, .fallback = "0"}), .member = "searchResult",
     .handler = rest_search_older, .sets = OLDER},
    {"search2", RULES(SEARCH), .member = "searchResult2", .handler = rest_search, .sets = OLDER},
    {"search3", RULES(SEARCH), .member = "searchResult3", .handler = rest_search, .sets = NEWER},

    {"getPlaylists", RULES({"username", RULE_TEXT, "username", .max = 100}), .member = "playlists", .handler = rest_playlists},
    {"getPlaylist", RULES(ID("pl")), &q_subsonic_playlist, "playlist"},
    {"createPlaylist", RULES({"playlistId", RULE_ID, "id", .values = "pl"}, {"name", RULE_TEXT, "name", .max = 200}, {"songId", RULE_IDS, "ids", .values = "tr"}),
     .member = "playlist", .handler = rest_playlist_create, .changes = true},
    {"updatePlaylist", RULES({"playlistId", RULE_ID, "id", .required = true, .values = "pl"}, {"name", RULE_TEXT, "name", .max = 200},
                             {"comment", RULE_TEXT, "description", .max = 5000}, {"public", RULE_BOOL, "is_public"}, {"songIdToAdd", RULE_IDS, "ids", .values = "tr"},
                             {"songIndexToRemove", RULE_INTS, "places", .min = 0, .max = INT32_MAX}), .handler = rest_playlist_update, .changes = true},
    {"deletePlaylist", RULES(ID("pl")), .handler = rest_playlist_delete, .changes = true},

    {"stream", RULES(ID("tr"), {"maxBitRate", RULE_INT, "max_kbps", .min = 0, .max = 100000, .fallback = "0"}, {"format", RULE_TEXT, "format", .max = 20},
                     {"timeOffset", RULE_INT, "time_offset", .min = 0, .max = INT32_MAX, .fallback = "0"},
                     {"estimateContentLength", RULE_BOOL, "estimate"}), .handler = rest_stream},
    {"download", RULES(ID("tr")), .handler = rest_download},
    {"hls.m3u8", RULES(ID("tr"), {"bitRate", RULE_TEXT, "bit_rate", .max = 20}), .handler = rest_hls},
    {"hls", RULES(ID("tr"), {"bitRate", RULE_TEXT, "bit_rate", .max = 20}), .handler = rest_hls},
    {"getCoverArt", RULES(ID("tr|al|sg|ar|pl"), {"size", RULE_INT, "pixels", .min = 1, .max = 10000, .fallback = "1200"}), .handler = rest_cover},
    {"getAvatar", RULES({"username", RULE_TEXT, "username", .required = true, .max = 100}), .handler = rest_cover},
    {"getLyrics", RULES({"artist", RULE_TEXT, "artist", .max = 300}, {"title", RULE_TEXT, "title", .max = 300, .fallback = ""}), &q_subsonic_lyrics, "lyrics"},
    {"getLyricsBySongId", RULES(ID("tr")), &q_subsonic_lyrics_of_song, "lyricsList"},

    {"star", .handler = rest_star, .changes = true},
    {"unstar", .handler = rest_unstar, .changes = true},
    {"setRating", RULES(ID("tr|al|ar"), {"rating", RULE_INT, "rating", .required = true, .min = 0, .max = 5}), &q_subsonic_rate, .handler = rest_run, .changes = true},
    {"scrobble", RULES({"id", RULE_IDS, "ids", .required = true, .values = "tr"}, {"submission", RULE_BOOL, "submission", .fallback = "true"}), .handler = rest_scrobble},

    {"getShares", NULL, .member = "shares", .handler = rest_shares},
    {"createShare", RULES(ID("tr|al|pl"), {"description", RULE_TEXT, "description", .max = 500}, {"expires", RULE_INT, "expires", .min = 0, .max = 253402300799000}),
     .member = "shares", .handler = rest_share_create, .changes = true},
    {"updateShare", RULES(ID("sh"), {"description", RULE_TEXT, "description", .max = 500}, {"expires", RULE_INT, "expires", .min = 0, .max = 253402300799000}),
     &q_subsonic_share_update, .handler = rest_share_update, .changes = true},
    {"deleteShare", RULES(ID("sh")), &q_subsonic_share_delete, .handler = rest_run, .changes = true},

    {"getBookmarks", NULL, &q_subsonic_bookmarks, "bookmarks"},
    {"createBookmark", RULES(ID("tr"), {"position", RULE_INT, "position", .required = true, .min = 0, .max = INT32_MAX}, {"comment", RULE_TEXT, "comment", .max = 1000}),
     &q_subsonic_bookmark_set, .handler = rest_run, .changes = true},
    {"deleteBookmark", RULES(ID("tr")), &q_subsonic_bookmark_delete, .handler = rest_run, .changes = true},
    {"getPlayQueue", NULL, &q_subsonic_queue, "playQueue", .sets = {{"by_index", "false"}}},
    {"getPlayQueueByIndex", NULL, &q_subsonic_queue, "playQueueByIndex", .sets = {{"by_index", "true"}}},
    {"savePlayQueue", RULES(QUEUE, {"current", RULE_ID, "current", .values = "tr"}), .handler = rest_queue_save},
    {"savePlayQueueByIndex", RULES(QUEUE, {"currentIndex", RULE_INT, "current_place", .min = -1, .max = REST_IDS_MAX}), .handler = rest_queue_save},

    {"startScan", .unavailable = NO_SCAN},
    {"jukeboxControl", .unavailable = NO_JUKEBOX},
    {"getVideos", .unavailable = NO_VIDEO},
    {"getVideoInfo", .unavailable = NO_VIDEO},
    {"getCaptions", .unavailable = NO_VIDEO},
    {"getInternetRadioStations", .unavailable = NO_RADIO},
    {"createInternetRadioStation", .unavailable = NO_RADIO},
    {"updateInternetRadioStation", .unavailable = NO_RADIO},
    {"deleteInternetRadioStation", .unavailable = NO_RADIO},
    {"getPodcasts", .unavailable = NO_PODCASTS},
    {"getNewestPodcasts", .unavailable = NO_PODCASTS},
    {"getPodcastEpisode", .unavailable = NO_PODCASTS},
    {"refreshPodcasts", .unavailable = NO_PODCASTS},
    {"createPodcastChannel", .unavailable = NO_PODCASTS},
    {"deletePodcastChannel", .unavailable = NO_PODCASTS},
    {"deletePodcastEpisode", .unavailable = NO_PODCASTS},
    {"downloadPodcastEpisode", .unavailable = NO_PODCASTS},
    {"getChatMessages", .unavailable = NO_CHAT},
    {"addChatMessage", .unavailable = NO_CHAT},
    {"getUsers", .unavailable = NO_USERS},
    {"createUser", .unavailable = NO_USERS},
    {"updateUser", .unavailable = NO_USERS},
    {"deleteUser", .unavailable = NO_USERS},
    {"changePassword", .unavailable = NO_USERS},
    {0}};
