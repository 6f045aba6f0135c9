drop index outbox_failed_at_idx;
drop index outbox_unpublished_idx;
-- What the program before this migration did with such events.
update outbox set published_at = failed_at, failed_at = null where failed_at is not null;
alter table outbox
    drop constraint outbox_failed_at_check,
    drop column last_error,
    drop column failed_at;
create index outbox_unpublished_idx on outbox (id) where published_at is null;
