drop function playlist_restore_problem(uuid, uuid, uuid);
drop function playlist_rules_after(uuid, int, int);
drop function playlist_version_details(uuid, uuid, text, text, text, jsonb);
