-- Links that open a track, or let it be downloaded. What a token opens says share_opens(). A link opens its track and nothing else.

-- fragment: track_share(s)
-- type: permissions read|download
-- nullable: expires_at, last_used_at
s.id, s.track_id, s.permissions, s.expires_at, s.access_count, s.last_used_at, s.created_at

-- query: share_own
-- sees: the owner
select t.id as track_id from tracks t where t.id = :id::uuid and t.creator_id = :viewer::uuid and t.deleted_at is null

-- query: share_list
-- schema: TrackShare
-- sort: s.created_at desc, s.id desc
select {track_share(s)} from track_shares s where s.track_id = :track_id::uuid

-- query: share_add
-- The token is made here, of 244 random bits, and told once.
-- problems: conflict validation
with n as materialized (
    select {new_link_token} as token,
           coalesce({link_expires_problem(:expires_at::timestamptz)},
                    case when (select count(*) from track_shares s where s.track_id = :track_id::uuid) >= 50
                         then 'conflict: A track has 50 links at most. Revoke one that is not needed.' end) as problem
), s as (
    insert into track_shares (track_id, user_id, token_hash, permissions, expires_at)
    select :track_id::uuid, :viewer::uuid, {link_hash(n.token)}, :permissions::text, :expires_at::timestamptz from n where n.problem is null
    returning id
)
select s.id as share_id, n.token, n.problem from n left join s on true

-- query: share_new
-- With the token, this once.
-- schema: NewTrackShare
-- not null: token
select {track_share(s)}, :token::text as token from track_shares s where s.id = :share_id::uuid

-- query: share_revoke
delete from track_shares s
 where s.id = :id::uuid and exists (select from tracks t where t.id = s.track_id and t.creator_id = :viewer::uuid)
returning s.id

-- query: share_open
-- Counts that somebody opened it.
update track_shares s
   set access_count = s.access_count + 1, last_used_at = now()
  from tracks t
 where s.token_hash = {link_hash(:token::text)} and t.id = s.track_id and share_opens(t, :token::text, 'read', :viewer::uuid, :viewer_staff::boolean)
returning s.id as share_id, s.track_id

-- query: share_get
-- The addresses in it carry the token.
-- sees: whoever has a link, see share_open
-- schema: SharedTrack
-- type: permissions read|download
-- nullable: artist, album, description, genre, cover_url, waveform_url, loudness_lufs, true_peak_dbtp, expires_at, stream_manifest_url
-- not null: creator
select t.id, t.title, t.artist, t.album, t.description, t.genre, t.duration_ms,
       {cover_url(t)} || case when {cover_url(t)} like '%?%' then '&' else '?' end || 'share=' || :token::text as cover_url,
       {waveform_url(t)} || '?share=' || :token::text as waveform_url,
       t.stream_manifest_url || '?share=' || :token::text as stream_manifest_url, t.loudness_lufs, t.true_peak_dbtp,
       {user_ref(u, creator)}, s.permissions, s.expires_at
  from track_shares s
  join tracks t on t.id = s.track_id
  join users u on u.id = t.creator_id
 where s.id = :share_id::uuid

-- query: share_page
-- For the head of its page, which search engines must not list.
select t.title, t.artist, {user_ref(u, creator)}, false as is_indexable
  from track_shares s
  join tracks t on t.id = s.track_id
  join users u on u.id = t.creator_id
 where s.token_hash = {link_hash(:token::text)} and share_opens(t, :token::text, 'read', :viewer::uuid, :viewer_staff::boolean)

-- What an archive of one's own data tells (personal.c).

-- query: export_track_shares
select s.id, s.track_id, s.permissions, s.access_count, s.last_used_at, s.created_at, s.expires_at
  from track_shares s
 where s.user_id = :user_id::uuid
 order by s.created_at, s.id
