-- Stems: for the owner of the track, for those whom they invited, and for everybody who may see the track where they opened them. A link to the track opens none.

-- fragment: stem_named(x)
-- A name that can stand in an address: no control or direction characters, no slashes, nothing that is taken for a folder.
regexp_replace(btrim(left(btrim(translate(regexp_replace(x, '[[:cntrl:]\u200B-\u200F\u202A-\u202E\u2066-\u2069]', '', 'g'), '/' || chr(92), '--')), 100)), '^\.{0,2}$', 'Stem')

-- fragment: stem_changed(track)
-- Whoever looks at the track reads it anew.
realtime_send('track:' || track, 'track.changed', jsonb_build_object('track_id', track))

-- fragment: stem_columns(s)
-- schema: Stem
-- type: state pending|ready|failed
-- not null: segment_samples
-- nullable: filename, format, duration_ms, channels, samples, segments, run, failure_code, failure, progress
s.id, s.name, s.state, s.original_filename as filename, s.format, s.size_bytes, s.duration_ms, s.sample_rate, s.channels, s.samples, s.offset_samples, s.segments,
       131072 as segment_samples, s.run, s.failure_code, s.failure,
       case when s.state = 'pending' then (select coalesce(max(j.progress), 0) from jobs j where j.dedupe_key = 'stem:' || s.id) end as progress, s.created_at

-- fragment: stem_problem(t, name_)
case when (select count(*) from track_stems c where c.track_id = t.id and c.deleted_at is null and c.state <> 'failed') >= 32 then 'conflict: A track has at most 32 stems.'
          when exists (select from track_stems c where c.track_id = t.id and c.deleted_at is null and c.state <> 'failed' and lower(c.name) = lower(name_))
          then 'conflict: This track has a stem of that name already.' end

-- query: stems_of
-- Whoever may hear them.
select t.id as track_id, t.creator_id = :viewer::uuid as is_owner
  from tracks t
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)} and {stems_heard(t)}

-- query: stem_list
-- schema: Stem
-- sort: lower(s.name), s.id
select {stem_columns(s)}
  from track_stems s
 where s.track_id = :track_id::uuid and s.deleted_at is null and (s.state = 'ready' or :is_owner::boolean)

-- query: stem_get
-- sees: the owner
select {stem_columns(s)} from track_stems s join tracks t on t.id = s.track_id and t.creator_id = :viewer::uuid where s.id = :stem_id::uuid and s.deleted_at is null

-- query: stem_may
-- sees: the owner
-- Asked before a file for a stem is taken, and once more when it is there.
-- problems: conflict
select t.id as track_id, {stem_problem(t, n.name)} as problem
  from (select {stem_named(nullif(btrim(:stem_name::text), ''))} as name) n, tracks t
 where t.id = :stem_of::uuid and t.creator_id = :viewer::uuid and t.deleted_at is null

-- query: stem_sweep_later
-- Before the file of a new stem is kept: should this process die before the stem exists, it is removed.
insert into jobs (kind, payload, run_at, dedupe_key)
values ('stem_sweep', jsonb_build_object('track_id', :stem_of::uuid, 'stem_id', :stem_id::uuid), now() + interval '1 hour', 'stem_sweep:' || :stem_id::uuid)
returning id

-- query: stem_lock
-- sees: the owner
-- One stem of a track is made after the other: the next statement sees those that are there. One that failed makes room for another file of its name.
with t as (
    select t.id, {stem_named(coalesce(nullif(btrim(:stem_name::text), ''), regexp_replace(:filename::text, '\.[^.]*$', '')))} as name
      from tracks t
     where t.id = :stem_of::uuid and t.creator_id = :viewer::uuid and t.deleted_at is null
       for no key update),
s as (
    update track_stems s
       set deleted_at = now(), size_bytes = 0
      from t
     where s.track_id = t.id and s.state = 'failed' and s.deleted_at is null and lower(s.name) = lower(t.name)
    returning s.id, s.track_id),
