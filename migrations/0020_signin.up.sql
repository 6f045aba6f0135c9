-- What guards signing in: attempts that failed, where people signed in from, and the second factor.

-- Attempts in a row without a success, by address and not by account: an address that nobody has is locked just the same, so a lock
-- tells nobody who has an account. Only the address's hash is kept. Losing the rows in a crash unlocks; they need not be logged.
create unlogged table login_failures (
    email_hash   varchar(64) not null,
    failures     int not null default 1,
    locked_until timestamptz,
    attempted_at timestamptz not null default now(),
    constraint login_failures_pkey primary key (email_hash),
    constraint login_failures_failures_check check (failures >= 0)
);
create index login_failures_attempted_at_idx on login_failures (attempted_at);

-- The name under which an address is counted.
create function login_key(email text) returns text
    language sql immutable parallel safe
    as $$ select encode(sha256(convert_to(lower(email), 'UTF8')), 'hex') $$;

-- Attempts to sign in to an account. `country` stays empty until an address book of networks is at hand.
create table login_history (
    id           uuid not null default gen_random_uuid(),
    user_id      uuid not null,
    method       varchar(20) not null,
    outcome      varchar(20) not null,
    ip_address   varchar(45),
    user_agent   text,
    device_label varchar(100) not null,
    country      char(2),
    created_at   timestamptz not null default now(),
    constraint login_history_pkey primary key (id),
    constraint login_history_method_check check (method in ('password', 'totp', 'recovery_code', 'passkey', 'oauth')),
    constraint login_history_outcome_check check (outcome in ('failed', 'second_factor', 'succeeded')),
    constraint login_history_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index login_history_user_id_idx on login_history (user_id, created_at desc);

-- Between the password and the second factor. Like tickets, they are short-lived and need not survive a crash.
create unlogged table mfa_challenges (
    token_hash varchar(64) not null,
    user_id    uuid not null,
    attempts   int not null default 0,
    used_at    timestamptz,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    constraint mfa_challenges_pkey primary key (token_hash),
    constraint mfa_challenges_attempts_check check (attempts >= 0),
    constraint mfa_challenges_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index mfa_challenges_user_id_idx on mfa_challenges (user_id);
create index mfa_challenges_expires_at_idx on mfa_challenges (expires_at);

-- The last time step (RFC 6238) whose code was accepted: a code works once.
alter table mfa_configs add column last_step bigint not null default 0;
alter table mfa_configs add column enabled_at timestamptz;
create unique index recovery_codes_code_key on recovery_codes (user_id, code);
