drop table shared_queue_items;
drop table queue_sessions;
drop table queue_items;
drop table queues;
drop table co_listening_sessions;
drop table live_streams;
drop table hls_transcode_queue;
drop table hls_streams;