d as (
    insert into jobs (kind, payload, dedupe_key)
    select 'stem_sweep', jsonb_build_object('track_id', s.track_id, 'stem_id', s.id), 'stem_sweep:' || s.id from s
    on conflict (dedupe_key) do update set state = 'queued', attempts = 0, run_at = now(), finished_at = null)
select t.id as track_id from t

-- query: stem_create
-- audited
-- sees: the owner
-- The stem, and the work on it, together, after stem_lock. It plays at the rate of the stems that are there, the first at 44.1 or 48 kHz. No row when the sweep was faster.
-- problems: conflict validation
with p as (
    select :probe::jsonb as p,
           {stem_named(coalesce(nullif(btrim(:stem_name::text), ''), regexp_replace(:filename::text, '\.[^.]*$', '')))} as name),
o as (
    select t.id, t.creator_id, p.p, p.name,
           coalesce({stem_problem(t, p.name)},
                    case when t.duration_ms > 0 and (p.p ->> 'duration_ms')::bigint > 2 * t.duration_ms::bigint + 60000
                         then 'validation file: This stem is far longer than its track.' end) as problem
      from tracks t, p
     where t.id = :stem_of::uuid and t.creator_id = :viewer::uuid and t.deleted_at is null),
s as (
    delete from jobs j using o where j.dedupe_key = 'stem_sweep:' || :stem_id::uuid and j.state = 'queued' and o.problem is null returning j.id),
n as (
    insert into track_stems (id, track_id, user_id, name, file_path, format, size_bytes, original_filename, content_sha256, duration_ms, sample_rate)
    select :stem_id::uuid, o.id, o.creator_id, o.name, 'stems/' || o.id || '/' || :stem_id::uuid || '/original', left(o.p ->> 'format', 10), :file_size::bigint,
           left(:filename::text, 255), decode(:sha256::text, 'hex'), nullif((o.p ->> 'duration_ms')::int, 0),
           coalesce((select min(c.sample_rate) from track_stems c where c.track_id = o.id and c.deleted_at is null),
                    case when (o.p ->> 'sample_rate')::int % 11025 = 0 then 44100 else 48000 end)
      from o, s
    returning id, track_id, user_id, duration_ms, {stem_changed(track_id)}),
j as (
    insert into jobs (kind, payload, dedupe_key, max_attempts, seconds)
    select 'stem', jsonb_build_object('track_id', n.track_id, 'stem_id', n.id, 'user_id', n.user_id), 'stem:' || n.id, 5,
           greatest(coalesce(n.duration_ms, 0) / 40000, 1)
      from n)
select o.id as track_id, o.problem from o where o.problem is not null or exists (select from n)

-- query: stem_update
-- sees: the owner
-- problems: conflict
with o as (
    select s.id, s.track_id, case when :has_name::boolean then {stem_named(:name::text)} else s.name end as name
      from track_stems s
      join tracks t on t.id = s.track_id and t.creator_id = :viewer::uuid and t.deleted_at is null
     where s.id = :stem_id::uuid and s.track_id = :id::uuid and s.deleted_at is null
       for no key update of t, s),
c as (
    select o.id, o.name,
           case when exists (select from track_stems x where x.track_id = o.track_id and x.id <> o.id and x.deleted_at is null and lower(x.name) = lower(o.name))
                then 'conflict: This track has a stem of that name already.' end as problem
      from o),
u as (
    update track_stems s
       set name = c.name, {set_given(offset_samples, s, bigint)}
      from c
     where s.id = c.id and c.problem is null
    returning s.id, {stem_changed(s.track_id)})
select c.id as stem_id, c.problem from c left join u on true

