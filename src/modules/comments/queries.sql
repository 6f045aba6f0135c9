-- Comments on tracks, each perhaps at a time in the track, and replies to them. Whoever may see a track sees its comments and may write one, unless its
-- owner closed them. A reply to a reply stands under the same comment.

-- fragment: comment(c, t, u)
-- nullable: author, parent_id, edited_at
-- not null: is_of_other_recording, is_mine, is_deleted, may_delete, may_edit, may_moderate, reply_count
-- type: status shown|held|hidden
-- The account of `author` is null when it or the comment was deleted.
c.id, c.track_id, c.parent_id, c.content, c."timestamp", c.status, c.is_edited, c.edited_at, c.created_at, c.track_version,
       t.is_replaced and c.track_version < coalesce((select max(v_.version_number) from track_versions v_ where v_.track_id = t.id and v_.is_replaced), 0) as is_of_other_recording,
       {user_ref(u, author)},
       c.user_id = :viewer::uuid is true as is_mine,
       c.deleted_at is not null as is_deleted,
       c.deleted_at is null and {comment_deletable(c, t)} as may_delete,
       c.deleted_at is null and (c.user_id = :viewer::uuid and {comment_editable(c)}) is true as may_edit,
       c.deleted_at is null and {comment_moderated(t)} as may_moderate,
       (select count(*) from track_comments r_ join users w_ on w_.id = r_.user_id where r_.parent_id = c.id and {comment_shown(r_, t, w_)}) as reply_count

-- fragment: comment_staff
-- Staff, and moderators in a session, not by an API key.
(:viewer_staff::boolean or (:viewer_role::text = 'moderator' and :session_id::uuid is not null)) is true

-- fragment: comment_moderated(t)
-- By the owner of the track, moderators and staff.
(t.creator_id = :viewer::uuid is true or {comment_staff})

-- fragment: comment_deletable(c, t)
(c.user_id = :viewer::uuid or {comment_moderated(t)}) is true

-- fragment: comment_editable(c)
c.created_at > now() - interval '24 hours'

-- fragment: comment_shown(c, t, a)
-- The reader sees this comment; `a` is its author's account. Not if one of the two has blocked the other, or the account is hidden. Held and hidden comments are shown to
-- their author and to the owner of the track. Moderators and staff see all.
(c.user_id = :viewer::uuid or {comment_staff}
        or ((c.status = 'shown' or {comment_moderated(t)})
            and (a.deleted_at is not null or user_shown(a))
            and {not_blocked_by(c.user_id, :viewer::uuid, :viewer_staff::boolean)}
            and {not_blocking(c.user_id, :viewer::uuid)}))

-- fragment: comment_tables(c, t, u, a)
track_comments c
  join tracks t on t.id = c.track_id
  join users a on a.id = c.user_id
  left join users u on u.id = c.user_id and u.deleted_at is null and c.deleted_at is null

-- query: comment_list
-- schema: TrackComment
-- sort: newest: c.created_at desc, c.id desc
-- sort: oldest: c.created_at, c.id
-- sort: time: coalesce(c."timestamp", 0), c.id
select {comment(c, t, u)}
  from {comment_tables(c, t, u, a)}
 where c.track_id = :track_id::uuid and c.parent_id is null and {comment_shown(c, t, a)}

-- query: comment_seen
select c.id as comment_id
  from {comment_tables(c, t, u, a)}
 where c.id = :id::uuid and {comment_shown(c, t, a)} and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- query: comment_replies
-- schema: TrackComment
-- sort: c.created_at, c.id
select {comment(c, t, u)}
  from {comment_tables(c, t, u, a)}
 where c.parent_id = :comment_id::uuid and {comment_shown(c, t, a)}

-- query: comment_held
-- sort: c.created_at desc, c.id desc
-- schema: HeldComment
-- not null: track_title
select {comment(c, t, u)}, t.title as track_title
  from {comment_tables(c, t, u, a)}
 where t.creator_id = :viewer::uuid and t.deleted_at is null and c.status = 'held' and {comment_shown(c, t, a)}

-- query: comment_get
-- schema: TrackComment
select {comment(c, t, u)}
  from {comment_tables(c, t, u, a)}
 where c.id = :comment_id::uuid

-- query: comment_create
-- problems: validation, forbidden
-- Where the creator wants to approve first comments, a comment of somebody who never had one shown on a track of this creator is held.
with t as (
    select t.id, t.creator_id, t.version, p.id as parent_id, p.user_id as parent_author,
           case when t.creator_id is distinct from :viewer::uuid and :viewer_staff::boolean is not true and not {comments_open(t)}
                then 'forbidden: Comments on this track are closed.'
                when btrim(:content::text, E' \t\n') = '' then 'validation content: Write something.'
                when :parent_id::uuid is not null and p.id is null then 'validation parent_id: That comment is not there any more.'
                when p.id is not null and :timestamp::float8 is not null then 'validation timestamp: A reply has no time of its own.'
                when :timestamp::float8 * 1000 > coalesce(t.duration_ms, 0) then 'validation timestamp: The track is shorter than that.'
            end as problem,
           case when s.hold_first_comments and t.creator_id <> :viewer::uuid and :viewer_staff::boolean is not true
                     and not exists (select from track_comments o
                                       join tracks ot on ot.id = o.track_id
                                      where o.user_id = :viewer::uuid and ot.creator_id = t.creator_id and o.status = 'shown' and o.deleted_at is null)
                then 'held' else 'shown' end as status
      from tracks t
      left join user_settings s on s.user_id = t.creator_id
      left join lateral (
          select p.id, c.user_id
            from track_comments c
            join users a on a.id = c.user_id
            join track_comments p on p.id = coalesce(c.parent_id, c.id)
           where c.id = :parent_id::uuid and c.track_id = t.id and c.deleted_at is null and {comment_shown(c, t, a)}
             for key share of p) p on true
     where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
), c as (
    insert into track_comments (track_id, user_id, parent_id, content, "timestamp", status, track_version)
    select t.id, :viewer::uuid, t.parent_id, btrim(:content::text, E' \t\n'), :timestamp::float8, t.status, t.version from t where t.problem is null
    returning id, track_id
), e as (
    insert into outbox (name, key, payload)
    select 'track.commented', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id, 'comment_id', c.id, 'commenter_id', :viewer::uuid)
      from c join t on t.id = c.track_id
    union all
    select 'track.comment_replied', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.parent_author, 'comment_id', c.id, 'commenter_id', :viewer::uuid)
      from c join t on t.id = c.track_id
     where t.status = 'shown' and t.parent_author not in (:viewer::uuid, t.creator_id)
)
select c.id as comment_id, t.problem from t left join c on c.track_id = t.id

