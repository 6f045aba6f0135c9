drop index track_likes_user_id_created_at_idx;
create index track_likes_user_id_created_at_idx on track_likes (user_id, created_at desc);
drop index track_likes_track_id_idx;
create index track_likes_track_id_idx on track_likes (track_id);
drop trigger track_likes_count on track_likes;
drop function track_likes_count();
