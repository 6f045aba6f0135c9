-- What a person does not want in lists that Veza chooses for them. Only they know of it. The fragment not_muted, and feed_page() and track_discovered() in
-- migrations/functions, leave it out.

-- fragment: mute_room
-- A person can mute so many things.
case when (select count(*) from (select from user_mutes n_ where n_.user_id = :viewer::uuid limit 5000) c_) >= 5000
     then 'conflict: You have muted 5,000 things, which is the most. Take some back first.' end

-- query: mute_list
-- schema: Mute
-- type: kind person|genre|tag|track
-- nullable: person, label, slug, track
-- not null: kind
-- sort: m.created_at desc, m.id desc
-- A track or person that one may not see any more has no name here, and can still be taken back.
select m.id, case when m.person_id is not null then 'person' when m.genre_slug is not null then 'genre' when m.tag_id is not null then 'tag' else 'track' end as kind,
       {user_ref(p, person)}, coalesce(g.name, l.name) as label, g.slug, t.id as "track.id", t.title as "track.title", m.created_at
  from user_mutes m
  left join users p on p.id = m.person_id and {user_visible(p, :viewer::uuid, :viewer_staff::boolean)}
  left join genres g on g.slug = m.genre_slug
  left join tags l on l.id = m.tag_id
  left join tracks t on t.id = m.track_id and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
 where m.user_id = :viewer::uuid

-- query: mute_delete
delete from user_mutes m where m.id = :id::uuid and m.user_id = :viewer::uuid returning m.id

-- query: mute_person
-- schema: MuteState
-- not null: is_muted
-- problems: conflict
with x as (
    select u.id, case when u.id = :viewer::uuid then 'conflict: Nobody can mute themselves.' else {mute_room} end as problem
      from users u
     where u.id = :id::uuid and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}
), a as (
    insert into user_mutes (user_id, person_id) select :viewer::uuid, x.id from x where x.problem is null on conflict do nothing
)
select true as is_muted, x.problem from x

-- query: mute_person_end
-- Also of somebody who cannot be seen any more.
-- schema: MuteState
-- not null: is_muted
with d as (
    delete from user_mutes m where m.user_id = :viewer::uuid and m.person_id = :id::uuid returning m.person_id
)
select false as is_muted from users u where u.id = :id::uuid and (u.id in (select d.person_id from d) or {user_visible(u, :viewer::uuid, :viewer_staff::boolean)})

-- query: mute_track
-- schema: MuteState
-- not null: is_muted
-- problems: conflict
with x as (
    select t.id, {mute_room} as problem from tracks t where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
), a as (
    insert into user_mutes (user_id, track_id) select :viewer::uuid, x.id from x where x.problem is null on conflict do nothing
)
select true as is_muted, x.problem from x

-- query: mute_track_end
-- Also of a track that one may not see any more.
-- schema: MuteState
-- not null: is_muted
with d as (
    delete from user_mutes m where m.user_id = :viewer::uuid and m.track_id = :id::uuid returning m.track_id
)
select false as is_muted from tracks t where t.id = :id::uuid and (t.id in (select d.track_id from d) or {track_visible(t, :viewer::uuid, :viewer_staff::boolean)})

-- query: mute_genre
-- schema: MuteState
-- not null: is_muted
-- problems: conflict
with x as (
    select g.slug, {mute_room} as problem from genres g where g.slug = genre_of(:genre::text) and {genre_known(g, :viewer::uuid, :viewer_staff::boolean)}
), a as (
    insert into user_mutes (user_id, genre_slug) select :viewer::uuid, x.slug from x where x.problem is null on conflict do nothing
)
select true as is_muted, x.problem from x

-- query: mute_genre_end
-- schema: MuteState
-- not null: is_muted
with d as (
    delete from user_mutes m where m.user_id = :viewer::uuid and m.genre_slug = genre_of(:genre::text)
)
select false as is_muted from genres g where g.slug = genre_of(:genre::text) and {genre_known(g, :viewer::uuid, :viewer_staff::boolean)}

-- query: mute_tag
-- schema: MuteState
-- not null: is_muted
-- problems: conflict
with x as (
    select g.id, {mute_room} as problem from tags g where g.id = tag_of(:tag::text) and {tag_known(g, :viewer::uuid, :viewer_staff::boolean)}
), a as (
    insert into user_mutes (user_id, tag_id) select :viewer::uuid, x.id from x where x.problem is null on conflict do nothing
)
select true as is_muted, x.problem from x

-- query: mute_tag_end
-- schema: MuteState
-- not null: is_muted
with d as (
    delete from user_mutes m where m.user_id = :viewer::uuid and m.tag_id = tag_of(:tag::text)
)
select false as is_muted from tags g where g.id = tag_of(:tag::text) and {tag_known(g, :viewer::uuid, :viewer_staff::boolean)}

-- query: export_mutes
-- Names of people and tracks of others are not theirs to take along; ids are.
select m.id, m.person_id, m.genre_slug as genre, g.name as tag, m.track_id, m.created_at
  from user_mutes m
  left join tags g on g.id = m.tag_id
 where m.user_id = :user_id::uuid
 order by m.created_at, m.id
