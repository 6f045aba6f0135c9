drop function track_note_changes(tracks, tracks, uuid);
drop type batch_result;
drop index track_history_track_id_idx;
create index track_history_track_id_idx on track_history (track_id, created_at desc);
alter table track_history drop column field;
