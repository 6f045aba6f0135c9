-- Playlists: one's own, those one works on together, and public ones.

-- fragment: playlist(p, u, items, smart_count)
-- Its covers (of the first four tracks) are those of the tracks that the viewer may see. `items` are playlist_tracks, and how many tracks a smart playlist has is null, in
-- lists, where no rules are evaluated; elsewhere they are what {one_playlist} gives.
-- What the rules are is for the owner, since they may name private playlists.
-- schema: Playlist
-- not null: covers, owner, is_mine, may_edit, may_manage, is_shared_with_me, is_following, is_smart
-- nullable: duration_ms, origin, follower_count, track_count, rules
-- not null: rules.match, rules.conditions, rules.sort, rules.limit
-- type: rules.match all|any
-- type: rules.conditions PlaylistCondition[]
-- type: rules.sort newest|oldest|title|artist|shortest|longest
-- not null: is_public
-- type: covers TrackRef[]
-- type: origin PlaylistRef
-- type: visibility public|unlisted|private
p.id, p.name, p.description, p.visibility = 'public' as is_public, p.visibility,
       case when p.rules is null then p.track_count else smart_count end as track_count,
       to_json(array(select row(t_.id, t_.title, {cover_url(t_)}, {waveform_url(t_)})::track_ref
                       from items c_
                       join tracks t_ on t_.id = c_.track_id
                      where c_.playlist_id = p.id and {item_shown(t_, p)}
                      order by c_.position
                      limit 4)) as covers,
       {user_ref(u, owner)}, p.user_id = :viewer::uuid is true as is_mine,
       p.rules is null and {playlist_editable(p, :viewer::uuid)} as may_edit, {playlist_managed(p, :viewer::uuid)} as may_manage,
       (:viewer::uuid is not null and {playlist_shared_with(p, :viewer::uuid)}) as is_shared_with_me,
       (:viewer::uuid is not null and exists (select from playlist_follows f_ where f_.playlist_id = p.id and f_.user_id = :viewer::uuid)) as is_following,
       case when p.user_id = :viewer::uuid then p.follower_count end as follower_count, p.is_default_favorites, p.is_editorial,
       p.rules is not null as is_smart, {own_rules(p)} ->> 'match' as "rules.match", {own_rules(p)} -> 'conditions' as "rules.conditions",
       {own_rules(p)} ->> 'sort' as "rules.sort", ({own_rules(p)} ->> 'limit')::int as "rules.limit",
       (select to_jsonb(row(o_.id, o_.name)::playlist_ref) from playlists o_
         where o_.id = p.copied_from and (o_.user_id = :viewer::uuid or {playlist_listed(o_, :viewer::uuid, :viewer_staff::boolean)})) as origin,
       p.created_at, p.updated_at

-- fragment: own_rules(p)
(case when p.user_id = :viewer::uuid then p.rules end)

-- fragment: playlist_duration(p, items)
-- How long the tracks last that the viewer may see.
(select coalesce(sum(t_.duration_ms), 0)::bigint
   from items d_
   join tracks t_ on t_.id = d_.track_id
  where d_.playlist_id = p.id and {item_shown(t_, p)})

-- fragment: one_playlist(list)
-- What is in it, whose rules are evaluated once.
select i_.playlist_id, i_.track_id, i_.position from {playlist_places(list, :viewer::uuid)} i_ where i_.playlist_id = list

-- fragment: item_shown(t, p)
-- The viewer may see this track in this playlist. Unlisted ones only those see who may change the playlist.
exists (select from users c_
         where c_.id = t.creator_id
           and ({track_shown(t, c_, :viewer::uuid, :viewer_staff::boolean)}
                or (:viewer::uuid is not null and {playlist_editable(p, :viewer::uuid)} and {track_seen(t, c_, :viewer::uuid, :viewer_staff::boolean)})))

-- fragment: playlist_editable(p, person)
-- The owner, and whoever works on it together with them.
((p.user_id = person or exists (select from playlist_collaborators w_
                                 where w_.playlist_id = p.id and w_.user_id = person and w_.permission in ('write', 'admin')
                                   and {playlist_together(p, person)})) is true)

-- fragment: playlist_managed(p, person)
-- May change what it is called and who sees it, and who works on it.
((p.user_id = person or exists (select from playlist_collaborators w_
                                 where w_.playlist_id = p.id and w_.user_id = person and w_.permission = 'admin' and {playlist_together(p, person)})) is true)

-- fragment: not_allowed
-- For those who may see it or worked on it, and so know that it is there. To all others it does not exist.
'forbidden: You may not change this, or not any more.'

-- fragment: playlist_worked_on(p, person)
(p.user_id = person or exists (select from playlist_collaborators w_ where w_.playlist_id = p.id and w_.user_id = person and {playlist_together(p, person)}))

-- fragment: playlist_tell(id)
-- All who look at it, after a change.
realtime_send('playlist:' || id, 'playlist.changed', jsonb_build_object('playlist_id', id))

-- fragment: wanted_shown(i, p)
-- Addresses in files may hold names of folders, or keys of other services.
to_jsonb(row(i.wanted ->> 'title', i.wanted ->> 'artist', i.wanted ->> 'album', (i.wanted ->> 'duration_ms')::bigint,
             case when {playlist_editable(p, :viewer::uuid)} then i.wanted ->> 'location' end)::playlist_wanted)

-- fragment: playlist_listed(p, viewer, staff)
-- A playlist in lists that everybody sees.
(p.deleted_at is null and p.visibility = 'public' and {playlist_owner_shown(p, viewer, staff)})

-- query: playlist_list
-- Those that one may change, the latest changed first. How long a playlist of more than 500 items lasts is not added up in a list.
-- sort: p.updated_at desc, p.id desc
-- filter: track_id: exists (select from playlist_tracks i where i.playlist_id = p.id and i.track_id = :track_id::uuid)
select {playlist(p, u, playlist_tracks, null::int)}, case when p.track_count <= 500 and p.rules is null then {playlist_duration(p, playlist_tracks)} end as duration_ms
  from playlists p
  join users u on u.id = p.user_id
 where p.deleted_at is null
   and p.id in (select o.id from playlists o where o.user_id = :viewer::uuid
                union all
                select w.playlist_id from playlist_collaborators w where w.user_id = :viewer::uuid and w.permission in ('write', 'admin'))
   and (p.user_id = :viewer::uuid or {playlist_together(p, :viewer::uuid)})

