alter table user_settings
    drop column notify_on_mention, drop column notify_on_message, drop column notify_on_comment, drop column notify_on_like,
    drop column notify_on_follow;
drop index notifications_unread_idx;
drop index notifications_actor_id_idx;
alter table notifications drop column data, drop column actor_id;
