-- Personal cloud.

-- A folder's parent belongs to the same person: the pair (parent_id, user_id) is what the foreign key checks.
create table user_folders (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    name       varchar(255) not null,
    parent_id  uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint user_folders_pkey primary key (id),
    constraint user_folders_id_user_id_key unique (id, user_id),
    constraint user_folders_name_key unique nulls not distinct (user_id, parent_id, name),
    constraint user_folders_name_check check (btrim(name) <> '' and name not in ('.', '..') and strpos(name, '/') = 0),
    constraint user_folders_parent_id_check check (parent_id <> id),
    constraint user_folders_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint user_folders_parent_id_fkey foreign key (parent_id, user_id) references user_folders (id, user_id)
        on delete cascade
);
create index user_folders_parent_id_idx on user_folders (parent_id);
create trigger user_folders_set_updated_at before update on user_folders for each row
    execute function set_updated_at();

create table user_files (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    folder_id  uuid,
    filename   varchar(255) not null,
    s3_key     varchar(500) not null,
    size_bytes bigint not null default 0,
    mime_type  varchar(100) not null default 'application/octet-stream',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint user_files_pkey primary key (id),
    constraint user_files_s3_key_key unique (s3_key),
    constraint user_files_filename_check check (btrim(filename) <> ''),
    constraint user_files_size_bytes_check check (size_bytes >= 0),
    constraint user_files_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint user_files_folder_id_fkey foreign key (folder_id, user_id) references user_folders (id, user_id)
        on delete set null (folder_id)
);
create index user_files_user_id_idx on user_files (user_id, folder_id, filename);
create index user_files_folder_id_idx on user_files (folder_id) where folder_id is not null;
create trigger user_files_set_updated_at before update on user_files for each row execute function set_updated_at();

alter table tracks
    add constraint tracks_file_id_fkey foreign key (file_id) references user_files (id) on delete set null;
create index tracks_file_id_idx on tracks (file_id) where file_id is not null;

create table cloud_file_versions (
    id          uuid not null default gen_random_uuid(),
    file_id     uuid not null,
    version     int not null,
    storage_key text not null,
    size_bytes  bigint not null default 0,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    constraint cloud_file_versions_pkey primary key (id),
    constraint cloud_file_versions_file_id_version_key unique (file_id, version),
    constraint cloud_file_versions_version_check check (version >= 1),
    constraint cloud_file_versions_size_bytes_check check (size_bytes >= 0),
    constraint cloud_file_versions_file_id_fkey foreign key (file_id) references user_files (id) on delete cascade
);
create trigger cloud_file_versions_set_updated_at before update on cloud_file_versions for each row
    execute function set_updated_at();

create table cloud_file_shares (
    id          uuid not null default gen_random_uuid(),
    file_id     uuid not null,
    token       varchar(64) not null,
    permissions varchar(20) not null default 'read',
    expires_at  timestamptz,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    constraint cloud_file_shares_pkey primary key (id),
    constraint cloud_file_shares_token_key unique (token),
    constraint cloud_file_shares_permissions_check check (permissions in ('read', 'download', 'write')),
    constraint cloud_file_shares_file_id_fkey foreign key (file_id) references user_files (id) on delete cascade
);
create index cloud_file_shares_file_id_idx on cloud_file_shares (file_id);
create trigger cloud_file_shares_set_updated_at before update on cloud_file_shares for each row
    execute function set_updated_at();

-- Growth beyond the quota is refused here, so that two uploads at once cannot pass it together. Lowering the quota
-- under what is already used is allowed.
create table user_storage_quotas (
    user_id    uuid not null,
    max_bytes  bigint not null default 5368709120,
    used_bytes bigint not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint user_storage_quotas_pkey primary key (user_id),
    constraint user_storage_quotas_max_bytes_check check (max_bytes >= 0),
    constraint user_storage_quotas_used_bytes_check check (used_bytes >= 0),
    constraint user_storage_quotas_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create trigger user_storage_quotas_set_updated_at before update on user_storage_quotas for each row
    execute function set_updated_at();

create function refuse_over_quota() returns trigger
    language plpgsql
    as $$
begin
    raise exception 'storage quota of % bytes exceeded', new.max_bytes
        using errcode = 'check_violation', table = 'user_storage_quotas', constraint = 'user_storage_quotas_exceeded';
end
$$;
create trigger user_storage_quotas_exceeded before update of used_bytes on user_storage_quotas for each row
    when (new.used_bytes > old.used_bytes and new.used_bytes > new.max_bytes)
    execute function refuse_over_quota();
create trigger user_storage_quotas_exceeded_insert before insert on user_storage_quotas for each row
    when (new.used_bytes > new.max_bytes)
    execute function refuse_over_quota();
