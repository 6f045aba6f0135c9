drop index tracks_public_creator_idx, tracks_title_public_idx, tracks_genre_public_idx, tracks_newest_public_idx, tracks_creator_id_idx, users_created_at_idx;
create index tracks_newest_public_idx on tracks (created_at desc, id)
    where is_public and status = 'completed' and deleted_at is null;
create index tracks_genre_idx on tracks (lower(genre), created_at desc, id)
    where is_public and status = 'completed' and deleted_at is null;
create index tracks_creator_id_idx on tracks (creator_id, created_at desc, id);
create index users_created_at_idx on users (created_at desc, id) where deleted_at is null;
