-- An event that was handed out in vain too often is kept as a dead letter: failed_at is set, and last_error tells who did not take it.
alter table outbox
    add column failed_at timestamptz,
    add column last_error text,
    add constraint outbox_failed_at_check check (failed_at is null or published_at is null);
drop index outbox_unpublished_idx;
create index outbox_unpublished_idx on outbox (attempts, id) where published_at is null and failed_at is null;
create index outbox_failed_at_idx on outbox (failed_at) where failed_at is not null;
