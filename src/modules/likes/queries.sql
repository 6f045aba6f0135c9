-- Likes of tracks. The trigger track_likes_count counts them in the same statement.

-- query: track_like
-- Whoever may see the track. Doing it twice changes nothing and tells nobody twice.
-- schema: LikeState
-- not null: track_id, is_liked
with t as (
    select t.id, t.creator_id from tracks t where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
), l as (
    insert into track_likes (track_id, user_id) select t.id, :viewer::uuid from t on conflict do nothing returning track_id
), e as (
    insert into outbox (name, key, payload)
    select 'track.liked', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id, 'liker_id', :viewer::uuid)
      from l join t on t.id = l.track_id
)
select t.id as track_id, true as is_liked from t

-- query: track_unlike
-- Also of a track that one may not see any more.
-- schema: LikeState
-- not null: track_id, is_liked
with l as (
    delete from track_likes l where l.track_id = :id::uuid and l.user_id = :viewer::uuid returning l.track_id
), e as (
    insert into outbox (name, key, payload)
    select 'track.unliked', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id, 'liker_id', :viewer::uuid)
      from l join tracks t on t.id = l.track_id
)
select t.id as track_id, false as is_liked
  from tracks t
 where t.id = :id::uuid and (t.id in (select track_id from l) or {track_visible(t, :viewer::uuid, :viewer_staff::boolean)})

-- query: track_likers
-- The people who like a track, as far as the viewer may know of them and they show what they do. How many they are is the owner's to know.
-- schema: Liker
-- total: none
-- sort: l.created_at desc, l.id desc
select l.id, {user_ref(u, person)}, l.created_at
  from track_likes l
  join users u on u.id = l.user_id and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}
  left join user_settings s on s.user_id = u.id
 where l.track_id = :track_id::uuid and (coalesce(s.show_activity, true) or u.id = :viewer::uuid)

-- query: export_likes
select l.track_id, t.title, l.created_at
  from track_likes l
  join tracks t on t.id = l.track_id
 where l.user_id = :user_id::uuid
 order by l.created_at, l.id
