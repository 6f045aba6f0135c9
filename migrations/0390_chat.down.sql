drop trigger room_members_came on room_members;
drop trigger room_members_went on room_members;
drop table room_actions, message_attachments, message_mentions, room_bans;
drop function chat_rank(text), chat_blocked(uuid, uuid), chat_unread(room_members, rooms), chat_mentions(room_members, rooms), chat_message_json(uuid), chat_tell_unread(uuid, uuid[], uuid),
              chat_tell_member(uuid, uuid, text), chat_mention(uuid, uuid, uuid, text), chat_send(uuid, uuid, uuid, text, uuid, uuid, uuid[], boolean, text, int),
              chat_write_problem(rooms, room_members), chat_direct(uuid, uuid), chat_read(uuid, uuid, bigint, boolean), chat_join(uuid, uuid, uuid, text),
              chat_delete_message(uuid, uuid), chat_delete_own(uuid, uuid, bigint, int), chat_create(uuid, text, text, text, uuid[]), chat_addable(uuid, uuid), chat_add(uuid, uuid, uuid),
              chat_change_member(uuid, uuid, uuid, text, boolean, timestamptz), chat_remove(uuid, uuid, uuid, uuid), chat_ban(uuid, uuid, uuid, text), chat_delete_room(uuid, uuid),
              chat_edit(uuid, uuid, text), chat_note(uuid, uuid, text, uuid, uuid, text), chat_react(uuid, uuid, uuid, text, boolean), chat_pin(uuid, uuid, uuid, boolean),
              chat_read_all(uuid), chat_query(text), chat_use_invitation(text, uuid), chat_notify(uuid, int), chat_members_changed(), chat_attachment_gone();
drop type chat_quote, chat_reaction, chat_attachment, chat_last;

drop index messages_room_id_seq_key, messages_client_id_key, messages_thread_id_idx, messages_track_id_idx, messages_mentions_all_idx, messages_content_folded_idx,
           messages_content_grams_idx, messages_pinned_idx;
alter table messages drop constraint messages_thread_id_fkey, drop constraint messages_track_id_fkey;
alter table messages
    drop column seq, drop column client_id, drop column sent_hash, drop column thread_id, drop column track_id, drop column mentions_all, drop column deleted_at,
    drop column pinned_at, drop column content_folded, drop column content_grams;
create index messages_content_tsv_idx on messages using gin (content_tsv);
create index messages_room_id_idx on messages (room_id, created_at desc, id desc);
create index messages_pinned_idx on messages (room_id, created_at desc) where is_pinned and not is_deleted;
drop function chat_grams(text);

alter table room_invitations
    drop constraint room_invitations_token_hash_key, drop constraint room_invitations_max_uses_check, drop constraint room_invitations_use_count_check,
    drop column token_hash, drop column max_uses, drop column use_count;
update room_invitations set token = gen_random_uuid() where token is null;
alter table room_invitations alter column token set default gen_random_uuid(), alter column token set not null;

alter table room_members
    drop constraint room_members_level_check,
    drop column read_seq, drop column hidden_seq, drop column level, drop column timeout_until, drop column last_sent_at;

drop trigger rooms_set_updated_at on rooms;
drop index rooms_direct_key, rooms_direct_low_idx, rooms_direct_high_idx, rooms_active_public_idx;
alter table rooms
    drop constraint rooms_slow_mode_s_check, drop constraint rooms_direct_check, drop constraint rooms_direct_low_fkey, drop constraint rooms_direct_high_fkey,
    drop column last_seq, drop column last_active_at, drop column notified_seq, drop column member_count, drop column slow_mode_s, drop column is_read_only, drop column direct_low, drop column direct_high;
create trigger rooms_set_updated_at before update on rooms for each row execute function set_updated_at();
