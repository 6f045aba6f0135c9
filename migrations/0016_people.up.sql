-- Who follows whom, who wants nothing to do with whom, and who may know of whom.

create table user_follows (
    follower_id uuid not null,
    followed_id uuid not null,
    created_at  timestamptz not null default now(),
    constraint user_follows_pkey primary key (follower_id, followed_id),
    constraint user_follows_self_check check (follower_id <> followed_id),
    constraint user_follows_follower_id_fkey foreign key (follower_id) references users (id) on delete cascade,
    constraint user_follows_followed_id_fkey foreign key (followed_id) references users (id) on delete cascade
);
create index user_follows_followed_id_idx on user_follows (followed_id, created_at desc);

create table user_blocks (
    blocker_id uuid not null,
    blocked_id uuid not null,
    created_at timestamptz not null default now(),
    constraint user_blocks_pkey primary key (blocker_id, blocked_id),
    constraint user_blocks_self_check check (blocker_id <> blocked_id),
    constraint user_blocks_blocker_id_fkey foreign key (blocker_id) references users (id) on delete cascade,
    constraint user_blocks_blocked_id_fkey foreign key (blocked_id) references users (id) on delete cascade
);
create index user_blocks_blocked_id_idx on user_blocks (blocked_id, blocker_id);

-- Has `owner` blocked `viewer`? Moderators and administrators see everything all the same.
create function user_blocks_viewer(owner uuid, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select exists (select from user_blocks b where b.blocker_id = owner and b.blocked_id = viewer) and not user_is_staff(viewer)
$$;

-- Whether `viewer` may know of this person: an account in good standing that is public and has not blocked them; oneself; staff.
create function user_visible(u users, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select user_active(u)
   and coalesce(u.id = viewer or (u.is_public and not user_blocks_viewer(u.id, viewer)) or user_is_staff(viewer), false)
$$;

create or replace function track_row_visible(t tracks, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select t.deleted_at is null
   and coalesce(t.creator_id = viewer
             or (track_is_public(t)
                 and exists (select from users u where u.id = t.creator_id and user_active(u))
                 and not exists (select from user_blocks b where b.blocker_id = t.creator_id and b.blocked_id = viewer))
             or user_is_staff(viewer), false)
$$;

-- Do not sell or share my personal information (CCPA); also heard from browsers as Sec-GPC.
alter table user_settings
    add column do_not_sell boolean not null default false,
    add column do_not_sell_at timestamptz,
    add column do_not_sell_source varchar(10),
    add constraint user_settings_do_not_sell_source_check check (do_not_sell_source in ('person', 'gpc'));

create index users_full_name_trgm_idx on users using gin ((coalesce(first_name, '') || ' ' || coalesce(last_name, '')) gin_trgm_ops);
create index track_reposts_user_id_created_at_idx on track_reposts (user_id, created_at desc);
