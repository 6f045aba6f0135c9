-- The stream server.

-- query: stream_access
-- Whoever may see the track may hear it, and whoever has a link to it, as long as that is good: they are asked each time.
select track_is_open(t) and user_shown(u) as is_public, t.stream_status = 'ready' as is_ready, t.media_version
  from tracks t
  join users u on u.id = t.creator_id and {not_blocked_by(t.creator_id, :viewer::uuid, :viewer_staff::boolean)}
 where t.id = :track_id::uuid and ({track_visible(t, :viewer::uuid, :viewer_staff::boolean)} or share_opens(t, :share::text, 'read'))

-- query: stream_replaced
-- sees: those whom stream_access let through
-- Whether this run of the processing was a sound that another one replaced, and whether its files are kept still.
select v.media_until > now() and v.media_versions[cardinality(v.media_versions)] = :version::text is true as is_kept
  from track_versions v
 where v.track_id = :track_id::uuid and v.state <> 'current' and :version::text = any (v.media_versions)
