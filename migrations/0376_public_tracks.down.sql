create index tracks_public_creator_idx on tracks (creator_id) include (public_from) where public_from is not null and status = 'completed' and deleted_at is null;
drop index tracks_creator_public_from_idx;
drop trigger tracks_count_public on tracks;
drop trigger tracks_count_public_gone on tracks;
drop trigger tracks_count_public_new on tracks;
drop function tracks_count_public();
alter table user_stats drop column public_tracks;
