alter table user_settings drop column notify_on_release, drop column email_on_release;
