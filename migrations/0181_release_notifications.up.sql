-- What one wants to be told of releases of those whom one follows.
alter table user_settings
    add column notify_on_release boolean not null default true,
    add column email_on_release boolean not null default true;
