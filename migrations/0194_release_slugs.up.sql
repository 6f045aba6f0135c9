-- A release that strangers cannot find has a slug with a part that nobody guesses: its title does not lead to it, and a name that is taken does not tell of it.
-- The text of the functions is in migrations/functions/releases.sql.
alter table release_slugs
    add column is_secret boolean not null default false, -- with that part; the only ones that open an unlisted release
    add column is_chosen boolean not null default false; -- not made of the title

create function release_slug_base(words text) returns text language sql immutable parallel safe as $$ select words $$;
create function release_take_slug(release uuid, words text, is_open boolean, is_chosen boolean, is_exact boolean) returns text language plpgsql as $$ begin return words; end $$;

alter table releases disable trigger releases_set_updated_at;
with n as (
    select r.id, btrim(left(r.slug, 80), '-') || '-' || left(md5(gen_random_uuid()::text), 16) as slug
      from releases r
     where r.public_from is null or r.public_from > now()
), s as (
    insert into release_slugs (slug, release_id, is_secret) select n.slug, n.id, true from n
)
update releases r set slug = n.slug from n where n.id = r.id;
alter table releases enable trigger releases_set_updated_at;
