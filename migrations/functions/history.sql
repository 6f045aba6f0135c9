-- One row for each field that differs, or for what happened to the track as a whole. `before` is null for a new track.
create or replace function track_note_changes(before tracks, now_ tracks, actor uuid) returns void
    language plpgsql
    as $$
begin
    if before.id is null then
        insert into track_history (track_id, user_id, action) values (now_.id, actor, 'created');
    elsif (before.deleted_at is null) <> (now_.deleted_at is null) then
        insert into track_history (track_id, user_id, action)
        values (now_.id, actor, case when now_.deleted_at is null then 'restored' else 'deleted' end::track_history_action);
    else
        insert into track_history (track_id, user_id, action, field, old_value, new_value)
        select now_.id, actor,
               case when f.field <> 'visibility' or f.old = f.new then 'updated' when f.new = 'public' then 'published' when f.old = 'public' then 'unpublished'
                    else 'updated' end::track_history_action,
               f.field, f.old, f.new
          from (values ('title', before.title, now_.title), ('artist', before.artist, now_.artist), ('album', before.album, now_.album),
                       ('description', before.description, now_.description), ('genre', before.genre, now_.genre),
                       ('tags', array_to_string(before.tags, ', '), array_to_string(now_.tags, ', ')),
                       ('year', nullif(before.year, 0)::text, nullif(now_.year, 0)::text), ('bpm', before.bpm::text, now_.bpm::text),
                       ('musical_key', before.musical_key, now_.musical_key), ('isrc', before.isrc, now_.isrc), ('visibility', before.visibility, now_.visibility),
                       ('publish_at', to_char(before.publish_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                                      to_char(now_.publish_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
                       ('is_downloadable', before.is_downloadable::text, now_.is_downloadable::text),
                       ('download_formats', array_to_string(before.download_formats, ', '), array_to_string(now_.download_formats, ', ')),
                       ('comments_open', before.comments_open::text, now_.comments_open::text),
                       ('stems_open', before.stems_open::text, now_.stems_open::text),
                       ('comments_days', before.comments_days::text, now_.comments_days::text),
                       ('is_explicit', before.is_explicit::text, now_.is_explicit::text),
                       ('cover', case when before.cover_art_path is not null then 'set' end, case when now_.cover_art_path is not null then 'set' end))
               as f (field, old, new)
         where f.old is distinct from f.new
            or (f.field = 'cover' and before.cover_art_path is distinct from now_.cover_art_path);
    end if;
end
$$;
