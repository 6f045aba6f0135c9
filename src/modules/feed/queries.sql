-- The feed: what those whom one follows published and reposted, and what is new in genres and tags that one follows. It is merged when it is read
-- (migrations/functions/feed.sql, ADR 0098).

-- query: feed_list
-- schema: FeedItem
-- type: what track|release
-- type: reason followed|genre|tag|repost
-- type: track Track
-- type: release Release
-- nullable: label, reposter, track, release
-- not null: id, what, at, reason, other_reposters
-- total: none
-- sort: f.at desc, f.thing_id desc
-- unique: each thing is there once
with f as materialized (
    select * from feed_page(:viewer::uuid, :key1_::timestamptz, :key2_::uuid, least(:limit_::int + :offset_::bigint, 1000)::int)
)
select f.thing_id as id, f.what, f.at, f.reason, f.label, {user_ref(p, reposter)}, greatest(f.reposters - 1, 0) as other_reposters,
       case when t.id is not null then (select json_nested(to_jsonb(x_)) from (select {track(t, u)}) x_) end as track,
       case when r.id is not null then (select json_nested(to_jsonb(x_)) from (select {release(r, o)}) x_) end as release
  from f
  left join tracks t on f.what = 'track' and t.id = f.thing_id
  left join users u on u.id = t.creator_id
  left join releases r on f.what = 'release' and r.id = f.thing_id
  left join users o on o.id = r.user_id
  left join users p on p.id = f.reposter and {user_visible(p, :viewer::uuid, :viewer_staff::boolean)}
 where ((t.id is not null and {track_discovered(t, u, :viewer::uuid, false)}) or (r.id is not null and {release_listed(r, o, :viewer::uuid, false)}))