-- query: playlist_recommendations
-- Followed by people who follow the same, then with tracks that the viewer likes, then the editors' choice. A fixed number of rows is read by an index, however
-- many there are. Nothing of the viewer's own, nothing that they follow, nobody whom they have blocked, and of nobody more than two.
-- schema: RecommendedPlaylist
-- not null: reason
-- nullable: because
-- type: reason followed_together|liked_tracks|editorial
-- total: none
-- sort: r.place
-- unique: each place is taken once
with followed as materialized (
    select f.playlist_id, p.name, row_number() over (order by f.created_at desc, f.id desc)::int as n
      from (select * from playlist_follows f where f.user_id = :viewer::uuid order by f.created_at desc, f.id desc limit 20) f
      join playlists p on p.id = f.playlist_id
     where p.visibility = 'public' and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}
), likes as materialized (
    select t.id as track_id, t.title, row_number() over (order by l.created_at desc, t.id desc)::int as n
      from (select * from track_likes l where l.user_id = :viewer::uuid order by l.created_at desc, l.track_id desc limit 20) l
      join tracks t on t.id = l.track_id
      join users u on u.id = t.creator_id
     where {track_listed(t, u, :viewer::uuid, :viewer_staff::boolean)}
), followers as materialized (
    select f.playlist_id as because, f.name, f.n, o.user_id
      from followed f
     cross join lateral (select o.user_id
                           from (select * from playlist_follows o where o.playlist_id = f.playlist_id order by o.created_at desc, o.id desc limit 200) o
                           join users u on u.id = o.user_id
                          where {taste_counts(u)}
                          order by o.created_at desc, o.id desc
                          limit 50) o
), found as (
    (select o.playlist_id, 1 as kind, count(distinct k.user_id) as score, (array_agg(k.because order by k.n))[1] as because, (array_agg(k.name order by k.n))[1] as because_title
       from followers k
      cross join lateral (select f.playlist_id from playlist_follows f where f.user_id = k.user_id order by f.created_at desc, f.id desc limit 20) o
      group by o.playlist_id
      order by count(distinct k.user_id) desc, o.playlist_id
      limit 200)
    union all
    (select i.playlist_id, 2, count(distinct l.track_id), (array_agg(l.track_id order by l.n))[1], (array_agg(l.title order by l.n))[1]
       from likes l
      cross join lateral (select i.playlist_id from playlist_tracks i where i.track_id = l.track_id limit 200) i
      group by i.playlist_id
      order by count(distinct l.track_id) desc, i.playlist_id
      limit 300)
    union all
    (select p.id, 3, 0, null, null from playlists p where p.is_editorial and p.visibility = 'public' and p.deleted_at is null order by p.editorial_at desc, p.id desc limit 30)
), best as (
    select distinct on (f.playlist_id) f.* from found f order by f.playlist_id, f.kind
), shown as (
    select f.*, p.created_at, row_number() over (partition by p.user_id order by f.kind, f.score desc, p.created_at desc, p.id) as of_owner
      from best f
      join playlists p on p.id = f.playlist_id
     where {playlist_listed(p, :viewer::uuid, :viewer_staff::boolean)} and p.user_id <> :viewer::uuid and p.track_count > 0
       and not {playlist_shared_with(p, :viewer::uuid)}
       and not exists (select from playlist_follows o where o.playlist_id = p.id and o.user_id = :viewer::uuid)
       and exists (select from users u where u.id = p.user_id and {person_discovered(u, :viewer::uuid)})
), r as materialized (
    select s.*, row_number() over (order by s.kind, s.score desc, s.created_at desc, s.playlist_id) as place from shown s where s.of_owner <= 2 order by place limit 50
)
select {playlist(p, u, playlist_tracks, null::int)}, case when p.track_count <= 500 and p.rules is null then {playlist_duration(p, playlist_tracks)} end as duration_ms,
       case r.kind when 1 then 'followed_together' when 2 then 'liked_tracks' else 'editorial' end as reason, r.because as "because.id", r.because_title as "because.title"
  from r
  join playlists p on p.id = r.playlist_id
  join users u on u.id = p.user_id
 where true

-- query: playlist_editorial_list
-- The latest chosen first, while they are public.
-- sort: p.editorial_at desc, p.id desc
select {playlist(p, u, playlist_tracks, null::int)}, case when p.track_count <= 500 and p.rules is null then {playlist_duration(p, playlist_tracks)} end as duration_ms
  from playlists p
  join users u on u.id = p.user_id
 where p.is_editorial and {playlist_listed(p, :viewer::uuid, :viewer_staff::boolean)} and {person_discovered(u, :viewer::uuid)}

-- query: playlist_editorial_set
-- sees: whoever may choose, of public ones
-- schema: PlaylistEditorial
-- not null: playlist_id, is_editorial
-- problems: conflict
with o as (
    select p.id, case when :is_editorial::boolean and not {playlist_listed(p, null::uuid, false)} then 'conflict: Only a public playlist can be an editorial one.' end as problem
      from playlists p
     where p.id = :id::uuid and p.deleted_at is null and (p.is_editorial or {playlist_listed(p, null::uuid, false)})
), c as (
    update playlists p
       set is_editorial = :is_editorial::boolean, editorial_at = case when p.is_editorial then p.editorial_at else now() end
      from o
     where p.id = o.id and o.problem is null
    returning p.id, p.is_editorial, {playlist_tell(p.id)} as told
)
select o.id as playlist_id, c.is_editorial, o.problem from o left join c on true

