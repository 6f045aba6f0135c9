drop index tracks_creator_title_idx, tracks_public_creator_idx;
create index tracks_public_creator_idx on tracks (creator_id) where public_from is not null and status = 'completed' and deleted_at is null;
