-- What a passkey answered must have been asked for: a challenge is used once. Short-lived, so a crash may lose it.
create unlogged table webauthn_challenges (
    challenge_hash varchar(64) not null,
    user_id        uuid,
    expires_at     timestamptz not null,
    constraint webauthn_challenges_pkey primary key (challenge_hash),
    constraint webauthn_challenges_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index webauthn_challenges_user_id_idx on webauthn_challenges (user_id);
create index webauthn_challenges_expires_at_idx on webauthn_challenges (expires_at);

-- COSE (RFC 9053): ES256, EdDSA, RS256. The public key is kept in the form that goes with it.
alter table webauthn_credentials add column algorithm int not null default -7;
alter table webauthn_credentials add constraint webauthn_credentials_algorithm_check check (algorithm in (-7, -8, -257));
