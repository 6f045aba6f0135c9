drop function notification_add(uuid, uuid, text, text, text, text, jsonb, text);
drop table notification_actors;
drop function notification_actor_gone();
drop function notification_actor_added();
drop index notifications_group_key;
delete from notifications where actor_count > 0 and actor_id is null;
alter table notifications
    drop constraint notifications_actor_id_fkey,
    drop constraint notifications_actor_count_check,
    drop column actor_count,
    drop column group_key,
    add constraint notifications_actor_id_fkey foreign key (actor_id) references users (id) on delete cascade;
