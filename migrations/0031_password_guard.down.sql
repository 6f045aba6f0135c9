drop function lockout_source(uuid, text, text, text);
drop function lockout_until(int, int, int);
alter table user_tokens drop column browser_hash;
delete from login_failures;
alter table login_failures
    drop constraint login_failures_pkey,
    drop column source,
    add constraint login_failures_pkey primary key (email_hash);
