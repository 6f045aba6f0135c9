-- Versions of playlists note changes of rules too. The texts of the functions are in migrations/functions/playlist_versions.sql, with that of playlist_restore().
create function playlist_version_details(playlist uuid, person uuid, new_name text, new_description text, new_visibility text, new_rules jsonb) returns void
    language plpgsql
    as $$ begin end $$;

create function playlist_rules_after(playlist uuid, number int, until int) returns jsonb
    language plpgsql stable
    as $$ begin return null; end $$;

create function playlist_restore_problem(playlist uuid, target uuid, person uuid) returns text
    language plpgsql
    as $$ begin return null; end $$;
