-- Who did what. Rows are only ever added; actor_id has no foreign key, so that deleting an account does not touch them.

create table audit_logs (
    id         bigint not null generated always as identity,
    at         timestamptz not null default now(),
    actor_id   uuid,
    action     text not null,
    target     text,
    status     int,
    ip         inet,
    user_agent text,
    request_id text,
    details    jsonb not null default '{}',
    constraint audit_logs_pkey primary key (id)
);
create index audit_logs_at_idx on audit_logs using brin (at);
create index audit_logs_actor_id_idx on audit_logs (actor_id, id desc) where actor_id is not null;
create index audit_logs_action_idx on audit_logs (action, id desc);
create index audit_logs_target_idx on audit_logs (target, id desc) where target is not null;
create trigger audit_logs_append_only before update or delete on audit_logs for each row
    execute function refuse_change();
create trigger audit_logs_no_truncate before truncate on audit_logs for each statement
    execute function refuse_change();
