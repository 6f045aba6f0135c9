drop table upload_chunks;
drop table uploads;
drop table upload_disk;
drop function uploads_count_reserved();
drop function uploads_open(uuid);
