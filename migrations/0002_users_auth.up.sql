-- People, how they prove who they are, and what they may do.
-- Token and code columns hold hashes only; what is sent to a person is never stored.

create table users (
    id                   uuid not null default gen_random_uuid(),
    username             varchar(30) not null,
    email                varchar(254) not null,
    password_hash        varchar(255) not null,
    token_version        int not null default 0,
    first_name           varchar(100),
    last_name            varchar(100),
    avatar               text,
    banner_url           text,
    bio                  text,
    location             varchar(255),
    birthdate            date,
    gender               varchar(20),
    role                 user_role not null default 'user',
    is_active            boolean not null default true,
    is_verified          boolean not null default false,
    is_banned            boolean not null default false,
    -- follows from the role, so that the two can never disagree
    is_admin             boolean not null generated always as (role = 'admin') stored,
    is_public            boolean not null default true,
    last_login_at        timestamptz,
    login_count          int not null default 0,
    password_changed_at  timestamptz,
    email_verified_at    timestamptz,
    creator_requested_at timestamptz,
    social_links         jsonb not null default '{}',
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    deleted_at           timestamptz,
    constraint users_pkey primary key (id),
    constraint users_username_check check (username ~ '^[A-Za-z0-9_.-]{3,30}$'),
    constraint users_email_check check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    constraint users_bio_check check (length(bio) <= 5000),
    constraint users_avatar_check check (length(avatar) <= 2048),
    constraint users_banner_url_check check (length(banner_url) <= 2048),
    constraint users_birthdate_check check (birthdate between date '1900-01-01' and date '2100-01-01'),
    constraint users_login_count_check check (login_count >= 0),
    constraint users_token_version_check check (token_version >= 0),
    constraint users_social_links_check check (jsonb_typeof(social_links) = 'object')
);
-- A deleted account frees its name and its address.
create unique index users_username_key on users (lower(username)) where deleted_at is null;
create unique index users_email_key on users (lower(email)) where deleted_at is null;
create index users_username_trgm_idx on users using gin (username gin_trgm_ops);
create index users_created_at_idx on users (created_at desc, id) where deleted_at is null;
create index users_role_idx on users (role) where role <> 'user' and deleted_at is null;
create index users_creator_requested_at_idx on users (creator_requested_at)
    where creator_requested_at is not null and role = 'user' and deleted_at is null;
create index users_deleted_at_idx on users (deleted_at) where deleted_at is not null;
-- Signing in changes nothing that a reader of the profile could notice.
create trigger users_set_updated_at before update on users for each row
    when (old.login_count is not distinct from new.login_count)
    execute function set_updated_at();

-- How a person appears inside somebody else's object.
create type user_ref as (id uuid, username varchar, avatar text);

