-- Reposts: counted by the statement that adds or removes them, also when a person is erased; a person's are listed by time.
alter table tracks add column repost_count int not null default 0,
    add constraint tracks_repost_count_check check (repost_count >= 0);
create or replace trigger tracks_set_updated_at before update on tracks for each row
    when (old.play_count is not distinct from new.play_count and old.like_count is not distinct from new.like_count
          and old.repost_count is not distinct from new.repost_count)
    execute function set_updated_at();

create function track_reposts_count() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    if tg_op = 'INSERT' then
        update tracks set repost_count = repost_count + 1 where id = new.track_id;
    else
        update tracks set repost_count = repost_count - 1 where id = old.track_id;
    end if;
    return null;
end
$$;
create trigger track_reposts_count after insert or delete on track_reposts for each row execute function track_reposts_count();
alter table tracks disable trigger tracks_set_updated_at;
update tracks t set repost_count = n.count from (select r.track_id, count(*) from track_reposts r group by 1) n where n.track_id = t.id;
alter table tracks enable trigger tracks_set_updated_at;

create index track_reposts_user_id_idx on track_reposts (user_id, created_at, track_id);
