create or replace function playlist_follows_added() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    update playlists p
       set follower_count = p.follower_count + n.count
      from (select playlist_id, count(*) from added group by playlist_id) n
     where p.id = n.playlist_id;
    return null;
end
$$;
create or replace function playlist_follows_removed() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    update playlists p
       set follower_count = p.follower_count - n.count
      from (select playlist_id, count(*) from removed group by playlist_id) n
     where p.id = n.playlist_id;
    return null;
end
$$;
drop type playlist_day, playlist_link_use;
drop table playlist_openings, playlist_days;
