drop function playlist_rules_problem(jsonb, uuid, uuid);
drop function playlist_rule_tracks(uuid, uuid);
drop function playlist_rule_source(playlists, uuid);
alter table playlists drop column rules;
