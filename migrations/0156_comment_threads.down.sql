drop function comment_remove(uuid);
alter table user_settings drop column hold_first_comments;
alter table tracks drop column comments_open, drop column comments_days;
drop table track_comment_texts;
delete from track_comments where deleted_at is not null;
drop index track_comments_held_idx, track_comments_top_idx, track_comments_time_idx, track_comments_parent_id_idx;
create index track_comments_time_idx on track_comments (track_id, coalesce("timestamp", 0), id);
create index track_comments_parent_id_idx on track_comments (parent_id) where parent_id is not null;
alter table track_comments drop constraint track_comments_content_check,
    drop column status, drop column edited_at, drop column deleted_at,
    add constraint track_comments_content_check check (btrim(content) <> '' and length(content) <= 5000);
