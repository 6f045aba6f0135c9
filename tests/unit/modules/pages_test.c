/* What PostgreSQL reads for a page of a list: as many blocks in a large table as in a small one, wherever the page begins. */
#include "../base/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "../db/test_database.h"
#include "db/db.h"
#include "db/migrate.h"
#include "db/statement.h"
#include "playlists.queries.h"
#include "tracks.queries.h"

#define SMALL 500
#define LARGE 50000
#define VIEWER "11111111-1111-4111-8111-111111111111"

/* Without the indexes for searching, which no list of these reads and which take long to fill. */
static void
fill(int from, int to)
{
    char sql[1024];

    snprintf(sql, sizeof sql,
             "insert into tracks (creator_id, title, genre, visibility, status, created_at)"
             " select u.id, 'Track ' || n, 'House', 'public', 'completed', now() - n * interval '1 second'"
             " from generate_series(%d, %d) n join (select id, row_number() over (order by id) as k from users) u on u.k = n %% 50 + 1 order by md5(n::text)", from, to);
    test_database_ask(sql);
    PQclear(PQexec(db_connection(), "vacuum analyze tracks"));
}

static long
blocks_of(const char *explained)
{
    const char *hit = strstr(explained, "\"Shared Hit Blocks\": "), *read = strstr(explained, "\"Shared Read Blocks\": ");

    assert_non_null(hit);
    assert_non_null(read);
    return strtol(hit + strlen("\"Shared Hit Blocks\": "), NULL, 10) + strtol(read + strlen("\"Shared Read Blocks\": "), NULL, 10);
}

/* Blocks that a page reads by the plan for any values. `key1`, `key2`: SQL of the keys that it begins after, where the form has a cursor. */
static long
blocks(const struct query *query, db_form form, const char *key1, const char *key2)
{
    const char *names[PARAM_LIMIT];
    int count = statement_params(query, NULL, form, names);
    struct buf sql = BUF_INIT(65536);
    PGresult *result;
    long found;

    PQclear(PQexec(db_connection(), "deallocate all; set plan_cache_mode = force_generic_plan"));
    buf_add_text(&sql, "prepare page as ");
    db_statement(query, NULL, form, &sql);
    result = PQexec(db_connection(), buf_str(&sql).ptr);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s", PQresultErrorMessage(result));
    PQclear(result);
    sql.len = 0;
    buf_add_text(&sql, "explain (analyze, buffers, format json) execute page (");
    for (int i = 0; i < count; i++)
        buf_printf(&sql, "%s%s", i ? ", " : "", text_equal(names[i], "limit_")         ? "21"
                                                 : text_equal(names[i], "key1_")        ? key1
                                                 : text_equal(names[i], "key2_")        ? key2
                                                 : text_equal(names[i], "viewer_staff") ? "false"
                                                 : text_equal(names[i], "viewer")       ? "'" VIEWER "'"
                                                 : text_equal(names[i], "genre")        ? "'house'"
                                                                                        : "null");
    buf_add_text(&sql, ")");
    for (int i = 0;; i++) { /* the second time, when the catalogue has been looked at */
        result = PQexec(db_connection(), buf_str(&sql).ptr);
        if (PQresultStatus(result) != PGRES_TUPLES_OK)
            fail_msg("%s", PQresultErrorMessage(result));
        found = blocks_of(PQgetvalue(result, 0, 0));
        PQclear(result);
        if (i)
            break;
    }
    buf_free(&sql);
    return found;
}

