-- Elasticsearch beside PostgreSQL (ADR 0102). Each state of an entry has a number of its own, which grows with each change, since it is taken while the row is locked: what the
-- index is given with a lower number is refused there.
create sequence search_version_seq as bigint start 2;
alter table search_entries add column version bigint not null default 1;

-- What the index has not got yet: one row for each thing, written in the transaction of the change. attempts 5: it was refused, and waits for an administrator.
create table search_changes (
    kind     smallint not null,
    id       uuid not null,
    version  bigint not null,
    attempts smallint not null default 0,
    next_at  timestamptz not null default now(),
    since    timestamptz not null default now(),
    error    text,
    constraint search_changes_pkey primary key (kind, id),
    constraint search_changes_kind_check check (kind between 1 and 4),
    constraint search_changes_attempts_check check (attempts between 0 and 5)
);
create index search_changes_due_idx on search_changes (version) where attempts < 5;
create index search_changes_dead_idx on search_changes (since) where attempts = 5;

-- One row: how the index is, and how far a new one is filled.
create table search_index (
    is_single    boolean not null default true,
    is_kept      boolean not null default false, -- changes are noted for it
    is_live      boolean not null default false, -- it may be asked
    is_wanted    boolean not null default false, -- it has to be made anew
    cluster      text,                           -- which Elasticsearch it is in
    mapping      int not null default 0,         -- the fields that it has
    next_index   text,                           -- the one that is being filled
    fill_kind    smallint not null default 0,
    fill_after   uuid,
    filled       bigint not null default 0,
    fill_total   bigint not null default 0,
    started_at   timestamptz,
    reindexed_at timestamptz,
    error        text,
    checked_at   timestamptz,                    -- the last comparison with the entries, and what it found
    missing      int not null default 0,
    extra        int not null default 0,
    stale        int not null default 0,
    constraint search_index_pkey primary key (is_single),
    constraint search_index_is_single_check check (is_single)
);
insert into search_index default values;

-- What administrators see of an entry that was refused.
create type search_refused as (kind text, id uuid, error text);

create function search_version() returns trigger language plpgsql as $$ begin return new; end $$;
create function search_note() returns trigger language plpgsql as $$ begin return null; end $$;
create function search_note_gone() returns trigger language plpgsql as $$ begin return null; end $$;
create function search_note_emptied() returns trigger language plpgsql as $$ begin return null; end $$;
create function search_document(e search_entries) returns jsonb language sql stable as $$ select null::jsonb $$;
create function search_alternatives(filters tsquery) returns jsonb language sql immutable as $$ select null::jsonb $$;
create function search_question(kinds smallint[], asked text, viewer uuid, staff boolean, filters tsquery, most int, with_typos boolean) returns table (body text, words int)
    language sql stable as $$ select null::text, 0 where false $$;
create function search_found(of_kind smallint, asked text, viewer uuid, staff boolean, scope text, filters tsquery, most int, hits jsonb)
    returns table (place int, id uuid, class text, field text, typos int)
    language sql stable as $$ select 0, null::uuid, null::text, null::text, 0 where false $$;
create function search_fence() returns bigint language sql as $$ select 0::bigint $$;
create function search_compare(keys text[], versions bigint[], after text, until_key text, fence bigint) returns table (missing int, extra int, stale int, ahead int)
    language sql as $$ select 0, 0, 0, 0 where false $$;

create trigger search_version before insert or update of owner_id, public_from, is_explicit, score, raws, words on search_entries for each row execute function search_version();
create trigger search_noted after insert on search_entries referencing new table as changed for each statement execute function search_note();
create trigger search_noted_again after update on search_entries referencing old table as was new table as changed for each statement execute function search_note();
create trigger search_noted_gone after delete on search_entries referencing old table as changed for each statement execute function search_note_gone();
create trigger search_noted_emptied after truncate on search_entries for each statement execute function search_note_emptied();
