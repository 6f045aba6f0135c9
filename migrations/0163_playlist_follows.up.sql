-- Following playlists: counted once a statement, listed by the page, and told of; and playlists found by their names.

drop index playlist_follows_user_id_idx;
create index playlist_follows_user_id_idx on playlist_follows (user_id, created_at, id);

create function playlist_follows_added() returns trigger
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
create function playlist_follows_removed() returns trigger
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
create trigger playlist_follows_added after insert on playlist_follows referencing new table as added
    for each statement execute function playlist_follows_added();
create trigger playlist_follows_removed after delete on playlist_follows referencing old table as removed
    for each statement execute function playlist_follows_removed();
update playlists p
   set follower_count = n.count
  from (select p_.id, (select count(*) from playlist_follows f where f.playlist_id = p_.id) as count from playlists p_) n
 where n.id = p.id and n.count <> p.follower_count;

drop index playlists_name_trgm_idx;
create index playlists_name_search_idx on playlists using gin (search_fold(name) gin_trgm_ops) where deleted_at is null;

alter table user_settings
    add column notify_on_playlist boolean not null default true,
    add column email_on_playlist boolean not null default false;
