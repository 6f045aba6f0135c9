drop index tracks_genre_counts_idx;
alter type user_ref drop attribute display_name;
alter table users drop column search_text;
alter table users add column search_text text
    generated always as (search_fold(username || ' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, ''))) stored;
create index users_search_text_idx on users using gin (search_text gin_trgm_ops);
alter table users drop column display_name;
drop function display_name(text, text, text, boolean);
