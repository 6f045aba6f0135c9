drop trigger search_new on tracks;
drop trigger search_changed on tracks;
drop trigger search_gone on tracks;
drop trigger search_new on releases;
drop trigger search_changed on releases;
drop trigger search_gone on releases;
drop trigger search_new on users;
drop trigger search_changed on users;
drop trigger search_gone on users;
drop trigger search_new on playlists;
drop trigger search_changed on playlists;
drop trigger search_gone on playlists;
drop trigger search_new on user_settings;
drop trigger search_changed on user_settings;
drop trigger search_new on release_tracks;
drop trigger search_gone on release_tracks;
drop trigger search_licence on releases;
drop function search_licence_changed(), search_release_tracks_changed(), search_settings_changed(), search_owner_changed(), search_gone(), search_changed();
drop function search_corrected(text), search_budget(text);
drop function search_find(smallint, text, uuid, boolean, text, tsquery, int);
drop function search_filters(text, text, int, int, text, boolean, int, int, int, int, text, boolean, uuid);
drop function search_range(text, int, int);
drop function search_scan(smallint, tsquery, tsquery, text, uuid, uuid[], boolean, text, int);
drop function search_variants(text, boolean, int), search_distance(text, text, int), search_query_words(text), search_rank(), search_score(numeric), search_body(text[]),
              search_count_words(), search_draw_tiers(), search_scores(smallint), search_rebuild(), search_refresh_owner(uuid), search_touch(smallint, uuid[]),
              search_tier(smallint, smallint), search_source(smallint, uuid[]), search_key_code(text), search_keys(text), search_vector(text[], text[], text[], text[]),
              search_part(text[], text), search_quote(text), search_words_of(text), search_norm(text), search_canon(text);
drop type search_reason;
drop table search_words, search_tiers, search_entries;
drop extension fuzzystrmatch;
delete from jobs where kind in ('search.rebuild', 'search.owner', 'search.rank');
