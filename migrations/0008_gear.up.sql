-- Equipment: what a person owns, its papers and its repairs.

-- Serial and order numbers, prices and vendors are the owner's business, also when the item is public.
create table gear_items (
    id                   uuid not null default gen_random_uuid(),
    user_id              uuid not null,
    name                 varchar(200) not null,
    category             varchar(100) not null,
    brand                varchar(100),
    model                varchar(100),
    serial_number        varchar(100),
    image                varchar(500),
    images               jsonb not null default '[]',
    status               varchar(50) not null default 'active',
    condition            varchar(50) not null default 'good',
    purchase_date        date,
    purchase_price_cents bigint,
    currency             char(3) not null default 'USD',
    vendor               varchar(255),
    order_number         varchar(100),
    warranty_start       date,
    warranty_expire      date,
    warranty_type        varchar(100),
    warranty_notes       text,
    support_contact      varchar(255),
    specs                jsonb not null default '{}',
    notes                text,
    documents            jsonb not null default '[]',
    maintenance_history  jsonb not null default '[]',
    is_public            boolean not null default false,
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    deleted_at           timestamptz,
    constraint gear_items_pkey primary key (id),
    constraint gear_items_name_check check (btrim(name) <> ''),
    constraint gear_items_category_check check (btrim(category) <> ''),
    constraint gear_items_status_check check (status in ('active', 'in_repair', 'sold')),
    constraint gear_items_condition_check check (condition in ('new', 'good', 'worn')),
    constraint gear_items_purchase_price_cents_check check (purchase_price_cents >= 0),
    constraint gear_items_currency_check check (currency ~ '^[A-Z]{3}$'),
    constraint gear_items_warranty_expire_check check (warranty_expire >= warranty_start),
    constraint gear_items_images_check check (jsonb_typeof(images) = 'array'),
    constraint gear_items_specs_check check (jsonb_typeof(specs) = 'object'),
    constraint gear_items_documents_check check (jsonb_typeof(documents) = 'array'),
    constraint gear_items_maintenance_history_check check (jsonb_typeof(maintenance_history) = 'array'),
    constraint gear_items_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index gear_items_user_id_idx on gear_items (user_id, created_at desc, id);
create index gear_items_public_idx on gear_items (user_id, created_at desc, id) where is_public and deleted_at is null;
create index gear_items_warranty_expire_idx on gear_items (warranty_expire)
    where warranty_expire is not null and deleted_at is null;
create index gear_items_deleted_at_idx on gear_items (deleted_at) where deleted_at is not null;
create trigger gear_items_set_updated_at before update on gear_items for each row execute function set_updated_at();

create table gear_images (
    id         uuid not null default gen_random_uuid(),
    gear_id    uuid not null,
    image_url  varchar(500) not null,
    position   int not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint gear_images_pkey primary key (id),
    constraint gear_images_position_check check (position >= 0),
    constraint gear_images_gear_id_fkey foreign key (gear_id) references gear_items (id) on delete cascade
);
create index gear_images_gear_id_idx on gear_images (gear_id, position);
create trigger gear_images_set_updated_at before update on gear_images for each row execute function set_updated_at();

create table gear_repairs (
    id          uuid not null default gen_random_uuid(),
    gear_id     uuid not null,
    repair_date date not null,
    description text,
    cost_cents  bigint not null default 0,
    currency    char(3) not null default 'EUR',
    provider    varchar(255),
    notes       text,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    constraint gear_repairs_pkey primary key (id),
    constraint gear_repairs_cost_cents_check check (cost_cents >= 0),
    constraint gear_repairs_currency_check check (currency ~ '^[A-Z]{3}$'),
    constraint gear_repairs_gear_id_fkey foreign key (gear_id) references gear_items (id) on delete cascade
);
create index gear_repairs_gear_id_idx on gear_repairs (gear_id, repair_date desc);
create trigger gear_repairs_set_updated_at before update on gear_repairs for each row
    execute function set_updated_at();

create table gear_documents (
    id          uuid not null default gen_random_uuid(),
    gear_id     uuid not null,
    type        varchar(50) not null default 'invoice',
    storage_key text not null,
    filename    varchar(255) not null,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    constraint gear_documents_pkey primary key (id),
    constraint gear_documents_type_check check (type ~ '^[a-z][a-z_]*$'),
    constraint gear_documents_filename_check check (btrim(filename) <> ''),
    constraint gear_documents_gear_id_fkey foreign key (gear_id) references gear_items (id) on delete cascade
);
create index gear_documents_gear_id_idx on gear_documents (gear_id, created_at desc);
create trigger gear_documents_set_updated_at before update on gear_documents for each row
    execute function set_updated_at();
