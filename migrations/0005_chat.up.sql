-- Conversations.

create table rooms (
    id          uuid not null default gen_random_uuid(),
    name        varchar(255),
    description text,
    room_type   varchar(20) not null default 'public',
    is_private  boolean not null default false,
    creator_id  uuid not null,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    deleted_at  timestamptz,
    constraint rooms_pkey primary key (id),
    constraint rooms_room_type_check check (room_type in ('public', 'private', 'dm')),
    constraint rooms_is_private_check check (is_private or room_type = 'public'),
    constraint rooms_name_check check (room_type = 'dm' or btrim(coalesce(name, '')) <> ''),
    constraint rooms_description_check check (length(description) <= 5000),
    constraint rooms_creator_id_fkey foreign key (creator_id) references users (id) on delete cascade
);
create index rooms_creator_id_idx on rooms (creator_id);
create index rooms_newest_public_idx on rooms (created_at desc, id) where not is_private and deleted_at is null;
create index rooms_deleted_at_idx on rooms (deleted_at) where deleted_at is not null;
create trigger rooms_set_updated_at before update on rooms for each row execute function set_updated_at();

create table room_members (
    id         uuid not null default gen_random_uuid(),
    room_id    uuid not null,
    user_id    uuid not null,
    role       varchar(20) not null default 'member',
    joined_at  timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint room_members_pkey primary key (id),
    constraint room_members_room_id_user_id_key unique (room_id, user_id),
    constraint room_members_role_check check (role in ('owner', 'admin', 'moderator', 'member')),
    constraint room_members_room_id_fkey foreign key (room_id) references rooms (id) on delete cascade,
    constraint room_members_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index room_members_user_id_idx on room_members (user_id);
create trigger room_members_set_updated_at before update on room_members for each row
    execute function set_updated_at();

-- Without an invitee, whoever has the link may come in.
create table room_invitations (
    id         uuid not null default gen_random_uuid(),
    room_id    uuid not null,
    inviter_id uuid not null,
    invitee_id uuid,
    token      uuid not null default gen_random_uuid(),
    status     varchar(20) not null default 'pending',
    expires_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint room_invitations_pkey primary key (id),
    constraint room_invitations_token_key unique (token),
    constraint room_invitations_status_check check (status in ('pending', 'accepted', 'expired')),
    constraint room_invitations_room_id_fkey foreign key (room_id) references rooms (id) on delete cascade,
    constraint room_invitations_inviter_id_fkey foreign key (inviter_id) references users (id) on delete cascade,
    constraint room_invitations_invitee_id_fkey foreign key (invitee_id) references users (id) on delete cascade
);
create index room_invitations_room_id_idx on room_invitations (room_id);
create index room_invitations_inviter_id_idx on room_invitations (inviter_id);
create index room_invitations_invitee_id_idx on room_invitations (invitee_id) where invitee_id is not null;
create trigger room_invitations_set_updated_at before update on room_invitations for each row
    execute function set_updated_at();

-- A message stays readable for the others when the account of its sender is erased.
-- A reply answers a message of the same room: the pair (reply_to_id, room_id) is what the foreign key checks.
create table messages (
    id           uuid not null default gen_random_uuid(),
    room_id      uuid not null,
    sender_id    uuid,
    content      text not null default '',
    message_type varchar(20) not null default 'text',
    reply_to_id  uuid,
    is_edited    boolean not null default false,
    is_deleted   boolean not null default false,
    is_pinned    boolean not null default false,
    edited_at    timestamptz,
    status       varchar(20) not null default 'sent',
    metadata     jsonb,
    content_tsv  tsvector generated always as (to_tsvector('veza_search'::regconfig, content)) stored,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint messages_pkey primary key (id),
    constraint messages_id_room_id_key unique (id, room_id),
    constraint messages_content_check check (length(content) <= 20000),
    constraint messages_message_type_check check (message_type in ('text', 'image', 'audio', 'system')),
    constraint messages_status_check check (status in ('sent', 'delivered', 'read', 'failed')),
    constraint messages_metadata_check check (jsonb_typeof(metadata) = 'object'),
    constraint messages_room_id_fkey foreign key (room_id) references rooms (id) on delete cascade,
    constraint messages_sender_id_fkey foreign key (sender_id) references users (id) on delete set null,
    constraint messages_reply_to_id_fkey foreign key (reply_to_id, room_id) references messages (id, room_id)
        on delete set null (reply_to_id)
);
create index messages_room_id_idx on messages (room_id, created_at desc, id desc);
create index messages_sender_id_idx on messages (sender_id);
create index messages_reply_to_id_idx on messages (reply_to_id) where reply_to_id is not null;
create index messages_pinned_idx on messages (room_id, created_at desc) where is_pinned and not is_deleted;
create index messages_content_tsv_idx on messages using gin (content_tsv);
create trigger messages_set_updated_at before update on messages for each row execute function set_updated_at();

create table message_reactions (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    message_id uuid not null,
    emoji      varchar(50) not null,
    created_at timestamptz not null default now(),
    constraint message_reactions_pkey primary key (id),
    constraint message_reactions_user_id_message_id_emoji_key unique (user_id, message_id, emoji),
    constraint message_reactions_emoji_check check (emoji <> ''),
    constraint message_reactions_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint message_reactions_message_id_fkey foreign key (message_id) references messages (id) on delete cascade
);
create index message_reactions_message_id_idx on message_reactions (message_id);

create table read_receipts (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    message_id uuid not null,
    read_at    timestamptz not null default now(),
    created_at timestamptz not null default now(),
    constraint read_receipts_pkey primary key (id),
    constraint read_receipts_user_id_message_id_key unique (user_id, message_id),
    constraint read_receipts_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint read_receipts_message_id_fkey foreign key (message_id) references messages (id) on delete cascade
);
create index read_receipts_message_id_idx on read_receipts (message_id);

create table delivered_status (
    id           uuid not null default gen_random_uuid(),
    user_id      uuid not null,
    message_id   uuid not null,
    delivered_at timestamptz not null default now(),
    created_at   timestamptz not null default now(),
    constraint delivered_status_pkey primary key (id),
    constraint delivered_status_user_id_message_id_key unique (user_id, message_id),
    constraint delivered_status_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint delivered_status_message_id_fkey foreign key (message_id) references messages (id) on delete cascade
);
create index delivered_status_message_id_idx on delivered_status (message_id);
