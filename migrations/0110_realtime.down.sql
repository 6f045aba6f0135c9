drop function realtime_send(text, text, jsonb);
drop table realtime_messages, realtime_topics;
