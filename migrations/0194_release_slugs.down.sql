drop function release_take_slug(uuid, text, boolean, boolean, boolean), release_slug_base(text);
alter table release_slugs drop column is_secret, drop column is_chosen;
