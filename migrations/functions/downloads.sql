-- The one answer to whether somebody may download a track that they may see, in this format.
create or replace function may_download(t tracks, format text, viewer uuid, staff boolean, share text) returns boolean
    language sql stable
    as $$
select coalesce(t.creator_id = viewer, false) or coalesce(staff, false)
       or (format = any (t.download_formats) and (t.is_downloadable or share_opens(t, share, 'download', viewer, staff)))
$$;
