-- Events get a number after they were committed, in one order for all who read them: see docs/adr/0032-events.md.

lock table outbox, processed_events in access exclusive mode;

alter table outbox
    add column key text,
    add column number bigint,
    add column partition smallint;
update outbox set number = id, partition = hashtext(id::text) & 3;
alter table outbox
    add constraint outbox_number_key unique (number),
    add constraint outbox_partition_check check ((number is null) = (partition is null) and partition between 0 and 3);
create index outbox_unnumbered_idx on outbox (id) where number is null;
create index outbox_created_at_idx on outbox (created_at);

-- The last number that was given. Whoever gives numbers locks the row, so that they become visible in their order.
create table bus_numbering (
    last   bigint not null,
    is_row boolean not null default true,
    constraint bus_numbering_pkey primary key (is_row),
    constraint bus_numbering_is_row_check check (is_row)
);
insert into bus_numbering (last) select coalesce(max(number), 0) from outbox;

-- `patterns` are of LIKE. `seen_at`: when a node last ran it.
create table bus_subscribers (
    name     text not null,
    patterns text[] not null,
    seen_at  timestamptz not null default now(),
    constraint bus_subscribers_pkey primary key (name)
);

-- How far each subscriber has got in each partition: it has acted on everything up to `position`, or there is a row in bus_unfinished.
create table bus_cursors (
    subscriber text not null,
    partition       smallint not null,
    position   bigint not null,
    constraint bus_cursors_pkey primary key (subscriber, partition),
    constraint bus_cursors_subscriber_fkey foreign key (subscriber) references bus_subscribers (name) on delete cascade
);

-- Events that a subscriber failed to act on, those of the same key that wait for them (attempts 0), and dead letters.
create table bus_unfinished (
    id         uuid not null default gen_random_uuid(),
    subscriber text not null,
    number     bigint not null,
    key        text,
    attempts   int not null default 0,
    next_at    timestamptz not null default now(),
    last_error text,
    dead_at    timestamptz,
    replayed   boolean not null default false,
    constraint bus_unfinished_pkey primary key (id),
    constraint bus_unfinished_event_key unique (number, subscriber),
    constraint bus_unfinished_attempts_check check (attempts >= 0),
    constraint bus_unfinished_subscriber_fkey foreign key (subscriber) references bus_subscribers (name) on delete cascade,
    constraint bus_unfinished_number_fkey foreign key (number) references outbox (number) on delete cascade
);
create index bus_unfinished_key_idx on bus_unfinished (subscriber, key, number) where dead_at is null and not replayed;
create index bus_unfinished_next_at_idx on bus_unfinished (subscriber, next_at) where dead_at is null;
create index bus_unfinished_dead_at_idx on bus_unfinished (dead_at) where dead_at is not null;

-- What is to be done: one row for each event and subscriber; `subscriber` is null while the event has no number.
create view bus_waiting as
select null::text as subscriber, o.event_id, o.name from outbox o where o.number is null
union all
select s.name, o.event_id, o.name
  from bus_subscribers s
  join bus_cursors c on c.subscriber = s.name
  join outbox o on o.number > c.position and o.partition = c.partition and o.name like any (s.patterns)
union all
select u.subscriber, o.event_id, o.name
  from bus_unfinished u
  join outbox o on o.number = u.number
 where u.dead_at is null;

-- What the program before this migration had not done with an event is unfinished work of today's subscriber.
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
insert into bus_subscribers (name, patterns) select subscriber, array_agg(name) from consumers group by subscriber;
insert into bus_cursors (subscriber, partition, position)
select s.name, l.partition, n.last from bus_subscribers s, generate_series(0, 3) l (partition), bus_numbering n;
insert into bus_unfinished (subscriber, number, attempts, next_at, last_error, dead_at)
select c.subscriber, o.number, o.attempts, now(), o.last_error, o.failed_at
  from outbox o
  join consumers c on c.name = o.name
 where o.published_at is null and not exists (select from processed_events p where p.consumer = c.consumer and p.event_id = o.event_id);
drop table consumers;

drop index outbox_unpublished_idx;
drop index outbox_published_at_idx;
drop index outbox_failed_at_idx;
alter table outbox
    drop constraint outbox_failed_at_check,
    drop constraint outbox_attempts_check,
    drop column attempts,
    drop column published_at,
    drop column failed_at,
    drop column last_error;
drop table processed_events;
