drop function play_report(uuid, inet, uuid, int, uuid, jsonb, int, text), play_is_enough(int4multirange, int, interval), play_ranges(jsonb, int), play_needed_ms(int);
drop table counter_checks, track_positions, play_listeners, play_sessions;
alter table user_settings drop column listening_history;
drop index track_plays_user_id_idx;
create index track_plays_user_id_idx on track_plays (user_id, played_at desc);
drop trigger track_plays_count_gone on track_plays;
drop trigger track_plays_count_new on track_plays;
drop function track_plays_count();
alter table track_plays drop column is_counted;
