-- SQL that the queries of several modules share; db/query.h says how fragments are used.

-- fragment: track(t, u)
-- A track; u is its creator.
-- schema: Track
-- nullable: year, comments_days, status_message, waveform_url, cover_url, like_count, repost_count, publish_at, publish_zone
-- not null: creator, is_mine, has_stems, processing_notes, visibility, is_public
-- type: processing_notes TrackNote[]
-- type: visibility public|unlisted|private|scheduled
t.id, t.title, t.artist, t.album, t.description, t.genre, t.tags, nullif(t.year, 0) as year, t.bpm, t.musical_key,
       t.duration, t.duration_ms, t.format, t.bitrate, t.sample_rate, t.channels, t.bit_depth, t.file_size,
       coalesce(t.public_from <= now(), false) as is_public, case when t.public_from <= now() then 'public' else t.visibility end as visibility,
       t.version, t.version_at, t.is_replaced, t.publish_at, t.publish_zone, t.is_downloadable, t.download_formats, t.comments_open, t.comments_days, t.is_explicit, t.status,
       t.stream_status, t.stream_manifest_url,
       case when t.status <> 'completed' or t.creator_id = :viewer::uuid then t.status_message end as status_message, t.failure_code,
       case when t.creator_id = :viewer::uuid then to_json(t.processing_notes) else '[]' end as processing_notes,
       {waveform_url(t)} as waveform_url,
       {cover_url(t)} as cover_url,
       t.loudness_lufs, t.loudness_range_lu, t.true_peak_dbtp,
       {user_ref(u, creator)},
       coalesce(t.creator_id = :viewer::uuid, false) as is_mine,
       t.stems_open,
       :viewer::uuid is not null and {stems_heard(t)}
       and exists (select from track_stems s_ where s_.track_id = t.id and s_.state = 'ready' and s_.deleted_at is null) as has_stems,
       {is_liked(t)},
       case when t.creator_id = :viewer::uuid then t.like_count end as like_count,
       {is_reposted(t)},
       case when t.creator_id = :viewer::uuid then t.repost_count end as repost_count,
       t.created_at, t.updated_at

-- fragment: stems_heard(t)
-- The viewer may hear the stems of this track, where they may see it: its owner, those invited, everybody where it is open.
(:viewer::uuid is not null
 and (t.creator_id = :viewer::uuid or t.stems_open or exists (select from track_stem_guests g_ where g_.track_id = t.id and g_.user_id = :viewer::uuid)))

-- fragment: cover_url(t)
-- Where the cover of a track is; null: it has none.
case when t.cover_art_path is not null
            then '/api/v1/tracks/' || t.id || '/cover/600' || coalesce('?v=' || substring(t.cover_art_path from '^covers/[^/]+/(.+)$'), '') end

-- fragment: waveform_url(t)
case when t.waveform_path is not null then '/api/v1/tracks/' || t.id || '/waveform' end

-- fragment: is_liked(t)
-- By the viewer. What begins with `viewer is null` or `is not null`, here and below, is not part of a visitor's statement (db/db.h: DB_VISITOR).
-- not null: is_liked
(:viewer::uuid is not null and exists (select from track_likes l_ where l_.user_id = :viewer::uuid and l_.track_id = t.id)) as is_liked

-- fragment: is_reposted(t)
-- not null: is_reposted
(:viewer::uuid is not null and exists (select from track_reposts r_ where r_.user_id = :viewer::uuid and r_.track_id = t.id)) as is_reposted

-- fragment: user_ref(u, role)
-- A person who made or did something: the object `role`.
-- type: role UserRef
u.id as "role.id", u.username as "role.username", u.avatar as "role.avatar", u.display_name as "role.display_name"

