lock table outbox, bus_cursors, bus_unfinished in access exclusive mode;

create table processed_events (
    consumer     text not null,
    event_id     uuid not null,
    processed_at timestamptz not null default now(),
    constraint processed_events_pkey primary key (consumer, event_id)
);
create index processed_events_processed_at_idx on processed_events (processed_at);

-- Its columns in the order that they had.
alter table bus_unfinished drop constraint bus_unfinished_number_fkey;
drop view bus_waiting;
alter table outbox rename to outbox_numbered;
alter table outbox_numbered
    drop constraint outbox_pkey,
    drop constraint outbox_event_id_key,
    drop constraint outbox_number_key;
drop trigger outbox_notify on outbox_numbered;
alter sequence outbox_id_seq rename to outbox_numbered_id_seq;
create table outbox (
    id           bigint not null generated always as identity,
    event_id     uuid not null default gen_random_uuid(),
    name         text not null,
    payload      jsonb not null default '{}',
    attempts     int not null default 0,
    created_at   timestamptz not null default now(),
    published_at timestamptz,
    failed_at    timestamptz,
    last_error   text,
    constraint outbox_pkey primary key (id),
    constraint outbox_event_id_key unique (event_id),
    constraint outbox_name_check check (name ~ '^[a-z0-9_]+(\.[a-z0-9_]+)+$'),
    constraint outbox_attempts_check check (attempts >= 0),
    constraint outbox_failed_at_check check (failed_at is null or published_at is null)
);

-- The program before this migration has a consumer for each event of today's subscribers.
create temporary table consumers (consumer text, name text, subscriber text) on commit drop;
insert into consumers values
    ('notifications.follow', 'user.followed', 'notifications'),
    ('notifications.export', 'export.ready', 'notifications'),
    ('notifications.signed_in', 'account.signed_in', 'notifications'),
    ('notifications.password', 'account.password_changed', 'notifications'),
    ('notifications.second_factor', 'account.second_factor_off', 'notifications'),
    ('notifications.second_factor_on', 'account.second_factor_on', 'notifications'),
    ('notifications.passkey_added', 'account.passkey_added', 'notifications'),
    ('notifications.passkey_removed', 'account.passkey_removed', 'notifications'),
    ('notifications.connected', 'account.connected', 'notifications'),
    ('notifications.track_removed', 'track.removed', 'notifications'),
    ('notifications.track_restored', 'track.restored', 'notifications'),
    ('tracks.files', 'track.deleted', 'tracks.files'),
    ('tracks.failures', 'job.died', 'tracks.failures'),
    ('privacy.failures', 'job.died', 'privacy.failures');
create temporary table todo on commit drop as
select c.consumer, o.event_id, u.attempts, u.dead_at, u.last_error
  from outbox_numbered o
  join consumers c on c.name = o.name
  left join bus_unfinished u on u.number = o.number and u.subscriber = c.subscriber
  left join bus_cursors p on p.subscriber = c.subscriber and p.partition = o.partition
 where u.number is not null or o.number is null or p.position is null or o.number > p.position;
-- A dead letter is one when nobody else still has to act on the event.
insert into outbox (id, event_id, name, payload, attempts, created_at, published_at, failed_at, last_error) overriding system value
select o.id, o.event_id, o.name, o.payload, coalesce(t.attempts, 0), o.created_at, case when t.event_id is null then now() end, t.dead_at, t.last_error
  from outbox_numbered o
  left join (select event_id, max(attempts) as attempts, max(last_error) as last_error,
                    case when bool_and(dead_at is not null) then max(dead_at) end as dead_at
               from todo
              group by event_id) t using (event_id);
select setval('outbox_id_seq', greatest(nextval('outbox_numbered_id_seq'), 1), false);
insert into processed_events (consumer, event_id)
select c.consumer, o.event_id
  from outbox o
  join consumers c on c.name = o.name
 where o.published_at is null and not exists (select from todo t where t.consumer = c.consumer and t.event_id = o.event_id);
drop table todo;
drop table consumers;
create index outbox_unpublished_idx on outbox (attempts, id) where published_at is null and failed_at is null;
create index outbox_published_at_idx on outbox (published_at) where published_at is not null;
create index outbox_failed_at_idx on outbox (failed_at) where failed_at is not null;
create trigger outbox_notify after insert on outbox for each statement execute function notify_outbox();

drop table bus_unfinished;
drop table bus_cursors;
drop table bus_subscribers;
drop table bus_numbering;
drop table outbox_numbered;
