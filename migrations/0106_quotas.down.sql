drop trigger tracks_count_stored_bytes on tracks;
drop function count_stored_bytes();
alter table user_storage_quotas drop column is_own;
