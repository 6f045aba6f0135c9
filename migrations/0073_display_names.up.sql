-- The name that others see: first and last name, or the user name where neither is given or the profile is private. Without
-- characters that cannot be seen, of which a name could consist; joiners stay, since some writing needs them.
create function display_name(username text, first_name text, last_name text, is_public boolean) returns text
    language sql immutable parallel safe
    as $$
select case when is_public and btrim(name, E' \u200C\u200D') <> '' then btrim(name) else username end
  from regexp_replace(coalesce(first_name, '') || ' ' || coalesce(last_name, ''),
                      '[\s\u200B\u200E\u200F\u2060\uFEFF]+', ' ', 'g') name
$$;

alter table users add column display_name text not null
    generated always as (display_name(username, first_name, last_name, is_public)) stored;

-- A private name is not found either: tracks are searched by the name of whoever published them.
alter table users drop column search_text;
alter table users add column search_text text generated always as
    (search_fold(username || ' ' || case when is_public then coalesce(first_name, '') || ' ' || coalesce(last_name, '') else '' end)) stored;
create index users_search_text_idx on users using gin (search_text gin_trgm_ops);

alter type user_ref add attribute display_name text;

-- The genres of public tracks are counted often.
create index tracks_genre_counts_idx on tracks (lower(genre)) include (genre, creator_id)
    where is_public and status = 'completed' and deleted_at is null and genre <> '';
