-- Reports, what the operator tells everybody, and what the platform tells one person.

-- A report stays when one of its people leaves.
create table reports (
    id               uuid not null default gen_random_uuid(),
    reporter_id      uuid,
    reported_user_id uuid,
    content_type     varchar(50) not null,
    content_id       uuid,
    reason           text not null,
    status           varchar(20) not null default 'pending',
    resolved_by      uuid,
    resolved_at      timestamptz,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    constraint reports_pkey primary key (id),
    constraint reports_content_type_check check (content_type ~ '^[a-z][a-z_]*$'),
    constraint reports_subject_check check (content_id is not null or content_type = 'user'),
    constraint reports_reason_check check (btrim(reason) <> '' and length(reason) <= 5000),
    constraint reports_status_check check (status in ('pending', 'assigned', 'resolved', 'dismissed')),
    constraint reports_resolved_at_check check ((status in ('resolved', 'dismissed')) = (resolved_at is not null)),
    constraint reports_reporter_id_fkey foreign key (reporter_id) references users (id) on delete set null,
    constraint reports_reported_user_id_fkey foreign key (reported_user_id) references users (id) on delete set null,
    constraint reports_resolved_by_fkey foreign key (resolved_by) references users (id) on delete set null
);
create index reports_status_idx on reports (status, created_at);
create index reports_reporter_id_idx on reports (reporter_id);
create index reports_reported_user_id_idx on reports (reported_user_id);
create index reports_resolved_by_idx on reports (resolved_by);
create index reports_content_id_idx on reports (content_id, content_type);
create trigger reports_set_updated_at before update on reports for each row execute function set_updated_at();

create table announcements (
    id         uuid not null default gen_random_uuid(),
    title      varchar(200) not null,
    content    text not null,
    type       varchar(20) not null default 'info',
    is_active  boolean not null default true,
    starts_at  timestamptz not null default now(),
    ends_at    timestamptz,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint announcements_pkey primary key (id),
    constraint announcements_title_check check (btrim(title) <> ''),
    constraint announcements_content_check check (length(content) <= 10000),
    constraint announcements_type_check check (type in ('info', 'success', 'warning', 'error', 'maintenance')),
    constraint announcements_ends_at_check check (ends_at > starts_at),
    constraint announcements_created_by_fkey foreign key (created_by) references users (id) on delete set null
);
create index announcements_active_idx on announcements (starts_at desc) where is_active;
create index announcements_created_by_idx on announcements (created_by);
create trigger announcements_set_updated_at before update on announcements for each row
    execute function set_updated_at();

create table notifications (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    type       varchar(50) not null,
    title      varchar(255) not null,
    content    text not null default '',
    link       varchar(500),
    read       boolean not null default false,
    read_at    timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint notifications_pkey primary key (id),
    constraint notifications_type_check check (type ~ '^[a-z][a-z0-9_.]*$'),
    constraint notifications_read_at_check check (read or read_at is null),
    constraint notifications_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index notifications_user_id_idx on notifications (user_id, created_at desc, id);
create index notifications_user_id_read_idx on notifications (user_id, read);
create index notifications_type_idx on notifications (type);
create index notifications_created_at_idx on notifications (created_at);
create trigger notifications_set_updated_at before update on notifications for each row
    execute function set_updated_at();
