-- Nothing is searched by patterns any more (migration 0320).
drop index tracks_search_text_idx, users_search_text_idx, playlists_name_search_idx, releases_title_trgm_idx;
