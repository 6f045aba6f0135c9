drop function shared_queue_expel(uuid, uuid), shared_queue_join(uuid, uuid, text, text, inet), shared_queue_link(uuid, text),
    shared_queue_begin(uuid, text, text, text, boolean, boolean, int, int), text_seen(text);
drop index queue_session_people_created_at_idx;
alter table queue_session_people drop column address;
alter table queue_sessions drop constraint queue_sessions_guests_per_address_check, drop column guests_per_address;
