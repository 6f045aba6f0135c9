drop table jobs;
drop table processed_events;
drop table outbox;
drop function notify_job();
drop function notify_outbox();