-- query: playlist_favorites
-- One playlist that everybody has: made when it is first asked for, in the person's language.
with o as (
    select p.id from playlists p where p.user_id = :viewer::uuid and p.is_default_favorites and p.deleted_at is null
), n as (
    insert into playlists (user_id, name, visibility, is_default_favorites)
    select :viewer::uuid, case (select s.language from user_profiles s where s.user_id = :viewer::uuid) when 'fr' then 'Favoris' when 'es' then 'Favoritas' else 'Favorites' end,
           'private', true
     where not exists (select from o)
        on conflict (user_id) where is_default_favorites and deleted_at is null do update set is_default_favorites = true
    returning id
)
select o.id from o
union all
select n.id from n

-- query: playlist_search
-- Public ones, and those that one works on: the best 1000 that the search finds (ADR 0096), the best first.
-- sort: f.place
-- unique: each place is taken once
with f as materialized (
    select f_.* from search_find(4::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, 'both', null, 1000) f_
)
select {playlist(p, u, playlist_tracks, null::int)}, case when p.track_count <= 500 and p.rules is null then {playlist_duration(p, playlist_tracks)} end as duration_ms, exists (select from f c_ where c_.class = 'partial') as partial_
  from f
  join playlists p on p.id = f.id
  join users u on u.id = p.user_id
 where p.deleted_at is null
   and (p.user_id = :viewer::uuid or {playlist_listed(p, :viewer::uuid, :viewer_staff::boolean)}
        or {playlist_shared_with(p, :viewer::uuid)})

-- query: playlist_found
-- The hits of a search: public ones, and those that one works on.
-- schema: FoundPlaylist
with f as materialized (select * from search_found(4::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, 'both', {search_filters}, :most::int, :engine_hits::jsonb))
select {playlist(p, u, playlist_tracks, null::int)}, null::bigint as duration_ms, {search_why}, n_.total as total_, n_.is_partial as partial_, n_.best as best_
  from {search_state} n_
  left join ((select f.*, row_number() over (order by case :sort::text when 'newest' then extract(epoch from g.created_at) end desc nulls last,
                                                      case :sort::text when 'oldest' then extract(epoch from g.created_at) end,
                                                      case :sort::text when 'title' then lower(g.name) end, f.place) as n
                from f left join playlists g on :sort::text <> 'relevance' and g.id = f.id
               where f.id is not null
               order by n
              offset :offset::int limit :most_shown::int) f
             join playlists p on p.id = f.id
                             and p.deleted_at is null
                             and (p.user_id = :viewer::uuid or {playlist_listed(p, :viewer::uuid, :viewer_staff::boolean)} or {playlist_shared_with(p, :viewer::uuid)})
             join users u on u.id = p.user_id) on true
 order by f.n

-- query: playlist_list_of_user
-- The public ones of a person.
-- sort: p.updated_at desc, p.id desc
select {playlist(p, u, playlist_tracks, null::int)}, case when p.track_count <= 500 and p.rules is null then {playlist_duration(p, playlist_tracks)} end as duration_ms
  from playlists p
  join users u on u.id = p.user_id
 where p.user_id = :id::uuid and {playlist_listed(p, :viewer::uuid, :viewer_staff::boolean)}

-- query: playlist_followed
-- As long as one may see them: those that their owners made private are not listed meanwhile.
-- sort: f.created_at desc, f.id desc
select {playlist(p, u, playlist_tracks, null::int)}, case when p.track_count <= 500 and p.rules is null then {playlist_duration(p, playlist_tracks)} end as duration_ms
  from playlist_follows f
  join playlists p on p.id = f.playlist_id
  join users u on u.id = p.user_id
 where f.user_id = :viewer::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}

-- query: playlist_follow
-- Doing it twice changes nothing. The trigger playlist_follows_added counts.
-- schema: PlaylistFollowState
-- not null: playlist_id, is_following
-- problems: conflict
with p as (
    select p.id, case when p.user_id = :viewer::uuid then 'conflict: Nobody can follow a playlist of their own.' end as problem
      from playlists p
     where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}
), f as (
    insert into playlist_follows (playlist_id, user_id) select p.id, :viewer::uuid from p where p.problem is null on conflict do nothing
)
select p.id as playlist_id, true as is_following, p.problem from p

-- query: playlist_unfollow
-- Also of one that one may not see any more.
-- schema: PlaylistFollowState
-- not null: playlist_id, is_following
with f as (
    delete from playlist_follows f where f.playlist_id = :id::uuid and f.user_id = :viewer::uuid returning f.playlist_id
)
select p.id as playlist_id, false as is_following
  from playlists p
 where p.id = :id::uuid and (p.id in (select f.playlist_id from f) or {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)})

-- query: playlist_get
with d as materialized ({one_playlist(:id::uuid)})
select {playlist(p, u, d, (select count(*)::int from d))}, {playlist_duration(p, d)} as duration_ms
  from playlists p
  join users u on u.id = p.user_id
 where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}

-- query: playlist_page
-- As playlist_get, for its page, with its first hundred tracks; and whether search engines may list that.
with d as materialized ({one_playlist(:id::uuid)})
select {playlist(p, u, d, (select count(*)::int from d))}, {playlist_duration(p, d)} as duration_ms,
       p.visibility = 'public' and coalesce(s.allow_search_indexing, true) as is_indexable,
       (select coalesce(json_agg({page_track(o, w)} order by i.position), '[]')
          from (select d.* from d order by d.position limit 100) i
          join tracks o on o.id = i.track_id and {item_shown(o, p)}
          join users w on w.id = o.creator_id) as items
  from playlists p
  join users u on u.id = p.user_id
  left join user_settings s on s.user_id = p.user_id
 where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}

-- query: playlist_copy_get
with d as materialized ({one_playlist(:copy_id::uuid)})
select {playlist(p, u, d, (select count(*)::int from d))}, {playlist_duration(p, d)} as duration_ms
  from playlists p
  join users u on u.id = p.user_id
 where p.id = :copy_id::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}

