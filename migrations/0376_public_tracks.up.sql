-- How many tracks of a person are public or will be at a known time, so that a profile does not count them. Those that will be are taken off when it is shown.
alter table user_stats add public_tracks int not null default 0, add constraint user_stats_public_tracks_check check (public_tracks >= 0);

insert into user_stats as s (user_id, public_tracks)
select t.creator_id, count(*) from tracks t where t.public_from is not null and t.status = 'completed' and t.deleted_at is null group by t.creator_id
    on conflict (user_id) do update set public_tracks = excluded.public_tracks;

create function tracks_count_public() returns trigger
    language plpgsql security definer set search_path = public
    as $$
declare
    was constant boolean := tg_op <> 'INSERT' and old.public_from is not null and old.status = 'completed' and old.deleted_at is null;
    is_now constant boolean := tg_op <> 'DELETE' and new.public_from is not null and new.status = 'completed' and new.deleted_at is null;
begin
    if was then -- a person who is being erased has no row any more
        update user_stats set public_tracks = public_tracks - 1 where user_id = old.creator_id;
    end if;
    if is_now then
        insert into user_stats as s (user_id, public_tracks) values (new.creator_id, 1)
            on conflict (user_id) do update set public_tracks = s.public_tracks + 1;
    end if;
    return null;
end
$$;
create trigger tracks_count_public_new after insert on tracks for each row
    when (new.public_from is not null and new.status = 'completed' and new.deleted_at is null) execute function tracks_count_public();
create trigger tracks_count_public_gone after delete on tracks for each row
    when (old.public_from is not null and old.status = 'completed' and old.deleted_at is null) execute function tracks_count_public();
create trigger tracks_count_public after update on tracks for each row
    when ((old.public_from is not null and old.status = 'completed' and old.deleted_at is null, old.creator_id)
          is distinct from (new.public_from is not null and new.status = 'completed' and new.deleted_at is null, new.creator_id))
    execute function tracks_count_public();

create index tracks_creator_public_from_idx on tracks (creator_id, public_from) where public_from is not null and status = 'completed' and deleted_at is null;
drop index tracks_public_creator_idx;