-- query: stem_delete
-- sees: the owner
-- Its bytes count no more at once; its files go with the sweep, which waits for a worker that may still write some.
with s as (
    update track_stems s
       set deleted_at = now(), size_bytes = 0
      from tracks t
     where s.id = :stem_id::uuid and s.track_id = :id::uuid and s.deleted_at is null and t.id = s.track_id and t.creator_id = :viewer::uuid and t.deleted_at is null
    returning s.id, s.track_id, s.state, {stem_changed(s.track_id)}),
w as (
    update jobs j
       set state = 'failed', finished_at = now(), last_error = 'the stem was deleted'
      from s
     where j.dedupe_key = 'stem:' || s.id and j.state in ('queued', 'running')),
d as (
    insert into jobs (kind, payload, run_at, dedupe_key)
    select 'stem_sweep', jsonb_build_object('track_id', s.track_id, 'stem_id', s.id),
           now() + case when s.state = 'pending' then interval '1 minute' else interval '0' end, 'stem_sweep:' || s.id
      from s
    on conflict (dedupe_key) do update set state = 'queued', attempts = 0, run_at = excluded.run_at, finished_at = null)
select s.id from s

-- query: stem_file
-- Whoever may hear the stems.
select s.file_path as key, encode(s.content_sha256, 'hex') as etag, {original_type(s)} as content_type, t.title || ' - ' || s.name as filename
  from tracks t
  join track_stems s on s.track_id = t.id and s.deleted_at is null
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)} and {stems_heard(t)} and lower(s.name) = lower(:name::text)
   and (s.state = 'ready' or t.creator_id = :viewer::uuid)

-- query: stem_segment
-- Whoever may hear the stems.
select 'stems/' || t.id || '/' || s.id || '/' || s.run || '/stem/segment_' || lpad(:number::text, greatest(3, length(:number::text)), '0') || '.flac' as key
  from tracks t
  join track_stems s on s.track_id = t.id and s.deleted_at is null
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)} and {stems_heard(t)} and s.id = :stem_id::uuid
   and s.state = 'ready' and :number::int < s.segments

-- query: stem_waveform
-- Whoever may hear the stems.
select 'stems/' || t.id || '/' || s.id || '/' || s.run || '/waveform/overview.json' as key
  from tracks t
  join track_stems s on s.track_id = t.id and s.deleted_at is null
 where t.id = :id::uuid and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)} and {stems_heard(t)} and s.id = :stem_id::uuid and s.state = 'ready'

-- Those invited.

-- query: stem_guests_of
-- sees: the owner
select t.id as track_id from tracks t where t.id = :id::uuid and t.creator_id = :viewer::uuid and t.deleted_at is null

-- query: stem_guest_list
-- schema: StemGuest
-- sort: g.created_at, g.id
select g.id, g.created_at, {user_ref(u, person)}
  from track_stem_guests g
  join users u on u.id = g.user_id and user_shown(u)
 where g.track_id = :track_id::uuid

-- query: stem_guest_get
-- schema: StemGuest
select g.id, g.created_at, {user_ref(u, person)} from track_stem_guests g join users u on u.id = g.user_id where g.id = :guest_id::uuid

-- query: stem_guest_add
-- Somebody whom the owner sees, and neither has blocked the other.
-- problems: validation conflict
with u as (
    select u.id, case when u.id = :viewer::uuid then 'conflict: The stems are yours.' end as problem
      from users u
     where u.id = :user_id::uuid and {user_visible(u, :viewer::uuid, :viewer_staff::boolean)} and {not_blocked_by(u.id, :viewer::uuid, false)}
       and {not_blocked_by(:viewer::uuid, u.id, false)}),
g as materialized (
    select u.id as user_id, i.guest, i.is_new, case when i.guest is not null then {stem_changed(:track_id::uuid)} end as told
      from u
     cross join lateral stem_guest_invite(:track_id::uuid, u.id) i
     where u.problem is null),
