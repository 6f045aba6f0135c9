-- The queue of whoever asks: what they listen to, on all of their devices.

-- query: queue_get
-- Where there is none yet it is empty, and its version is 0.
-- schema: Queue
-- nullable: current_item, updated_at
-- not null: version, item_count, offset_ms, is_playing, shuffle, repeat, volume
-- type: repeat off|one|all
select coalesce(q.version, 0) as version, coalesce(q.item_count, 0) as item_count, q.current_item, coalesce(queue_offset_ms(q), 0) as offset_ms,
       coalesce(q.is_playing, false) as is_playing, coalesce(q.shuffle, false) as shuffle, coalesce(q.repeat_mode, 'off') as repeat,
       coalesce(q.volume, 100) as volume, q.updated_at
  from (select 1) one
  left join queues q on q.user_id = :viewer::uuid

-- query: queue_items
-- In the order of playing. An item whose track is gone, or hidden from the person, keeps its place with nothing but its id.
-- schema: QueueItem
-- nullable: track_id, title, artist, album, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator
-- not null: order
-- sort: i.position, i.id
-- unique: it is one queue, and its items have ids of their own
select i.id, case when q.shuffle then i.original else i.position end as "order", t.id as track_id, t.title, t.artist, t.album, t.duration_ms,
       {cover_url(t)} as cover_url,
       {waveform_url(t)} as waveform_url,
       {stream_url(t)} as stream_manifest_url, t.loudness_lufs, t.true_peak_dbtp,
       {user_ref(u, creator)},
       {is_liked(t)}
  from queue_items i
  join queues q on q.id = i.queue_id
  left join tracks t on t.id = i.track_id and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
  left join users u on u.id = t.creator_id
 where i.queue_id = (select o.id from queues o where o.user_id = :viewer::uuid)

-- fragment: items_given()
-- The items of the body in their order, with the tracks that the person may see.
select i.n, coalesce(i.id, gen_random_uuid()) as id, t.id as track_id, i."order"
  from rows from (jsonb_to_recordset(:items::jsonb) as (id uuid, track_id uuid, "order" bigint)) with ordinality as i (id, track_id, "order", n)
  left join tracks t on t.id = i.track_id and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- fragment: queue_stale(wrong)
case when wrong like 'version %' then 'conflict: The queue was changed meanwhile. Its version is ' || substr(wrong, 9) || ' now.' end

-- fragment: queue_refusal(wrong)
coalesce({queue_stale(wrong)}, 'validation ' || wrong)

-- query: queue_put
-- problems: conflict validation
with w as (
    {items_given()}
)
select :viewer::uuid as id, {queue_refusal(c.wrong)} as problem
  from (select queue_put(:viewer::uuid, :version::bigint, coalesce(array_agg(w.id order by w.n), '{}'), coalesce(array_agg(w.track_id order by w.n), '{}'),
                         coalesce(array_agg(w."order" order by w.n), '{}'), :current_item::uuid, :offset_ms::int, :is_playing::boolean,
                         :shuffle::boolean, :repeat::text, :volume::int) as wrong
          from w) c

-- query: queue_patch
-- problems: conflict validation
select :viewer::uuid as id, {queue_refusal(c.wrong)} as problem
  from (select queue_patch(:viewer::uuid, :version::bigint, :current_item::uuid, :offset_ms::int, :is_playing::boolean, :shuffle::boolean, :repeat::text,
                           :volume::int, (:move::jsonb ->> 'item')::uuid, (:move::jsonb ->> 'after')::uuid) as wrong) c

-- query: queue_add
-- problems: conflict validation
with w as (
    {items_given()}
)
select :viewer::uuid as id, {queue_refusal(c.wrong)} as problem
  from (select queue_add(:viewer::uuid, :version::bigint, array_agg(w.id order by w.n), array_agg(w.track_id order by w.n), not :has_after::boolean,
                         :after::uuid) as wrong
          from w) c

-- query: queue_remove
-- problems: conflict not_found
select :viewer::uuid as id, case when c.wrong = 'item' then 'not_found' else {queue_stale(c.wrong)} end as problem
  from (select queue_remove(:viewer::uuid, :version::bigint, :id::uuid) as wrong) c

-- query: queue_clear
-- problems: conflict
select :viewer::uuid as id, {queue_stale(c.wrong)} as problem
  from (select queue_clear(:viewer::uuid, :version::bigint) as wrong) c

-- query: export_queue
select q.version, q.current_item, q.current_position as offset_ms, q.is_playing, q.shuffle, q.repeat_mode, q.volume, q.created_at, q.updated_at,
       array(select i.track_id from queue_items i where i.queue_id = q.id order by i.position) as track_ids
  from queues q
 where q.user_id = :user_id::uuid

