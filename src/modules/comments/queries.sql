-- Comments on tracks, each perhaps at a time in the track. Whoever may see a track sees its comments and may write one.

-- fragment: comment(c, t, u)
-- schema: TrackComment
-- nullable: author
-- not null: is_mine, may_delete
-- The account of `author` is null when it was deleted.
c.id, c.track_id, c.content, c."timestamp", c.is_edited, c.created_at, {user_ref(u, author)}, c.user_id = :viewer::uuid is true as is_mine,
       {comment_deletable(c, t)} as may_delete

-- fragment: comment_deletable(c, t)
-- By its author, the owner of the track, moderators (in a session, not by an API key) and staff.
(c.user_id = :viewer::uuid or t.creator_id = :viewer::uuid or :viewer_staff::boolean
 or (:viewer_role::text = 'moderator' and :session_id::uuid is not null)) is true

-- query: comment_list
-- Not those of people who have blocked the reader, whom the reader has blocked, or who are hidden.
-- sort: newest: c.created_at desc, c.id desc
-- sort: oldest: c.created_at, c.id
-- sort: time: coalesce(c."timestamp", 0), c.id
select {comment(c, t, u)}
  from track_comments c
  join tracks t on t.id = c.track_id
  join users a on a.id = c.user_id
  left join users u on u.id = c.user_id and u.deleted_at is null
 where c.track_id = :track_id::uuid
   and (c.user_id = :viewer::uuid or :viewer_staff::boolean
        or ((a.deleted_at is not null or user_shown(a))
            and {not_blocked_by(c.user_id, :viewer::uuid, :viewer_staff::boolean)}
            and (:viewer::uuid is null or c.user_id not in (select b.blocked_id from user_blocks b where b.blocker_id = :viewer::uuid))))

-- query: comment_get
select {comment(c, t, u)}
  from track_comments c
  join tracks t on t.id = c.track_id
  left join users u on u.id = c.user_id and u.deleted_at is null
 where c.id = :comment_id::uuid

-- query: comment_create
-- problems: validation
with t as (
    select t.id, t.creator_id,
           case when btrim(:content::text, E' \t\n') = '' then 'validation content: Write something.'
                when :timestamp::float8 * 1000 > coalesce(t.duration_ms, 0) then 'validation timestamp: The track is shorter than that.'
            end as problem
      from tracks t
     where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
), c as (
    insert into track_comments (track_id, user_id, content, "timestamp")
    select t.id, :viewer::uuid, btrim(:content::text, E' \t\n'), :timestamp::float8 from t where t.problem is null
    returning id, track_id
), e as (
    insert into outbox (name, key, payload)
    select 'track.commented', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id, 'comment_id', c.id, 'commenter_id', :viewer::uuid)
      from c join t on t.id = c.track_id
)
select c.id as comment_id, t.problem from t left join c on c.track_id = t.id

-- query: comment_delete
with c as (
    delete from track_comments c
     using tracks t
     where c.id = :id::uuid and t.id = c.track_id and {comment_deletable(c, t)}
    returning c.id, c.track_id, t.creator_id, c.user_id
), e as (
    insert into outbox (name, key, payload)
    select 'track.comment_deleted', c.track_id,
           jsonb_build_object('track_id', c.track_id, 'user_id', c.creator_id, 'comment_id', c.id, 'commenter_id', c.user_id)
      from c
)
select id from c

-- query: export_comments
select c.id, c.track_id, c.parent_id, c.content, c."timestamp", c.is_edited, c.created_at, c.updated_at
  from track_comments c
 where c.user_id = :user_id::uuid
 order by c.created_at, c.id

-- query: erase_comments
-- Comments under other people's tracks are part of other people's conversation.
update track_comments c
   set user_id = :tombstone::uuid
 where c.user_id = :user_id::uuid
   and not exists (select from tracks t where t.id = c.track_id and t.creator_id = :user_id::uuid)
