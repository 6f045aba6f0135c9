-- A playlist may be a copy of another one, as long as that one is there.
alter table playlists
    add column copied_from uuid,
    add constraint playlists_copied_from_fkey foreign key (copied_from) references playlists (id) on delete set null;
create index playlists_copied_from_idx on playlists (copied_from) where copied_from is not null;
create type playlist_ref as (id uuid, name varchar);
