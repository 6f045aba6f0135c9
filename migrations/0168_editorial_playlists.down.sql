drop index playlists_editorial_idx;
create index playlists_editorial_idx on playlists (created_at, id) where is_editorial and visibility = 'public' and deleted_at is null;
alter table playlists drop column editorial_at;
