-- What leaves the site to tell people something: push messages and mails about notifications.

-- A browser that wants push messages. The address is a capability of its push service, of use only together with our signing key,
-- which is not in the database. A browser has one subscription, whoever is signed in there; signing out ends it with the session.
create table push_subscriptions (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    session_id uuid not null,
    endpoint   varchar(1000) not null,
    p256dh     varchar(88) not null,
    auth       varchar(24) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint push_subscriptions_pkey primary key (id),
    constraint push_subscriptions_endpoint_key unique (endpoint),
    constraint push_subscriptions_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint push_subscriptions_session_id_fkey foreign key (session_id) references sessions (id) on delete cascade
);
create index push_subscriptions_user_id_idx on push_subscriptions (user_id, updated_at desc);
create index push_subscriptions_session_id_idx on push_subscriptions (session_id);
create trigger push_subscriptions_set_updated_at before update on push_subscriptions for each row execute function set_updated_at();

-- Waits for the mail that collects what was not read.
alter table notifications add column mail_waits boolean not null default false;
create index notifications_mail_waits_idx on notifications (user_id, created_at) where mail_waits;
create index jobs_notification_mail_idx on jobs ((payload ->> 'user_id')) where kind = 'mail.notifications' and state = 'queued';

-- By which a browser is known again: the hash of a cookie that it keeps when its person signs out.
alter table sessions add column browser_hash varchar(64);
