drop function storage_max_of(uuid, bigint);
delete from permissions where name = 'storage.manage';
alter table roles drop column storage_bytes;
