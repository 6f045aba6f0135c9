-- Signing in with an account of another service.

-- People who only sign in elsewhere have no password until they ask for one.
alter table users alter column password_hash drop not null;

-- Who somebody is at OpenID Connect is issuer and subject together: a provider's name may come to stand for another issuer.
alter table federated_identities
    add column issuer varchar(255) not null default '',
    add column last_used_at timestamptz,
    drop constraint federated_identities_provider_id_key,
    add constraint federated_identities_provider_id_key unique (provider, issuer, provider_id);

-- A sign-in on its way: used once, within minutes, by the browser that began it. Like tickets, they need not survive a crash. With a
-- session it is that person who adds an account elsewhere to their own.
create unlogged table oauth_states (
    state_hash   varchar(64) not null,
    browser_hash varchar(64) not null,
    provider     varchar(50) not null,
    redirect     varchar(2048) not null,
    session_id   uuid,
    expires_at   timestamptz not null,
    constraint oauth_states_pkey primary key (state_hash),
    constraint oauth_states_session_id_fkey foreign key (session_id) references sessions (id) on delete cascade
);
create index oauth_states_session_id_idx on oauth_states (session_id);
create index oauth_states_expires_at_idx on oauth_states (expires_at);

-- "oauth:" and the provider's name.
alter table login_history
    alter column method type varchar(60),
    drop constraint login_history_method_check,
    add constraint login_history_method_check
        check (method in ('password', 'totp', 'recovery_code', 'passkey', 'oauth') or method like 'oauth:%');
