drop trigger tracks_count_stored_bytes on tracks;
create trigger tracks_count_stored_bytes after update of file_size, creator_id on tracks for each row
    execute function count_stored_bytes('creator_id', 'file_size');
drop trigger tracks_count_bytes_new on tracks;
create trigger tracks_count_bytes_new after insert on tracks referencing new table as changed for each statement
    execute function count_stored_bytes_of_all('creator_id', 'file_size');
drop trigger tracks_count_bytes_gone on tracks;
create trigger tracks_count_bytes_gone after delete on tracks referencing old table as changed for each statement
    execute function count_stored_bytes_of_all('creator_id', 'file_size');
alter table tracks drop column stored_bytes;
alter table tracks drop column versions_bytes, drop column is_replaced, drop column version_at, drop column version;

drop index track_versions_media_until_idx, track_versions_left_idx, track_versions_replaced_at_idx, track_versions_pending_key;
delete from track_versions where file_path is null;
alter table track_versions drop column failure, drop column failure_code, drop column is_replaced, drop column distance, drop column replaced_at,
    drop column played_at, drop column media_until, drop column media_versions, drop column restored_from, drop column duration_ms, drop column format,
    drop column content_sha256, drop column original_filename, drop column state, drop constraint track_versions_changelog_check,
    alter column file_path set not null;
