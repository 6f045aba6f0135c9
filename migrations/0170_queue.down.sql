drop function queue_patch(uuid, bigint, uuid, int, boolean, boolean, text, int, uuid, uuid), queue_clear(uuid, bigint), queue_remove(uuid, bigint, uuid),
    queue_add(uuid, bigint, uuid[], uuid[], boolean, uuid), queue_place(uuid, uuid, int, uuid),
    queue_put(uuid, bigint, uuid[], uuid[], bigint[], uuid, int, boolean, boolean, text, int), queue_tell(uuid, boolean), queue_lock(uuid, bigint),
    queue_offset_ms(queues);

alter table queue_items drop column original;
update queue_items i
   set position = n.number - 1
  from (select queue_id, id, row_number() over (partition by queue_id order by position) as number from queue_items) n
 where n.queue_id = i.queue_id and n.id = i.id;
alter table queue_items alter column position type int;
delete from queue_items where track_id is null;
alter table queue_items drop constraint queue_items_track_id_fkey;
alter table queue_items alter column track_id set not null;
alter table queue_items add constraint queue_items_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade;
alter table queue_items drop constraint queue_items_pkey;
update queue_items i
   set id = gen_random_uuid()
  from (select queue_id, id, row_number() over (partition by id order by queue_id) as number from queue_items) n
 where n.queue_id = i.queue_id and n.id = i.id and n.number > 1;
alter table queue_items add constraint queue_items_pkey primary key (id);

alter table queues drop constraint queues_item_count_check, drop column version, drop column item_count, drop column positioned_at;
update queues set current_item = null;
alter table queues rename column current_item to current_track_id;
alter table queues add constraint queues_current_track_id_fkey foreign key (current_track_id) references tracks (id) on delete set null;
create index queues_current_track_id_idx on queues (current_track_id) where current_track_id is not null;
