drop table user_storage_quotas;
drop function refuse_over_quota();
drop table cloud_file_shares;
drop table cloud_file_versions;
drop index tracks_file_id_idx;
alter table tracks drop constraint tracks_file_id_fkey;
drop table user_files;
drop table user_folders;
