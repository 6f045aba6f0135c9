-- Sellers and royalties. Amounts are whole minor units of `currency`, rates are basis points (1500 is 15 %).
-- What was earned and paid must outlive the account: these foreign keys refuse its deletion (it is anonymised instead).

create table seller_stripe_accounts (
    id                          uuid not null default gen_random_uuid(),
    user_id                     uuid not null,
    stripe_account_id           varchar(255) not null,
    charges_enabled             boolean not null default false,
    payouts_enabled             boolean not null default false,
    onboarding_completed        boolean not null default false,
    kyc_status                  varchar(32) not null default 'not_started',
    kyc_verification_session_id varchar(255),
    kyc_verified_at             timestamptz,
    kyc_last_error              text,
    created_at                  timestamptz not null default now(),
    updated_at                  timestamptz not null default now(),
    constraint seller_stripe_accounts_pkey primary key (id),
    constraint seller_stripe_accounts_user_id_key unique (user_id),
    constraint seller_stripe_accounts_stripe_account_id_key unique (stripe_account_id),
    constraint seller_stripe_accounts_kyc_status_check
        check (kyc_status in ('not_started', 'pending', 'processing', 'requires_input', 'verified', 'rejected',
                              'canceled')),
    constraint seller_stripe_accounts_user_id_fkey foreign key (user_id) references users (id) on delete restrict
);
create index seller_stripe_accounts_kyc_session_idx on seller_stripe_accounts (kyc_verification_session_id)
    where kyc_verification_session_id is not null;
create trigger seller_stripe_accounts_set_updated_at before update on seller_stripe_accounts for each row
    execute function set_updated_at();

create table royalty_records (
    id                   uuid not null default gen_random_uuid(),
    content_id           uuid not null,
    creator_id           uuid not null,
    period               varchar(7) not null,
    plays                bigint not null default 0,
    revenue_cents        bigint not null default 0,
    royalty_amount_cents bigint not null default 0,
    royalty_rate_bps     int not null default 0,
    currency             char(3) not null default 'EUR',
    status               varchar(20) not null default 'calculated',
    calculated_at        timestamptz not null default now(),
    paid_at              timestamptz,
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    constraint royalty_records_pkey primary key (id),
    constraint royalty_records_content_id_period_key unique (content_id, creator_id, period, currency),
    constraint royalty_records_period_check check (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    constraint royalty_records_plays_check check (plays >= 0),
    constraint royalty_records_revenue_cents_check check (revenue_cents >= 0),
    constraint royalty_records_royalty_amount_cents_check check (royalty_amount_cents >= 0),
    constraint royalty_records_royalty_rate_bps_check check (royalty_rate_bps between 0 and 10000),
    constraint royalty_records_currency_check check (currency ~ '^[A-Z]{3}$'),
    constraint royalty_records_status_check check (status in ('calculated', 'paid')),
    constraint royalty_records_paid_at_check check ((status = 'paid') = (paid_at is not null)),
    constraint royalty_records_creator_id_fkey foreign key (creator_id) references users (id) on delete restrict
);
create index royalty_records_creator_id_idx on royalty_records (creator_id, period);
create index royalty_records_period_idx on royalty_records (period);
create trigger royalty_records_set_updated_at before update on royalty_records for each row
    execute function set_updated_at();

create table royalty_payouts (
    id                uuid not null default gen_random_uuid(),
    payout_id         varchar(255) not null,
    creator_id        uuid not null,
    amount_cents      bigint not null,
    currency          char(3) not null default 'EUR',
    period            varchar(7) not null,
    status            varchar(20) not null default 'pending',
    payment_method    varchar(50),
    transaction_id    varchar(255),
    processed_at      timestamptz,
    estimated_arrival timestamptz,
    notes             varchar(1000),
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    constraint royalty_payouts_pkey primary key (id),
    constraint royalty_payouts_payout_id_key unique (payout_id),
    constraint royalty_payouts_amount_cents_check check (amount_cents > 0),
    constraint royalty_payouts_currency_check check (currency ~ '^[A-Z]{3}$'),
    constraint royalty_payouts_period_check check (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    constraint royalty_payouts_status_check
        check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    constraint royalty_payouts_creator_id_fkey foreign key (creator_id) references users (id) on delete restrict
);
create index royalty_payouts_creator_id_idx on royalty_payouts (creator_id, created_at desc);
create index royalty_payouts_period_idx on royalty_payouts (period);
create index royalty_payouts_open_idx on royalty_payouts (created_at) where status in ('pending', 'processing');
create trigger royalty_payouts_set_updated_at before update on royalty_payouts for each row
    execute function set_updated_at();

-- The creator's share of what is left after the platform's fee.
create table royalty_rates (
    id           uuid not null default gen_random_uuid(),
    content_type varchar(50) not null,
    rate_bps     int not null,
    description  varchar(255),
    is_active    boolean not null default true,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint royalty_rates_pkey primary key (id),
    constraint royalty_rates_content_type_key unique (content_type),
    constraint royalty_rates_content_type_check check (content_type ~ '^[a-z][a-z_]*$'),
    constraint royalty_rates_rate_bps_check check (rate_bps between 0 and 10000)
);
create trigger royalty_rates_set_updated_at before update on royalty_rates for each row
    execute function set_updated_at();

create table creator_royalty_rates (
    id         uuid not null default gen_random_uuid(),
    creator_id uuid not null,
    rate_bps   int not null,
    reason     varchar(255),
    is_active  boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint creator_royalty_rates_pkey primary key (id),
    constraint creator_royalty_rates_creator_id_key unique (creator_id),
    constraint creator_royalty_rates_rate_bps_check check (rate_bps between 0 and 10000),
    constraint creator_royalty_rates_creator_id_fkey foreign key (creator_id) references users (id) on delete cascade
);
create trigger creator_royalty_rates_set_updated_at before update on creator_royalty_rates for each row
    execute function set_updated_at();

-- One row is in force; the others are its history.
create table royalty_config (
    id                   uuid not null default gen_random_uuid(),
    platform_fee_bps     int not null default 1500,
    minimum_payout_cents bigint not null default 5000,
    payout_schedule      varchar(20) not null default 'monthly',
    processing_delay     int not null default 3,
    currency             char(3) not null default 'EUR',
    is_active            boolean not null default true,
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    constraint royalty_config_pkey primary key (id),
    constraint royalty_config_platform_fee_bps_check check (platform_fee_bps between 0 and 10000),
    constraint royalty_config_minimum_payout_cents_check check (minimum_payout_cents >= 0),
    constraint royalty_config_payout_schedule_check
        check (payout_schedule in ('daily', 'weekly', 'monthly', 'quarterly', 'manual')),
    constraint royalty_config_processing_delay_check check (processing_delay between 0 and 365),
    constraint royalty_config_currency_check check (currency ~ '^[A-Z]{3}$')
);
create unique index royalty_config_active_key on royalty_config (is_active) where is_active;
create trigger royalty_config_set_updated_at before update on royalty_config for each row
    execute function set_updated_at();

insert into royalty_config default values;

insert into royalty_rates (content_type, rate_bps, description) values
    ('track',       10000, 'Tracks, sold or streamed'),
    ('sample_pack', 10000, 'Sample packs and presets'),
    ('course',      10000, 'Courses'),
    ('service',     10000, 'Services'),
    ('live',        10000, 'Tips and tickets of live streams');