e as (
    insert into outbox (name, key, payload)
    select 'track.stems_shared', :track_id::uuid, jsonb_build_object('track_id', :track_id::uuid, 'user_id', g.user_id) from g where g.is_new)
select g.guest as guest_id, g.told::text as told,
       case when u.id is null then 'validation user_id: There is no such person.' when u.problem is not null then u.problem
            when g.guest is null then 'conflict: At most 100 people are invited to the stems of a track.' end as problem
  from (select 1) one
  left join u on true
  left join g on true

-- query: stem_guest_remove
-- sees: the owner, and whoever was invited
delete from track_stem_guests g
 using tracks t
 where g.track_id = :id::uuid and g.user_id = :user_id::uuid and t.id = g.track_id and (t.creator_id = :viewer::uuid or g.user_id = :viewer::uuid)
returning g.id, {stem_changed(g.track_id)}

-- What the jobs ask (process.c).

-- query: stem_begin
-- The file, its rate, how long it may be at most in seconds (0: nobody knows), and the run before this one, if any.
with o as (
    select s.id, s.run, s.file_path, s.sample_rate, t.duration_ms
      from track_stems s
      join tracks t on t.id = s.track_id and t.deleted_at is null
     where s.id = :stem_id::uuid and s.state = 'pending' and s.deleted_at is null
       for no key update of s)
update track_stems s set run = :run::text from o where s.id = o.id
returning o.file_path, o.sample_rate, case when o.duration_ms > 0 then o.duration_ms / 500 + 61 else 0 end as most_s, o.run as before

-- query: stem_complete
update track_stems s
   set state = 'ready', duration_ms = (r ->> 'duration_ms')::int, format = left(r ->> 'format', 10), sample_rate = (r #>> '{stem,rate}')::int,
       channels = (r #>> '{stem,channels}')::int, samples = (r #>> '{stem,samples}')::bigint, segments = (r #>> '{stem,segments}')::int
  from (select :result::jsonb as r) r
 where s.id = :stem_id::uuid and s.state = 'pending' and s.run = :run::text and s.deleted_at is null
returning s.id, {stem_changed(s.track_id)}

-- query: stem_fail
update track_stems s
   set state = 'failed', failure_code = left(:code::text, 50), failure = :message::text, run = null
 where s.id = :stem_id::uuid and s.state = 'pending'
returning s.id, {stem_changed(s.track_id)}

-- query: stem_kept
select s.id from track_stems s where s.id = :stem_id::uuid and s.deleted_at is null

-- query: stem_gone
delete from track_stems s where s.id = :stem_id::uuid and s.deleted_at is not null

-- What an archive of one's own data tells (personal.c).

-- query: export_track_stems
select s.id, s.track_id, s.name, s.state, s.original_filename, encode(s.content_sha256, 'hex') as sha256, s.format, s.size_bytes, s.duration_ms, s.offset_samples, s.sample_rate,
       s.failure, s.created_at, s.deleted_at
  from track_stems s
 where s.user_id = :user_id::uuid
 order by s.created_at, s.id

-- query: export_stem_invitations
select g.track_id, t.title, g.created_at
  from track_stem_guests g
  join tracks t on t.id = g.track_id
 where g.user_id = :user_id::uuid
 order by g.created_at, g.id

-- query: export_stem_files
select s.file_path as key, 'files/tracks/' || s.track_id || '/stems/' || s.id as name
  from track_stems s
  join tracks t on t.id = s.track_id and t.deleted_at is null
 where s.user_id = :user_id::uuid and s.deleted_at is null
 order by 2

-- query: stem_of_file
-- sees: nobody; for the antivirus
select s.track_id, s.id, t.creator_id, t.title || ': ' || s.name as title
  from track_stems s
  join tracks t on t.id = s.track_id and t.deleted_at is null
 where s.id = split_part(:key::text, '/', 3)::uuid and s.track_id = split_part(:key::text, '/', 2)::uuid and s.deleted_at is null
