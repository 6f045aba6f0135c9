update play_sessions set address = null where address = '::';
drop index play_sessions_counted_idx;
create index play_sessions_track_id_idx on play_sessions (track_id, address) where is_done;
alter table play_sessions drop column counted_at;
