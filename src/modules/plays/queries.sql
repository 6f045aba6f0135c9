-- Plays, what a person listened to, and where they stopped in long tracks. What a play is says play_is_enough() (migration 0190).

-- query: play_tell
-- Whoever may see the track, or hears it by a link. Visitors are told apart by the id of the listening; of an address of IPv6 only the network counts.
select t.id,
       play_report(:viewer::uuid, {client_network}, :session::uuid, :sequence::int, t.id, coalesce(:ranges::jsonb, '[]'), :position_ms::int, :device::text)::text as told
  from tracks t
 where t.id = :id::uuid and ({track_visible(t, :viewer::uuid, :viewer_staff::boolean)} or share_opens(t, :share::text, 'read', :viewer::uuid, :viewer_staff::boolean))

-- query: play_history
-- Of whoever asks, and of nobody else. A track that is not there any more, or not for them, keeps its row without a name.
-- schema: Listening
-- nullable: track_id, title, artist, album, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator
-- not null: is_liked
-- sort: p.played_at desc, p.id desc
select p.id, p.played_at, p.duration as heard_s, t.id as track_id, t.title, t.artist, t.album, t.duration_ms,
       {cover_url(t)} as cover_url,
       {waveform_url(t)} as waveform_url,
       {stream_url(t)} as stream_manifest_url, t.loudness_lufs, t.true_peak_dbtp,
       {user_ref(u, creator)},
       {is_liked(t)}
  from track_plays p
  left join tracks t on t.id = p.track_id and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
  left join users u on u.id = t.creator_id
 where p.user_id = :viewer::uuid

-- query: play_forget
-- It stays counted for whoever was heard.
update track_plays p set user_id = null, device = null, ip_address = null
 where p.id = :id::uuid and p.user_id = :viewer::uuid
returning p.id

-- query: play_forget_all
-- Also where one stopped in long tracks.
with p as (
    update track_plays p set user_id = null, device = null, ip_address = null where p.user_id = :viewer::uuid
), d as (
    delete from track_positions d where d.user_id = :viewer::uuid
)
select :viewer::uuid as id

-- query: play_position
-- 0 where the track is short, was never begun, or was heard to its end.
-- schema: TrackPosition
-- not null: position_ms
select t.id as track_id, coalesce(p.position_ms, 0) as position_ms
  from tracks t
  left join track_positions p on p.track_id = t.id and p.user_id = :viewer::uuid
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- query: counters_recount
-- Compares each counter with its rows and adds the difference where there is one, which is right also while others count on.
with n as (
    select t.id, coalesce(p.count, 0) - t.play_count as plays, coalesce(l.count, 0) - t.like_count as likes, coalesce(r.count, 0) - t.repost_count as reposts
      from tracks t
      left join (select track_id, count(*) from track_plays where is_counted group by track_id) p on p.track_id = t.id
      left join (select track_id, count(*) from track_likes group by track_id) l on l.track_id = t.id
      left join (select track_id, count(*) from track_reposts group by track_id) r on r.track_id = t.id
), d as (
    select * from n where n.plays <> 0 or n.likes <> 0 or n.reposts <> 0
), o as (
    select t.id from tracks t join d on d.id = t.id order by t.id for no key update of t
), u as (
    update tracks t
       set play_count = t.play_count + d.plays, like_count = t.like_count + d.likes, repost_count = t.repost_count + d.reposts
      from d
      join o on o.id = d.id
     where t.id = d.id
), c as (
    select c.counter, (select count(*) from d where case c.counter when 'plays' then d.plays when 'likes' then d.likes else d.reposts end <> 0) as wrong
      from unnest(array['plays', 'likes', 'reposts']) c (counter)
), k as (
    insert into counter_checks (counter, wrong, wrong_ever) select c.counter, c.wrong, c.wrong from c
    on conflict (counter) do update set wrong = excluded.wrong, wrong_ever = counter_checks.wrong_ever + excluded.wrong, checked_at = now()
)
select c.counter, c.wrong, (select string_agg(s.id::text, ' ') from (select d.id from d limit 5) s) as tracks from c where c.wrong > 0

-- query: counters_checked
select c.counter, c.wrong, c.wrong_ever, extract(epoch from now() - c.checked_at)::bigint as age_s from counter_checks c order by c.counter

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_plays
select p.track_id, p.duration, p.device, p.ip_address, p.is_counted, p.played_at
  from track_plays p
 where p.user_id = :user_id::uuid
 order by p.played_at, p.id

-- query: export_positions
select p.track_id, p.position_ms, p.updated_at from track_positions p where p.user_id = :user_id::uuid order by p.updated_at, p.track_id

-- query: erase_plays
-- They stay counted for those who were heard.
update track_plays set ip_address = null, device = null where user_id = :user_id::uuid