-- fragment: person(u)
-- A person as others see them.
-- schema: PublicUser
-- not null: track_count, follower_count, following_count, is_following, has_bell, is_blocked, is_muted
-- type: social_links object
u.id, u.username, u.display_name, u.first_name, u.last_name, u.avatar, u.banner_url, u.bio, u.location, u.social_links, u.role, u.is_verified,
       u.created_at,
       coalesce((select n.public_tracks from user_stats n where n.user_id = u.id), 0)
       - (select count(*) from tracks t_ where t_.creator_id = u.id and t_.public_from > now() and t_.status = 'completed' and t_.deleted_at is null) as track_count,
       coalesce((select n.follower_count from user_stats n where n.user_id = u.id), 0) as follower_count,
       coalesce((select n.following_count from user_stats n where n.user_id = u.id), 0) as following_count,
       (:viewer::uuid is not null and exists (select from user_follows f where f.follower_id = :viewer::uuid and f.followed_id = u.id)) as is_following,
       (:viewer::uuid is not null and exists (select from user_follows f where f.follower_id = :viewer::uuid and f.followed_id = u.id and f.has_bell)) as has_bell,
       (:viewer::uuid is not null and exists (select from user_blocks b where b.blocker_id = :viewer::uuid and b.blocked_id = u.id)) as is_blocked,
       (:viewer::uuid is not null and exists (select from user_mutes m where m.user_id = :viewer::uuid and m.person_id = u.id)) as is_muted

-- fragment: not_blocked_by(owner, viewer, staff)
-- Who may see what. `viewer` is null for somebody who is not signed in; `staff` is :viewer_staff::boolean in queries of a request and false
-- elsewhere. These are fragments and not functions, since PostgreSQL takes no function into a statement that looks into another table.
-- `owner`, a person's id, has not blocked the viewer. Read once a statement, however many rows it is asked for.
(viewer is null or owner not in (select b_.blocker_id from user_blocks b_ where b_.blocked_id = viewer and not staff))

-- fragment: not_blocking(person, viewer)
-- The viewer has not blocked `person`, an id.
(viewer is null or person not in (select b_.blocked_id from user_blocks b_ where b_.blocker_id = viewer))

-- fragment: taste_counts(u)
-- What this person likes and follows may be used for recommendations to the viewer: another person, whom the viewer may see and has not blocked, and who shows their activity.
(u.id <> :viewer::uuid and {user_visible(u, :viewer::uuid, false)} and {not_blocking(u.id, :viewer::uuid)}
 and coalesce((select s_.show_activity from user_settings s_ where s_.user_id = u.id), true))

-- fragment: user_visible(u, viewer, staff)
-- The viewer may know of this person.
(user_active(u) and (u.id = viewer or staff or (u.is_public and u.deletion_at is null and {not_blocked_by(u.id, viewer, staff)})))

-- fragment: user_listed(u, viewer, staff)
-- A person in lists that everybody sees.
(user_shown(u) and u.is_public and {not_blocked_by(u.id, viewer, staff)})

-- fragment: track_listed(t, u, viewer, staff)
-- A track in lists that everybody sees; u is its creator. Explicit ones are left out for whoever does not want them, but not their own.
(track_is_public(t) and user_shown(u) and {not_blocked_by(t.creator_id, viewer, staff)}
 and (viewer is null or not t.is_explicit or t.creator_id = viewer
      or coalesce((select s_.explicit_content from user_settings s_ where s_.user_id = viewer), true)))

-- fragment: tag_known(g, viewer, staff)
-- There is such a tag, for the viewer: a public track has it, or it is the viewer's own business. That somebody has a word on tracks which not everybody finds is told by no
-- address: not by a page, nor by following or muting.
(staff
 or exists (select from track_tags k_ join tracks t_ on t_.id = k_.track_id join users u_ on u_.id = t_.creator_id
             where k_.tag_id = g.id and k_.first_public_at is not null and {track_listed(t_, u_, null::uuid, false)})
 or (viewer is not null
     and (exists (select from tracks t_ where t_.creator_id = viewer and t_.deleted_at is null and g.name = any (t_.tags))
          or exists (select from user_tag_follows f_ where f_.user_id = viewer and f_.tag_id = g.id)
          or exists (select from user_mutes m_ where m_.user_id = viewer and m_.tag_id = g.id))))