-- `id` is the `sid` claim of the session's access tokens.
create table sessions (
    id           uuid not null default gen_random_uuid(),
    user_id      uuid not null,
    token_hash   varchar(128),
    ip_address   varchar(45),
    user_agent   text,
    device_label varchar(100),
    last_seen_at timestamptz not null default now(),
    revoked_at   timestamptz,
    expires_at   timestamptz not null,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint sessions_pkey primary key (id),
    constraint sessions_token_hash_key unique (token_hash),
    constraint sessions_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index sessions_user_id_idx on sessions (user_id, last_seen_at desc);
create index sessions_expires_at_idx on sessions (expires_at);
create trigger sessions_set_updated_at before update on sessions for each row execute function set_updated_at();

-- One family for each sign-in. A token is used once: it is then replaced by the next of its family, and seeing it
-- again means that somebody copied it.
create table refresh_tokens (
    id          uuid not null default gen_random_uuid(),
    user_id     uuid not null,
    session_id  uuid not null,
    family_id   uuid not null,
    token_hash  varchar(128) not null,
    replaced_by uuid,
    used_at     timestamptz,
    revoked_at  timestamptz,
    expires_at  timestamptz not null,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    deleted_at  timestamptz,
    constraint refresh_tokens_pkey primary key (id),
    constraint refresh_tokens_token_hash_key unique (token_hash),
    constraint refresh_tokens_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint refresh_tokens_session_id_fkey foreign key (session_id) references sessions (id) on delete cascade,
    constraint refresh_tokens_replaced_by_fkey foreign key (replaced_by) references refresh_tokens (id)
        on delete set null deferrable initially deferred
);
create index refresh_tokens_user_id_idx on refresh_tokens (user_id);
create index refresh_tokens_session_id_idx on refresh_tokens (session_id);
create index refresh_tokens_family_id_idx on refresh_tokens (family_id);
create index refresh_tokens_replaced_by_idx on refresh_tokens (replaced_by) where replaced_by is not null;
create index refresh_tokens_expires_at_idx on refresh_tokens (expires_at) where deleted_at is null;
create trigger refresh_tokens_set_updated_at before update on refresh_tokens for each row
    execute function set_updated_at();

-- Single-use links sent by mail. `email` is the address that the link was sent to, and for change_email the new one.
create table user_tokens (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    purpose    varchar(20) not null,
    token_hash varchar(128) not null,
    email      varchar(254),
    expires_at timestamptz not null,
    used_at    timestamptz,
    created_at timestamptz not null default now(),
    constraint user_tokens_pkey primary key (id),
    constraint user_tokens_token_hash_key unique (token_hash),
    constraint user_tokens_purpose_check check (purpose in ('verify_email', 'reset_password', 'change_email')),
    constraint user_tokens_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index user_tokens_user_id_idx on user_tokens (user_id, purpose, created_at desc);
create index user_tokens_expires_at_idx on user_tokens (expires_at);

create table roles (
    id           uuid not null default gen_random_uuid(),
    name         varchar(50) not null,
    display_name varchar(100) not null,
    description  text,
    is_system    boolean not null default false,
    is_active    boolean not null default true,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint roles_pkey primary key (id),
    constraint roles_name_key unique (name),
    constraint roles_name_check check (name ~ '^[a-z][a-z0-9_]*$')
);
create trigger roles_set_updated_at before update on roles for each row execute function set_updated_at();

create table permissions (
    id          uuid not null default gen_random_uuid(),
    name        varchar(100) not null,
    resource    varchar(50) not null,
    action      varchar(50) not null,
    description text,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    constraint permissions_pkey primary key (id),
    constraint permissions_name_key unique (name),
    constraint permissions_name_check check (name = resource || '.' || action)
);
create trigger permissions_set_updated_at before update on permissions for each row execute function set_updated_at();

create table user_roles (
    id          uuid not null default gen_random_uuid(),
    user_id     uuid not null,
    role_id     uuid not null,
    role        varchar(50),
    assigned_at timestamptz not null default now(),
    assigned_by uuid,
    expires_at  timestamptz,
    is_active   boolean not null default true,
    constraint user_roles_pkey primary key (id),
    constraint user_roles_user_id_role_id_key unique (user_id, role_id),
    constraint user_roles_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint user_roles_role_id_fkey foreign key (role_id) references roles (id) on delete cascade,
    constraint user_roles_assigned_by_fkey foreign key (assigned_by) references users (id) on delete set null
);
create index user_roles_role_id_idx on user_roles (role_id);
create index user_roles_assigned_by_idx on user_roles (assigned_by);

create table role_permissions (
    role_id       uuid not null,
    permission_id uuid not null,
    created_at    timestamptz not null default now(),
    constraint role_permissions_pkey primary key (role_id, permission_id),
    constraint role_permissions_role_id_fkey foreign key (role_id) references roles (id) on delete cascade,
    constraint role_permissions_permission_id_fkey foreign key (permission_id) references permissions (id)
        on delete cascade
);
create index role_permissions_permission_id_idx on role_permissions (permission_id);

create table mfa_configs (
    id           uuid not null default gen_random_uuid(),
    user_id      uuid not null,
    secret       varchar(255) not null,
    backup_codes text,
    is_enabled   boolean not null default false,
    last_used_at timestamptz,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    deleted_at   timestamptz,
    constraint mfa_configs_pkey primary key (id),
    constraint mfa_configs_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create unique index mfa_configs_user_id_key on mfa_configs (user_id) where deleted_at is null;
create index mfa_configs_user_id_idx on mfa_configs (user_id);
create trigger mfa_configs_set_updated_at before update on mfa_configs for each row execute function set_updated_at();

create table recovery_codes (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    code       varchar(255) not null,
    is_used    boolean not null default false,
    used_at    timestamptz,
    expires_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint recovery_codes_pkey primary key (id),
    constraint recovery_codes_used_at_check check (is_used = (used_at is not null)),
    constraint recovery_codes_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index recovery_codes_user_id_idx on recovery_codes (user_id);
create trigger recovery_codes_set_updated_at before update on recovery_codes for each row
    execute function set_updated_at();

-- sign_count is an unsigned 32-bit number in the protocol.
create table webauthn_credentials (
    id               uuid not null default gen_random_uuid(),
    user_id          uuid not null,
    credential_id    bytea not null,
    public_key       bytea not null,
    attestation_type varchar(50) not null default 'none',
    aaguid           bytea,
    sign_count       bigint not null default 0,
    name             varchar(100) not null default 'My Passkey',
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    last_used_at     timestamptz,
    constraint webauthn_credentials_pkey primary key (id),
    constraint webauthn_credentials_credential_id_key unique (credential_id),
    constraint webauthn_credentials_credential_id_check check (octet_length(credential_id) between 1 and 1023),
    constraint webauthn_credentials_aaguid_check check (octet_length(aaguid) = 16),
    constraint webauthn_credentials_sign_count_check check (sign_count between 0 and 4294967295),
    constraint webauthn_credentials_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index webauthn_credentials_user_id_idx on webauthn_credentials (user_id);
create trigger webauthn_credentials_set_updated_at before update on webauthn_credentials for each row
    execute function set_updated_at();

create table federated_identities (
    id            uuid not null default gen_random_uuid(),
    user_id       uuid not null,
    provider      varchar(50) not null,
    provider_id   varchar(255) not null,
    email         varchar(254),
    display_name  varchar(255),
    avatar_url    varchar(2048),
    access_token  text,
    refresh_token text,
    expires_at    timestamptz,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    constraint federated_identities_pkey primary key (id),
    constraint federated_identities_provider_id_key unique (provider, provider_id),
    constraint federated_identities_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index federated_identities_user_id_idx on federated_identities (user_id);
create trigger federated_identities_set_updated_at before update on federated_identities for each row
    execute function set_updated_at();

create table api_keys (
    id           uuid not null default gen_random_uuid(),
    user_id      uuid not null,
    name         varchar(100) not null,
    prefix       varchar(16) not null,
    hashed_key   varchar(128) not null,
    scopes       text[] not null default '{}',
    last_used_at timestamptz,
    expires_at   timestamptz,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint api_keys_pkey primary key (id),
    constraint api_keys_hashed_key_key unique (hashed_key),
    constraint api_keys_name_check check (btrim(name) <> ''),
    constraint api_keys_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index api_keys_user_id_idx on api_keys (user_id);
create index api_keys_prefix_idx on api_keys (prefix);
create trigger api_keys_set_updated_at before update on api_keys for each row execute function set_updated_at();

create table user_settings (
    id                    uuid not null default gen_random_uuid(),
    user_id               uuid not null,
    email_notifications   boolean not null default true,
    push_notifications    boolean not null default true,
    browser_notifications boolean not null default false,
    email_on_follow       boolean not null default true,
    email_on_like         boolean not null default false,
    email_on_comment      boolean not null default true,
    email_on_message      boolean not null default true,
    email_on_mention      boolean not null default true,
    email_marketing       boolean not null default false,
    allow_search_indexing boolean not null default true,
    show_activity         boolean not null default true,
    explicit_content      boolean not null default true,
    autoplay              boolean not null default true,
    created_at            timestamptz not null default now(),
    updated_at            timestamptz not null default now(),
    constraint user_settings_pkey primary key (id),
    constraint user_settings_user_id_key unique (user_id),
    constraint user_settings_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create trigger user_settings_set_updated_at before update on user_settings for each row
    execute function set_updated_at();

create table user_profiles (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    language   varchar(10) not null default 'en',
    timezone   varchar(64) not null default 'UTC',
    theme      varchar(20) not null default 'auto',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint user_profiles_pkey primary key (id),
    constraint user_profiles_user_id_key unique (user_id),
    constraint user_profiles_language_check check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,6})?$'),
    constraint user_profiles_theme_check check (theme ~ '^[a-z][a-z0-9_-]*$'),
    constraint user_profiles_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create trigger user_profiles_set_updated_at before update on user_profiles for each row
    execute function set_updated_at();

-- track_id gets its foreign key with the tracks.
create table user_presence (
    user_id        uuid not null,
    status         varchar(20) not null default 'offline',
    last_seen_at   timestamptz not null default now(),
    status_message text,
    track_id       uuid,
    track_title    text,
    invisible      boolean not null default false,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    constraint user_presence_pkey primary key (user_id),
    constraint user_presence_status_check check (status in ('online', 'away', 'busy', 'offline')),
    constraint user_presence_status_message_check check (length(status_message) <= 280),
    constraint user_presence_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index user_presence_online_idx on user_presence (last_seen_at desc) where status <> 'offline' and not invisible;
create trigger user_presence_set_updated_at before update on user_presence for each row
    execute function set_updated_at();

insert into roles (name, display_name, description, is_system) values
    ('user', 'Listener', 'Listens, comments, keeps playlists, talks.', true),
    ('content_creator', 'Creator', 'Publishes, sells and teaches, on top of what a listener does.', true),
    ('moderator', 'Moderator', 'Handles reports and takes down what breaks the rules.', true),
    ('admin', 'Administrator', 'May do everything.', true);

insert into permissions (name, resource, action, description)
select resource || '.' || action, resource, action, description
  from (values
    ('tracks',        'create',      'Upload a track'),
    ('tracks',        'update_own',  'Change one''s own tracks'),
    ('tracks',        'delete_own',  'Delete one''s own tracks'),
    ('tracks',        'view_any',    'See tracks that are private or not ready'),
    ('tracks',        'update_any',  'Change anybody''s tracks'),
    ('tracks',        'delete_any',  'Delete anybody''s tracks'),
    ('comments',      'create',      'Comment on a track'),
    ('comments',      'delete_any',  'Delete anybody''s comments'),
    ('playlists',     'create',      'Create a playlist'),
    ('playlists',     'update_any',  'Change anybody''s playlists'),
    ('playlists',     'delete_any',  'Delete anybody''s playlists'),
    ('playlists',     'feature',     'Mark a playlist as editorial'),
    ('rooms',         'create',      'Open a conversation'),
    ('messages',      'create',      'Write a message'),
    ('messages',      'delete_any',  'Delete anybody''s messages'),
    ('live',          'broadcast',   'Go live'),
    ('live',          'stop_any',    'End anybody''s live stream'),
    ('files',         'manage_own',  'Keep files in the cloud'),
    ('gear',          'manage_own',  'Keep an inventory of equipment'),
    ('royalties',     'view_own',    'See one''s own royalties'),
    ('royalties',     'manage',      'Set rates and pay out royalties'),
    ('reports',       'create',      'Report content or a person'),
    ('reports',       'resolve',     'Handle reports'),
    ('users',         'view_any',    'See accounts and their state'),
    ('users',         'update_any',  'Change anybody''s account'),
    ('users',         'ban',         'Ban and unban accounts'),
    ('users',         'delete_any',  'Delete anybody''s account'),
    ('creators',      'approve',     'Approve requests to become a creator'),
    ('roles',         'manage',      'Define roles and give them to people'),
    ('announcements', 'manage',      'Publish announcements'),
    ('jobs',          'manage',      'See and retry background jobs'),
    ('audit',         'view',        'Read the audit log'),
    ('settings',      'manage',      'Change the platform''s settings')
  ) as p (resource, action, description);

insert into role_permissions (role_id, permission_id)
select r.id, p.id
  from roles r
  join permissions p on
       r.name = 'admin'
    or p.name in ('comments.create', 'playlists.create', 'rooms.create', 'messages.create', 'files.manage_own',
                  'gear.manage_own', 'reports.create')
    or r.name = 'content_creator'
       and p.name in ('tracks.create', 'tracks.update_own', 'tracks.delete_own', 'live.broadcast',
                      'royalties.view_own')
    or r.name = 'moderator'
       and p.name in ('tracks.view_any', 'tracks.update_any', 'tracks.delete_any', 'comments.delete_any',
                      'playlists.update_any', 'playlists.delete_any', 'messages.delete_any', 'live.stop_any',
                      'reports.resolve', 'users.view_any', 'users.ban');
