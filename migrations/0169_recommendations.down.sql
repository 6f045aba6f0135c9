drop index track_likes_track_id_idx;
create index track_likes_track_id_idx on track_likes (track_id, created_at, id);
drop index playlist_follows_latest_idx;
drop index track_tags_tag_id_idx;
create index track_tags_tag_id_idx on track_tags (tag_id);
