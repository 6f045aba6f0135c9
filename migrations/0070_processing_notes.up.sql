-- What processing found out about a track that plays, for its owner: a stable code, with the figures that its sentence needs.
create type track_note as (code text, count bigint, qualities text[]);

alter table tracks add column processing_notes track_note[] not null default '{}';

update tracks t
   set processing_notes = array_remove(array[
           case when t.status_message like '%This file ends early: %' then ('ended_early', null, null)::track_note end,
           case when t.status_message like '%Samples that were no sound %'
                then ('mended_samples', substring(t.status_message from 'far too loud\): (\d+)')::bigint, null)::track_note end,
           case when t.status_message like '%These qualities differ %'
                then ('missed_quality', null, string_to_array(substring(t.status_message from 'may notice: ([a-z, ]+)\.'), ', '))::track_note end],
           null)
 where t.status = 'completed' and t.status_message is not null;
