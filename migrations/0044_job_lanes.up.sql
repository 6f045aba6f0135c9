-- Whose work it is, how long it probably takes, and its turn: see docs/adr/0018-fair-queues.md. `deaths` counts how often the process that
-- worked on it died, which is not the job's fault and no attempt.
alter table jobs
    add column owner text,
    add column seconds int not null default 1,
    add column turn timestamptz not null default now(),
    add column deaths int not null default 0,
    add constraint jobs_seconds_check check (seconds >= 1),
    add constraint jobs_deaths_check check (deaths >= 0);

-- Those that wait keep their order.
update jobs set owner = payload ->> 'user_id', turn = created_at where state in ('queued', 'running');

drop index jobs_queued_idx;
create index jobs_queued_idx on jobs (kind, priority, turn, run_at, seconds) where state = 'queued';
create index jobs_owner_idx on jobs (owner, kind, turn) where state in ('queued', 'running') and owner is not null;

-- The turn of a new job is so many seconds after the last turn of its owner's waiting jobs of that kind, or, for the first, after the one
-- that is next.
create function give_turn() returns trigger
    language plpgsql
    as $$
begin
    new.owner := new.payload ->> 'user_id';
    new.turn := interval '1 second' * new.seconds + greatest(
        least(now(), (select min(j.turn) from jobs j where j.state = 'queued' and j.kind = new.kind and j.priority = new.priority)),
        (select max(j.turn) from jobs j where j.state in ('queued', 'running') and j.owner = new.owner and j.kind = new.kind));
    return new;
end
$$;
create trigger jobs_give_turn before insert on jobs for each row execute function give_turn();
