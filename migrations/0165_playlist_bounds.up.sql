-- Bounds of what a person keeps in playlists, and links of tracks that do not open for those whom the creator has blocked.

-- Is there room for one more playlist of this person, with so many items? What they deleted counts as long as it is kept. Whoever asks at the same time waits,
-- so that the bound is exact.
create function playlist_room(person uuid, items bigint) returns boolean
    language plpgsql
    as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('playlists of ' || person, 0));
    return (select count(*) < 1000 and coalesce(sum(p.track_count), 0) + items <= 200000 from playlists p where p.user_id = person);
end
$$;

-- Its text is in migrations/functions/downloads.sql, since it reads what a later migration makes.
create function share_opens(t tracks, token text, wanted text, viewer uuid, staff boolean) returns boolean
    language sql stable
    as $$ select false $$;
