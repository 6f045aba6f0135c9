-- Playlists are public, unlisted or private, as tracks are; and links open a playlist to whoever has them. Of a link only the hash of its token is kept.

drop index playlists_newest_public_idx, playlists_editorial_idx;
alter table playlists alter column is_public drop default;
alter table playlists alter column is_public type varchar(10) using case when is_public then 'public' else 'private' end;
alter table playlists rename column is_public to visibility;
alter table playlists alter column visibility set default 'public',
    add constraint playlists_visibility_check check (visibility in ('public', 'unlisted', 'private'));
create index playlists_newest_public_idx on playlists (created_at, id) where visibility = 'public' and deleted_at is null;
create index playlists_editorial_idx on playlists (created_at, id) where is_editorial and visibility = 'public' and deleted_at is null;

alter table playlist_share_links rename column share_token to token_hash;
update playlist_share_links set token_hash = encode(sha256(convert_to(token_hash, 'UTF8')), 'hex');
alter table playlist_share_links rename constraint playlist_share_links_share_token_key to playlist_share_links_token_hash_key;
alter table playlist_share_links add column last_used_at timestamptz;
drop index playlist_share_links_playlist_id_idx;
create index playlist_share_links_playlist_id_idx on playlist_share_links (playlist_id, created_at, id);
-- Being opened is not a change of the link.
drop trigger playlist_share_links_set_updated_at on playlist_share_links;
create trigger playlist_share_links_set_updated_at before update on playlist_share_links for each row
    when (old.access_count is not distinct from new.access_count) execute function set_updated_at();
