alter table tracks drop column cover_is_chosen;
