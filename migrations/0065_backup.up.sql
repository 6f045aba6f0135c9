-- What this installation as a whole is told to do: one row. outgoing_held: mails and push messages wait (`veza restore --trial`).
create table installation (
    id boolean primary key default true,
    outgoing_held boolean not null default false,
    constraint installation_only_check check (id)
);
insert into installation default values;

-- pg_restore works with an empty search_path, in which functions find others by their full names only. These are of generated columns, so a
-- dump could not be restored.
create or replace function search_fold(value text) returns text
    language sql immutable parallel safe
    as $$ select lower(public.immutable_unaccent(coalesce(value, ''))) $$;

create or replace function track_search_text(title text, artist text, album text, genre text, tags text[]) returns text
    language plpgsql immutable parallel safe
    as $$
begin
    return public.search_fold(title || ' ' || coalesce(artist, '') || ' ' || coalesce(album, '') || ' ' || coalesce(genre, '') || ' ' ||
                       array_to_string(tags, ' '));
end
$$;