-- query: playlist_duplicate
-- Whoever may see it. The copy of a smart playlist is an ordinary one, of what is in it now. A track that they may not see leaves its place empty: in a playlist of one's own, one sees more than in those of others.
-- problems: too_many_playlists
with p as materialized (
    select p.*, {playlist_room_problem(p.track_count)} as problem
      from playlists p
     where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}
), c as (
    insert into playlists (user_id, name, description, visibility, copied_from)
    select :viewer::uuid, coalesce(:name::text, p.name), p.description, 'private', p.id from p where p.problem is null
    returning id
), i as (
    insert into playlist_tracks (playlist_id, track_id, wanted, added_by, position)
    select c.id, t.id, case when t.id is null then jsonb_strip_nulls(coalesce({wanted_shown(i, p)}, '{}')) end, :viewer::uuid, i.position
      from c, p
      join {playlist_places(:id::uuid, :viewer::uuid)} i on i.playlist_id = p.id
      left join tracks t on t.id = i.track_id and {item_shown(t, p)}
)
select c.id as copy_id, p.problem from p left join c on true

-- fragment: visibility_given(visibility)
-- Of a new one.
coalesce(visibility, case when :is_public::boolean then 'public' else 'private' end)

-- fragment: playlist_room_problem(items)
-- Why the viewer may not have one more playlist, with so many items.
case when not playlist_room(:viewer::uuid, items) then 'too_many_playlists' end

-- fragment: visibility_then(p)
-- The visibility of a playlist that is changed. An is_public that is as before changes nothing, so an unlisted playlist stays unlisted when an older client sends back what it got.
case when :has_visibility::boolean then :visibility::text
     when :has_is_public::boolean and :is_public::boolean <> (p.visibility = 'public') then case when :is_public::boolean then 'public' else 'private' end
     else p.visibility end

-- fragment: rules_problem(owner, list)
case playlist_rules_problem(:rules::jsonb, owner, list)
     when 'missing' then 'validation rules: There is no such playlist.'
     when 'circle' then 'conflict: A smart playlist cannot take tracks from itself, nor from one that takes tracks from it.'
     when 'depth' then 'validation rules: Smart playlists can be nested three deep at most.'
     when 'count' then 'validation rules: These rules need too many other smart playlists.' end

-- query: playlist_create
-- problems: too_many_playlists validation conflict
with r as materialized (
    select coalesce({playlist_room_problem(0)}, case when :has_rules::boolean then {rules_problem(:viewer::uuid, null)} end) as problem
), p as (
    insert into playlists (user_id, name, description, visibility, rules)
    select :viewer::uuid, :name::text, :description::text, {visibility_given(:visibility::text)}, :rules::jsonb from r where r.problem is null
    returning id
)
select p.id, r.problem from r left join p on true

-- query: playlist_update
-- sees: the owner, and collaborators who administer it
-- problems: forbidden conflict validation
-- Inputs that were not given stay as they are. Only the owner changes rules: they are evaluated with the owner's rights, and tell what they like.
with o as materialized (
    select p.id, case when not {playlist_managed(p, :viewer::uuid)} or (:has_rules::boolean and p.user_id <> :viewer::uuid) then {not_allowed}
                      when :has_rules::boolean and p.rules is null then 'conflict: Only a smart playlist has rules.'
                      when :has_rules::boolean then {rules_problem(p.user_id, p.id)} end as problem,
           case when :has_name::boolean then :name::text else p.name end as name,
           case when :has_description::boolean then :description::text else p.description end as description,
           {visibility_then(p)} as visibility,
           case when :has_rules::boolean then :rules::jsonb else p.rules end as rules
      from playlists p
     where p.id = :id::uuid and p.deleted_at is null and {playlist_worked_on(p, :viewer::uuid)}
), n as materialized (
    select playlist_version_details(o.id, :viewer::uuid, o.name, o.description, o.visibility, o.rules)::text as noted from o where o.problem is null
), c as (
    update playlists p
       set {set_given(name, p, text)},
           {set_given(description, p, text)},
           {set_given(rules, p, jsonb)},
           visibility = {visibility_then(p)}
      from o, n
     where p.id = o.id and n.noted is not null
    returning p.id, {playlist_tell(p.id)}
)
select o.id, o.problem from o left join c on true

-- query: playlist_delete
-- sees: the owner, or staff
update playlists p
   set deleted_at = now()
 where p.id = :id::uuid and p.deleted_at is null and (p.user_id = :viewer::uuid or :viewer_staff::boolean)
returning p.id

-- query: topic_playlist
-- Whoever may see a playlist hears of its changes. Staff see what they see as a person.
select a.n
  from unnest(:ids::uuid[], :viewers::uuid[]) with ordinality as a (id, viewer, n)
  join playlists p on p.id = a.id and {playlist_visible(p, a.viewer, false)}

-- Collaborators: read, write or admin. The owner manages all of them, those who administer it the ones who do not.

-- query: playlist_worker
-- sees: whoever works on it
select p.id as playlist_id
  from playlists p
 where p.id = :id::uuid and p.deleted_at is null and (p.user_id = :viewer::uuid or {playlist_shared_with(p, :viewer::uuid)})

-- query: playlist_manager
-- sees: whoever works on it, or did
-- problems: forbidden
select p.id as playlist_id, p.user_id = :viewer::uuid as is_owner, case when not {playlist_managed(p, :viewer::uuid)} then {not_allowed} end as problem
  from playlists p
 where p.id = :id::uuid and p.deleted_at is null and {playlist_worked_on(p, :viewer::uuid)}

-- query: collaborator_list
-- schema: Collaborator
-- type: permission read|write|admin
-- sort: w.created_at, w.id
select w.id, w.permission, w.created_at, {user_ref(u, person)}
  from playlist_collaborators w
  join users u on u.id = w.user_id and user_shown(u)
 where w.playlist_id = :playlist_id::uuid and w.permission <> 'none'

-- query: collaborator_get
-- schema: Collaborator
-- type: permission read|write|admin
select w.id, w.permission, w.created_at, {user_ref(u, person)} from playlist_collaborators w join users u on u.id = w.user_id where w.id = :collaborator_id::uuid

-- fragment: collaborator_problem(before)
-- Why the viewer may not give or change a permission; `before` is what the person has.
case when not :is_owner::boolean and 'admin' in (before, :permission::text) then 'forbidden: Only the owner decides who administers a playlist.' end

