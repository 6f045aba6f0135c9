-- What was sent of tracks that are gone goes with them from now on (track_files_gone); this removes what was left.
delete from realtime_topics r
 where r.name like 'track:%'
   and not exists (select from tracks t where 'track:' || t.id = r.name and (t.deleted_at is null or t.restorable_until > now()));