static void
a_page_reads_as_much_of_a_large_table_as_of_a_small_one_wherever_it_begins(void **state)
{
    enum { NEWEST = 0, OLDEST = 1 << DB_LIST_SORT_SHIFT, TITLE = 2 << DB_LIST_SORT_SHIFT };
    /* The filter of public tracks is the first, that of a genre the sixth. */
    const db_form form = DB_LIST | 1u << DB_LIST_FILTER_SHIFT, genre = form | 1u << (DB_LIST_FILTER_SHIFT + 5);
    const char *middle = "(select created_at from tracks where title = 'Track 25000')", *id = "(select id from tracks where title = 'Track 25000')";
    const struct {
        const char *what;
        db_form form;
        const char *key1;
    } pages[] = {{"newest", form | NEWEST, middle}, {"oldest", form | OLDEST, middle}, {"title", form | TITLE, "'track 25000'"}, {"genre", genre | NEWEST, middle}};
    long small[COUNT_OF(pages)];
    char key1[128], key2[128];

    (void)state;
    test_database_ask("alter table tracks disable trigger search_new; drop index tracks_tags_idx"); /* what is searched by is filled elsewhere */
    test_database_ask("insert into users (username, email, password_hash) select 'person' || n, 'person' || n || '@example.org', 'x' from generate_series(1, 50) n");
    fill(1, SMALL);
    for (size_t i = 0; i < COUNT_OF(pages); i++)
        small[i] = blocks(&q_track_list, pages[i].form, NULL, NULL);
    fill(SMALL + 1, LARGE);
    snprintf(key2, sizeof key2, "'%s'", test_database_ask(id));
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        long first = blocks(&q_track_list, pages[i].form, NULL, NULL), later;

        if (pages[i].key1 == middle)
            snprintf(key1, sizeof key1, "'%s'", test_database_ask(middle));
        else
            snprintf(key1, sizeof key1, "%s", pages[i].key1);
        later = blocks(&q_track_list, pages[i].form | DB_LIST_AFTER, key1, key2);
        print_message("%s: %ld blocks of %d tracks, %ld of %d, %ld from the middle on\n", pages[i].what, small[i], SMALL, first, LARGE, later);
        assert_true(first * 2 <= small[i] * 3);
        assert_true(later * 2 <= small[i] * 3);
    }
}

/* `people` more people with one playlist each. */
static void
fill_playlists(int people)
{
    char sql[512];

    snprintf(sql, sizeof sql,
             "with u as (insert into users (username, email) select x, x || '@example.org' from (select 'list' || left(md5(random()::text || n), 20) as x"
             " from generate_series(1, %d) n) x returning id) insert into playlists (user_id, name) select id, 'Late trains' from u", people);
    test_database_ask(sql);
    PQclear(PQexec(db_connection(), "vacuum analyze users, playlists, playlist_collaborators"));
}

static void
ones_own_playlists_are_read_and_not_those_of_everybody(void **state)
{
    long few, many;

    (void)state;
    test_database_ask("insert into users (id, username, email) values ('" VIEWER "', 'viewer', 'viewer@example.org')");
    test_database_ask("insert into playlists (user_id, name) select '" VIEWER "', 'Late trains' from generate_series(1, 30)");
    fill_playlists(SMALL);
    test_database_ask("insert into playlist_collaborators (playlist_id, user_id, permission)"
                      " select id, '" VIEWER "', 'write' from playlists where user_id <> '" VIEWER "' limit 5");
    few = blocks(&q_playlist_list, DB_LIST, NULL, NULL);
    fill_playlists(LARGE / 5);
    many = blocks(&q_playlist_list, DB_LIST, NULL, NULL);
    print_message("playlists: %ld blocks of %d others, %ld of %d\n", few, SMALL, many, SMALL + LARGE / 5);
    assert_true(many * 2 <= few * 3);
}

static int
start(void **state)
{
    char error[1024];

    (void)state;
    test_database_start(60000);
    if (migrate_up(&embedded_migrations, test_database_url(), true, error, sizeof error) < 0)
        fail_msg("%s", error);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    db_disconnect();
    test_database_stop();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_page_reads_as_much_of_a_large_table_as_of_a_small_one_wherever_it_begins),
                                       cmocka_unit_test(ones_own_playlists_are_read_and_not_those_of_everybody)};

    return cmocka_run_group_tests_name("pages", tests, start, stop);
}