-- query: collaborator_add
-- Somebody whom the viewer sees, and whom the owner has not blocked. Adding them again changes their permission.
-- problems: validation conflict forbidden
with u as (
    select u.id, coalesce(case when u.id = p.user_id then 'conflict: The playlist is theirs.'
                               when w.id is null and (select count(*) from playlist_collaborators o where o.playlist_id = p.id) >= 100
                               then 'conflict: A playlist has 100 collaborators at most.' end,
                          {collaborator_problem(coalesce(w.permission, 'none'))}) as problem
      from playlists p
      join users u on u.id = :user_id::uuid and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)} and {not_blocked_by(p.user_id, u.id, false)}
                      and {not_blocked_by(u.id, p.user_id, false)} and {not_blocked_by(:viewer::uuid, u.id, false)}
      left join playlist_collaborators w on w.playlist_id = p.id and w.user_id = u.id
     where p.id = :playlist_id::uuid
), c as (
    insert into playlist_collaborators (playlist_id, user_id, permission) select :playlist_id::uuid, u.id, :permission::text from u where u.problem is null
        on conflict (playlist_id, user_id) do update set permission = excluded.permission
    returning id, user_id, xmax = 0 as is_new, {playlist_tell(:playlist_id::uuid)}
), e as (
    insert into outbox (name, key, payload)
    select 'playlist.shared', :playlist_id::uuid, jsonb_build_object('playlist_id', :playlist_id::uuid, 'user_id', c.user_id, 'adder_id', :viewer::uuid) from c where c.is_new
)
select c.id as collaborator_id, case when u.id is null then 'validation user_id: There is no such person.' else u.problem end as problem
  from (select 1) one
  left join u on true
  left join c on true

-- query: collaborator_change
-- problems: forbidden
with w as (
    select w.id, {collaborator_problem(w.permission)} as problem
      from playlist_collaborators w
     where w.playlist_id = :playlist_id::uuid and w.user_id = :userId::uuid and w.permission <> 'none'
), c as (
    update playlist_collaborators c set permission = :permission::text from w where c.id = w.id and w.problem is null
    returning c.id, {playlist_tell(c.playlist_id)}
)
select w.id as collaborator_id, w.problem from w left join c on true

-- query: collaborator_remove
-- sees: whoever works on it. Everybody may leave.
-- problems: forbidden
with w as (
    select w.id, w.user_id = :viewer::uuid as leaves,
           case when p.user_id <> :viewer::uuid and w.user_id <> :viewer::uuid and (w.permission = 'admin' or not {playlist_managed(p, :viewer::uuid)})
                then 'forbidden: You may not take this person out.' end as problem
      from playlists p
      join playlist_collaborators w on w.playlist_id = p.id and w.user_id = :userId::uuid and w.permission <> 'none'
     where p.id = :id::uuid and p.deleted_at is null and (p.user_id = :viewer::uuid or {playlist_shared_with(p, :viewer::uuid)})
), l as (
    delete from playlist_collaborators d using w where d.id = w.id and w.leaves
), c as (
    update playlist_collaborators c set permission = 'none' from w where c.id = w.id and not w.leaves and w.problem is null
    returning c.id, {playlist_tell(c.playlist_id)}
)
select w.id, w.problem from w left join c on true

-- query: playlist_seen
select p.id as playlist_id from playlists p where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}

-- query: playlist_changeable
-- sees: whoever works on it, or did
-- problems: forbidden
select p.id as playlist_id, {playlist_managed(p, :viewer::uuid)} as manages, case when not {playlist_editable(p, :viewer::uuid)} then {not_allowed} end as problem
  from playlists p
 where p.id = :id::uuid and p.deleted_at is null and {playlist_worked_on(p, :viewer::uuid)}

-- query: playlist_items_changeable
-- sees: whoever works on it, or did
-- problems: forbidden conflict
select p.id as playlist_id, case when not {playlist_editable(p, :viewer::uuid)} then {not_allowed}
                                 when p.rules is not null then 'conflict: The rules of this smart playlist decide what is in it. Change them, or make a copy.' end as problem
  from playlists p
 where p.id = :id::uuid and p.deleted_at is null and {playlist_worked_on(p, :viewer::uuid)}

-- fragment: playlist_item(i, p, t, u)
-- An item; t and u are its track and creator, where the viewer may see them here.
-- schema: PlaylistItem
-- not null: id, added_at
-- nullable: track_id, title, artist, album, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator, added_by
-- type: wanted PlaylistWanted
-- type: added_by UserRef
i.id, i.added_at,
       case when {playlist_editable(p, :viewer::uuid)}
            then (select jsonb_build_object('id', a_.id, 'username', a_.username, 'avatar', a_.avatar, 'display_name', a_.display_name)
                    from users a_ where a_.id = i.added_by and {user_visible(a_, :viewer::uuid, :viewer_staff::boolean)}) end as added_by,
       case when i.wanted is not null then {wanted_shown(i, p)} end as wanted, t.id as track_id, t.title, t.artist, t.album, t.duration_ms,
       {cover_url(t)} as cover_url,
       {waveform_url(t)} as waveform_url,
       {stream_url(t)} as stream_manifest_url, t.loudness_lufs, t.true_peak_dbtp,
       {user_ref(u, creator)},
       {is_liked(t)}

-- query: playlist_items
-- In their order. An item whose track is gone, or hidden from the viewer, keeps its place with nothing but its id.
-- unique: a playlist has items of its own, or rules
-- sort: i.position, i.id
select {playlist_item(i, p, t, u)}
  from playlists p
  join {playlist_places(:playlist_id::uuid, :viewer::uuid)} i on i.playlist_id = p.id
  left join tracks t on t.id = i.track_id and {item_shown(t, p)}
  left join users u on u.id = t.creator_id
 where p.id = :playlist_id::uuid

