drop function device_label(text);
drop function device_kind(text);
