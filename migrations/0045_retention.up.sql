-- What the retention looks for.
create index sessions_revoked_at_idx on sessions (revoked_at) where revoked_at is not null;
create index refresh_tokens_end_idx on refresh_tokens (expires_at);
create index login_history_created_at_idx on login_history (created_at);
create index jobs_finished_at_idx on jobs (state, finished_at) where state in ('done', 'failed', 'dead');