-- A queue that several people fill, by a link. Who has the link is one of them; everybody sees a track only where they might see it anyway.

-- fragment: shared_person()
-- Of somebody who did something there: by their account, or by the key of a guest.
left join lateral (
    select o.id, o.removed_at
      from queue_session_people o
     where o.session_id = s.id
       and case when :viewer::uuid is not null then o.user_id = :viewer::uuid else o.key_hash = {link_hash(:x_queue_guest::text)} end) p on true

-- fragment: session_open(s)
-- The host's account is shown, and the host has not blocked the viewer.
(s.creator_id = :viewer::uuid or (exists (select from users h where h.id = s.creator_id and user_shown(h)) and {not_blocked_by(s.creator_id, :viewer::uuid, false)}))

-- fragment: shared_name(p, u)
-- What is seen of somebody who takes part; u is their account, if they have one. Of whoever blocked the reader, and of an account that is to be erased: nothing.
coalesce(p.name, case when user_shown(u) and {not_blocked_by(u.id, :viewer::uuid, false)} then u.display_name end, '')

-- fragment: shared_refusal(wrong)
case split_part(wrong, ':', 1) when 'forbidden' then wrong when 'conflict' then wrong end

-- query: queue_session_may
-- Is the link one of a session, and does it hold? A guest who was removed is told so. Who has an account and comes by a link that is newer than their last visit is noted.
-- problems: forbidden removed
with c as (
    update queue_session_people c
       set came_at = now()
      from queue_session_links l
     where l.token_hash = {link_hash(:token::text)} and l.ended_at is null and c.session_id = l.session_id and c.user_id = :viewer::uuid and c.came_at < l.created_at
)
select s.id as session_id, p.id as person_id,
       case when l.ended_at is not null or s.ended_at is not null then 'forbidden: This link was withdrawn.'
            when p.removed_at is not null then 'removed' end as problem
  from queue_session_links l
  join queue_sessions s on s.id = l.session_id
  {shared_person()}
 where l.token_hash = {link_hash(:token::text)} and {session_open(s)}

-- query: queue_session_host_may
-- The same for what only the host does.
-- problems: forbidden
select s.id as session_id, (select o.id from queue_session_people o where o.session_id = s.id and o.user_id = :viewer::uuid) as person_id,
       case when l.ended_at is not null or s.ended_at is not null then 'forbidden: This link was withdrawn.'
            when s.creator_id <> :viewer::uuid then 'forbidden: Only the host does this.' end as problem
  from queue_session_links l
  join queue_sessions s on s.id = l.session_id
 where l.token_hash = {link_hash(:token::text)} and {session_open(s)}

-- query: queue_session_link_may
-- The host makes a new link by any that there was.
-- problems: forbidden
select s.id as session_id,
       case when s.ended_at is not null then 'forbidden: This session has ended.'
            when s.creator_id <> :viewer::uuid then 'forbidden: Only the host does this.' end as problem
  from queue_session_links l
  join queue_sessions s on s.id = l.session_id
 where l.token_hash = {link_hash(:token::text)} and {session_open(s)}

-- query: queue_session_create
-- schema: SharedQueueLink
-- not null: token, session_id
-- problems: conflict
with t as materialized (
    select {new_link_token} as token
)
select c.id as session_id, t.token, case when c.id is null then 'conflict: You have 20 sessions. End one of them first.' end as problem
  from t
 cross join lateral shared_queue_begin(:viewer::uuid, {link_hash(t.token)}, :name, :order, :guests_may_add::boolean, :guests_may_skip::boolean,
                                       :per_person::int, :guests_per_address::int) as c (id)

-- query: queue_session_link
-- schema: SharedQueueLink
-- not null: token, session_id
with t as materialized (
    select {new_link_token} as token
)
select l.session_id, t.token from t cross join lateral shared_queue_link(:session_id::uuid, {link_hash(t.token)}) as l (session_id)

-- query: queue_session_get
-- schema: SharedQueue
-- nullable: current_item, fallback_playlist_id, person_id
-- not null: order, offset_ms, is_host, item_count, person_count
-- type: order fifo|round_robin|votes
select s.id, s.name, s.order_mode as "order", s.guests_may_add, s.guests_may_skip, s.per_person, s.guests_per_address, s.version,
       case when s.creator_id = :viewer::uuid then s.fallback_playlist_id end as fallback_playlist_id,
       s.current_item, shared_queue_offset_ms(s) as offset_ms, s.is_playing,
       coalesce(s.creator_id = :viewer::uuid, false) as is_host, :person_id::uuid as person_id,
       (select count(*) from shared_queue_items i where i.session_id = s.id) as item_count,
       (select count(*) from queue_session_people o where o.session_id = s.id and o.removed_at is null) as person_count,
       {user_ref(u, host)}
  from queue_sessions s
  join users u on u.id = s.creator_id
 where s.id = :session_id::uuid

