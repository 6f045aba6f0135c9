drop index track_reposts_user_id_idx;
drop trigger track_reposts_count on track_reposts;
drop function track_reposts_count();
create or replace trigger tracks_set_updated_at before update on tracks for each row
    when (old.play_count is not distinct from new.play_count and old.like_count is not distinct from new.like_count)
    execute function set_updated_at();
alter table tracks drop constraint tracks_repost_count_check, drop column repost_count;
