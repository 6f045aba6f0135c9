drop index track_reposts_latest_idx;
create index track_reposts_user_id_created_at_idx on track_reposts (user_id, created_at desc);
