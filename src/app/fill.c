#include "app/fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.queries.h"
#include "app/app.h"
#include "app/demo.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "modules/auth/auth.h"

#define TRACKS_MIN 100
#define TRACKS_MAX 10000000
#define USERS_MIN 20
#define USERS_MAX 1000000
#define FEW 20000 /* tracks; so small a filling is for tests and comparisons, and its sounds are short */
#define AGAIN "Run the same command again, and it goes on from there; or delete the data folder (VEZA_DATA_DIR), or the database."

struct step {
    const char *name;
    const char *tables; /* NULL: of no table are the triggers off; else statements that say which */
    bool (*work)(struct fill *fill);
};

/* Nobody reads or writes them until the transaction ends. */
#define OF(tables) "lock table " tables " in access exclusive mode; select set_config('veza.fill_tables', '" tables "', true)"

static const struct step people_steps[] = {{"people", OF("users, user_settings, user_profiles"), fill_people}, {"labels", NULL, fill_labels}, {0}};
static const struct step music_steps[] = {{"tracks", OF("tracks, releases, release_tracks, release_slugs"), fill_tracks},
                                          {"links", OF("track_tags, track_genres"), fill_links},
                                          {"plays", OF("track_plays"), fill_plays},
                                          {"likes", OF("track_likes"), fill_likes},
                                          {"reposts", OF("track_reposts"), fill_reposts},
                                          {"follows", OF("user_follows, user_stats, user_genre_follows, user_tag_follows"), fill_follows},
                                          {"playlists", OF("playlists, playlist_tracks"), fill_playlists},
                                          {"followers", OF("playlist_follows"), fill_playlist_follows},
                                          {0}};

/* Rows come without triggers, foreign keys and most indexes; these are made once the rows are there, which also checks them. A key that other tables name stays. */
static const char put_aside[] = "do $$ declare\n"
                                "    tables constant regclass[] := string_to_array(current_setting('veza.fill_tables'), ', ')::regclass[];\n"
                                "    e record;\n"
                                "begin\n"
                                "    create temporary table fill_later on commit drop as\n"
                                "    select case c.contype when 'f' then 3 else 1 end as n,\n"
                                "           format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) as away,\n"
                                "           format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) as again\n"
                                "      from pg_constraint c\n"
                                "     where c.conrelid = any (tables)\n"
                                "       and (c.contype = 'f'\n"
                                "            or (c.contype in ('p', 'u')\n"
                                "                and not exists (select from pg_constraint f where f.contype = 'f' and f.conindid = c.conindid)))\n"
                                "    union all\n"
                                "    select 2, format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)\n"
                                "      from pg_index i\n"
                                "     where i.indrelid = any (tables) and not exists (select from pg_constraint k where k.conindid = i.indexrelid);\n"
                                "    for e in select unnest(tables) as name loop execute format('alter table %s disable trigger user', e.name); end loop;\n"
                                "    for e in select * from fill_later l order by l.n desc loop execute e.away; end loop;\n"
                                "end $$";
static const char put_back[] = "do $$ declare\n"
                               "    e record;\n"
                               "begin\n"
                               "    for e in select * from fill_later l order by l.n loop execute e.again; end loop;\n"
                               "    for e in select unnest(string_to_array(current_setting('veza.fill_tables'), ', ')::regclass[]) as name loop\n"
                               "        execute format('alter table %s enable trigger user', e.name);\n"
                               "        execute format('analyze %s', e.name);\n"
                               "    end loop;\n"
                               "    drop table fill_later;\n"
                               "end $$";

/* --- the sounds --- */

