-- When somebody last came by a link that was made after their last visit. Who came by a link that was withdrawn since hears no more of the session until they come by
-- the new one. Whoever takes part already counts as having come now.
alter table queue_session_people add column came_at timestamptz not null default now();

create function shared_queue_came(p queue_session_people) returns boolean
    language sql stable
    as $$ select false $$;
