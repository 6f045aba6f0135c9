-- One-time tickets that open a WebSocket, since a token in an address ends up in logs. Only their hash is kept. Losing them in a
-- crash costs a client one more request, so they need not be logged.
create unlogged table ws_tickets (
    token_hash varchar(64) not null,
    user_id    uuid not null,
    session_id uuid not null,
    expires_at timestamptz not null,
    constraint ws_tickets_pkey primary key (token_hash),
    constraint ws_tickets_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint ws_tickets_session_id_fkey foreign key (session_id) references sessions (id) on delete cascade
);
create index ws_tickets_user_id_idx on ws_tickets (user_id);
create index ws_tickets_session_id_idx on ws_tickets (session_id);
create index ws_tickets_expires_at_idx on ws_tickets (expires_at);