-- fragment: genre_known(g, viewer, staff)
-- The same of a genre. Those of the tree are known to everybody.
(staff or g.is_usual
 or exists (select from genres c_ where c_.parent_slug = g.slug)
 or exists (select from tracks t_ join users u_ on u_.id = t_.creator_id where t_.genre = g.name and {track_listed(t_, u_, null::uuid, false)})
 or (viewer is not null
     and (exists (select from tracks t_ where t_.creator_id = viewer and t_.deleted_at is null and t_.genre = g.name)
          or exists (select from user_genre_follows f_ where f_.user_id = viewer and f_.genre_slug = g.slug)
          or exists (select from user_mutes m_ where m_.user_id = viewer and m_.genre_slug = g.slug))))

-- fragment: not_muted(t, viewer)
-- The viewer has muted neither its creator nor its genre, one above that, or a tag of it, and did not say "not this" of it.
(viewer is null
 or (t.creator_id not in (select m_.person_id from user_mutes m_ where m_.user_id = viewer and m_.person_id is not null)
     and t.id not in (select m_.track_id from user_mutes m_ where m_.user_id = viewer and m_.track_id is not null)
     and (t.genre is null
          or t.genre not in (select g_.name from user_mutes m_ cross join lateral genre_below(m_.genre_slug) b_ (slug) join genres g_ on g_.slug = b_.slug
                              where m_.user_id = viewer and m_.genre_slug is not null))
     and not exists (select from user_mutes m_ join track_tags k_ on k_.tag_id = m_.tag_id where m_.user_id = viewer and k_.track_id = t.id)))

-- fragment: genre_names(root)
-- The names of a genre and of all below it, as an array.
array(select g_.name::text from genre_below(root) b_ (slug) join genres g_ on g_.slug = b_.slug)

