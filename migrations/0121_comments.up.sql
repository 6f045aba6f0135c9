-- Comments are listed by their time in the track, and by when they were written.
create index track_comments_time_idx on track_comments (track_id, coalesce("timestamp", 0), id);
