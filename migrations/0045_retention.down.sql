drop index jobs_finished_at_idx;
drop index login_history_created_at_idx;
drop index refresh_tokens_end_idx;
drop index sessions_revoked_at_idx;