-- fragment: comments_open(t)
(t.comments_open and (t.comments_days is null or greatest(t.created_at, t.public_from) + t.comments_days * interval '1 day' > now()))

-- query: comment_edit
-- problems: validation, conflict
-- The earlier text is kept for its author and for moderators.
with c as materialized (
    select c.id, c.content, coalesce(c.edited_at, c.created_at) as written_at,
           case when not {comment_editable(c)} then 'conflict: A comment can be changed for a day after it was written.'
                when btrim(:content::text, E' \t\n') = '' then 'validation content: Write something.'
                when (select count(*) from track_comment_texts o where o.comment_id = c.id) >= 20 then 'conflict: It was changed 20 times. Delete it and write it anew.'
            end as problem
      from track_comments c
      join tracks t on t.id = c.track_id
     where c.id = :id::uuid and c.user_id = :viewer::uuid and c.deleted_at is null and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
       for no key update of c
), o as (
    insert into track_comment_texts (comment_id, written_at, content)
    select c.id, c.written_at, c.content from c where c.problem is null and c.content <> btrim(:content::text, E' \t\n')
        on conflict do nothing
    returning comment_id
), n as (
    update track_comments c set content = btrim(:content::text, E' \t\n'), is_edited = true, edited_at = clock_timestamp() from o where c.id = o.comment_id
)
select c.id as comment_id, c.problem from c

-- query: comment_texts_seen
select c.id as comment_id
  from track_comments c
  join tracks t on t.id = c.track_id
 where c.id = :id::uuid and c.deleted_at is null and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
   and (c.user_id = :viewer::uuid or {comment_staff})

-- query: comment_texts
-- schema: CommentText
-- sort: o.written_at desc, o.comment_id desc
select o.written_at, o.content
  from track_comment_texts o
 where o.comment_id = :comment_id::uuid

-- query: comment_status
-- A reply that had to wait is told to whoever it answers.
with c as materialized (
    select c.id, c.track_id, c.user_id, c.parent_id, c.status as before, t.creator_id
      from track_comments c
      join tracks t on t.id = c.track_id
     where c.id = :id::uuid and c.deleted_at is null and {comment_moderated(t)} and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
       for no key update of c
), n as (
    update track_comments c set status = :status::text from c b where c.id = b.id and c.status <> :status::text returning c.id
), e as (
    insert into outbox (name, key, payload)
    select 'track.comment_replied', c.track_id, jsonb_build_object('track_id', c.track_id, 'user_id', p.user_id, 'comment_id', c.id, 'commenter_id', c.user_id)
      from c
      join n on n.id = c.id
      join track_comments p on p.id = c.parent_id and p.deleted_at is null
     where c.before = 'held' and :status::text = 'shown' and p.user_id not in (c.user_id, c.creator_id)
)
select c.id as comment_id from c

-- query: comment_delete
with c as materialized (
    select c.id, c.track_id, t.creator_id, c.user_id
      from track_comments c
      join tracks t on t.id = c.track_id
     where c.id = :id::uuid and c.deleted_at is null and {comment_deletable(c, t)}
       for update of c
), e as (
    insert into outbox (name, key, payload)
    select 'track.comment_deleted', c.track_id,
           jsonb_build_object('track_id', c.track_id, 'user_id', c.creator_id, 'comment_id', c.id, 'commenter_id', c.user_id)
      from c
)
select c.id, comment_remove(c.id) from c

-- query: export_comments
select c.id, c.track_id, c.parent_id, c.content, c."timestamp", c.track_version, c.status, c.is_edited, c.edited_at, c.created_at, c.updated_at, c.deleted_at,
       (select json_agg(json_build_object('written_at', o.written_at, 'content', o.content) order by o.written_at) from track_comment_texts o where o.comment_id = c.id) as earlier_texts
  from track_comments c
 where c.user_id = :user_id::uuid
 order by c.created_at, c.id

-- query: erase_comments
-- Comments under other people's tracks are part of other people's conversation.
update track_comments c
   set user_id = :tombstone::uuid
 where c.user_id = :user_id::uuid
   and not exists (select from tracks t where t.id = c.track_id and t.creator_id = :user_id::uuid)

-- query: erase_comment_texts
delete from track_comment_texts o
 using track_comments c
 where c.id = o.comment_id and c.user_id = :user_id::uuid
