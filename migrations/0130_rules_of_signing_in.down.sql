drop function sign_in_stays(uuid, uuid, text);
drop function username_reserved(text);
