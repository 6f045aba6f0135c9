-- Which password a proof was made with. It counts up with each new password, so that what was begun with an old one can be told.
alter table users add column password_generation int not null default 0;

create function count_password() returns trigger
    language plpgsql
    as $$
begin
    new.password_generation := old.password_generation + 1;
    return new;
end
$$;

create trigger users_count_password before update on users for each row
    when (old.password_hash is distinct from new.password_hash)
    execute function count_password();

-- A new password, however it is set, ends what was begun with the old one.
create function end_pending_proofs() returns trigger
    language plpgsql
    as $$
begin
    delete from mfa_challenges c where c.user_id = new.id;
    delete from webauthn_challenges c where c.user_id = new.id;
    delete from oauth_states o using sessions s where s.id = o.session_id and s.user_id = new.id;
    update user_tokens t set used_at = now() where t.user_id = new.id and t.purpose = 'reset_password' and t.used_at is null;
    return null;
end
$$;

create trigger users_end_pending_proofs after update on users for each row
    when (old.password_hash is distinct from new.password_hash)
    execute function end_pending_proofs();

alter table mfa_challenges add column password_generation int not null default 0;
alter table webauthn_challenges add column password_generation int;

-- When the person last proved themselves within the session by their password.
alter table sessions add column proven_at timestamptz;
