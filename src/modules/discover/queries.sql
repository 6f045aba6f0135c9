-- Discovery: genres and tags, what rises, radio, and ways from one track to another. Lists of tracks ask {track_discovered(…)}.

-- query: discover_genres
-- Those of the tree, and others that a public track has.
-- schema: DiscoverGenre
-- not null: is_following, is_muted, also
-- type: also string[]
-- sort: lower(g.name), g.slug
select g.slug, g.name, g.parent_slug as parent,
       array(select a.name::text from genre_aliases a where a.genre_slug = g.slug order by a.name) as also,
       (:viewer::uuid is not null and exists (select from user_genre_follows f where f.user_id = :viewer::uuid and f.genre_slug = g.slug)) as is_following,
       (:viewer::uuid is not null and exists (select from user_mutes m where m.user_id = :viewer::uuid and m.genre_slug = g.slug)) as is_muted
  from genres g
 where (g.is_usual or exists (select from tracks t
                                join users u on u.id = t.creator_id
                               where t.genre = g.name and {track_listed(t, u, :viewer::uuid, :viewer_staff::boolean)}))

-- fragment: genre_state(g)
-- schema: GenreState
-- nullable: parent
-- not null: is_following, is_muted
g.slug, g.name, g.parent_slug as parent,
       (:viewer::uuid is not null and exists (select from user_genre_follows f where f.user_id = :viewer::uuid and f.genre_slug = g.slug)) as is_following,
       (:viewer::uuid is not null and exists (select from user_mutes m where m.user_id = :viewer::uuid and m.genre_slug = g.slug)) as is_muted

-- query: discover_genre
-- Whose tracks are listed.
select g.slug from genres g where g.slug = genre_of(:genre::text) and {genre_known(g, :viewer::uuid, :viewer_staff::boolean)}

-- query: discover_genre_state
select {genre_state(g)} from genres g where g.slug = genre_of(:genre::text) and {genre_known(g, :viewer::uuid, :viewer_staff::boolean)}

