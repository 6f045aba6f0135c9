-- Playlists: one's own, those one works on together, and public ones.

-- fragment: playlist(p, u)
-- Its covers (of the first four tracks) are those of the tracks that the viewer may see.
-- schema: Playlist
-- not null: covers, owner, is_mine, may_edit
-- nullable: duration_ms
-- type: covers TrackRef[]
p.id, p.name, p.description, p.is_public, p.track_count,
       to_json(array(select row(t_.id, t_.title, {cover_url(t_)}, {waveform_url(t_)})::track_ref
                       from playlist_tracks i_
                       join tracks t_ on t_.id = i_.track_id
                      where i_.playlist_id = p.id and {item_shown(t_, p)}
                      order by i_.position
                      limit 4)) as covers,
       {user_ref(u, owner)}, p.user_id = :viewer::uuid is true as is_mine,
       {playlist_editable(p, :viewer::uuid)} as may_edit, p.created_at, p.updated_at

-- fragment: playlist_duration(p)
-- How long the tracks last that the viewer may see.
(select coalesce(sum(t_.duration_ms), 0)::bigint
   from playlist_tracks i_
   join tracks t_ on t_.id = i_.track_id
  where i_.playlist_id = p.id and {item_shown(t_, p)})

-- fragment: item_shown(t, p)
-- The viewer may see this track in this playlist. Unlisted ones only those see who may change the playlist.
exists (select from users c_
         where c_.id = t.creator_id
           and ({track_shown(t, c_, :viewer::uuid, :viewer_staff::boolean)}
                or (:viewer::uuid is not null and {playlist_editable(p, :viewer::uuid)} and {track_seen(t, c_, :viewer::uuid, :viewer_staff::boolean)})))

-- fragment: playlist_editable(p, person)
-- The owner, and whoever works on it together with them.
((p.user_id = person or exists (select from playlist_collaborators w_
                                 where w_.playlist_id = p.id and w_.user_id = person and w_.permission in ('write', 'admin'))) is true)

-- fragment: playlist_visible(p, viewer, staff)
-- The viewer may know of this playlist. That some of its tracks may be hidden from them is another matter.
(p.deleted_at is null
 and (p.user_id = viewer or staff
      or exists (select from playlist_collaborators w_ where w_.playlist_id = p.id and w_.user_id = viewer)
      or (p.is_public and exists (select from users u_ where u_.id = p.user_id and user_shown(u_) and {not_blocked_by(u_.id, viewer, staff)}))))

-- query: playlist_list
-- Those that one may change, the latest changed first. How long a playlist of more than 500 items lasts is not added up in a list.
-- sort: p.updated_at desc, p.id desc
-- filter: track_id: exists (select from playlist_tracks i where i.playlist_id = p.id and i.track_id = :track_id::uuid)
select {playlist(p, u)}, case when p.track_count <= 500 then {playlist_duration(p)} end as duration_ms
  from playlists p
  join users u on u.id = p.user_id
 where p.deleted_at is null
   and p.id in (select o.id from playlists o where o.user_id = :viewer::uuid
                union all
                select w.playlist_id from playlist_collaborators w where w.user_id = :viewer::uuid and w.permission in ('write', 'admin'))

-- query: playlist_get
select {playlist(p, u)}, {playlist_duration(p)} as duration_ms
  from playlists p
  join users u on u.id = p.user_id
 where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}

-- query: playlist_create
insert into playlists (user_id, name, description, is_public)
values (:viewer::uuid, :name::text, :description::text, :is_public::boolean)
returning id

-- query: playlist_update
-- sees: the owner
-- Inputs that were not given stay as they are.
update playlists p
   set {set_given(name, p, text)},
       {set_given(description, p, text)},
       {set_given(is_public, p, boolean)}
 where p.id = :id::uuid and p.deleted_at is null and p.user_id = :viewer::uuid
returning p.id

-- query: playlist_delete
-- sees: the owner, or staff
update playlists p
   set deleted_at = now()
 where p.id = :id::uuid and p.deleted_at is null and (p.user_id = :viewer::uuid or :viewer_staff::boolean)
