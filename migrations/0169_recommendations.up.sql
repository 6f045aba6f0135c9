-- The latest tracks with a tag are found without reading all that have it.
drop index track_tags_tag_id_idx;
create index track_tags_tag_id_idx on track_tags (tag_id, created_at, track_id);
-- And the latest followers of a playlist, and those who liked a track.
create index playlist_follows_latest_idx on playlist_follows (playlist_id, created_at, id) include (user_id);
drop index track_likes_track_id_idx;
create index track_likes_track_id_idx on track_likes (track_id, created_at, id) include (user_id);
