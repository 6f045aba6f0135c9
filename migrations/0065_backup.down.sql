create or replace function search_fold(value text) returns text
    language sql immutable parallel safe
    as $$ select lower(immutable_unaccent(coalesce(value, ''))) $$;

create or replace function track_search_text(title text, artist text, album text, genre text, tags text[]) returns text
    language plpgsql immutable parallel safe
    as $$
begin
    return search_fold(title || ' ' || coalesce(artist, '') || ' ' || coalesce(album, '') || ' ' || coalesce(genre, '') || ' ' ||
                       array_to_string(tags, ' '));
end
$$;

drop table installation;
