drop function scrobble_playing(uuid, uuid);
drop function scrobble_note(uuid, uuid);
drop function scrobble_wake(uuid, uuid, interval);
drop table scrobbles;
drop table scrobble_accounts;
delete from jobs where kind in ('scrobble.send', 'scrobble.playing', 'scrobble.sweep');
