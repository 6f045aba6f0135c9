drop function stem_guest_invite(uuid, uuid);
