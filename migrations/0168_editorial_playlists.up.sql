-- When the editors chose a playlist, the latest chosen are listed first.
alter table playlists add column editorial_at timestamptz not null default now(); -- where is_editorial; else it says nothing
update playlists set editorial_at = created_at where is_editorial;
drop index playlists_editorial_idx;
create index playlists_editorial_idx on playlists (editorial_at, id) where is_editorial and visibility = 'public' and deleted_at is null;
