-- Notifications of one kind about one thing are one notification while it is unread: "A and 41 others follow you".

alter table notifications
    add column group_key text,
    add column actor_count int not null default 0,
    drop constraint notifications_actor_id_fkey,
    add constraint notifications_actor_count_check check (actor_count >= 0),
    add constraint notifications_actor_id_fkey foreign key (actor_id) references users (id) on delete set null;
create unique index notifications_group_key on notifications (user_id, type, group_key) where not read and group_key is not null;

-- Who caused a notification. The latest of them is its actor_id.
create table notification_actors (
    notification_id uuid not null,
    actor_id        uuid not null,
    at              timestamptz not null default clock_timestamp(),
    constraint notification_actors_pkey primary key (notification_id, actor_id),
    constraint notification_actors_notification_id_fkey foreign key (notification_id) references notifications (id) on delete cascade,
    constraint notification_actors_actor_id_fkey foreign key (actor_id) references users (id) on delete cascade
);
create index notification_actors_actor_id_idx on notification_actors (actor_id);

insert into notification_actors (notification_id, actor_id, at) select id, actor_id, created_at from notifications where actor_id is not null;
update notifications set actor_count = 1 where actor_id is not null;

create function notification_actor_added() returns trigger
    language plpgsql
    as $$
begin
    update notifications set actor_count = actor_count + 1 where id = new.notification_id;
    return null;
end
$$;
create trigger notification_actors_added after insert on notification_actors for each row execute function notification_actor_added();

-- Without its last actor a notification says nothing any more.
create function notification_actor_gone() returns trigger
    language plpgsql
    as $$
begin
    delete from notifications where id = old.notification_id and actor_count <= 1;
    update notifications n
       set actor_count = n.actor_count - 1,
           actor_id = case when n.actor_id is null or n.actor_id = old.actor_id
                           then (select a.actor_id from notification_actors a where a.notification_id = n.id order by a.at desc limit 1)
                           else n.actor_id end
     where n.id = old.notification_id;
    return null;
end
$$;
create trigger notification_actors_gone after delete on notification_actors for each row execute function notification_actor_gone();

-- Tells `recipient` of something that `actor` (may be null) caused. Where there is an unread notification of the kind with the same `group_of`, it
-- takes up this one and comes to the front; `is_new` is then false. Without `group_of` each is one of its own.
create function notification_add(recipient uuid, actor uuid, kind text, title text, content text, link text, data jsonb, group_of text,
                                 out id uuid, out is_new boolean)
    language plpgsql
    as $$
begin
    insert into notifications as n (user_id, actor_id, type, title, content, link, data, group_key)
    values (recipient, actor, kind, title, content, link, data, group_of)
    on conflict (user_id, type, group_key) where not read and group_key is not null
    do update set actor_id = excluded.actor_id, title = excluded.title, content = excluded.content, link = excluded.link, data = excluded.data,
                  created_at = now()
    returning n.id, n.xmax = 0 into id, is_new;
    if actor is not null then
        insert into notification_actors as a (notification_id, actor_id) values (id, actor)
        on conflict on constraint notification_actors_pkey do update set at = excluded.at;
    end if;
end
$$;
