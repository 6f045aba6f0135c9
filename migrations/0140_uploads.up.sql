-- Uploads that come in several requests (docs/adr/0050). Their bytes are in a staged file, whose size is what has been received.

-- counted_bytes: what an upload takes of its owner's quota, from its creation by its declared length until it ends, however it ends.
-- reserved_bytes: what it will still need of the disk. received_bytes is what was there when a request last ended; it may be less than the file has.
-- fields: what the creator says about the track, by the names of POST /tracks, as text. failure: the problem that ended it, and its sentence.
create table uploads (
    id             uuid not null default gen_random_uuid(),
    user_id        uuid not null,
    protocol       text not null,
    state          text not null default 'open',
    filename       varchar(255) not null,
    length_bytes   bigint not null,
    received_bytes bigint not null default 0,
    chunk_bytes    int,
    fields         jsonb not null default '{}',
    track_id       uuid,
    failure_code   text,
    failure        text,
    expires_at     timestamptz not null,
    counted_bytes  bigint not null generated always as (case when state = 'open' then length_bytes else 0 end) stored,
    reserved_bytes bigint not null generated always as (case when state = 'open' then length_bytes - received_bytes else 0 end) stored,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    constraint uploads_pkey primary key (id),
    constraint uploads_protocol_check check (protocol in ('tus', 'chunked', 'whole')),
    constraint uploads_state_check check (state in ('open', 'completed', 'failed', 'expired')),
    constraint uploads_length_bytes_check check (length_bytes >= 0),
    constraint uploads_received_bytes_check check (received_bytes between 0 and length_bytes),
    constraint uploads_chunk_bytes_check check (chunk_bytes > 0),
    constraint uploads_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint uploads_track_id_fkey foreign key (track_id) references tracks (id) on delete set null deferrable initially deferred
);
create index uploads_user_id_idx on uploads (user_id, created_at, id);
create index uploads_track_id_idx on uploads (track_id) where track_id is not null;
create index uploads_expires_at_idx on uploads (expires_at) where state = 'open';
create index uploads_ended_idx on uploads (updated_at) where state <> 'open';
create trigger uploads_set_updated_at before update on uploads for each row execute function set_updated_at();
create trigger uploads_count_stored_bytes after insert or delete or update of counted_bytes, user_id on uploads for each row
    execute function count_stored_bytes('user_id', 'counted_bytes');

-- Parts that came, of uploads whose protocol is `chunked`. The same part once more must have the same bytes.
create table upload_chunks (
    upload_id  uuid not null,
    number     int not null,
    size_bytes int not null,
    sha256     bytea not null,
    created_at timestamptz not null default now(),
    constraint upload_chunks_pkey primary key (upload_id, number),
    constraint upload_chunks_number_check check (number >= 1),
    constraint upload_chunks_upload_id_fkey foreign key (upload_id) references uploads (id) on delete cascade
);

-- What all open uploads will still need of the disk: one row, which creations take one after the other.
create table upload_disk (
    id             int not null default 1,
    reserved_bytes bigint not null default 0,
    constraint upload_disk_pkey primary key (id),
    constraint upload_disk_id_check check (id = 1)
);
insert into upload_disk default values;

create function uploads_count_reserved() returns trigger
    language plpgsql security definer set search_path = public
    as $$
declare
    difference bigint := coalesce(case when tg_op <> 'DELETE' then new.reserved_bytes end, 0)
                         - coalesce(case when tg_op <> 'INSERT' then old.reserved_bytes end, 0);
begin
    if difference <> 0 then
        update upload_disk set reserved_bytes = reserved_bytes + difference;
    end if;
    return null;
end
$$;
create trigger uploads_count_reserved after insert or delete or update of reserved_bytes on uploads for each row
    execute function uploads_count_reserved();

-- How many uploads of a person are open now. Volatile, so that it sees what was committed while its statement waited for upload_disk.
create function uploads_open(person uuid) returns bigint
    language plpgsql volatile
    as $$
begin
    return (select count(*) from uploads where user_id = person and state = 'open');
end
$$;
