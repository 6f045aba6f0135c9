-- Replies to requests that came with an Idempotency-Key, kept for 24 hours with the change that they tell of. A person's own, and gone with them.
create table idempotency_keys (
    user_id    uuid not null,
    key        varchar(128) not null,
    request    char(64) not null,
    status     int not null,
    reply      text,
    location   text,
    created_at timestamptz not null default now(),
    constraint idempotency_keys_pkey primary key (user_id, key),
    constraint idempotency_keys_reply_check check (octet_length(reply) <= 65536 and octet_length(location) <= 1024),
    constraint idempotency_keys_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index idempotency_keys_created_at_idx on idempotency_keys (created_at);
