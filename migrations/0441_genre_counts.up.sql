-- How many tracks of a genre are public or will be at a known time, of people who are shown, so that the list of genres counts only what differs for its reader.
create table genre_counts (
    genre           varchar(100) not null,
    public_tracks   int not null default 0,
    explicit_tracks int not null default 0, -- of these
    constraint genre_counts_pkey primary key (genre)
);

insert into genre_counts (genre, public_tracks, explicit_tracks)
select t.genre, count(*), count(*) filter (where t.is_explicit)
  from tracks t
  join users u on u.id = t.creator_id
 where t.genre <> '' and t.public_from is not null and t.status = 'completed' and t.deleted_at is null and user_shown(u)
 group by t.genre;

create function tracks_count_genre() returns trigger
    language plpgsql security definer set search_path = public
    as $$
declare
    -- Locked, so that nobody hides or shows this person, and their tracks with them, at the same time. No row: they are being deleted, and their tracks have been taken off.
    is_shown boolean;
begin
    if tg_op <> 'INSERT' and old.genre <> '' and old.public_from is not null and old.status = 'completed' and old.deleted_at is null then
        select user_shown(u) into is_shown from users u where u.id = old.creator_id for share;
        if is_shown then
            update genre_counts set public_tracks = public_tracks - 1, explicit_tracks = explicit_tracks - old.is_explicit::int where genre = old.genre;
        end if;
    end if;
    if tg_op <> 'DELETE' and new.genre <> '' and new.public_from is not null and new.status = 'completed' and new.deleted_at is null then
        select user_shown(u) into is_shown from users u where u.id = new.creator_id for share;
        if is_shown then
            insert into genre_counts as c (genre, public_tracks, explicit_tracks) values (new.genre, 1, new.is_explicit::int)
                on conflict (genre) do update set public_tracks = c.public_tracks + 1, explicit_tracks = c.explicit_tracks + excluded.explicit_tracks;
        end if;
    end if;
    return null;
end
$$;
create trigger tracks_count_genre_new after insert on tracks for each row
    when (new.genre <> '' and new.public_from is not null and new.status = 'completed' and new.deleted_at is null) execute function tracks_count_genre();
create trigger tracks_count_genre_gone after delete on tracks for each row
    when (old.genre <> '' and old.public_from is not null and old.status = 'completed' and old.deleted_at is null) execute function tracks_count_genre();
create trigger tracks_count_genre after update on tracks for each row
    when ((old.public_from is not null and old.status = 'completed' and old.deleted_at is null, old.genre, old.is_explicit, old.creator_id)
          is distinct from (new.public_from is not null and new.status = 'completed' and new.deleted_at is null, new.genre, new.is_explicit, new.creator_id))
    execute function tracks_count_genre();

create function users_count_genres() returns trigger
    language plpgsql security definer set search_path = public
    as $$
declare
    change constant int := case when tg_op = 'UPDATE' and user_shown(new) then 1 else -1 end;
begin
    insert into genre_counts as c (genre, public_tracks, explicit_tracks)
    select t.genre, change * count(*), change * count(*) filter (where t.is_explicit)
      from tracks t
     where t.creator_id = old.id and t.genre <> '' and t.public_from is not null and t.status = 'completed' and t.deleted_at is null
     group by t.genre
     order by t.genre
        on conflict (genre) do update set public_tracks = c.public_tracks + excluded.public_tracks, explicit_tracks = c.explicit_tracks + excluded.explicit_tracks;
    return coalesce(new, old);
end
$$;
create trigger users_count_genres after update on users for each row when (user_shown(old) is distinct from user_shown(new)) execute function users_count_genres();
create trigger users_count_genres_gone before delete on users for each row when (user_shown(old)) execute function users_count_genres();

-- Those whose time has not come are taken off when genres are listed.
create index tracks_scheduled_idx on tracks (public_from) where visibility = 'scheduled' and status = 'completed' and deleted_at is null;
drop index tracks_genre_counts_idx;
