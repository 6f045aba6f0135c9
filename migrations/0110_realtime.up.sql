-- Messages of the WebSocket (api/message.h). The messages of a topic are numbered 1, 2, 3 ...; the newest are kept, so that a client that was away
-- gets what it missed. A topic is "KIND:UUID".
create table realtime_topics (
    name text constraint realtime_topics_pkey primary key
        constraint realtime_topics_name check (name ~ '^[a-z]{1,40}:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
    number bigint not null, -- of the newest message
    forgotten bigint not null default 0 -- messages up to this number may be gone
);

create table realtime_messages (
    topic text not null constraint realtime_messages_topic references realtime_topics (name) on delete cascade,
    number bigint not null,
    type text not null,
    fields jsonb, -- null when they were too long to be sent: clients read the message's address instead
    sent_at timestamptz not null default now(),
    constraint realtime_messages_pkey primary key (topic, number)
);
create index realtime_messages_sent on realtime_messages (sent_at);

-- Sends a message to all who are subscribed to `topic`, on every node, once the transaction is committed. Gives its number. The row of the topic is locked until
-- then, so that numbers are seen in their order and none is skipped.
create function realtime_send(topic text, type text, fields jsonb) returns bigint
    language plpgsql
    as $$
declare
    kept constant int := 200;
    longest constant int := 16384;
    sent bigint;
begin
    insert into realtime_topics as t (name, number) values (realtime_send.topic, 1)
        on conflict (name) do update
           set number = t.number + 1, forgotten = greatest(t.forgotten, t.number + 1 - kept)
        returning t.number into sent;
    insert into realtime_messages (topic, number, type, fields)
        values (realtime_send.topic, sent, realtime_send.type,
                case when octet_length(realtime_send.fields::text) <= longest then realtime_send.fields end);
    delete from realtime_messages m where m.topic = realtime_send.topic and m.number <= sent - kept;
    perform pg_notify('realtime', realtime_send.topic);
    return sent;
end
$$;
