-- The feed reads the reposts of a person in rounds behind a key of both columns (feed_page), however many were made at one moment.
drop index track_reposts_user_id_created_at_idx;
create index track_reposts_latest_idx on track_reposts (user_id, created_at desc, track_id desc);
