-- Wrong passwords and codes are counted by account and source (ADR 0014): a session, a browser that the account knows, or a network. So a
-- stranger's attempts keep nobody else out.
delete from login_failures;
alter table login_failures
    add column source varchar(120) not null,
    drop constraint login_failures_pkey,
    add constraint login_failures_pkey primary key (email_hash, source);

-- The browser in which a link for a new password was used: from then on the account knows it.
alter table user_tokens add column browser_hash varchar(64);

-- From the `bound`th failure on each attempt has to wait twice as long as the one before, a minute at first.
create function lockout_until(failures int, bound int, longest_s int) returns timestamptz
    language sql stable parallel safe
    as $$
select case when failures >= bound then now() + make_interval(secs => least(longest_s, 60 * 2 ^ least(failures - bound, 20))) end
$$;

-- Under which name an attempt is counted. A browser is known when it signed in to this account, or set its password with a link by mail.
create function lockout_source(person uuid, session_id text, browser text, network text) returns text
    language plpgsql stable parallel safe
    as $$
begin
    return case when session_id is not null then 'session:' || session_id
                when exists (select from sessions s where s.user_id = person and s.browser_hash = browser)
                  or exists (select from user_tokens t where t.user_id = person and t.browser_hash = browser) then 'browser:' || browser
                else 'network:' || network end;
end
$$;
