drop index track_comments_time_idx;
