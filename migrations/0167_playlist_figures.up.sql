-- What came of a playlist on each day, in UTC, for its owner: how often it was opened, by its page and by links, and who began and ended to follow it.
create table playlist_days (
    playlist_id   uuid not null,
    day           date not null,
    openings      int not null default 0, -- those by links too
    link_openings int not null default 0,
    followed      int not null default 0,
    unfollowed    int not null default 0,
    constraint playlist_days_pkey primary key (playlist_id, day),
    constraint playlist_days_playlist_id_fkey foreign key (playlist_id) references playlists (id) on delete cascade
);
insert into playlist_days (playlist_id, day, followed)
select f.playlist_id, (f.created_at at time zone 'UTC')::date, count(*) from playlist_follows f group by 1, 2;

-- Who opened it within the last hour, which counts once: a person, or an address of visitors. Kept for a day.
create table playlist_openings (
    playlist_id uuid not null,
    who         text not null,
    by_link     boolean not null,
    user_id     uuid,
    opened_at   timestamptz not null default now(),
    constraint playlist_openings_pkey primary key (playlist_id, who, by_link),
    constraint playlist_openings_playlist_id_fkey foreign key (playlist_id) references playlists (id) on delete cascade,
    constraint playlist_openings_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index playlist_openings_user_id_idx on playlist_openings (user_id);
create index playlist_openings_opened_at_idx on playlist_openings (opened_at);

create type playlist_day as (day date, openings int, link_openings int, followed int, unfollowed int, followers int);
create type playlist_link_use as (id uuid, created_at timestamptz, expires_at timestamptz, access_count bigint, last_used_at timestamptz);

create or replace function playlist_follows_added() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    with n as (
        select playlist_id, count(*) from added group by playlist_id
    ), p as (
        update playlists p set follower_count = p.follower_count + n.count from n where p.id = n.playlist_id returning p.id, n.count
    )
    insert into playlist_days as d (playlist_id, day, followed) select p.id, (now() at time zone 'UTC')::date, p.count from p
        on conflict (playlist_id, day) do update set followed = d.followed + excluded.followed;
    return null;
end
$$;
create or replace function playlist_follows_removed() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    with n as (
        select playlist_id, count(*) from removed group by playlist_id
    ), p as (
        update playlists p set follower_count = p.follower_count - n.count from n where p.id = n.playlist_id returning p.id, n.count
    )
    insert into playlist_days as d (playlist_id, day, unfollowed) select p.id, (now() at time zone 'UTC')::date, p.count from p
        on conflict (playlist_id, day) do update set unfollowed = d.unfollowed + excluded.unfollowed;
    return null;
end
$$;