-- query: queue_session_items
-- What is played, then what waits, in the order in which it will be.
-- schema: SharedQueueItem
-- nullable: track_id, title, artist, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator
-- not null: asked_by, asked_by_guest, is_current, is_mine, is_voted
-- sort: coalesce(i.id <> s.current_item, true), shared_queue_rank(s.order_mode, i.round, i.vote_count), i.position
-- unique: it is one session, and positions are unique in it
select i.id, coalesce(i.id = s.current_item, false) as is_current, i.vote_count,
       {shared_name(p, a)} as asked_by, p.user_id is null as asked_by_guest,
       coalesce(i.person_id = :person_id::uuid, false) as is_mine,
       exists (select from shared_queue_votes v where v.item_id = i.id and v.person_id = :person_id::uuid) as is_voted,
       t.id as track_id, t.title, t.artist, t.duration_ms,
       {cover_url(t)} as cover_url,
       {waveform_url(t)} as waveform_url,
       {stream_url(t)} as stream_manifest_url, t.loudness_lufs, t.true_peak_dbtp,
       {user_ref(u, creator)}
  from shared_queue_items i
  join queue_sessions s on s.id = i.session_id
  join queue_session_people p on p.id = i.person_id
  left join users a on a.id = p.user_id
  left join tracks t on t.id = i.track_id and {track_visible(t, :viewer::uuid, false)}
  left join users u on u.id = t.creator_id
 where i.session_id = :session_id::uuid

-- query: queue_session_change
-- sees: the owner of the playlist
-- problems: validation
with s as (
    update queue_sessions s
       set name = coalesce(:name, s.name), order_mode = coalesce(:order, s.order_mode), guests_may_add = coalesce(:guests_may_add::boolean, s.guests_may_add),
           guests_may_skip = coalesce(:guests_may_skip::boolean, s.guests_may_skip),
           per_person = coalesce(:per_person::int, s.per_person), guests_per_address = coalesce(:guests_per_address::int, s.guests_per_address),
           fallback_playlist_id = case when :has_fallback_playlist_id::boolean then :fallback_playlist_id::uuid else s.fallback_playlist_id end,
           fallback_taken = case when :has_fallback_playlist_id::boolean then 0 else s.fallback_taken end
     where s.id = :session_id::uuid
       and (:fallback_playlist_id::uuid is null
            or exists (select from playlists p where p.id = :fallback_playlist_id::uuid and p.user_id = :viewer::uuid and p.deleted_at is null))
    returning s.id
)
select :session_id::uuid as session_id, (select shared_queue_tell(s.id)::text from s) as told,
       case when not exists (select from s) then 'validation fallback_playlist_id: It must be a playlist of yours.' end as problem

-- query: queue_session_end
with s as (
    update queue_sessions s set ended_at = now(), is_playing = false, current_item = null where s.id = :session_id::uuid and s.ended_at is null returning s.id
), i as (
    delete from shared_queue_items i using s where i.session_id = s.id
), p as (
    update queue_session_people p set address = null from s where p.session_id = s.id and p.address is not null
)
select s.id, shared_queue_tell(s.id)::text as told from s

-- query: queue_session_add
-- Both whoever asks and the host, who plays it, may open it: what is public, what is unlisted for whoever has its address, and of private tracks the host's own.
-- problems: forbidden validation conflict
with t as (
    select t.id
      from tracks t
      join queue_sessions s on s.id = :session_id::uuid
     where t.id = :track_id::uuid and {track_visible(t, :viewer::uuid, false)} and {track_visible(t, s.creator_id, false)}
)
select a.item as id, coalesce({shared_refusal(a.wrong)}, case when a.item is null then 'validation track_id: There is no such track, or not for everybody here.' end) as problem
  from shared_queue_add(:session_id::uuid, :viewer::uuid, :person_id::uuid, (select t.id from t)) a

-- query: queue_session_item
-- schema: SharedQueueAddition
-- not null: id, vote_count
select i.id, i.vote_count from shared_queue_items i where i.id = :id::uuid

-- query: queue_session_vote
-- problems: forbidden not_found conflict
select :id::uuid as id, coalesce({shared_refusal(a.wrong)}, case when a.wrong is not null then 'not_found' end) as problem
  from (select shared_queue_vote(:session_id::uuid, :viewer::uuid, :person_id::uuid, :id::uuid, true) as wrong) a

-- query: queue_session_unvote
-- problems: forbidden not_found conflict
select :id::uuid as id, coalesce({shared_refusal(a.wrong)}, case when a.wrong is not null then 'not_found' end) as problem
  from (select shared_queue_vote(:session_id::uuid, :viewer::uuid, :person_id::uuid, :id::uuid, false) as wrong) a