static struct demo_track
sound(unsigned n, bool is_short, char title[32])
{
    static const struct {
        double bpm;
        const char *genre;
    } styles[DEMO_STYLE_COUNT] = {{64, "Ambient"}, {60, "Experimental"}, {80, "Classical"}, {123, "House"}, {134, "Techno"}, {72, "Dub"},
                                  {82, "Hip-hop"}, {174, "Drum and bass"}, {100, "Electronic"}, {150, "Electronic"}, {96, "Folk"}, {76, "Spoken word"}};
    unsigned style = n % DEMO_STYLE_COUNT, faster = n / DEMO_STYLE_COUNT * 2, length_ms = is_short ? 4000 + n * 7 % 5 * 1000 : 20000 + n * 37 % 40 * 1000;

    snprintf(title, 32, "Sound %02u", n + 1);
    return (struct demo_track){
        .owner = FILL_OWNER, .title = title, .artist = "Veza", .album = "", .genre = styles[style].genre, .tags = "", .description = "", .year = 2026,
        .piece = {.style = (enum demo_style)style, .seed = 1000 + n, .bpm = styles[style].bpm + faster, .root = (int)(n * 7 % 12),
                  .mode = (enum demo_mode)(n % 6), .duration_ms = length_ms, .sample_rate = 44100, .bit_depth = 16}};
}

/* True where the database may be filled with this. */
static bool
may_fill(const struct fill *fill)
{
    char seed[24], tracks[16], users[16];
    PGresult *result;
    int strangers;
    bool good;

    if (db_run(&q_fill_strangers, NULL, &result, NULL))
        return false;
    strangers = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
    if (strangers)
        fprintf(stderr, "veza: this database has %d account%s that %s not of the demonstration (%s%s); it is left as it is."
                        " Fill an empty one: another VEZA_DATA_DIR, or another database.\n",
                strangers, strangers == 1 ? "" : "s", strangers == 1 ? "is" : "are", PQgetvalue(result, 0, 1), strangers > 5 ? " …" : "");
    PQclear(result);
    if (strangers)
        return false;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)fill->seed);
    snprintf(tracks, sizeof tracks, "%u", fill->tracks);
    snprintf(users, sizeof users, "%u", fill->users);
    if (db_run(&q_fill_begin, (const struct db_arg[]){{"seed", seed}, {"tracks", tracks}, {"users", users}, {"until", fill->until}, {0}}, &result, NULL))
        return false;
    good = *PQgetvalue(result, 0, 0) == 't';
    if (!good)
        fprintf(stderr, "veza: this database was filled, or begun to be, with: veza demo %s. Say the same, or fill an empty one.\n", PQgetvalue(result, 0, 1));
    PQclear(result);
    return good;
}

static const struct fill *wanted; /* serve_for() has no context */

static int
make_sounds(const struct config *config, unsigned port)
{
    static const struct demo_person owner = {FILL_OWNER, "Veza", "", "Sounds that the tracks of the demonstration share.", "", true, 1};
    char folder[4096], id[UUID_TEXT], title[32], hash[64];
    struct demo_client client = {0};
    bool is_signed_in = false;
    PGresult *result;

    if (!may_fill(wanted))
        return 1;
    demo_connect(config, port, &client);
    snprintf(folder, sizeof folder, "%s/files/tmp", config->data_dir);
    for (unsigned n = 0; n < FILL_SOUNDS; n++) {
        struct demo_track track = sound(n, wanted->tracks < FEW, title);

        demo_show("Composing", n, FILL_SOUNDS);
        if (demo_find(&q_demo_track, FILL_OWNER, title, id))
            continue;
        if (!is_signed_in && (!password_hash(DEMO_PASSWORD, hash) || !demo_add_person(&owner, hash) || !demo_sign_in(&client, FILL_OWNER "@" DEMO_DOMAIN)))
            return 1;
        is_signed_in = true;
        if (!demo_upload(&client, &track, "private", wanted->tracks < FEW ? DEMO_COVER_SIZE / 4 : DEMO_COVER_SIZE, folder))
            return 1;
    }
    if (demo_wait(FILL_SOUNDS))
        return 1;
    if (db_run(&q_fill_hide_owner, (const struct db_arg[]){{"username", FILL_OWNER}, {0}}, &result, NULL))
        return 1;
    PQclear(result);
    return 0;
}

