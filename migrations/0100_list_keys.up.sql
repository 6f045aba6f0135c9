-- What lists are sorted by, ended by the id, so that a page after a cursor begins in the middle of an index and reads one page of it.
drop index tracks_newest_public_idx, tracks_genre_idx, tracks_creator_id_idx, users_created_at_idx;
create index tracks_newest_public_idx on tracks (created_at, id) where is_public and status = 'completed' and deleted_at is null;
create index tracks_title_public_idx on tracks (lower(title), id) where is_public and status = 'completed' and deleted_at is null;
create index tracks_genre_public_idx on tracks (lower(genre), created_at, id) where is_public and status = 'completed' and deleted_at is null;
create index tracks_creator_id_idx on tracks (creator_id, created_at, id);
create index users_created_at_idx on users (created_at, id) where deleted_at is null;

-- Public tracks are counted by their creators: for lists with a total, and on profiles.
create index tracks_public_creator_idx on tracks (creator_id) where is_public and status = 'completed' and deleted_at is null;