-- fragment: page_key(at, id)
-- In a list that reads its page by itself: the row stands behind the one that the cursor names.
((at, id) < (coalesce(:key1_::timestamptz, 'infinity'), coalesce(:key2_::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')) and at <= now())

-- fragment: track_discovered(t, u, viewer, staff)
-- A track in lists that Veza chooses for somebody: feed, discovery, recommendations, radio; u is its creator. The functions feed_page() and track_discovered() say the same.
({track_listed(t, u, viewer, staff)} and {not_blocking(t.creator_id, viewer)} and {not_muted(t, viewer)})

-- fragment: person_discovered(u, viewer)
-- A person in such lists.
(viewer is null or ({not_blocking(u.id, viewer)}
                    and u.id not in (select m_.person_id from user_mutes m_ where m_.user_id = viewer and m_.person_id is not null)))

-- fragment: track_shown(t, u, viewer, staff)
-- A track in lists that somebody made (likes, playlists), and which others see; u is its creator.
(t.deleted_at is null and (t.creator_id = viewer or staff or {track_listed(t, u, viewer, staff)}))

-- fragment: track_seen(t, u, viewer, staff)
-- The viewer may open this track by its address; u is its creator. An unlisted one too, so never in a list.
(t.deleted_at is null
 and (t.creator_id = viewer or staff or (track_is_open(t) and user_shown(u) and {not_blocked_by(t.creator_id, viewer, staff)})))

-- fragment: stream_url(t)
-- Where it can be played; null before. Whoever may open a track that is still processed may play its first quality.
case when t.stream_status = 'ready' then t.stream_manifest_url end

-- fragment: track_own(t)
-- The owner may change it, and staff.
(t.deleted_at is null and (t.creator_id = :viewer::uuid or :viewer_staff::boolean))

-- fragment: track_visible(t, viewer, staff)
-- The same as track_seen, where its creator is not at hand.
exists (select from users u_ where u_.id = t.creator_id and {track_seen(t, u_, viewer, staff)})

-- fragment: release(r, u)
-- A release; u is its creator.
-- schema: Release
-- nullable: cover_url, publish_at, publish_zone, release_at, release_zone
-- not null: creator, is_mine, is_public, is_announced, credits, visibility
-- type: credits ReleaseCredit[]
-- type: kind album|ep|single|compilation
-- type: licence all_rights_reserved|cc_by|cc_by_sa|cc_by_nc|cc_by_nd|cc_by_nc_sa|cc_by_nc_nd|cc0
-- type: visibility public|unlisted|private|scheduled
r.id, r.slug, r.title, r.artist, r.kind, r.description, r.label, r.upc, r.licence, to_json(r.credits) as credits,
       {release_cover(r)} as cover_url,
       {user_ref(u, creator)},
       coalesce(r.user_id = :viewer::uuid, false) as is_mine,
       coalesce(r.public_from <= now(), false) as is_public,
       case when r.public_from <= now() then 'public' else r.visibility end as visibility, r.publish_at, r.publish_zone,
       r.release_at, r.release_zone, coalesce(r.release_at > now(), false) as is_announced, r.is_downloadable, r.download_formats, r.track_count,
       r.created_at, r.updated_at

-- fragment: release_cover(r)
case when r.cover_path is not null
            then '/api/v1/releases/' || r.id || '/cover/600?v=' || substring(r.cover_path from '^covers/[^/]+/(.+)$') end

-- fragment: release_listed(r, u, viewer, staff)
-- In lists that everybody sees; u is its creator.
(r.public_from <= now() and user_shown(u) and {not_blocked_by(r.user_id, viewer, staff)})

-- fragment: release_seen(r, u, viewer, staff)
-- The viewer may open it by its address; u is its creator.
(r.user_id = viewer or staff
 or ((r.visibility = 'unlisted' or r.public_from <= now()) and user_shown(u) and {not_blocked_by(r.user_id, viewer, staff)}))

-- fragment: release_visible(r, viewer, staff)
-- The same as release_seen, where the query has not joined its creator.
exists (select from users u_ where u_.id = r.user_id and {release_seen(r, u_, viewer, staff)})

-- fragment: release_own(r)
-- The owner may change it, and staff.
(r.user_id = :viewer::uuid or :viewer_staff::boolean)

-- fragment: release_track_shown(t, r)
-- The viewer may see this track in this release. An unlisted one only in a release that is opened by its address too.
exists (select from users c_
         where c_.id = t.creator_id
           and ({track_shown(t, c_, :viewer::uuid, :viewer_staff::boolean)}
                or (r.visibility = 'unlisted' and {track_seen(t, c_, :viewer::uuid, :viewer_staff::boolean)})))

-- fragment: playlist_together(p, person)
-- This person may work on the playlist together with its owner: the owner's account is shown, and neither has blocked the other.
(exists (select from users o_ where o_.id = p.user_id and user_shown(o_))
 and not exists (select from user_blocks b_ where (b_.blocker_id = p.user_id and b_.blocked_id = person) or (b_.blocker_id = person and b_.blocked_id = p.user_id)))

-- fragment: playlist_shared_with(p, person)
-- The person works on it together with its owner, or may at least see it.
exists (select from playlist_collaborators w_
         where w_.playlist_id = p.id and w_.user_id = person and w_.permission <> 'none' and {playlist_together(p, person)})

-- fragment: playlist_owner_shown(p, viewer, staff)
-- Its owner is somebody whose things the viewer may see.
exists (select from users u_ where u_.id = p.user_id and user_shown(u_) and {not_blocked_by(u_.id, viewer, staff)})

-- fragment: playlist_visible(p, viewer, staff)
-- The viewer may open this playlist by its address; an unlisted one too, so never in a list. That some of its tracks may be hidden from them is another matter.
(p.deleted_at is null
 and (p.user_id = viewer or staff
      or {playlist_shared_with(p, viewer)}
      or (p.visibility in ('public', 'unlisted') and {playlist_owner_shown(p, viewer, staff)})))

-- fragment: playlist_places(list, viewer)
-- The items of all playlists, and of the smart playlist `list` (null: none) what its rules give to the viewer. A `where` in here would keep PostgreSQL from reading a
-- page by the index of positions, so the playlist is chosen outside.
(select i_.playlist_id, i_.id, i_.track_id, i_.wanted, i_.added_by, i_.added_at, i_.position from playlist_tracks i_
  union all
 select list, r_.track_id, r_.track_id, null::jsonb, null::uuid, r_.added_at, r_.place from playlist_rule_tracks(list, viewer) r_)

-- fragment: publish_instant(given)
-- Replies to visitors are kept up to whole multiples of five seconds (http/exchange.c), so that none is kept across this instant.
date_bin('5 seconds', given + interval '4.999999 seconds', timestamptz '2000-01-01 00:00:00+00')

-- fragment: schedule_problem(before)
-- What is wrong with the inputs visibility, publish_at and publish_zone. `before` is for when it has been scheduled already.
case when :visibility::text = 'scheduled' and :publish_at::timestamptz is null and before is null
     then 'validation publish_at: What is scheduled needs a time'
     when :publish_zone::text is not null and not exists (select from pg_timezone_names z where z.name = :publish_zone::text)
     then 'validation publish_zone: There is no such time zone' end

-- fragment: new_link_token
-- The secret of a link, of 244 random bits. It is told once; only link_hash() of it is kept.
translate(rtrim(encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'base64'), '='), '+/', '-_')

-- fragment: link_hash(token)
encode(sha256(convert_to(token, 'UTF8')), 'hex')

-- fragment: link_expires_problem(expires_at)
case when expires_at <= now() then 'validation expires_at: This time has passed.' end

-- fragment: client_network
-- What an address counts as where visitors are bounded by it: an address of IPv4, the /64 of one of IPv6, which one customer has whole; '::' where it is not known.
coalesce(case family(:client_ip::inet) when 6 then network(set_masklen(:client_ip::inet, 64)) else :client_ip::inet end, '::')

-- fragment: like_escape(value)
-- `value` in a pattern of LIKE, where it means itself.
regexp_replace(value, '([\\%_])', '\\\1', 'g')

-- fragment: set_given(field, row, kind)
-- In an update: what was given, also null; else what was there.
field = case when :has_field::boolean then :field::kind else row.field end

-- fragment: notification_settings(s)
-- What a person wants to be told of, in the list and by mail; s is their row of user_settings. tools/lint names what a new one is missing.
s.notify_on_release, s.email_on_release,
       s.notify_on_follow, s.notify_on_like, s.notify_on_comment, s.notify_on_message, s.notify_on_mention, s.notify_on_playlist,
       s.email_on_follow, s.email_on_like, s.email_on_comment, s.email_on_message, s.email_on_mention, s.email_on_playlist

-- fragment: notification_settings_given(s)
{set_given(notify_on_release, s, boolean)},
       {set_given(email_on_release, s, boolean)},
       {set_given(notify_on_follow, s, boolean)},
       {set_given(notify_on_like, s, boolean)},
       {set_given(notify_on_comment, s, boolean)},
       {set_given(notify_on_message, s, boolean)},
       {set_given(notify_on_mention, s, boolean)},
       {set_given(notify_on_playlist, s, boolean)},
       {set_given(email_on_follow, s, boolean)},
       {set_given(email_on_like, s, boolean)},
       {set_given(email_on_comment, s, boolean)},
       {set_given(email_on_message, s, boolean)},
       {set_given(email_on_mention, s, boolean)},
       {set_given(email_on_playlist, s, boolean)}

-- fragment: original_type(t)
-- The media type of the uploaded file of a track, or of a version of it.
case t.format when 'wav' then 'audio/wav' when 'w64' then 'audio/x-w64' when 'flac' then 'audio/flac' when 'mp3' then 'audio/mpeg'
              when 'aiff' then 'audio/aiff' when 'ogg' then 'audio/ogg' when 'mp4' then 'audio/mp4' when 'aac' then 'audio/aac' end

-- fragment: original_ending(t)
-- The file name extension of such a file.
case t.format when 'mp4' then '.m4a' when 'wav' then '.wav' when 'w64' then '.w64' when 'flac' then '.flac' when 'mp3' then '.mp3' when 'aiff' then '.aiff'
              when 'ogg' then '.ogg' when 'aac' then '.aac' else '.bin' end

-- fragment: page_track(t, u)
-- A track in a list of a page that the server renders (modules/pages); u is its creator.
json_build_object('id', t.id, 'title', t.title, 'artist', coalesce(nullif(t.artist, ''), u.display_name), 'username', u.username, 'duration_ms', t.duration_ms)

-- fragment: search_labels
-- The genre and the tag that a list is asked for, by the names that they have: other names lead to them.
coalesce((select g_.name from genres g_ where g_.slug = genre_of(:genre::text)), :genre::text), coalesce(tag_named(:tag::text), :tag::text)

-- fragment: search_filters
-- The filters of a search, as search_find() takes them.
search_filters({search_labels},
                       :bpm_from::int, :bpm_to::int,
                       case when :key::text ~* '^([1-9]|1[0-2])[ab]$' then lower(:key::text) else search_key_code(:key::text) end, :compatible::boolean,
                       :year_from::int, :year_to::int, :duration_from::int, :duration_to::int, :licence::text, :downloadable::boolean, null)

-- fragment: search_why
-- Why a hit is there, where that was asked for. Nothing that tells how often it was played.
-- nullable: why
-- type: why SearchReason
case when :explain::boolean then to_json(row(f.class, f.field, f.typos)::search_reason) end as why

-- fragment: search_state
-- How many were found, whether there may be more, and how well the best of them fits, 1 being best: `f` is what search_find() gave.
(select count(f_.id)::int as total, coalesce(bool_or(f_.class = 'partial'), false) as is_partial, min(array_position(array['exact', 'prefix', 'words', 'typo'], f_.class)) as best
   from f f_)

-- fragment: matched_lines
-- `r`: lines of an import (:lines, modules/playlists/file.h), each with the track that it means (`found`), where there is exactly one such that the person finds: by its address, else by
-- title and artist, else by its length too. Spelling is not guessed at.
l as materialized (
    select l.*, playlist_key(l.title) as title_key, playlist_key(l.artist) as artist_key
      from jsonb_to_recordset(:lines::jsonb) as l (n int, line int, title text, artist text, album text, duration_ms bigint, location text, track_id uuid,
                                                   fault text)
), k as materialized (
    select k.title_key, k.artist_key, c.*
      from (select distinct l.title_key, l.artist_key from l where l.title_key <> '') k
      cross join lateral (
          select t.id, t.title, coalesce(nullif(t.artist, ''), u.display_name) as artist, t.album, t.duration_ms,
                 k.artist_key in (playlist_key(t.artist), playlist_key(u.display_name)) and k.artist_key <> '' as is_same,
                 row_number() over (order by (k.artist_key in (playlist_key(t.artist), playlist_key(u.display_name))) desc, t.created_at, t.id) as place
            from tracks t
            join users u on u.id = t.creator_id
           where t.deleted_at is null and playlist_key(t.title) = k.title_key and {track_shown(t, u, :viewer::uuid, :viewer_staff::boolean)}
           order by place
           limit 50
      ) c
), m as materialized (
    select l.*, f.id as by_address, s.ids, s.of_length, s.candidates
      from l
      left join lateral (
          select t.id from tracks t where t.id = l.track_id and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}
      ) f on true
      left join lateral (
          select array_agg(k.id) filter (where k.is_same) as ids,
                 array_agg(k.id) filter (where k.is_same and abs(k.duration_ms - l.duration_ms) <= 2000) as of_length,
                 array_agg(row(k.id, k.title, k.artist, k.album, k.duration_ms)::playlist_candidate order by k.place) filter (where k.place <= 5) as candidates
            from k
           where f.id is null and k.title_key = l.title_key and k.artist_key = l.artist_key
      ) s on true
), r as materialized (
    select m.*, case when m.by_address is not null then m.by_address
                     when cardinality(m.ids) = 1 then m.ids[1]
                     when cardinality(m.of_length) = 1 then m.of_length[1] end as found
      from m
)
