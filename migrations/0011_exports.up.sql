-- A person's own data, packed for them to take away. The file goes when it expires.

create table data_exports (
    id              uuid not null default gen_random_uuid(),
    user_id         uuid not null,
    status          varchar(20) not null default 'pending',
    s3_key          text,
    file_size_bytes bigint,
    expires_at      timestamptz,
    completed_at    timestamptz,
    error_message   text,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    constraint data_exports_pkey primary key (id),
    constraint data_exports_status_check check (status in ('pending', 'processing', 'completed', 'failed')),
    constraint data_exports_file_size_bytes_check check (file_size_bytes >= 0),
    constraint data_exports_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index data_exports_user_id_idx on data_exports (user_id, created_at desc);
create index data_exports_expires_at_idx on data_exports (expires_at) where s3_key is not null;
-- One at a time for each person: packing reads everything that they have.
create unique index data_exports_running_key on data_exports (user_id) where status in ('pending', 'processing');
create trigger data_exports_set_updated_at before update on data_exports for each row
    execute function set_updated_at();
