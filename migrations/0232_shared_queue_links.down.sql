drop function shared_queue_came(queue_session_people);
alter table queue_session_people drop column came_at;
