-- Invites somebody to the stems of a track, 100 people at most. The track is locked before they are counted, so that invitations at the same time cannot pass the bound
-- together. `guest` is null where there is no room; `is_new`: they were not invited before.
create or replace function stem_guest_invite(track uuid, person uuid, out guest uuid, out is_new boolean)
    language plpgsql
    as $$
begin
    perform from tracks t where t.id = track for no key update;
    is_new := false;
    select g.id into guest from track_stem_guests g where g.track_id = track and g.user_id = person;
    if guest is null and (select count(*) from track_stem_guests g where g.track_id = track) < 100 then
        insert into track_stem_guests (track_id, user_id) values (track, person) returning id into guest;
        is_new := true;
    end if;
end
$$;
