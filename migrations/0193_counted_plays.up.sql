-- The address of a visitor who has none that is known is '::', so that all are found by the same index.
update play_sessions set address = '::' where user_id is null and address is null;

-- When a listening became a play. Those of one address in a day are counted by it, since a listening that began long ago may become one now. The text of
-- play_report() is in migrations/functions/plays.sql.
alter table play_sessions add column counted_at timestamptz;
update play_sessions set counted_at = told_at where is_done;
drop index play_sessions_track_id_idx;
create index play_sessions_counted_idx on play_sessions (track_id, address, counted_at) where is_done;
