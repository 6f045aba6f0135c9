-- Does this token open the track for this viewer? `wanted` is read or download. A token opens nothing else, nothing once its link is gone or its time is over,
-- and nothing to whom the creator has blocked.
create or replace function share_opens(t tracks, token text, wanted text, viewer uuid, staff boolean) returns boolean
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

-- The one answer to whether somebody may download a track that they may see, in this format.
create or replace function may_download(t tracks, format text, viewer uuid, staff boolean, share text) returns boolean
    language sql stable
    as $$
select coalesce(t.creator_id = viewer, false) or coalesce(staff, false)
       or (format = any (t.download_formats) and (t.is_downloadable or share_opens(t, share, 'download', viewer, staff)))
$$;

-- The same for a track in the archive of a release: what an archive offers is the choice of the release, which holds for tracks of whoever made it; a track of somebody
-- else is in it only where its own creator offers it too.
create or replace function may_download_release(r releases, t tracks, format text, viewer uuid, staff boolean) returns boolean
    language sql stable
    as $$
select coalesce(t.creator_id = viewer, false) or coalesce(staff, false)
       or (r.is_downloadable and format = any (r.download_formats) and (t.creator_id = r.user_id or may_download(t, format, viewer, staff, null)))
$$;
