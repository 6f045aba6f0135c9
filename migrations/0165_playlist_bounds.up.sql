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

-- Does this token open the track for this viewer? `wanted` is read or download. A token opens nothing else, nothing once its link is gone or its time is over,
-- and nothing to whom the creator has blocked.
create function share_opens(t tracks, token text, wanted text, viewer uuid, staff boolean) returns boolean
    language sql stable
    as $$
select token is not null and exists (
    select from track_shares s
      join users u on u.id = t.creator_id
     where s.track_id = t.id and s.token_hash = encode(sha256(convert_to(token, 'UTF8')), 'hex') and (s.expires_at is null or s.expires_at > now())
       and (wanted = 'read' or s.permissions = 'download') and t.status = 'completed' and t.deleted_at is null and user_shown(u)
       and (viewer is null or coalesce(staff, false)
            or not exists (select from user_blocks b where b.blocker_id = t.creator_id and b.blocked_id = viewer)))
$$;
