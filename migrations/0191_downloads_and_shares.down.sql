drop function may_download(tracks, text, uuid, boolean, text), share_opens(tracks, text, text);
drop trigger track_shares_set_updated_at on track_shares;
create trigger track_shares_set_updated_at before update on track_shares for each row
    execute function set_updated_at();
drop index track_shares_track_id_idx;
create index track_shares_track_id_idx on track_shares (track_id);
alter table track_shares drop column last_used_at;
alter table track_shares rename constraint track_shares_token_hash_key to track_shares_share_token_key;
alter table track_shares rename column token_hash to share_token;
drop table track_downloads;
alter table tracks drop column download_formats;
