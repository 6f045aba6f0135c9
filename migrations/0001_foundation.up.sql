-- Extensions, closed value lists and helpers that every other migration builds on.

create extension if not exists pg_trgm with schema public;
create extension if not exists unaccent with schema public;

create type user_role as enum ('user', 'content_creator', 'moderator', 'admin');

create type track_status as enum ('uploading', 'processing', 'completed', 'failed');

create type track_history_action as enum
    ('created', 'updated', 'deleted', 'published', 'unpublished', 'restored');

create type playlist_version_action as enum
    ('created', 'updated', 'track_added', 'track_removed', 'tracks_reordered', 'restored');

-- Words without their accents and without a language's stemming: people write in several languages at once.
create text search configuration veza_search (copy = pg_catalog.simple);
alter text search configuration veza_search
    alter mapping for hword, hword_part, word with unaccent, simple;

-- unaccent() itself is only stable, since its dictionary could be replaced; ours is fixed, so indexes may use this one.
create function immutable_unaccent(value text) returns text
    language sql immutable strict parallel safe
    as $$ select public.unaccent('public.unaccent'::regdictionary, value) $$;

-- Keeps updated_at true, whatever the statement forgot.
create function set_updated_at() returns trigger
    language plpgsql
    as $$
begin
    new.updated_at := now();
    return new;
end
$$;

-- For tables that may only grow. A retention job says so by `set local veza.audit_retention = 'on'`.
create function refuse_change() returns trigger
    language plpgsql
    as $$
begin
    if current_setting('veza.audit_retention', true) = 'on' then
        return coalesce(new, old);
    end if;
    raise exception 'table % is append-only', tg_table_name
        using errcode = 'insufficient_privilege', table = tg_table_name, constraint = tg_table_name || '_append_only';
end
$$;
