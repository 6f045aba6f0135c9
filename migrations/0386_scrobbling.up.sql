-- Services elsewhere that are told what a person listened to, where the person wants that (ADR 0103). `sealed` holds what opens the account there.
create table scrobble_accounts (
    id            uuid not null default gen_random_uuid(),
    user_id       uuid not null,
    service       varchar(20) not null,
    base_url      varchar(500) not null,
    username      varchar(255),
    sealed        text not null,
    is_on         boolean not null default true,
    tells_playing boolean not null default false,
    stopped_for   varchar(20),
    last_error    varchar(20),
    sent_count    bigint not null default 0,
    last_sent_at  timestamptz,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    constraint scrobble_accounts_pkey primary key (id),
    constraint scrobble_accounts_once_key unique (user_id, service, base_url),
    constraint scrobble_accounts_service_check check (service in ('listenbrainz', 'lastfm')),
    constraint scrobble_accounts_stopped_check check (stopped_for is null or (stopped_for in ('unconfirmed', 'refused') and not is_on)),
    constraint scrobble_accounts_error_check check (last_error in ('unreachable', 'busy', 'failed', 'not_taken')),
    constraint scrobble_accounts_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create trigger scrobble_accounts_set_updated_at before update on scrobble_accounts for each row execute function set_updated_at();

-- Plays that are still to be told.
create table scrobbles (
    account_id uuid not null,
    play_id    uuid not null,
    created_at timestamptz not null default now(),
    constraint scrobbles_pkey primary key (account_id, play_id),
    constraint scrobbles_account_id_fkey foreign key (account_id) references scrobble_accounts (id) on delete cascade,
    constraint scrobbles_play_id_fkey foreign key (play_id) references track_plays (id) on delete cascade
);
create index scrobbles_play_id_idx on scrobbles (play_id);

-- Texts: migrations/functions/scrobbling.sql
create function scrobble_wake(account uuid, person uuid, delay interval) returns void language plpgsql as $$ begin null; end $$;
create function scrobble_note(person uuid, play uuid) returns void language plpgsql as $$ begin null; end $$;
create function scrobble_playing(person uuid, track uuid) returns void language plpgsql as $$ begin null; end $$;
