create index tracks_search_text_idx on tracks using gin (search_text gin_trgm_ops);
create index users_search_text_idx on users using gin (search_text gin_trgm_ops);
create index playlists_name_search_idx on playlists using gin (search_fold(name) gin_trgm_ops) where deleted_at is null;
create index releases_title_trgm_idx on releases using gin (search_fold(title || ' ' || coalesce(artist, '')) gin_trgm_ops);
