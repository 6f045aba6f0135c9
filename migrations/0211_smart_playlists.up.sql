-- Smart playlists: what is in them is decided by rules when they are read. The texts of the functions are in migrations/functions/smart_playlists.sql.
alter table playlists
    add column rules jsonb, -- match, conditions, sort, limit, as the API takes them; null: an ordinary playlist
    add constraint playlists_rules_check check (jsonb_typeof(rules) = 'object' and jsonb_typeof(rules -> 'conditions') = 'array');

create function playlist_rule_source(source playlists, person uuid) returns boolean
    language plpgsql stable
    as $$ begin return false; end $$;

create function playlist_rule_tracks(list uuid, viewer uuid) returns table (track_id uuid, added_at timestamptz, place bigint)
    language plpgsql stable rows 100
    as $$ begin end $$;

create function playlist_rules_problem(given jsonb, person uuid, list uuid) returns text
    language plpgsql
    as $$ begin return null; end $$;
