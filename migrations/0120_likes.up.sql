-- Likes: counted by the statement that adds or removes them, also when a person is erased; listed by time.

create function track_likes_count() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    if tg_op = 'INSERT' then
        update tracks set like_count = like_count + 1 where id = new.track_id;
    else
        update tracks set like_count = like_count - 1 where id = old.track_id;
    end if;
    return null;
end
$$;
create trigger track_likes_count after insert or delete on track_likes for each row execute function track_likes_count();
update tracks t
   set like_count = n.count
  from (select t_.id, (select count(*) from track_likes l where l.track_id = t_.id) as count from tracks t_) n
 where n.id = t.id and n.count <> t.like_count;

drop index track_likes_track_id_idx;
create index track_likes_track_id_idx on track_likes (track_id, created_at, id);
drop index track_likes_user_id_created_at_idx;
create index track_likes_user_id_created_at_idx on track_likes (user_id, created_at, track_id);
