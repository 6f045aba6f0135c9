-- Reposts of tracks. The trigger track_reposts_count counts them in the same statement.

-- query: track_repost
-- Whoever may see the track. Doing it twice changes nothing and tells nobody twice. Others see a repost while the track is in lists.
-- schema: RepostState
-- not null: track_id, is_reposted
with t as (
    select t.id, t.creator_id from tracks t where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
), r as (
    insert into track_reposts (track_id, user_id) select t.id, :viewer::uuid from t on conflict do nothing returning track_id
), e as (
    insert into outbox (name, key, payload)
    select 'track.reposted', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id, 'reposter_id', :viewer::uuid)
      from r join t on t.id = r.track_id
)
select t.id as track_id, true as is_reposted from t

-- query: track_unrepost
-- Also of a track that one may not see any more.
-- schema: RepostState
-- not null: track_id, is_reposted
with r as (
    delete from track_reposts r where r.track_id = :id::uuid and r.user_id = :viewer::uuid returning r.track_id
), e as (
    insert into outbox (name, key, payload)
    select 'track.unreposted', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id, 'reposter_id', :viewer::uuid)
      from r join tracks t on t.id = r.track_id
)
select t.id as track_id, false as is_reposted
  from tracks t
 where t.id = :id::uuid and (t.id in (select track_id from r) or {track_visible(t, :viewer::uuid, :viewer_staff::boolean)})

-- query: track_repost_state
-- schema: RepostState
-- not null: track_id, is_reposted
select t.id as track_id, {is_reposted(t)}
  from tracks t
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- query: export_reposts
select r.track_id, t.title, r.created_at
  from track_reposts r
  join tracks t on t.id = r.track_id
 where r.user_id = :user_id::uuid
 order by r.created_at, r.id
