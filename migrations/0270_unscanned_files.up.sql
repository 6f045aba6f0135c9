-- Files that came in while the antivirus could not be asked, or that are larger than it looks at.
create table unscanned_files (
    key text primary key,
    size_bytes bigint not null,
    reason text not null,
    created_at timestamptz not null default now(),
    tried_at timestamptz,
    constraint unscanned_files_reason_check check (reason in ('unreachable', 'too_large')),
    constraint unscanned_files_size_check check (size_bytes >= 0)
);
create index unscanned_files_waiting_idx on unscanned_files (created_at) where reason = 'unreachable';