/* --- the rows --- */

static bool
set_up(struct fill *fill)
{
    return fill_run(fill, "set timezone = 'UTC'; set client_encoding = 'UTF8'; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0;"
                          " set synchronous_commit = off; set work_mem = '128MB'; set maintenance_work_mem = '512MB'; set max_parallel_workers_per_gather = 2;"
                          " set client_min_messages = warning");
}

static bool
is_done(struct fill *fill, const char *name)
{
    PGresult *result = PQexecParams(fill->pg, "select demo_fill -> 'done' ? $1 from installation", 1, NULL, &name, NULL, NULL, 0);
    bool done = PQntuples(result) == 1 && *PQgetvalue(result, 0, 0) == 't';

    PQclear(result);
    return done;
}

static bool
note_done(struct fill *fill, const char *name)
{
    static const char sql[] = "update installation set demo_fill = jsonb_set(demo_fill, '{done}', demo_fill -> 'done' || to_jsonb($1::text))";
    PGresult *result = PQexecParams(fill->pg, sql, 1, NULL, &name, NULL, NULL, 0);
    bool good = PQresultStatus(result) == PGRES_COMMAND_OK;

    PQclear(result);
    return good;
}

static void
begin_step(struct fill *fill, const char *name)
{
    fill->step = name;
    fill->done = 0;
    fill->total = 1;
    fill->shown_ms = 0;
}

static void
tell_step(const char *name, int64_t began_ms)
{
    printf("\r  %-12s %.1f s%40s\n", name, (double)(clock_monotonic_ms() - began_ms) / 1000, "");
    fflush(stdout);
}

/* One transaction: all of the step, or nothing. */
static bool
do_step(struct fill *fill, const struct step *step)
{
    int64_t began_ms = clock_monotonic_ms();
    bool good;

    if (is_done(fill, step->name))
        return true;
    begin_step(fill, step->name);
    good = fill_run(fill, "begin") && (!step->tables || (fill_run(fill, step->tables) && fill_run(fill, put_aside))) && step->work(fill) &&
           (!step->tables || fill_run(fill, put_back)) && note_done(fill, step->name) && !fill_is_ended() && fill_run(fill, "commit");
    if (!good) {
        PQclear(PQexec(fill->pg, "rollback"));
        return false;
    }
    tell_step(step->name, began_ms);
    return true;
}

static bool
do_steps(struct fill *fill, const struct step *steps)
{
    bool good = true;

    for (; good && steps->name; steps++)
        good = do_step(fill, steps);
    return good;
}

/* What triggers would have counted in other tables than their rows'. */
static bool
derive(struct fill *fill)
{
    return fill_run(fill, "update tags g set use_count = coalesce(n.uses, 0)"
                          "  from tags o left join (select tag_id, count(*)::int as uses from track_tags group by tag_id) n on n.tag_id = o.id"
                          " where o.id = g.id and g.use_count <> coalesce(n.uses, 0)") &&
           fill_run(fill, "update user_stats s set public_tracks = n.tracks"
                          "  from (select creator_id, count(*) as tracks from tracks"
                          "         where public_from is not null and status = 'completed' and deleted_at is null group by 1) n"
                          " where s.user_id = n.creator_id") &&
           fill_run(fill, "insert into genre_counts (genre, public_tracks, explicit_tracks)"
                          " select t.genre, count(*), count(*) filter (where t.is_explicit) from tracks t join users u on u.id = t.creator_id"
                          "  where t.genre <> '' and t.public_from is not null and t.status = 'completed' and t.deleted_at is null and user_shown(u) group by 1"
                          " on conflict (genre) do update set public_tracks = excluded.public_tracks, explicit_tracks = excluded.explicit_tracks") &&
           fill_run(fill, "insert into playlist_days (playlist_id, day, followed)"
                          " select playlist_id, (created_at at time zone 'UTC')::date, count(*) from playlist_follows"
                          " group by 1, 2 on conflict (playlist_id, day) do update set followed = excluded.followed");
}

