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
       case when t.status = 'completed' then t.stream_manifest_url end as stream_manifest_url, t.loudness_lufs, t.true_peak_dbtp,
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
