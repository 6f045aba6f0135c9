-- Playlists from files: a line for which there is no track keeps its place, with what the file says of it.
alter table playlist_tracks
    alter column track_id drop not null,
    add column wanted jsonb,
    add constraint playlist_tracks_wanted_check check ((track_id is null) = (wanted is not null));

-- Two titles, or two names, with the same key are the same but for case, accents and punctuation.
create function playlist_key(value text) returns text
    language sql immutable parallel safe
    as $$
select coalesce(nullif(btrim(regexp_replace(public.search_fold(value), '[\s!-/:-@\[-`{-~¡¿«»‘’“”–—…]+', ' ', 'g')), ''), public.search_fold(value))
$$;
create index tracks_playlist_key_idx on tracks (playlist_key(title)) where deleted_at is null;
create index playlist_tracks_wanted_idx on playlist_tracks (playlist_key(wanted ->> 'title')) where track_id is null;

create type playlist_wanted as (title text, artist text, album text, duration_ms bigint, location text);
create type playlist_match as enum ('matched', 'ambiguous', 'missing');
create type playlist_candidate as (track_id uuid, title varchar, artist varchar, album varchar, duration_ms bigint);
create type playlist_import_line as (
    line int, status playlist_match, reason text, title text, artist text, track_id uuid, candidates playlist_candidate[]
);

-- Counted once a statement: a file brings ten thousand items at once.
drop trigger playlist_tracks_count on playlist_tracks;
drop function playlist_tracks_count();
create function playlist_tracks_added() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    update playlists p
       set track_count = p.track_count + n.count
      from (select playlist_id, count(*) from added group by playlist_id) n
     where p.id = n.playlist_id;
    return null;
end
$$;
create function playlist_tracks_removed() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    update playlists p
       set track_count = p.track_count - n.count
      from (select playlist_id, count(*) from removed group by playlist_id) n
     where p.id = n.playlist_id;
    return null;
end
$$;
create trigger playlist_tracks_added after insert on playlist_tracks referencing new table as added
    for each statement execute function playlist_tracks_added();
create trigger playlist_tracks_removed after delete on playlist_tracks referencing old table as removed
    for each statement execute function playlist_tracks_removed();
