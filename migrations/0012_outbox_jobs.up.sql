-- Events that leave with the change they tell of, and work that must happen once, whatever dies meanwhile.

create table outbox (
    id           bigint not null generated always as identity,
    event_id     uuid not null default gen_random_uuid(),
    name         text not null,
    payload      jsonb not null default '{}',
    attempts     int not null default 0,
    created_at   timestamptz not null default now(),
    published_at timestamptz,
    constraint outbox_pkey primary key (id),
    constraint outbox_event_id_key unique (event_id),
    constraint outbox_name_check check (name ~ '^[a-z0-9_]+(\.[a-z0-9_]+)+$'),
    constraint outbox_attempts_check check (attempts >= 0)
);
create index outbox_unpublished_idx on outbox (id) where published_at is null;
create index outbox_published_at_idx on outbox (published_at) where published_at is not null;

create function notify_outbox() returns trigger
    language plpgsql
    as $$
begin
    perform pg_notify('outbox', '');
    return null;
end
$$;
create trigger outbox_notify after insert on outbox for each statement execute function notify_outbox();

-- Delivery is at least once; a consumer writes here in the transaction of its effect, and so acts once.
create table processed_events (
    consumer     text not null,
    event_id     uuid not null,
    processed_at timestamptz not null default now(),
    constraint processed_events_pkey primary key (consumer, event_id)
);
create index processed_events_processed_at_idx on processed_events (processed_at);

-- Lower priority numbers go first. `dead` is a job that used up its attempts; an admin may queue it again.
create table jobs (
    id           uuid not null default gen_random_uuid(),
    kind         text not null,
    payload      jsonb not null default '{}',
    state        text not null default 'queued',
    priority     int not null default 5,
    attempts     int not null default 0,
    max_attempts int not null default 5,
    run_at       timestamptz not null default now(),
    locked_by    text,
    locked_at    timestamptz,
    heartbeat_at timestamptz,
    stage        text,
    progress     real not null default 0,
    last_error   text,
    dedupe_key   text,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    finished_at  timestamptz,
    constraint jobs_pkey primary key (id),
    constraint jobs_dedupe_key_key unique (dedupe_key),
    constraint jobs_kind_check check (kind <> ''),
    constraint jobs_state_check check (state in ('queued', 'running', 'done', 'failed', 'dead')),
    constraint jobs_attempts_check check (attempts >= 0),
    constraint jobs_max_attempts_check check (max_attempts >= 1),
    constraint jobs_progress_check check (progress between 0 and 1)
);
create index jobs_queued_idx on jobs (state, priority, run_at) where state = 'queued';
create index jobs_running_idx on jobs (heartbeat_at) where state = 'running';
create index jobs_state_idx on jobs (state, kind, created_at desc);
create index jobs_track_id_idx on jobs ((payload ->> 'track_id'), created_at desc) where payload ->> 'track_id' is not null;
create trigger jobs_set_updated_at before update on jobs for each row execute function set_updated_at();

create function notify_job() returns trigger
    language plpgsql
    as $$
begin
    perform pg_notify('jobs', new.kind);
    return null;
end
$$;
create trigger jobs_notify_insert after insert on jobs for each row
    when (new.state = 'queued') execute function notify_job();
-- A job that is queued again wakes a worker just as a new one does.
create trigger jobs_notify_requeue after update of state on jobs for each row
    when (new.state = 'queued' and old.state <> 'queued') execute function notify_job();
