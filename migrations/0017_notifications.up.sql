-- What somebody is told of inside the application, and who caused it. Browsers word a notification by its type, in the reader's
-- language; title and content are the English text for everything else.

alter table notifications
    add column actor_id uuid,
    add column data jsonb not null default '{}',
    add constraint notifications_data_check check (jsonb_typeof(data) = 'object'),
    add constraint notifications_actor_id_fkey foreign key (actor_id) references users (id) on delete cascade;
create index notifications_actor_id_idx on notifications (actor_id);
create index notifications_unread_idx on notifications (user_id) where not read;

alter table user_settings
    add column notify_on_follow boolean not null default true,
    add column notify_on_like boolean not null default true,
    add column notify_on_comment boolean not null default true,
    add column notify_on_message boolean not null default true,
    add column notify_on_mention boolean not null default true;
