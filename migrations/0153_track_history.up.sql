-- What changed in a track, field by field, and by whom; written by the statement that makes the change.
alter table track_history add column field varchar(30);
drop index track_history_track_id_idx;
create index track_history_track_id_idx on track_history (track_id, created_at, id);

-- How an item of a batch came out, in replies.
create type batch_result as (id uuid, result text);

create function track_note_changes(before tracks, now_ tracks, actor uuid) returns void
    language plpgsql
    as $$
begin
end
$$;