static bool
derive_search(struct fill *fill)
{
    return fill_run(fill, "select search_rebuild()");
}

static const struct step last_steps[] = {{"counts", NULL, derive}, {"search", NULL, derive_search}, {0}};

/* The visibility map, without which lists look at each row, and statistics of the small tables; outside of a transaction. */
static bool
tidy(struct fill *fill)
{
    int64_t began_ms = clock_monotonic_ms();
    PGresult *tables;
    bool good;

    if (is_done(fill, "tidy"))
        return true;
    begin_step(fill, "tidy");
    demo_show("tidy", 0, 1);
    tables = PQexec(fill->pg, "select 'vacuum (analyze) ' || string_agg(format('%I', c.relname), ', ') from pg_class c"
                              " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'");
    good = PQntuples(tables) == 1 && fill_run(fill, PQgetvalue(tables, 0, 0)) && note_done(fill, "tidy");
    PQclear(tables);
    if (good)
        tell_step("tidy", began_ms);
    return good;
}

static bool
make_room(struct fill *fill)
{
    uint64_t odd = 2654435761u % fill->tracks | 1;
    struct draw draw = draw_begin(fill->seed, FILL_ORDER, 0);

    for (uint64_t a = odd, b = fill->tracks; b; a = odd, b = fill->tracks) { /* until it has no divisor in common with the number of tracks */
        while (b) {
            uint64_t rest = a % b;

            a = b;
            b = rest;
        }
        if (a == 1)
            break;
        odd += 2;
    }
    fill->step_odd = odd;
    fill->step_from = draw_below(&draw, fill->tracks);
    fill->creators = (fill->users + 2) / 3;
    fill->playlists = fill->tracks / 50 + fill->users / 10 + 1;
    fill->tag_count = fill->tracks / 50 < 200 ? 200 : fill->tracks / 50 > 5000 ? 5000 : fill->tracks / 50;
    fill->tags = calloc(fill->tag_count, sizeof *fill->tags);
    fill->owner = calloc(fill->tracks, sizeof *fill->owner);
    fill->state = calloc(fill->tracks, 1);
    fill->likes = calloc(fill->tracks, sizeof *fill->likes);
    fill->reposts = calloc(fill->tracks, sizeof *fill->reposts);
    fill->plays = calloc(fill->tracks, sizeof *fill->plays);
    fill->followers = calloc(fill->users, sizeof *fill->followers);
    fill->following = calloc(fill->users, sizeof *fill->following);
    return fill->tags && fill->owner && fill->state && fill->likes && fill->reposts && fill->plays && fill->followers && fill->following;
}

static void
free_room(struct fill *fill)
{
    PQclear(fill->sounds);
    free(fill->tags);
    free(fill->owner);
    free(fill->state);
    free(fill->likes);
    free(fill->reposts);
    free(fill->plays);
    free(fill->followers);
    free(fill->following);
}

/* Their columns from the third on are columns of a track's row (fill_music.c). */
static bool
read_sounds(struct fill *fill)
{
    fill->sounds = PQexec(fill->pg, "select t.id, t.media_version, t.duration, t.duration_ms, t.format, t.bitrate, t.sample_rate, t.channels, t.bit_depth, t.samples,"
                                    "       t.loudness_lufs, t.loudness_range_lu, t.true_peak_dbtp, t.waveform_path, t.cover_art_path"
                                    "  from tracks t join users u on u.id = t.creator_id"
                                    " where u.username = '" FILL_OWNER "' and t.status = 'completed' and t.deleted_at is null order by t.title");
    return PQntuples(fill->sounds) == FILL_SOUNDS;
}

static bool
only_one(struct fill *fill)
{
    PGresult *result = PQexec(fill->pg, "select pg_try_advisory_lock(hashtextextended('veza demo', 0))");
    bool good = PQntuples(result) == 1 && *PQgetvalue(result, 0, 0) == 't';

    PQclear(result);
    if (!good)
        fputs("veza: another veza demo fills this database\n", stderr);
    return good;
}

