drop trigger playlist_share_links_set_updated_at on playlist_share_links;
create trigger playlist_share_links_set_updated_at before update on playlist_share_links for each row
    execute function set_updated_at();
drop index playlist_share_links_playlist_id_idx;
create index playlist_share_links_playlist_id_idx on playlist_share_links (playlist_id);
delete from playlist_share_links; -- their tokens are not known any more
alter table playlist_share_links drop column last_used_at;
alter table playlist_share_links rename constraint playlist_share_links_token_hash_key to playlist_share_links_share_token_key;
alter table playlist_share_links rename column token_hash to share_token;

drop index playlists_newest_public_idx, playlists_editorial_idx;
alter table playlists drop constraint playlists_visibility_check;
alter table playlists alter column visibility drop default;
alter table playlists alter column visibility type boolean using visibility = 'public';
alter table playlists rename column visibility to is_public;
alter table playlists alter column is_public set default true;
create index playlists_newest_public_idx on playlists (created_at desc, id) where is_public and deleted_at is null;
create index playlists_editorial_idx on playlists (created_at desc, id) where is_editorial and is_public and deleted_at is null;