returning p.id

-- query: playlist_seen
select p.id as playlist_id from playlists p where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}

-- query: playlist_changeable
select p.id as playlist_id from playlists p where p.id = :id::uuid and p.deleted_at is null and {playlist_editable(p, :viewer::uuid)}

-- query: playlist_items
-- In their order. An item whose track is gone, or hidden from the viewer, keeps its place with nothing but its id.
-- schema: PlaylistItem
-- nullable: track_id, title, artist, album, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator
-- sort: i.position, i.id
select i.id, i.added_at, t.id as track_id, t.title, t.artist, t.album, t.duration_ms,
       {cover_url(t)} as cover_url,
       {waveform_url(t)} as waveform_url,
       case when t.status = 'completed' then t.stream_manifest_url end as stream_manifest_url, t.loudness_lufs, t.true_peak_dbtp,
       {user_ref(u, creator)},
       {is_liked(t)}
  from playlist_tracks i
  join playlists p on p.id = i.playlist_id
  left join tracks t on t.id = i.track_id and {item_shown(t, p)}
  left join users u on u.id = t.creator_id
 where i.playlist_id = :playlist_id::uuid

-- query: playlist_add
-- not null: item_id, playlist_id, track_id
-- schema: PlaylistAddition
-- problems: conflict validation
with t as (
    select t.id from tracks t where t.id = :track_id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
), i as (
    select playlist_add(:playlist_id::uuid, t.id, :viewer::uuid) as id from t
)
select i.id as item_id, :playlist_id::uuid as playlist_id, :track_id::uuid as track_id,
       case when not exists (select from t) then 'validation track_id: There is no such track.'
            when i.id is null then 'conflict: The playlist is full.' end as problem
  from (select 1) one
  left join i on true

-- query: playlist_remove
-- The item with this id, or all items with this track. The playlist is locked first, as by what moves and adds items.
with p as (
    select p.id from playlists p where p.id = :playlist_id::uuid for update
), i as (
    delete from playlist_tracks i using p where i.playlist_id = p.id and :track_id::uuid in (i.id, i.track_id) returning i.id
)
select min(id::text) as id from i having count(*) > 0

-- query: playlist_move
-- problems: conflict
select :playlist_id::uuid as id,
       case m.missing when 'item' then 'conflict: The item is not in the playlist any more.'
                      when 'after' then 'conflict: The item after which it should stand is not in the playlist any more.' end as problem
  from (select playlist_move(:playlist_id::uuid, :item::uuid, :after::uuid) as missing) m

-- query: export_playlists
select p.id, p.name, p.description, p.is_public, p.cover_url, p.follower_count, p.is_editorial, p.is_default_favorites, p.created_at,
       p.updated_at, p.deleted_at,
       array(select i.track_id from playlist_tracks i where i.playlist_id = p.id order by i.position) as track_ids
  from playlists p
 where p.user_id = :user_id::uuid
 order by p.created_at, p.id

-- query: export_playlist_versions
select v.playlist_id, v.version, v.action, v.title, v.description, v.is_public, v.tracks_snapshot, v.created_at
  from playlist_versions v
 where v.user_id = :user_id::uuid
 order by v.created_at, v.id

-- query: export_playlist_shares
select s.id, s.playlist_id, s.access_count, s.created_at, s.expires_at
  from playlist_share_links s
 where s.user_id = :user_id::uuid
 order by s.created_at, s.id

-- query: export_playlist_additions
select i.playlist_id, i.track_id, i.added_at from playlist_tracks i where i.added_by = :user_id::uuid order by i.added_at, i.id

-- query: export_playlist_collaborations
select c.playlist_id, p.name, c.permission, c.created_at
  from playlist_collaborators c
  join playlists p on p.id = c.playlist_id
 where c.user_id = :user_id::uuid
 order by c.created_at, c.id

-- query: export_playlist_follows
select f.playlist_id, p.name, f.created_at
  from playlist_follows f
  join playlists p on p.id = f.playlist_id
 where f.user_id = :user_id::uuid
 order by f.created_at, f.id
