-- Writes the event of a playlist that was made, changed or deleted; a deleted one that is removed for good later was told of before. No event names the person: the
-- playlists of a deleted account go with it.
create or replace function playlist_changed() returns trigger
    language plpgsql
    as $$
begin
    if tg_op = 'DELETE' then
        insert into outbox (name, key, payload) values ('playlist.deleted', old.id, jsonb_build_object('playlist_id', old.id));
    elsif new.deleted_at is null then
        insert into outbox (name, key, payload) values ('playlist.updated', new.id, jsonb_build_object('playlist_id', new.id));
    elsif old.deleted_at is null then
        insert into outbox (name, key, payload) values ('playlist.deleted', new.id, jsonb_build_object('playlist_id', new.id));
    end if;
    return null;
end
$$;