-- query: playlist_add
-- not null: item_id, playlist_id, track_id
-- schema: PlaylistAddition
-- problems: conflict validation
with t as (
    select t.id from tracks t where t.id = :track_id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
), i as materialized (
    select playlist_add(:playlist_id::uuid, t.id, :viewer::uuid) as id from t
), c as materialized (
    select {playlist_tell(:playlist_id::uuid)} from i where i.id is not null
), e as (
    insert into outbox (name, key, payload)
    select 'playlist.track_added', :playlist_id::uuid, jsonb_build_object('playlist_id', :playlist_id::uuid, 'track_id', :track_id::uuid, 'adder_id', :viewer::uuid)
      from i
     where i.id is not null and exists (select from playlist_follows f where f.playlist_id = :playlist_id::uuid)
)
select i.id as item_id, :playlist_id::uuid as playlist_id, :track_id::uuid as track_id,
       case when not exists (select from t) then 'validation track_id: There is no such track.'
            when i.id is null then 'conflict: The playlist is full.' end as problem
  from (select 1) one
  left join i on true
  left join c on true

-- query: playlist_remove
-- The item with this id, or all items with this track.
with r as materialized (
    select playlist_take_out(:playlist_id::uuid, :track_id::uuid, :viewer::uuid) as removed
)
select :playlist_id::uuid as id, {playlist_tell(:playlist_id::uuid)} from r where r.removed > 0

-- query: playlist_move
-- problems: conflict
select :playlist_id::uuid as id, case when m.missing is null then {playlist_tell(:playlist_id::uuid)} end,
       case m.missing when 'item' then 'conflict: The item is not in the playlist any more.'
                      when 'after' then 'conflict: The item after which it should stand is not in the playlist any more.' end as problem
  from (select playlist_move(:playlist_id::uuid, :item::uuid, :after::uuid, :viewer::uuid) as missing) m

-- Versions: what one person changed within some minutes (migration 0166).

-- query: playlist_version_list
-- schema: PlaylistVersion
-- not null: fields, is_current
-- nullable: restored, person
-- sort: v.version desc, v.id desc
-- unique: numbers of one playlist
select v.id, v.version, v.added, v.removed, v.moved, array(select jsonb_object_keys(v.before) order by 1) as fields, v.restored, v.track_count,
       v.version = (select max(o.version) from playlist_versions o where o.playlist_id = v.playlist_id) as is_current, v.created_at, v.changed_at,
       {user_ref(u, person)}
  from playlist_versions v
  left join users u on u.id = v.user_id and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)}
 where v.playlist_id = :playlist_id::uuid

-- query: playlist_restore
-- problems: conflict
with c as materialized (
    select playlist_restore_problem(:playlist_id::uuid, :versionId::uuid, :viewer::uuid) as refused
), r as materialized (
    select playlist_restore(:playlist_id::uuid, :versionId::uuid, :viewer::uuid, :manages::boolean) as restored from c where c.refused is null
)
select :playlist_id::uuid as id, case when r.restored then {playlist_tell(:playlist_id::uuid)} end as told,
       case c.refused when 'missing' then 'conflict: The rules of that version take tracks from a playlist that is not there any more.'
                      when 'circle' then 'conflict: With the rules of that version, the playlist would take tracks from itself.'
                      when 'depth' then 'conflict: With the rules of that version, smart playlists would be nested more than three deep.'
                      when 'count' then 'conflict: The rules of that version need too many other smart playlists.' end as problem
  from c
  left join r on true
 where c.refused is not null or r.restored is not null

-- Links that open a playlist. A link names the playlist and opens nothing else: of its tracks those that the reader may hear anyway, and unlisted ones of the
-- playlist's owner, since who has an unlisted track's address may hear it.

-- fragment: playlist_link(l)
-- nullable: expires_at, last_used_at
l.id, l.expires_at, l.access_count, l.last_used_at, l.created_at

-- fragment: link_opens(l, p)
-- This link is the one with the given token, and still opens the playlist p.
(l.token_hash = {link_hash(:token::text)} and (l.expires_at is null or l.expires_at > now())
 and p.deleted_at is null and {playlist_owner_shown(p, :viewer::uuid, :viewer_staff::boolean)})

-- query: playlist_own
-- sees: the owner
select p.id as playlist_id from playlists p where p.id = :id::uuid and p.deleted_at is null and p.user_id = :viewer::uuid

-- fragment: opening(which, is_link)
-- Notes that the viewer opens these playlists (playlist_id). Returns those that the same person, or the same address of visitors, did not open within the last hour.
insert into playlist_openings as o (playlist_id, who, by_link, user_id)
select x.playlist_id, coalesce(:viewer::uuid::text, {client_network}::text), is_link, :viewer::uuid from which x
    on conflict (playlist_id, who, by_link) do update set opened_at = now() where o.opened_at < now() - interval '1 hour'
returning o.playlist_id

-- query: playlist_opened
-- Told by pages, once a visit. What its owner and those who work on it open is not counted.
with p as (
    select p.id as playlist_id, {playlist_worked_on(p, :viewer::uuid)} is true as is_own
      from playlists p
     where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}
), w as (
    select p.playlist_id from p where not p.is_own
), o as (
    {opening(w, false)}
), d as (
    insert into playlist_days as d (playlist_id, day, openings) select o.playlist_id, (now() at time zone 'UTC')::date, 1 from o
        on conflict (playlist_id, day) do update set openings = d.openings + 1
)
select p.playlist_id as id from p

