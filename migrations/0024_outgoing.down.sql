alter table sessions drop column browser_hash;
drop index jobs_notification_mail_idx;
drop index notifications_mail_waits_idx;
alter table notifications drop column mail_waits;
drop table push_subscriptions;
