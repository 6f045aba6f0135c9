drop trigger uploads_count_bytes_gone on uploads;
drop trigger uploads_count_bytes_new on uploads;
drop trigger uploads_count_stored_bytes on uploads;
create trigger uploads_count_stored_bytes after insert or delete or update of counted_bytes, user_id on uploads for each row
    execute function count_stored_bytes('user_id', 'counted_bytes');

drop trigger tracks_count_bytes_gone on tracks;
drop trigger tracks_count_bytes_new on tracks;
drop trigger tracks_count_stored_bytes on tracks;
create trigger tracks_count_stored_bytes after insert or delete or update of file_size, creator_id on tracks for each row
    execute function count_stored_bytes('creator_id', 'file_size');

drop function count_stored_bytes_of_all();
