-- What one row says about who may see it. PostgreSQL takes functions of one expression into the statement, hence with its indexes. The rules for a
-- viewer are in src/modules/fragments.sql.

-- An account in good standing.
create or replace function user_active(u users) returns boolean
    language sql stable parallel safe
    as $$ select u.is_active and not u.is_banned and u.deleted_at is null $$;

-- An account that others may know of: in good standing, and not about to be erased.
create or replace function user_shown(u users) returns boolean
    language sql stable parallel safe
    as $$ select user_active(u) and u.deletion_at is null $$;

-- What a stranger may find, in lists too. A scheduled track is, from its time on.
create or replace function track_is_public(t tracks) returns boolean
    language sql stable parallel safe
    as $$ select t.public_from <= now() and t.status = 'completed' and t.deleted_at is null $$;

-- What a stranger may open who has its address.
create or replace function track_is_open(t tracks) returns boolean
    language sql stable parallel safe
    as $$ select (t.visibility = 'unlisted' or t.public_from <= now()) and t.status = 'completed' and t.deleted_at is null $$;
