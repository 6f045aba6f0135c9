-- Who stores most is listed first.
create index user_storage_quotas_used_bytes_idx on user_storage_quotas (used_bytes, user_id);
