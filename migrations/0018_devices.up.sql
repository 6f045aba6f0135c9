-- What a person recognises a session by. A user agent can claim anything: this is for reading, never for a decision.

create function device_kind(user_agent text) returns text
    language sql immutable parallel safe
    as $$
select case when user_agent ~* 'ipad|tablet|(android(?!.*mobile))' then 'tablet'
            when user_agent ~* 'mobile|iphone|android' then 'mobile'
            when user_agent ~* 'windows|macintosh|x11|linux|cros' then 'desktop'
            else 'other' end
$$;

-- "Firefox on Linux"; the program's own name where it is no browser.
create function device_label(user_agent text) returns text
    language sql immutable parallel safe
    as $$
select case when coalesce(btrim(user_agent), '') = '' then 'Unknown device'
            when b.name is null then left(coalesce(substring(user_agent from '^[A-Za-z][A-Za-z0-9 _.-]*'), 'Unknown device'), 40)
            else b.name || coalesce(' on ' || s.name, '') end
  from (select case when user_agent ~ 'Edg(e|A|iOS)?/' then 'Edge'
                    when user_agent ~ 'OPR/|Opera' then 'Opera'
                    when user_agent ~ 'SamsungBrowser/' then 'Samsung Internet'
                    when user_agent ~ 'Firefox/|FxiOS/' then 'Firefox'
                    when user_agent ~ 'Electron/' then 'Veza desktop'
                    when user_agent ~ 'Chrome/|CriOS/|Chromium/' then 'Chrome'
                    when user_agent ~ 'Version/.* Safari/' then 'Safari' end as name) b,
       (select case when user_agent ~ 'iPhone' then 'iPhone'
                    when user_agent ~ 'iPad' then 'iPad'
                    when user_agent ~ 'Android' then 'Android'
                    when user_agent ~ 'CrOS' then 'ChromeOS'
                    when user_agent ~ 'Windows' then 'Windows'
                    when user_agent ~ 'Macintosh|Mac OS X' then 'macOS'
                    when user_agent ~ 'Linux|X11' then 'Linux' end as name) s
$$;
