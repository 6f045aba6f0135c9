-- A refresh whose reply was lost may be repeated once, for a short time and by the same client (ADR 0013). The session knows how often it
-- was renewed, when, by which client (a hash), and whether the predecessor has been used again already.
alter table sessions
    add column refresh_generation int not null default 0,
    add column refresh_client varchar(64),
    add column refresh_graced boolean not null default false,
    add column refreshed_at timestamptz;

-- Tokens of the session's generation are current. What was used before this migration belongs to none.
alter table refresh_tokens add column generation int not null default 0;
update refresh_tokens set generation = -1 where used_at is not null;