-- fragment: newest_of(label, sort, key)
-- For the page of a genre or tag: who it is about, and whether there is anything for search engines to list. `n` has the ids of its newest tracks. Where a path would be cut, its
-- address has wide characters, which lead to the same tag.
label as name, sort as kind, case when key ~ '^[.]+$' then translate(key, '.', '．') else translate(key, '/\', '／＼') end as address, exists (select from n) as is_indexable,
       (select coalesce(json_agg({page_track(t, u)} order by n.at desc, n.id desc), '[]') from n join tracks t on t.id = n.id join users u on u.id = t.creator_id) as items

-- query: genre_page
with n as (
    select o.id, o.first_public_at as at
      from genres g
      join tracks o on o.genre = g.name
      join users w on w.id = o.creator_id
     where g.slug = genre_of(:genre::text) and {track_listed(o, w, :viewer::uuid, :viewer_staff::boolean)}
     order by o.first_public_at desc, o.id desc
     limit 30
)
select g.slug as genre, {newest_of(g.name, 'genre', g.slug)} from genres g where g.slug = genre_of(:genre::text) and {genre_known(g, :viewer::uuid, :viewer_staff::boolean)}

-- query: tag_page
with n as (
    select o.id, x.first_public_at as at
      from track_tags x
      join tracks o on o.id = x.track_id
      join users w on w.id = o.creator_id
     where x.tag_id = tag_of(:tag::text) and x.first_public_at is not null and {track_listed(o, w, :viewer::uuid, :viewer_staff::boolean)}
     order by x.first_public_at desc, x.track_id desc
     limit 30
)
select {newest_of(g.name, 'tag', g.name)} from tags g where g.id = tag_of(:tag::text) and {tag_known(g, :viewer::uuid, :viewer_staff::boolean)}

-- fragment: follow_problem(follows, label, one, most, told)
-- `follows` is the table, and `label` its column, of which `one` is to be followed.
case when (select count(*) from follows f_ where f_.user_id = :viewer::uuid) >= most
          and not exists (select from follows f_ where f_.user_id = :viewer::uuid and f_.label = one) then told end

-- query: discover_genre_follow
-- schema: FollowedGenre
-- not null: slug, is_following
-- problems: conflict
with x as (
    select g.slug,
           {follow_problem(user_genre_follows, genre_slug, g.slug, 200, 'conflict: You follow 200 genres already. That is the most.')} as problem
      from genres g where g.slug = genre_of(:genre::text) and {genre_known(g, :viewer::uuid, :viewer_staff::boolean)}
), a as (
    insert into user_genre_follows (user_id, genre_slug) select :viewer::uuid, x.slug from x where x.problem is null on conflict do nothing
)
select x.slug, true as is_following, x.problem from x

-- query: discover_genre_unfollow
-- schema: FollowedGenre
-- not null: slug, is_following
with d as (
    delete from user_genre_follows f where f.user_id = :viewer::uuid and f.genre_slug = genre_of(:genre::text)
)
select g.slug, false as is_following from genres g where g.slug = genre_of(:genre::text) and {genre_known(g, :viewer::uuid, :viewer_staff::boolean)}

-- query: discover_genre_tracks
-- Of each of these genres the newest are read by an index, and merged.
-- schema: Track
-- total: none
-- sort: c.at desc, c.id desc
-- unique: a track has one genre
with c as materialized (
    select coalesce(y.at, '-infinity') as at, y.id
      from unnest({genre_names(:slug::varchar)}) g (name)
     cross join lateral (select t.first_public_at as at, t.id
                           from tracks t
                           join users u on u.id = t.creator_id
                          where t.genre = g.name and {page_key(t.first_public_at, t.id)} and {track_discovered(t, u, :viewer::uuid, :viewer_staff::boolean)}
                          order by t.first_public_at desc, t.id desc
                          limit least(:limit_::int + :offset_::bigint, 1000)) y
     order by y.at desc, y.id desc
     limit least(:limit_::int + :offset_::bigint, 1000)
)
select {track(t, u)}
  from c
  join tracks t on t.id = c.id
  join users u on u.id = t.creator_id
 where true

-- query: discover_tag
select g.id as tag_id from tags g where g.id = tag_of(:tag::text) and {tag_known(g, :viewer::uuid, :viewer_staff::boolean)}

-- query: discover_tag_state
-- schema: TagState
-- not null: is_following, is_muted
select g.name,
       (:viewer::uuid is not null and exists (select from user_tag_follows f where f.user_id = :viewer::uuid and f.tag_id = g.id)) as is_following,
       (:viewer::uuid is not null and exists (select from user_mutes m where m.user_id = :viewer::uuid and m.tag_id = g.id)) as is_muted
  from tags g
 where g.id = tag_of(:tag::text) and {tag_known(g, :viewer::uuid, :viewer_staff::boolean)}

-- query: discover_tag_follow
-- schema: FollowedTag
-- not null: name, is_following
-- problems: conflict
with x as (
    select g.id, g.name,
           {follow_problem(user_tag_follows, tag_id, g.id, 500, 'conflict: You follow 500 tags already. That is the most.')} as problem
      from tags g where g.id = tag_of(:tag::text) and {tag_known(g, :viewer::uuid, :viewer_staff::boolean)}
), a as (
    insert into user_tag_follows (user_id, tag_id) select :viewer::uuid, x.id from x where x.problem is null on conflict do nothing
)
select x.name, true as is_following, x.problem from x

-- query: discover_tag_unfollow
-- schema: FollowedTag
-- not null: name, is_following
with d as (
    delete from user_tag_follows f where f.user_id = :viewer::uuid and f.tag_id = tag_of(:tag::text)
)
select g.name, false as is_following from tags g where g.id = tag_of(:tag::text) and {tag_known(g, :viewer::uuid, :viewer_staff::boolean)}

-- query: discover_tag_tracks
-- schema: Track
-- total: none
-- sort: c.at desc, c.id desc
-- unique: a track has a tag once
with c as materialized (
    select coalesce(k.first_public_at, '-infinity') as at, k.track_id as id
      from track_tags k
      join tracks t on t.id = k.track_id
      join users u on u.id = t.creator_id
     where k.tag_id = :tag_id::uuid and k.first_public_at is not null and {page_key(k.first_public_at, k.track_id)}
       and {track_discovered(t, u, :viewer::uuid, :viewer_staff::boolean)}
     order by k.first_public_at desc, k.track_id desc
     limit least(:limit_::int + :offset_::bigint, 1000)
)
select {track(t, u)}
  from c
  join tracks t on t.id = c.id
  join users u on u.id = t.creator_id
 where true

-- query: discover_followed
-- Genres and tags that one follows, the latest first.
-- schema: FollowedLabel
-- type: kind genre|tag
-- not null: kind, label, name
-- sort: f.created_at desc, f.label desc, f.kind desc
-- unique: a person follows a genre or tag once
select f.kind, f.label, f.name, f.created_at
  from (select 'genre' as kind, x.genre_slug::text as label, g.name, x.created_at
          from user_genre_follows x join genres g on g.slug = x.genre_slug where x.user_id = :viewer::uuid
        union all
        select 'tag', g.name::text, g.name, x.created_at
          from user_tag_follows x join tags g on g.id = x.tag_id where x.user_id = :viewer::uuid) f
 where true

-- query: discover_new
-- sort: t.first_public_at desc, t.id desc
-- schema: NewTrack
-- not null: first_public_at
-- total: none
select {track(t, u)}, t.first_public_at
  from tracks t
  join users u on u.id = t.creator_id
 where t.first_public_at <= now() and {track_discovered(t, u, :viewer::uuid, :viewer_staff::boolean)}

-- query: discover_rising
-- filter: genre: x.genre = any ({genre_names(genre_of(:genre::text))})
-- filter: tag: exists (select from track_tags k where k.track_id = x.track_id and k.tag_id = (select tag_of(:tag::text)))
-- schema: Track
-- total: none
-- sort: x.place, x.track_id
select {track(t, u)}
  from rising_tracks x
  join tracks t on t.id = x.track_id
  join users u on u.id = t.creator_id
 where {track_discovered(t, u, :viewer::uuid, :viewer_staff::boolean)}

-- query: rising_compute
select rising_compute(20000) as count

-- query: tags_merge
-- schema: TagMerge
-- not null: tag, into
-- problems: validation
-- writes
select m.merged as tag, m.kept as "into", case m.problem when 'same' then 'validation into: This is the same tag' end as problem from tag_merge(:tag::text, :into::text) m

-- query: tag_merge_step
select tag_merge_step(:tag_id::uuid, :into_id::uuid, 200) as count

-- query: tags_split
-- A tag of its own for a word that is written otherwise than the one that it was taken for. Who follows or mutes the one follows or mutes both.
-- schema: TagSplit
-- not null: tag, from
-- problems: validation
with x as (
    select o.id, o.name,
           case when tag_key(o.name) = tag_key(:name::text) then 'validation name: This is how the tag is written already' end as problem
      from tags o where o.id = tag_of(:name::text)
), gone as (
    delete from tag_aliases a using x where x.problem is null and a.is_exact and a.key = tag_key(:name::text)
), n as (
    insert into tags (name, is_split) select btrim(:name::text), true from x where x.problem is null returning id, name
), f as (
    insert into user_tag_follows (user_id, tag_id, created_at) select f.user_id, n.id, f.created_at from n cross join x join user_tag_follows f on f.tag_id = x.id
), m as (
    insert into user_mutes (user_id, tag_id, created_at) select m.user_id, n.id, m.created_at from n cross join x join user_mutes m on m.tag_id = x.id
)
select btrim(:name::text) as tag, x.name as "from", x.problem from x

-- query: genre_merge_step
select genre_merge_step(:genre::varchar, :into::varchar, 200) as count

-- query: genres_merge
-- schema: GenreMerge
-- not null: genre, into
-- problems: validation
-- writes
select m.merged as genre, m.kept as "into",
       case m.problem when 'same' then 'validation into: This is the same genre'
                      when 'below' then 'validation into: This genre stands below the one that goes. Move it first'
                      when 'merging' then 'validation into: This genre is itself being merged' end as problem
  from genre_merge(:genre::text, :into::text) m

-- query: genre_move
-- schema: GenreMove
-- nullable: parent
-- not null: slug
-- problems: validation
-- writes
select m.slug, m.parent,
       case m.problem when 'missing' then 'validation parent: There is no such genre' when 'below' then 'validation parent: This genre stands below the one that is moved' end as problem
  from genre_move(:genre::text, :parent::text) m

-- query: genre_alias_add
-- schema: GenreAlias
-- not null: name, genre
-- problems: validation
with x as (
    select g.slug, case when exists (select from genres o where label_fold(o.name) = label_fold(:name::text)) then 'validation name: A genre has this name. Merge it instead' end as problem
      from genres g where g.slug = genre_of(:genre::text)
), a as (
    insert into genre_aliases (fold, name, genre_slug) select label_fold(:name::text), btrim(:name::text), x.slug from x where x.problem is null
        on conflict (fold) do update set name = excluded.name, genre_slug = excluded.genre_slug
)
select btrim(:name::text) as name, x.slug as genre, x.problem from x

-- query: genre_alias_remove
delete from genre_aliases a where a.fold = label_fold(:name::text) returning a.name

-- query: radio_start
-- Whoever may see the track. Of radios that one has, all but the latest four go.
-- schema: Radio
-- not null: id, track_id, created_at
-- problems: conflict
with t as (
    select t.id, case when t.status <> 'completed' then 'conflict: This track is not ready yet.' end as problem
      from tracks t where t.id = :track_id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
), old as (
    delete from radios r where r.user_id = :viewer::uuid and exists (select from t where t.problem is null)
                           and r.id not in (select k.id from radios k where k.user_id = :viewer::uuid order by k.updated_at desc, k.id limit 4)
), n as (
    insert into radios (user_id, track_id) select :viewer::uuid, t.id from t where t.problem is null returning id, track_id, created_at
)
select coalesce(n.id, t.id) as id, t.id as track_id, now() as created_at, t.problem from t left join n on true

-- query: radio_own
-- The viewer's own, and how far it is.
select r.id as radio_id, coalesce((select max(x.place) from radio_tracks x where x.radio_id = r.id), 0)::int as before_place
  from radios r where r.id = :id::uuid and r.user_id = :viewer::uuid

-- query: radio_next
-- audited
select :radio_id::uuid as radio_id, :before_place::int as before_place, radio_go_on(:radio_id::uuid, least(coalesce(:count::int, 10), 20)) as chosen

-- fragment: radio_track(x, t, u)
-- schema: RadioTrack
-- not null: place, reason
-- nullable: gave_way
-- type: reason sounds_alike|same_genre|same_tag|else
-- type: gave_way artist_spacing|repeats
{track(t, u)}, x.place, x.reason, x.gave_way

-- query: radio_new
-- What it chose just now, and which rules gave way.
-- schema: RadioTurn
-- not null: radio_id, items, relaxed
-- type: items RadioTrack[]
-- type: relaxed string[]
select :radio_id::uuid as radio_id,
       coalesce((select json_agg((select json_nested(to_jsonb(y_)) from (select {radio_track(x, t, u)}) y_) order by x.place)
                   from radio_tracks x
                   join tracks t on t.id = x.track_id
                   join users u on u.id = t.creator_id
                  where x.radio_id = :radio_id::uuid and x.place > :before_place::int and {track_discovered(t, u, :viewer::uuid, false)}), '[]') as items,
       array(select distinct x.gave_way::text from radio_tracks x where x.radio_id = :radio_id::uuid and x.place > :before_place::int and x.gave_way is not null order by 1) as relaxed

-- query: radio_tracks_list
-- What it chose, the latest first, as far as it may still be shown.
-- schema: RadioTrack
-- total: none
-- sort: x.place desc
-- unique: each place is taken once
select {radio_track(x, t, u)}
  from radio_tracks x
  join tracks t on t.id = x.track_id
  join users u on u.id = t.creator_id
 where x.radio_id = :radio_id::uuid and {track_discovered(t, u, :viewer::uuid, false)}

-- query: radio_end
delete from radios r where r.id = :id::uuid and r.user_id = :viewer::uuid returning r.id

-- query: sound_path_ends
-- Both ends: whoever may see them.
-- problems: conflict
select a.id as from_id, b.id as to_id,
       case when a.id = b.id then 'conflict: These are the same track.'
            when (select count(*) from track_analysis x where x.track_id in (a.id, b.id) and x.timbre_mean is not null) < 2
            then 'conflict: How one of these tracks sounds has not been measured yet.' end as problem
  from tracks a, tracks b
 where a.id = :from::uuid and b.id = :to::uuid and {track_visible(a, :viewer::uuid, :viewer_staff::boolean)} and {track_visible(b, :viewer::uuid, :viewer_staff::boolean)}

-- query: sound_path
-- The ends are what the viewer may open; all others what they may be shown.
-- schema: Track
-- total: none
-- sort: x.place
-- unique: each place is taken once
with x as materialized (
    select * from sound_path(:viewer::uuid, :from_id::uuid, :to_id::uuid, coalesce(:length::int, 10))
)
select {track(t, u)}
  from x
  join tracks t on t.id = x.track_id
  join users u on u.id = t.creator_id
 where (x.track_id in (:from_id::uuid, :to_id::uuid) or {track_discovered(t, u, :viewer::uuid, false)})

-- query: export_radios
select r.id, r.track_id, r.created_at, array(select x.track_id from radio_tracks x where x.radio_id = r.id order by x.place) as chosen
  from radios r where r.user_id = :user_id::uuid order by r.created_at, r.id
