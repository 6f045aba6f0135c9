create function stem_guest_invite(track uuid, person uuid, out guest uuid, out is_new boolean)
    language plpgsql
    as $$ begin end $$;
