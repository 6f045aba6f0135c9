-- Names that nobody may choose. The operator's own may be one of them: `veza user create` does not ask.
create or replace function username_reserved(username text) returns boolean
    language sql immutable parallel safe
    as $$
select lower(username) in ('admin', 'administrator', 'api', 'me', 'moderator', 'root', 'support', 'system', 'veza', 'www')
$$;

-- Is there another way in once the account elsewhere `without` is gone? `providers` are those that are switched on, as OAUTH_PROVIDERS names them. It locks the
-- person and then looks, and what a volatile function asks after a lock is what the one before has left: of two that are taken away at once, each thinking that
-- the other stays, one stays.
create or replace function sign_in_stays(person uuid, without uuid, providers text) returns boolean
    language plpgsql volatile
    as $$
begin
    perform from users u where u.id = person for update;
    return exists (select from users u where u.id = person and u.password_hash is not null)
        or exists (select from webauthn_credentials c where c.user_id = person)
        or exists (select from federated_identities f
                    where f.user_id = person and f.id <> without
                      and f.provider in (select regexp_replace(p, '^oidc:', '') from regexp_split_to_table(providers, '[, ]+') p));
end
$$;