-- query: playlist_analytics
-- Followers of a day are counted at its end: the present number without what changed on later days.
-- sees: the owner, see playlist_own
-- schema: PlaylistAnalytics
-- not null: *
-- type: days PlaylistDay[]
-- type: links PlaylistLinkUse[]
with d as (
    select g.day::date as day, coalesce(x.openings, 0) as openings, coalesce(x.link_openings, 0) as link_openings, coalesce(x.followed, 0) as followed,
           coalesce(x.unfollowed, 0) as unfollowed,
           (p.follower_count - coalesce(sum(x.followed - x.unfollowed) over (order by g.day desc rows between unbounded preceding and 1 preceding), 0))::int as followers
      from playlists p
     cross join generate_series((now() at time zone 'UTC')::date - (:days::int - 1), (now() at time zone 'UTC')::date, interval '1 day') as g (day)
      left join playlist_days x on x.playlist_id = p.id and x.day = g.day::date
     where p.id = :playlist_id::uuid
)
select p.id as playlist_id, p.follower_count, (select sum(d.openings) from d)::bigint as openings, (select sum(d.link_openings) from d)::bigint as link_openings,
       to_json(array(select row(d.day, d.openings, d.link_openings, d.followed, d.unfollowed, greatest(d.followers, 0))::playlist_day from d order by d.day)) as days,
       to_json(array(select row(l.id, l.created_at, l.expires_at, l.access_count, l.last_used_at)::playlist_link_use
                       from playlist_share_links l where l.playlist_id = p.id order by l.access_count desc, l.created_at desc, l.id)) as links
  from playlists p
 where p.id = :playlist_id::uuid

-- query: playlist_link_list
-- schema: PlaylistLink
-- sort: l.created_at desc, l.id desc
select {playlist_link(l)} from playlist_share_links l where l.playlist_id = :playlist_id::uuid

-- query: playlist_link_add
-- The token is made here, of 244 random bits, and told once.
-- problems: conflict validation
with n as materialized (
    select {new_link_token} as token,
           coalesce({link_expires_problem(:expires_at::timestamptz)},
                    case when (select count(*) from playlist_share_links l where l.playlist_id = :playlist_id::uuid) >= 50
                         then 'conflict: A playlist has 50 links at most. Revoke one that is not needed.' end) as problem
), l as (
    insert into playlist_share_links (playlist_id, user_id, token_hash, expires_at)
    select :playlist_id::uuid, :viewer::uuid, {link_hash(n.token)}, :expires_at::timestamptz from n where n.problem is null
    returning id
)
select l.id as link_id, n.token, n.problem from n left join l on true

-- query: playlist_link_new
-- With the token, this once.
-- schema: NewPlaylistLink
-- not null: token
select {playlist_link(l)}, :token::text as token from playlist_share_links l where l.id = :link_id::uuid

-- query: playlist_link_change
-- problems: validation
with l as (
    select l.id, {link_expires_problem(:expires_at::timestamptz)} as problem
      from playlist_share_links l
     where l.id = :share_id::uuid and l.playlist_id = :playlist_id::uuid
), c as (
    update playlist_share_links c set expires_at = :expires_at::timestamptz from l where c.id = l.id and l.problem is null
)
select l.id as link_id, l.problem from l

-- query: playlist_link_get
-- schema: PlaylistLink
select {playlist_link(l)} from playlist_share_links l where l.id = :link_id::uuid

-- query: playlist_link_revoke
delete from playlist_share_links l where l.id = :share_id::uuid and l.playlist_id = :playlist_id::uuid returning l.id

-- query: shared_open
-- Counts that somebody opened it.
with l as (
    update playlist_share_links l
       set access_count = l.access_count + 1, last_used_at = now()
      from playlists p
     where p.id = l.playlist_id and {link_opens(l, p)}
    returning l.playlist_id
), o as (
    {opening(l, true)}
), d as (
    insert into playlist_days as d (playlist_id, day, openings, link_openings) select o.playlist_id, (now() at time zone 'UTC')::date, 1, 1 from o
        on conflict (playlist_id, day) do update set openings = d.openings + 1, link_openings = d.link_openings + 1
)
select l.playlist_id from l

-- query: shared_get
-- sees: whoever has a link, see shared_open
with d as materialized ({one_playlist(:playlist_id::uuid)})
select {playlist(p, u, d, (select count(*)::int from d))}, {playlist_duration(p, d)} as duration_ms from playlists p join users u on u.id = p.user_id where p.id = :playlist_id::uuid

-- query: shared_page
-- For the page's head.
select p.name, false as is_indexable from playlist_share_links l join playlists p on p.id = l.playlist_id where {link_opens(l, p)}

-- query: shared_seen
select l.playlist_id from playlist_share_links l join playlists p on p.id = l.playlist_id where {link_opens(l, p)}

-- query: shared_items
-- unique: a playlist has items of its own, or rules
-- sort: i.position, i.id
select {playlist_item(i, p, t, u)}
  from playlists p
  join {playlist_places(:playlist_id::uuid, :viewer::uuid)} i on i.playlist_id = p.id
  left join tracks t on t.id = i.track_id and ({item_shown(t, p)} or (t.creator_id = p.user_id and track_is_open(t)))
  left join users u on u.id = t.creator_id
 where p.id = :playlist_id::uuid

-- query: playlist_export
select p.id, p.name, p.description from playlists p where p.id = :id::uuid and {playlist_visible(p, :viewer::uuid, :viewer_staff::boolean)}

-- query: playlist_export_items
select t.id as track_id, t.status = 'completed' and t.stream_manifest_url is not null as playable,
       case when t.id is not null then t.title else w.title end as title,
       case when t.id is not null then coalesce(nullif(t.artist, ''), u.display_name) else w.artist end as artist,
       case when t.id is not null then t.album else w.album end as album,
       case when t.id is not null then t.duration_ms else w.duration_ms end as duration_ms, w.location
  from playlists p
  join {playlist_places(:id::uuid, :viewer::uuid)} i on i.playlist_id = p.id
  left join tracks t on t.id = i.track_id and {item_shown(t, p)}
  left join users u on u.id = t.creator_id
  left join lateral jsonb_populate_record(null::playlist_wanted, {wanted_shown(i, p)}) w on true
 where p.id = :id::uuid
 order by i.position

