drop table track_stem_guests;
alter table tracks drop column stems_open;
drop trigger track_stems_count_stored_bytes on track_stems;
drop trigger track_stems_count_bytes_gone on track_stems;
drop trigger track_stems_count_bytes_new on track_stems;
drop index track_stems_name_key, track_stems_user_id_idx;
create index track_stems_live_idx on track_stems (track_id, created_at) where deleted_at is null;
alter table track_stems drop column failure, drop column failure_code, drop column run, drop column offset_samples, drop column segments, drop column samples,
    drop column channels, drop column sample_rate, drop column duration_ms, drop column content_sha256, drop column original_filename, drop column state,
    drop column user_id;
