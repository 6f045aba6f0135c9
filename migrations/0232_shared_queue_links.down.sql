alter table queue_session_people drop column came_at;
