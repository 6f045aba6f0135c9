-- Lists of somebody with many tracks by title, and how many public tracks somebody has, without reading the tracks.
create index tracks_creator_title_idx on tracks (creator_id, lower(title), id) where deleted_at is null;
drop index tracks_public_creator_idx;
create index tracks_public_creator_idx on tracks (creator_id) include (public_from) where public_from is not null and status = 'completed' and deleted_at is null;