-- query: queue_session_remove
-- problems: forbidden not_found conflict
select :id::uuid as id, coalesce({shared_refusal(a.wrong)}, case when a.wrong is not null then 'not_found' end) as problem
  from (select shared_queue_remove(:session_id::uuid, :viewer::uuid, :person_id::uuid, :id::uuid) as wrong) a

-- query: queue_session_next
-- When no track waits, the next track of the playlist that the host chose is played, if the host may hear it; after the last one it begins again.
-- problems: forbidden conflict
with spare as materialized (
    select x.id, x.number
      from queue_sessions s
     cross join lateral (
            select t.id, (row_number() over (order by i.position, i.id))::int as number
              from playlists p
              join {playlist_places(s.fallback_playlist_id, s.creator_id)} i on i.playlist_id = p.id
              join tracks t on t.id = i.track_id and t.status = 'completed'
              join users u on u.id = t.creator_id
             where p.id = s.fallback_playlist_id and p.deleted_at is null and {track_shown(t, u, s.creator_id, false)}) x
     where s.id = :session_id::uuid
       and not exists (select from shared_queue_items w where w.session_id = s.id and w.id is distinct from s.current_item)
     order by x.number <= s.fallback_taken, x.number
     limit 1
)
select :session_id::uuid as id, {shared_refusal(a.wrong)} as problem
  from (select shared_queue_next(:session_id::uuid, :viewer::uuid, :person_id::uuid, :leaving::uuid, (select id from spare), (select number from spare)) as wrong) a

-- query: queue_session_seek
-- problems: forbidden conflict
select :session_id::uuid as id, {shared_refusal(a.wrong)} as problem
  from (select shared_queue_seek(:session_id::uuid, :viewer::uuid, :item::uuid, :offset_ms::int, :is_playing::boolean) as wrong) a

-- query: queue_session_join
-- Adds a guest without an account. Their key is returned once. People with an account take part with that, so that they have no second vote.
-- schema: SharedQueueGuestKey
-- not null: person_id, key
-- problems: forbidden conflict validation
with k as materialized (
    select {new_link_token} as key
)
select j.person as person_id, k.key, coalesce({shared_refusal(j.wrong)}, 'validation name: ' || j.wrong) as problem
  from k
 cross join lateral shared_queue_join(:session_id::uuid, :viewer::uuid, :name, {link_hash(k.key)}, {client_network}) j

-- query: queue_session_people
-- schema: SharedQueuePerson
-- nullable: user
-- not null: name
-- sort: p.created_at, p.id
select p.id, {shared_name(p, u)} as name, p.created_at, {user_ref(v, user)}
  from queue_session_people p
  left join users u on u.id = p.user_id
  left join users v on v.id = p.user_id and {user_visible(v, :viewer::uuid, false)}
 where p.session_id = :session_id::uuid and p.removed_at is null

-- query: queue_session_expel
select :id::uuid as id from (select shared_queue_expel(:session_id::uuid, :id::uuid) as found) e where e.found

-- query: topic_queuesession
-- Those who have done something there, and came by the link that holds; and the host.
select a.n
  from unnest(:ids::uuid[], :viewers::uuid[]) with ordinality as a (id, viewer, n)
  join queue_sessions s on s.id = a.id and s.ended_at is null
 where s.creator_id = a.viewer
    or (exists (select from queue_session_people p where p.session_id = s.id and p.user_id = a.viewer and p.removed_at is null and shared_queue_came(p))
        and exists (select from users h where h.id = s.creator_id and user_shown(h))
        and not exists (select from user_blocks b where b.blocker_id = s.creator_id and b.blocked_id = a.viewer))

-- query: export_shared_queues
select s.id, s.name, s.order_mode, s.guests_may_add, s.guests_may_skip, s.per_person, s.guests_per_address, s.fallback_playlist_id, s.created_at, s.ended_at,
       array(select i.track_id from shared_queue_items i where i.session_id = s.id order by i.position) as track_ids
  from queue_sessions s
 where s.creator_id = :user_id::uuid
 order by s.created_at, s.id

-- query: export_shared_queue_visits
-- Sessions, of whomever, in which the person did something.
select p.session_id, p.created_at, p.removed_at,
       array(select i.track_id from shared_queue_items i where i.person_id = p.id order by i.position) as track_ids,
       array(select i.track_id from shared_queue_votes v join shared_queue_items i on i.id = v.item_id where v.person_id = p.id order by v.created_at) as voted_track_ids
  from queue_session_people p
 where p.user_id = :user_id::uuid
 order by p.created_at, p.id