-- query: playlist_import
-- A track that the file names by its address may be unlisted, as one that is added by hand; others must be such as the person finds.
-- schema: PlaylistImport
-- not null: id, name, track_count, matched, ambiguous, missing, lines
-- type: lines PlaylistImportLine[]
-- problems: too_many_playlists
-- audited
with room as materialized (
    select {playlist_room_problem(jsonb_array_length(:lines::jsonb))} as problem
), {matched_lines}, p as (
    insert into playlists (user_id, name, description, visibility)
    select :viewer::uuid, :name::text, :description::text, {visibility_given(:visibility::text)} from room where room.problem is null
    returning id, name
), i as (
    insert into playlist_tracks (playlist_id, track_id, wanted, added_by, position)
    select p.id, r.found,
           case when r.found is null then jsonb_strip_nulls(to_jsonb(row(r.title, r.artist, r.album, r.duration_ms, r.location)::playlist_wanted)) end,
           :viewer::uuid, r.n * 4294967296
      from p, r
    returning id, position
), x as (
    select row(r.line,
               case when r.found is not null then 'matched' when r.candidates is not null then 'ambiguous' else 'missing' end,
               case when r.by_address is not null then 'address'
                    when r.found is not null and cardinality(r.ids) = 1 then 'title_and_artist'
                    when r.found is not null then 'length'
                    when cardinality(r.ids) > 1 then 'several'
                    when r.candidates is not null and r.artist_key = '' then 'no_artist'
                    when r.candidates is not null then 'other_artist'
                    when r.fault is not null then r.fault
                    when r.title_key = '' then 'no_title'
                    else 'unknown' end,
               r.title, r.artist, r.found, case when r.found is null then coalesce(r.candidates, '{}') else '{}' end, i.id)::playlist_import_line as line, r.n
      from r
      left join i on i.position = r.n * 4294967296
)
select p.id, p.name, n.track_count, n.matched, n.ambiguous, n.missing, n.lines, room.problem
  from room
  left join p on true
 cross join (select count(*) as track_count, count(*) filter (where (x.line).status = 'matched') as matched,
                    count(*) filter (where (x.line).status = 'ambiguous') as ambiguous, count(*) filter (where (x.line).status = 'missing') as missing,
                    json_agg(x.line order by x.n) as lines
               from x) n

-- query: playlist_choose
-- For a line of an import that has no track yet. As with playlist_add, the track may be unlisted.
-- not null: item_id, playlist_id, track_id
-- schema: PlaylistAddition
-- problems: conflict validation
with t as (
    select t.id from tracks t where t.id = :track_id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
), c as (
    update playlist_tracks i
       set track_id = t.id, wanted = null
      from t
     where i.id = :item_id::uuid and i.playlist_id = :playlist_id::uuid and i.track_id is null and i.wanted is not null
    returning i.id, {playlist_tell(i.playlist_id)}
)
select i.id as item_id, i.playlist_id, :track_id::uuid as track_id,
       case when not exists (select from t) then 'validation track_id: There is no such track.'
            when not exists (select from c) then 'conflict: This line has a track already.' end as problem
  from playlist_tracks i
 where i.id = :item_id::uuid and i.playlist_id = :playlist_id::uuid

-- query: playlist_fill
-- Places that wait for this track: its title and artist, and no other track that everybody finds has both. None in lists of those whom its creator has blocked.
with t as (
    select t.id, t.creator_id, playlist_key(t.title) as title_key, array[playlist_key(t.artist), playlist_key(u.display_name)] as artist_keys
      from tracks t
      join users u on u.id = t.creator_id
     where t.id = :track_id::uuid and track_is_public(t) and user_shown(u)
)
update playlist_tracks i
   set track_id = t.id, wanted = null
  from t, playlists p
 where i.track_id is null and playlist_key(i.wanted ->> 'title') = t.title_key and t.title_key <> '' and p.id = i.playlist_id
   and playlist_key(i.wanted ->> 'artist') = any (t.artist_keys) and playlist_key(i.wanted ->> 'artist') <> ''
   and not exists (select from user_blocks b where b.blocker_id = t.creator_id and b.blocked_id = p.user_id)
   and not exists (select from tracks o
                     join users ou on ou.id = o.creator_id
                    where o.deleted_at is null and playlist_key(o.title) = t.title_key and o.id <> t.id and track_is_public(o)
                      and playlist_key(i.wanted ->> 'artist') in (playlist_key(o.artist), playlist_key(ou.display_name)))
returning i.id

-- query: export_playlists
select p.id, p.name, p.description, p.visibility, p.cover_url, p.follower_count, p.is_editorial, p.is_default_favorites, p.copied_from, p.rules,
       p.created_at, p.updated_at, p.deleted_at,
       array(select i.track_id from playlist_tracks i where i.playlist_id = p.id order by i.position) as track_ids,
       (select coalesce(jsonb_agg(i.wanted order by i.position), '[]') from playlist_tracks i where i.playlist_id = p.id and i.track_id is null) as wanted
  from playlists p
 where p.user_id = :user_id::uuid
 order by p.created_at, p.id

-- query: export_playlist_versions
select v.playlist_id, v.version, v.before, v.added, v.removed, v.moved, v.restored, v.created_at, v.changed_at
  from playlist_versions v
 where v.user_id = :user_id::uuid
 order by v.created_at, v.id

-- query: export_playlist_days
select d.playlist_id, d.day, d.openings, d.link_openings, d.followed, d.unfollowed
  from playlist_days d
  join playlists p on p.id = d.playlist_id
 where p.user_id = :user_id::uuid
 order by d.playlist_id, d.day

-- query: export_playlist_shares
select s.id, s.playlist_id, s.access_count, s.last_used_at, s.created_at, s.expires_at
  from playlist_share_links s
 where s.user_id = :user_id::uuid
 order by s.created_at, s.id

-- query: export_playlist_additions
select i.playlist_id, i.track_id, i.added_at from playlist_tracks i where i.added_by = :user_id::uuid order by i.added_at, i.id

-- query: export_playlist_collaborations
select c.playlist_id, p.name, c.permission, c.created_at
  from playlist_collaborators c
  join playlists p on p.id = c.playlist_id
 where c.user_id = :user_id::uuid and c.permission <> 'none'
 order by c.created_at, c.id

-- query: export_playlist_follows
select f.playlist_id, p.name, f.created_at
  from playlist_follows f
  join playlists p on p.id = f.playlist_id
 where f.user_id = :user_id::uuid
 order by f.created_at, f.id
