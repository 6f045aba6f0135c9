alter table user_settings drop column email_on_playlist, drop column notify_on_playlist;
drop index playlists_name_search_idx;
create index playlists_name_trgm_idx on playlists using gin (name gin_trgm_ops);
drop trigger playlist_follows_removed on playlist_follows;
drop trigger playlist_follows_added on playlist_follows;
drop function playlist_follows_removed();
drop function playlist_follows_added();
drop index playlist_follows_user_id_idx;
create index playlist_follows_user_id_idx on playlist_follows (user_id, created_at desc);