static bool
fill_rows(struct fill *fill)
{
    if (!set_up(fill) || !only_one(fill) || !read_sounds(fill) || !make_room(fill))
        return false;
    fill_plan(fill);
    fill_count(fill);
    fill_count_follows(fill);
    return do_steps(fill, people_steps) && fill_read_labels(fill) && do_steps(fill, music_steps) && do_steps(fill, last_steps) && tidy(fill);
}

static int
fill_database(const struct config *config, const char *conninfo, void *context)
{
    struct fill *fill = context;
    bool good;

    (void)config;
    fill_listen_for_end();
    fill->conninfo = conninfo;
    fill->pg = PQconnectdb(conninfo);
    good = PQstatus(fill->pg) == CONNECTION_OK && fill_rows(fill);
    if (!good && PQstatus(fill->pg) != CONNECTION_OK)
        fprintf(stderr, "veza: %s", PQerrorMessage(fill->pg));
    PQfinish(fill->pg);
    free_room(fill);
    if (good)
        return 0;
    fprintf(stderr, "\nveza: the database is not filled to its end. " AGAIN "\n");
    return 1;
}

/* --- the command --- */

static int
usage(void)
{
    fprintf(stderr, "usage: veza demo [--tracks N --users N [--seed N] [--until YYYY-MM-DD]]\n"
                    "       %d to %d tracks, %d to %d users\n", TRACKS_MIN, TRACKS_MAX, USERS_MIN, USERS_MAX);
    return 2;
}

static bool
take_day(const char *text, struct fill *fill)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%d", &tm);

    if (!end || *end || strlen(text) != 10)
        return false;
    snprintf(fill->until, sizeof fill->until, "%s", text);
    fill->until_s = (int64_t)timegm(&tm);
    return true;
}

int
demo_fill_many(const struct config *config, int argc, char **argv)
{
    struct fill fill = {.seed = 1};
    int64_t seed = 1, tracks = 0, users = 0, began_ms = clock_monotonic_ms();
    bool good = take_day("2026-11-01", &fill);
    int result;

    for (int i = 2; good && i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        good = text_equal(argv[i], "--tracks")  ? text_to_int64(value, TRACKS_MIN, TRACKS_MAX, &tracks)
               : text_equal(argv[i], "--users") ? text_to_int64(value, USERS_MIN, USERS_MAX, &users)
               : text_equal(argv[i], "--seed")  ? text_to_int64(value, 0, INT64_MAX, &seed)
               : text_equal(argv[i], "--until") ? take_day(value, &fill)
                                                : false;
    }
    if (!good || !tracks || !users)
        return usage();
    if (config_is_production(config)) {
        fprintf(stderr, "veza: demo people have a known password and do not belong into production (APP_ENV)\n");
        return 1;
    }
    log_setup(LOG_LEVEL_WARN, false);
    fill.seed = (uint64_t)seed;
    fill.tracks = (unsigned)tracks;
    fill.users = (unsigned)users;
    wanted = &fill;
    result = serve_for(config, make_sounds);
    if (!result) {
        printf("\r  %-12s %.1f s%40s\n", "sounds", (double)(clock_monotonic_ms() - began_ms) / 1000, "");
        result = with_existing_database(config, fill_database, &fill);
    }
    if (!result)
        printf("\n  %u people, %u tracks, %u playlists in %.0f s. Sign in as demo.artist@" DEMO_DOMAIN " or demo.listener@" DEMO_DOMAIN " with the password %s\n"
               "  None of the others has a password, and none is an administrator. Make one with:"
               " build/veza user create --username U --email E --role admin --verified\n",
               fill.users, fill.tracks, fill.playlists, (double)(clock_monotonic_ms() - began_ms) / 1000, DEMO_PASSWORD);
    return result;
}
