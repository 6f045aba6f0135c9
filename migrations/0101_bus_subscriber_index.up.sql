-- A subscriber that goes takes what it failed at with it: found by an index, as for every foreign key.
create index bus_unfinished_subscriber_idx on bus_unfinished (subscriber);
