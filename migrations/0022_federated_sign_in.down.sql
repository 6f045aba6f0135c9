update login_history set method = 'oauth' where method like 'oauth:%';
alter table login_history
    drop constraint login_history_method_check,
    alter column method type varchar(20),
    add constraint login_history_method_check check (method in ('password', 'totp', 'recovery_code', 'passkey', 'oauth'));
drop table oauth_states;
delete from federated_identities f
 using federated_identities g
 where f.provider = g.provider and f.provider_id = g.provider_id and f.issuer > g.issuer;
alter table federated_identities
    drop constraint federated_identities_provider_id_key,
    drop column issuer,
    drop column last_used_at,
    add constraint federated_identities_provider_id_key unique (provider, provider_id);
update users set password_hash = '' where password_hash is null;
alter table users alter column password_hash set not null;
