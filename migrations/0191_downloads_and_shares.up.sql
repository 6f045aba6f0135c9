-- Downloads: which formats a creator offers, and files of formats that were made once and are kept. Shares: links that open one track, or let it be
-- downloaded. Of a link only the hash of its token is kept.
alter table tracks add column download_formats text[] not null default '{original}',
    add constraint tracks_download_formats_check check (download_formats <@ array['original', 'flac', 'lossy'] and cardinality(download_formats) between 1 and 3);

create table track_downloads (
    track_id   uuid not null,
    format     varchar(10) not null,
    version    varchar(16) not null, -- of the renditions that it was made from
    file_path  varchar(500) not null,
    size_bytes bigint not null,
    created_at timestamptz not null default now(),
    constraint track_downloads_pkey primary key (track_id, format),
    constraint track_downloads_format_check check (format in ('flac', 'lossy')),
    constraint track_downloads_size_bytes_check check (size_bytes > 0),
    constraint track_downloads_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);

alter table track_shares rename column share_token to token_hash;
update track_shares set token_hash = encode(sha256(convert_to(token_hash, 'UTF8')), 'hex');
alter table track_shares rename constraint track_shares_share_token_key to track_shares_token_hash_key;
alter table track_shares add column last_used_at timestamptz;
drop index track_shares_track_id_idx;
create index track_shares_track_id_idx on track_shares (track_id, created_at, id);
-- Being opened is not a change of the link.
drop trigger track_shares_set_updated_at on track_shares;
create trigger track_shares_set_updated_at before update on track_shares for each row
    when (old.access_count is not distinct from new.access_count) execute function set_updated_at();

-- Does this token open the track? `wanted` is read or download. A token opens nothing else, and nothing once its link is gone or its time is over.
create function share_opens(t tracks, token text, wanted text) returns boolean
    language sql stable
    as $$
select token is not null and exists (
    select from track_shares s
      join users u on u.id = t.creator_id
     where s.track_id = t.id and s.token_hash = encode(sha256(convert_to(token, 'UTF8')), 'hex') and (s.expires_at is null or s.expires_at > now())
       and (wanted = 'read' or s.permissions = 'download') and t.status = 'completed' and t.deleted_at is null and user_shown(u))
$$;

-- The one answer to whether somebody may download a track that they may see, in this format.
create function may_download(t tracks, format text, viewer uuid, staff boolean, share text) returns boolean
    language sql stable
    as $$
select coalesce(t.creator_id = viewer, false) or coalesce(staff, false)
       or (format = any (t.download_formats) and (t.is_downloadable or share_opens(t, share, 'download')))
$$;
