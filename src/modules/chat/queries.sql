-- Conversations: direct ones of two people, private groups, public rooms (ADR 0104). Only members read, and staff has no more rights here than anybody else.
-- Rules that change something are functions (migrations/functions/chat.sql).

-- fragment: chat_person(whom)
-- A person as the object UserRef; null when their account is gone.
(select jsonb_build_object('id', p_.id, 'username', p_.username, 'avatar', p_.avatar, 'display_name', p_.display_name) from users p_ where p_.id = whom and p_.deleted_at is null)

-- fragment: conversation(r, m)
-- m: the reader's membership, which may be missing.
-- schema: Conversation
-- not null: kind, unread_count, mention_count, may_write
-- nullable: role, level, read_seq, timeout_until, other, last_message
-- type: kind direct|private|public
-- type: role owner|admin|moderator|member
-- type: level all|mentions|none
-- type: other UserRef
-- type: last_message ChatLast
r.id, case r.room_type when 'dm' then 'direct' else r.room_type end as kind, r.name, r.description, r.is_read_only, r.slow_mode_s, r.member_count,
       case when r.room_type = 'dm'
            then (select {chat_person(o_.user_id)} from room_members o_ where o_.room_id = r.id and o_.user_id <> :viewer::uuid limit 1) end as other,
       r.last_seq, r.last_active_at,
       case when m.id is not null
            then (select to_jsonb(row(l_.id, l_.seq, l_.sender_id, (select p_.display_name from users p_ where p_.id = l_.sender_id and p_.deleted_at is null), left(l_.content, 140),
                                      l_.message_type, l_.is_deleted, l_.created_at)::chat_last)
                    from messages l_ where l_.room_id = r.id and l_.seq = r.last_seq) end as last_message,
       m.role, case when m.id is not null then coalesce(m.level, case when r.member_count >= 100 then 'mentions' else 'all' end) end as level,
       m.read_seq, m.timeout_until,
       case when m.id is not null then chat_unread(m, r) else 0 end as unread_count, case when m.id is not null then chat_mentions(m, r) else 0 end as mention_count,
       (m.id is not null and chat_write_problem(r, m) is null) as may_write, r.created_at

-- fragment: conversation_seen(r, m)
-- The reader may know of it: a member, and of a public room everybody who is not banned.
(r.deleted_at is null
 and (m.id is not null
      or (r.room_type = 'public' and not exists (select from room_bans b_ where b_.room_id = r.id and b_.user_id = :viewer::uuid))))

-- query: conversation_list
-- One's own, or public rooms, the latest active first. A direct conversation that was put out of the list comes back with its next message.
-- filter: public=true: r.room_type = 'public' and not exists (select from room_bans b where b.room_id = r.id and b.user_id = :viewer::uuid)
-- filter: public!=true: m.user_id is not null and (m.hidden_seq is null or r.last_seq > m.hidden_seq)
-- search: q: (search_fold(r.name) like all (search_patterns(:q::text))
--   or (r.room_type = 'dm' and exists (select from room_members o join users p on p.id = o.user_id and p.search_text like all (search_patterns(:q::text))
--   where o.room_id = r.id and o.user_id <> :viewer::uuid)))
-- sort: r.last_active_at desc, r.id desc
select {conversation(r, m)}
  from rooms r
  left join room_members m on m.room_id = r.id and m.user_id = :viewer::uuid
 where r.deleted_at is null

-- query: conversation_get
select {conversation(r, m)}
  from rooms r
  left join room_members m on m.room_id = r.id and m.user_id = :viewer::uuid
 where r.id = :id::uuid and {conversation_seen(r, m)}

-- query: conversation_create
-- problems: validation conflict
-- writes
select c.room as id, c.is_new, c.problem from chat_create(:viewer::uuid, :kind::text, :name::text, :description::text, :user_ids::uuid[]) c

-- query: conversation_update
-- problems: forbidden conflict
with r as materialized (
    select r.id, case when r.room_type = 'dm' then 'conflict: A direct conversation has nothing to change.'
                      when chat_rank(m.role) < 3 then 'forbidden: Only owners and admins change a room.' end as problem
      from rooms r
      join room_members m on m.room_id = r.id and m.user_id = :viewer::uuid
     where r.id = :id::uuid and r.deleted_at is null
       for no key update of r
), c as (
    update rooms o
       set name = coalesce(btrim(:name::text), o.name), {set_given(description, o, text)}, slow_mode_s = coalesce(:slow_mode_s::int, o.slow_mode_s),
           is_read_only = coalesce(:is_read_only::boolean, o.is_read_only)
      from r
     where o.id = r.id and r.problem is null
    returning o.id, realtime_send('room:' || o.id, 'chat.room', jsonb_build_object('deleted', false, 'name', o.name, 'description', o.description, 'slow_mode_s', o.slow_mode_s,
                                                                                  'is_read_only', o.is_read_only)) as told,
              chat_note(o.id, :viewer::uuid, 'changed', null, null, null)
)
select r.id, r.problem from r left join c on true

-- query: conversation_delete
-- problems: forbidden
-- writes
select d.deleted as id, d.problem from chat_delete_room(:id::uuid, :viewer::uuid) d where d.deleted is not null

-- query: conversation_join
-- problems: conflict
-- writes
with r as materialized (
    select r.id, case when m.id is null and r.member_count >= 5000 then 'conflict: A room has 5,000 members at most.' end as problem
      from rooms r
      left join room_members m on m.room_id = r.id and m.user_id = :viewer::uuid
     where r.id = :id::uuid and r.room_type = 'public' and {conversation_seen(r, m)}
       for no key update of r
)
select r.id, case when r.problem is null then chat_join(r.id, :viewer::uuid, null, 'member') end as joined, r.problem from r

-- query: chat_leave
-- problems: validation
-- writes
select d.removed as id, d.problem from chat_remove(:id::uuid, :viewer::uuid, :viewer::uuid, :successor_id::uuid) d where d.removed is not null

-- query: chat_inside
-- sees: its members
select r.id as room_id, m.role, chat_rank(m.role) as rank from rooms r join room_members m on m.room_id = r.id where r.id = :id::uuid and r.deleted_at is null and m.user_id = :viewer::uuid

-- query: chat_inside_room
-- sees: its members
select r.id as room_id, m.role, chat_rank(m.role) as rank from rooms r join room_members m on m.room_id = r.id where r.id = :roomId::uuid and r.deleted_at is null and m.user_id = :viewer::uuid

-- query: chat_moderating
-- sees: its members
-- problems: forbidden
select r.id as room_id, case when chat_rank(m.role) < 2 then 'forbidden: Only moderators of the room see this.' end as problem
  from rooms r
  join room_members m on m.room_id = r.id
 where r.id = :id::uuid and r.deleted_at is null and m.user_id = :viewer::uuid

-- Members

-- fragment: chat_member(m, u)
-- schema: ChatMember
-- nullable: timeout_until
-- not null: is_blocked
-- type: role owner|admin|moderator|member
m.id, {user_ref(u, person)}, m.role, m.joined_at, case when m.timeout_until > now() then m.timeout_until end as timeout_until,
       exists (select from user_blocks b_ where b_.blocker_id = :viewer::uuid and b_.blocked_id = u.id) as is_blocked

-- query: chat_member_list
-- `is_blocked`: the reader has blocked them.
-- search: q: u.search_text like all (search_patterns(:q::text))
-- sort: role: (4 - chat_rank(m.role)), m.joined_at, m.id
-- sort: newest: (- extract(epoch from m.joined_at)), m.id
select {chat_member(m, u)}
  from room_members m
  join users u on u.id = m.user_id and u.deleted_at is null
 where m.room_id = :room_id::uuid

-- query: chat_member_get
select {chat_member(m, u)} from room_members m join users u on u.id = m.user_id where m.id = :member::uuid

-- query: chat_member_add
-- problems: validation forbidden conflict
-- writes
select a.member, a.problem from chat_add(:id::uuid, :viewer::uuid, :user_id::uuid) a where a.member is not null or a.problem is not null

-- query: chat_member_change
-- problems: forbidden conflict
-- writes
select a.member, a.problem
  from chat_change_member(:id::uuid, :viewer::uuid, :userId::uuid, :role::text, coalesce(:has_timeout_until::boolean, false), :timeout_until::timestamptz) a
 where a.member is not null

-- query: chat_member_remove
-- problems: forbidden conflict
-- writes
select d.removed as id, d.problem from chat_remove(:id::uuid, :viewer::uuid, :userId::uuid, null) d where d.removed is not null

-- query: chat_ban_list
-- schema: ChatBan
-- unique: one ban a person in a room
-- sort: b.created_at desc, b.user_id desc
select {user_ref(u, person)}, b.reason, b.created_at from room_bans b join users u on u.id = b.user_id where b.room_id = :room_id::uuid

-- query: chat_ban
-- problems: validation forbidden conflict
-- writes
select a.banned as id, a.problem from chat_ban(:id::uuid, :viewer::uuid, :user_id::uuid, :reason::text) a where a.banned is not null or a.problem is not null

-- query: chat_unban
with d as (
    delete from room_bans b where b.room_id = :room_id::uuid and b.user_id = :userId::uuid
    returning b.user_id, chat_note(b.room_id, :viewer::uuid, 'unbanned', b.user_id, null, null)
)
select d.user_id as id from d

-- query: chat_action_list
-- schema: ChatAction
-- nullable: actor, subject
-- type: actor UserRef
-- type: subject UserRef
-- sort: a.id desc
select a.id, a.action, {chat_person(a.actor_id)} as actor, {chat_person(a.subject_id)} as subject, a.message_id, a.details, a.created_at
  from room_actions a
 where a.room_id = :room_id::uuid

-- Messages

-- fragment: chat_message(m)
-- schema: ChatMessage
-- not null: reactions, attachments, mentions, reply_count
-- nullable: sender, reply_to, track
-- type: sender UserRef
-- type: reply_to ChatQuote
-- type: reactions ChatReaction[]
-- type: attachments ChatAttachment[]
-- type: track TrackRef
-- type: message_type text|image|audio|system
m.id, m.room_id, m.seq, m.client_id, m.message_type, m.content, {chat_person(m.sender_id)} as sender,
       (select to_jsonb(row(q_.id, q_.seq, q_.sender_id, (select p_.display_name from users p_ where p_.id = q_.sender_id and p_.deleted_at is null), left(q_.content, 140),
                            q_.is_deleted)::chat_quote)
          from messages q_ where q_.id = m.reply_to_id) as reply_to,
       m.thread_id, (select count(*) from messages t_ where t_.thread_id = m.id and not t_.is_deleted) as reply_count,
       m.is_edited, m.edited_at, m.is_deleted, m.is_pinned,
       to_json(array(select row(x_.emoji, count(*)::int, bool_or(x_.user_id = :viewer::uuid))::chat_reaction
                       from message_reactions x_ where x_.message_id = m.id group by x_.emoji order by min(x_.created_at), x_.emoji)) as reactions,
       to_json(array(select row(a_.id, a_.filename, a_.kind, a_.media_type, a_.size_bytes)::chat_attachment from message_attachments a_ where a_.message_id = m.id order by a_.position))
           as attachments,
       m.track_id,
       case when m.track_id is not null
            then (select to_jsonb(row(t_.id, t_.title, {cover_url(t_)}, {waveform_url(t_)})::track_ref)
                    from tracks t_ where t_.id = m.track_id and {track_visible(t_, :viewer::uuid, false)}) end as track,
       array(select n_.user_id from message_mentions n_ where n_.message_id = m.id order by 1) as mentions, m.mentions_all, m.created_at

-- query: chat_message_get
select {chat_message(m)}
  from messages m
  join rooms r on r.id = m.room_id and r.deleted_at is null
 where m.id = :message::uuid and exists (select from room_members o where o.room_id = m.room_id and o.user_id = :viewer::uuid)

-- query: chat_history
-- A room's numbers have no gaps, so a page is a row of numbers. As an array PostgreSQL expects few rows of them, and compiles nothing (jit), which would take longer than the page.
-- schema: ChatHistory
-- not null: items, has_before, has_after
-- type: items ChatMessage[]
with w as materialized (
    select r.id, r.last_seq, m.read_seq,
           case when :before::bigint is not null then least(:before::bigint, r.last_seq + 1) - :limit::int
                when :after::bigint is not null then :after::bigint + 1
                when :around::bigint is not null then greatest(1, least(:around::bigint, r.last_seq) - :limit::int / 2)
                else r.last_seq - :limit::int + 1 end as first_seq
      from rooms r
      join room_members m on m.room_id = r.id and m.user_id = :viewer::uuid
     where r.id = :id::uuid and r.deleted_at is null
)
select (select coalesce(json_agg(to_json(x) order by x.seq), '[]')
          from (select {chat_message(m)}
                  from messages m
                 where m.room_id = w.id and m.seq = any (array(select generate_series(w.first_seq, w.first_seq + :limit::int - 1)))) x) as items,
       w.first_seq > 1 as has_before, w.first_seq + :limit::int - 1 < w.last_seq as has_after, w.last_seq, w.read_seq
  from w

-- query: chat_send
-- problems: validation forbidden conflict too_many_requests
-- writes
select s.message, s.is_new, s.problem
  from chat_send(:id::uuid, :viewer::uuid, :client_id::uuid, :content::text, :reply_to_id::uuid, :track_id::uuid, :attachment_ids::uuid[], :confirm_all::boolean, 'text',
                 :setting_chat_notify_after_s::int) s
 where s.message is not null or s.problem is not null

-- query: chat_edit
-- problems: validation forbidden
-- writes
select e.edited as message, e.problem
  from messages m
 cross join lateral chat_edit(m.id, :viewer::uuid, :content::text) e
 where m.id = :messageId::uuid and m.room_id = :id::uuid and e.edited is not null

-- query: chat_delete
-- By its author, and by moderators of the room, which is noted.
-- problems: forbidden
-- writes
with x as materialized (
    select m.id, m.room_id, m.sender_id, m.sender_id is distinct from :viewer::uuid as is_others,
           case when m.sender_id is distinct from :viewer::uuid and (r.room_type = 'dm' or chat_rank(o.role) < 2) then 'forbidden: Only its author and moderators delete a message.' end as problem
      from messages m
      join rooms r on r.id = m.room_id and r.deleted_at is null
      join room_members o on o.room_id = m.room_id and o.user_id = :viewer::uuid
     where m.id = :messageId::uuid and m.room_id = :id::uuid and not m.is_deleted
)
select x.id, x.problem, case when x.problem is null then chat_delete_message(x.id, :viewer::uuid)::text end,
       case when x.problem is null and x.is_others then chat_note(x.room_id, :viewer::uuid, 'message_deleted', x.sender_id, x.id, null)::text end
  from x

-- query: topic_room
-- Members of the room. In large ones nobody is told who types, in others not of those whom one has blocked or who have blocked one.
select a.n, case when r.member_count > 50 then '*'
                 else (select string_agg(o.user_id::text, ',') from room_members o where o.room_id = r.id and o.user_id <> a.viewer and chat_blocked(o.user_id, a.viewer)) end as quiet
  from unnest(:ids::uuid[], :viewers::uuid[]) with ordinality as a (id, viewer, n)
  join rooms r on r.id = a.id and r.deleted_at is null
  join room_members m on m.room_id = r.id and m.user_id = a.viewer

-- Reading

-- query: chat_read
-- writes
select d.room from (select chat_read(:id::uuid, :viewer::uuid, :seq::bigint, coalesce(:unread::boolean, false)) as room) d where d.room is not null

-- query: chat_mark
-- schema: ChatMark
-- not null: *
select m.room_id, m.read_seq, r.last_seq, chat_unread(m, r) as unread_count, chat_mentions(m, r) as mention_count
  from room_members m
  join rooms r on r.id = m.room_id
 where m.room_id = :room::uuid and m.user_id = :viewer::uuid

-- query: chat_read_all
-- not null: rooms
-- writes
select chat_read_all(:viewer::uuid) as rooms

-- query: chat_level
update room_members m set level = :level::text from rooms r where r.id = m.room_id and r.deleted_at is null and m.room_id = :id::uuid and m.user_id = :viewer::uuid returning m.room_id as id

-- query: chat_stats
-- schema: ChatStats
-- not null: *
select count(*) as conversation_count, coalesce(sum(chat_unread(m, r)), 0)::int as unread_count, coalesce(sum(chat_mentions(m, r)), 0)::int as mention_count,
       (select count(*) from (select from messages x where x.sender_id = :viewer::uuid and not x.is_deleted limit 10000) n) as sent_count
  from room_members m
  join rooms r on r.id = m.room_id
 where m.user_id = :viewer::uuid and r.deleted_at is null and (m.hidden_seq is null or r.last_seq > m.hidden_seq)

-- query: chat_seen_of
-- Names only in small rooms.
-- sees: its members
-- problems: conflict
select x.room_id, x.seq, x.sender_id, case when r.member_count > 50 then 'conflict: Who has read a message is told in conversations of up to 50 members.' end as problem
  from messages x
  join rooms r on r.id = x.room_id and r.deleted_at is null
  join room_members m on m.room_id = r.id and m.user_id = :viewer::uuid
 where x.id = :messageId::uuid and x.room_id = :id::uuid and not x.is_deleted

-- query: chat_seen
-- schema: ChatSeen
-- unique: one membership a person in a room
-- sort: m.user_id
select {user_ref(u, person)}
  from room_members m
  join users u on u.id = m.user_id and user_shown(u)
 where m.room_id = :room_id::uuid and m.read_seq >= :seq::bigint and (m.user_id is distinct from :sender_id::uuid) and not chat_blocked(m.user_id, :viewer::uuid)

-- query: chat_thread_of
-- sees: its members
select x.room_id, coalesce(x.thread_id, x.id) as root
  from messages x
  join rooms r on r.id = x.room_id and r.deleted_at is null
  join room_members m on m.room_id = r.id and m.user_id = :viewer::uuid
 where x.id = :messageId::uuid and x.room_id = :id::uuid

-- query: chat_thread
-- unique: numbers of one room
-- sort: m.seq
select {chat_message(m)}
  from messages m
 where m.room_id = :room_id::uuid and (m.thread_id = :root::uuid or m.id = :root::uuid)

-- query: chat_pin_list
-- unique: times and ids
-- sort: coalesce(m.pinned_at, m.created_at) desc, m.id desc
select {chat_message(m)}
  from messages m
 where m.room_id = :room_id::uuid and m.is_pinned and not m.is_deleted

-- query: chat_pin
-- problems: forbidden conflict
-- writes
select p.pinned as id, p.problem from chat_pin(:id::uuid, :messageId::uuid, :viewer::uuid, true) p where p.pinned is not null

-- query: chat_unpin
-- problems: forbidden
-- writes
select p.pinned as id, p.problem from chat_pin(:id::uuid, :messageId::uuid, :viewer::uuid, false) p where p.pinned is not null

-- query: chat_react
-- problems: forbidden conflict
-- writes
select x.reacted as message, x.problem
  from chat_react(:roomId::uuid, :messageId::uuid, :viewer::uuid, :sign::text, :wanted::boolean) x
 where x.reacted is not null

-- fragment: chat_search
-- What the reader may find: messages of conversations that they are in now. Parts of words are found by an index of trigrams, and writing without spaces by one of its letters and pairs.
-- search: q: m.content_folded like (search_patterns(:q::text))[1] and m.content_folded like coalesce((search_patterns(:q::text))[2], '%')
--   and m.content_folded like coalesce((search_patterns(:q::text))[3], '%') and m.content_folded like all (search_patterns(:q::text))
--   and (chat_query(search_fold(:q::text)) is null or m.content_grams @@ chat_query(search_fold(:q::text)))
-- filter: from: m.sender_id = (select p.id from users p where lower(p.username) = lower(:from::text))
-- filter: has=link: m.content_folded like '%http%://%'
-- filter: has=file: exists (select from message_attachments a where a.message_id = m.id)
-- filter: has=image: exists (select from message_attachments a where a.message_id = m.id and a.kind = 'image')
-- filter: has=audio: exists (select from message_attachments a where a.message_id = m.id and a.kind = 'audio')
-- filter: has=track: m.track_id is not null
-- filter: before: m.created_at < :before::timestamptz
-- filter: after: m.created_at >= :after::timestamptz
{chat_message(m)}

-- query: chat_search_room
-- unique: numbers of one room
-- sort: m.seq desc
select {chat_search}
  from messages m
 where m.room_id = :room_id::uuid and not m.is_deleted

-- query: chat_search_all
-- filter: in: m.room_id = :in::uuid
-- sort: m.created_at desc, m.id desc
select {chat_search}
  from messages m
 where m.room_id in (select o.room_id from room_members o join rooms r on r.id = o.room_id and r.deleted_at is null where o.user_id = :viewer::uuid) and not m.is_deleted

-- Invitations

-- fragment: chat_invitation(i)
-- schema: ChatInvitation
-- nullable: inviter
-- not null: is_open
-- type: inviter UserRef
i.id, {chat_person(i.inviter_id)} as inviter, i.max_uses, i.use_count, i.expires_at, i.created_at,
       ((i.expires_at is null or i.expires_at > now()) and (i.max_uses is null or i.use_count < i.max_uses)) as is_open

-- query: chat_inviting
-- Of a private room moderators, of a public one every member.
-- sees: its members
-- problems: forbidden conflict
select r.id as room_id, chat_rank(m.role) as rank,
       case when r.room_type = 'dm' then 'conflict: A direct conversation is between two people.'
            when r.room_type = 'private' and chat_rank(m.role) < 2 then 'forbidden: Only moderators of the room invite people.' end as problem
  from rooms r
  join room_members m on m.room_id = r.id and m.user_id = :viewer::uuid
 where r.id = :id::uuid and r.deleted_at is null

-- query: chat_invitation_list
-- Moderators see all, others their own.
-- sort: i.created_at desc, i.id desc
select {chat_invitation(i)} from room_invitations i where i.room_id = :room_id::uuid and (:rank::int >= 2 or i.inviter_id = :viewer::uuid)

-- query: chat_invitation_create
-- problems: conflict
with t as (
    select {new_link_token} as token
), i as (
    insert into room_invitations (room_id, inviter_id, token_hash, max_uses, expires_at)
    select :room_id::uuid, :viewer::uuid, {link_hash(t.token)}, :max_uses::int, now() + make_interval(secs => :expires_in_s::int)
      from t
     where (select count(*) from room_invitations o where o.room_id = :room_id::uuid) < 100
    returning id
)
select i.id as invitation_id, t.token, case when i.id is null then 'conflict: A room has 100 invitations at most. Delete some.' end as problem from t left join i on true

-- query: chat_invitation_get
-- schema: ChatNewInvitation
-- not null: token
select {chat_invitation(i)}, :token::text as token from room_invitations i where i.id = :invitation_id::uuid

-- query: chat_invitation_delete
delete from room_invitations i
 where i.id = :invitationId::uuid and i.room_id = :room_id::uuid and (:rank::int >= 2 or i.inviter_id = :viewer::uuid)
returning i.id

-- query: chat_invitation_show
-- Shows what the link leads to and changes nothing. The room's members and history are for its members.
-- schema: ChatInvited
-- nullable: inviter
-- not null: kind, is_member, is_open
-- type: kind direct|private|public
-- type: inviter UserRef
select r.id as conversation_id, r.room_type as kind, r.name, r.description, r.member_count, {chat_person(i.inviter_id)} as inviter, i.expires_at,
       exists (select from room_members m where m.room_id = r.id and m.user_id = :viewer::uuid) as is_member,
       ((i.expires_at is null or i.expires_at > now()) and (i.max_uses is null or i.use_count < i.max_uses)) as is_open
  from room_invitations i
  join rooms r on r.id = i.room_id and r.deleted_at is null
 where i.token_hash = {link_hash(:token::text)} and not chat_blocked(i.inviter_id, :viewer::uuid)
   and not exists (select from room_bans b where b.room_id = r.id and b.user_id = :viewer::uuid)
   and exists (select from room_members m where m.room_id = r.id and m.user_id = i.inviter_id)

-- query: chat_invitation_use
-- problems: token_invalid conflict
-- writes
select u.room as id, u.problem from chat_use_invitation({link_hash(:token::text)}, :viewer::uuid) u where u.room is not null

-- Files

-- fragment: chat_attachment_row(a)
-- schema: ChatAttachment
a.id, a.filename, a.kind, a.media_type, a.size_bytes

-- query: chat_may_attach
-- sees: its members
-- problems: forbidden conflict
select r.id as room_id,
       case when chat_write_problem(r, m) is not null then 'forbidden: You may not write here now.'
            when (select count(*) from message_attachments a where a.user_id = :viewer::uuid and a.message_id is null) >= 50
            then 'conflict: 50 files wait to be sent. Send some, or delete them.' end as problem
  from rooms r
  join room_members m on m.room_id = r.id and m.user_id = :viewer::uuid
 where r.id = :roomId::uuid and r.deleted_at is null

-- query: chat_attachment_later
-- Before the file is kept: should this process die before the row is there, the file is removed.
insert into jobs (kind, payload, run_at) values ('chat.files_gone', jsonb_build_object('keys', jsonb_build_array(:key::text)), now() + interval '1 hour') returning id

-- query: chat_attachment_create
-- audited
insert into message_attachments (id, room_id, user_id, filename, kind, media_type, size_bytes, file_key)
select :attachment_id::uuid, o.room_id, :viewer::uuid, :filename::text, :kind::text, :media_type::text, :size_bytes::bigint, :key::text
  from room_members o
 where o.room_id = :roomId::uuid and o.user_id = :viewer::uuid
returning id as attachment_id

-- query: chat_attachment_get
-- A file that nobody has sent yet.
select {chat_attachment_row(a)} from message_attachments a where a.id = :attachment_id::uuid and a.user_id = :viewer::uuid

-- query: chat_attachment_file
-- Members, as long as they are members; before it is sent whoever uploaded it.
select a.file_key as key, a.media_type as content_type, a.filename
  from message_attachments a
  join rooms r on r.id = a.room_id and r.deleted_at is null
  join room_members m on m.room_id = r.id and m.user_id = :viewer::uuid
 where a.id = :attachmentId::uuid and a.room_id = :roomId::uuid and (a.message_id is not null or a.user_id = :viewer::uuid)

-- query: chat_attachment_drop
delete from message_attachments a where a.id = :attachmentId::uuid and a.room_id = :roomId::uuid and a.user_id = :viewer::uuid and a.message_id is null returning a.id

-- query: chat_attachment_unused
-- Those of these keys that no row has.
select k.key from unnest(:keys::text[]) k (key) where not exists (select from message_attachments a where a.file_key = k.key)

-- query: chat_sweep_staged
-- What was uploaded a day ago and not sent. One that is being sent now is locked.
delete from message_attachments a
 where a.id in (select s.id from message_attachments s where s.message_id is null and s.created_at < now() - interval '1 day' order by s.created_at limit 1000 for update skip locked)
   and a.message_id is null
returning a.id

-- query: chat_infected
-- Takes a harmful file out of its message, which stays.
delete from message_attachments a where a.file_key = :key::text returning a.user_id, a.filename

-- query: chat_purge_messages
-- The next messages of a deleted room.
delete from messages x
 where x.id in (select o.id from messages o join rooms r on r.id = o.room_id and r.deleted_at is not null where o.room_id = :room_id::uuid order by o.seq desc limit 2000)
returning x.id

-- query: chat_purge_room
with t as (
    delete from realtime_topics t where t.name = 'room:' || :room_id::uuid::text
)
delete from rooms r where r.id = :room_id::uuid and r.deleted_at is not null returning r.id

-- query: chat_delete_own
-- The next of them. A row: there are more.
-- writes
select d.n from chat_delete_own(:room_id::uuid, :user_id::uuid, :upto::bigint, 200) d (n) where d.n = 200

-- query: chat_notify
-- writes
select chat_notify(:room_id::uuid, :notify_s::int) as told

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_conversations
select r.id, r.name, r.description, r.room_type, m.role, m.joined_at, m.read_seq, m.level, m.timeout_until, r.creator_id = m.user_id as created_by_me
  from room_members m
  join rooms r on r.id = m.room_id
 where m.user_id = :user_id::uuid
 order by m.joined_at, m.id

-- query: export_invitations
select i.room_id, i.status, i.inviter_id = :user_id::uuid as sent, i.created_at, i.expires_at
  from room_invitations i
 where i.inviter_id = :user_id::uuid or i.invitee_id = :user_id::uuid
 order by i.created_at, i.id

-- query: export_messages
select m.id, m.room_id, m.seq, m.content, m.message_type, m.reply_to_id, m.track_id, m.is_pinned, m.is_edited, m.is_deleted, m.metadata, m.created_at, m.edited_at
  from messages m
 where m.sender_id = :user_id::uuid
 order by m.created_at, m.id

-- query: export_reactions
select r.message_id, r.emoji, r.created_at from message_reactions r where r.user_id = :user_id::uuid order by r.created_at, r.id

-- query: export_read_messages
select r.message_id, d.delivered_at, r.read_at
  from (select message_id, read_at from read_receipts where user_id = :user_id::uuid) r
  full join (select message_id, delivered_at from delivered_status where user_id = :user_id::uuid) d using (message_id)
 order by r.read_at, message_id


-- query: export_room_bans
select b.room_id, b.created_at from room_bans b where b.user_id = :user_id::uuid order by b.created_at, b.room_id

-- query: export_room_actions
-- What one did as a moderator, and that something was done to one; not by whom.
select a.room_id, a.action, a.actor_id = :user_id::uuid as by_me, a.created_at
  from room_actions a
 where a.actor_id = :user_id::uuid or a.subject_id = :user_id::uuid
 order by a.id

-- query: export_message_mentions
select n.message_id, n.room_id from message_mentions n where n.user_id = :user_id::uuid order by n.room_id, n.seq

-- query: export_message_attachments
select a.id, a.room_id, a.message_id, a.filename, a.kind, a.media_type, a.size_bytes, a.created_at from message_attachments a where a.user_id = :user_id::uuid order by a.created_at, a.id

-- query: export_chat_files
select a.file_key as key, 'files/chat/' || a.id as name from message_attachments a where a.user_id = :user_id::uuid order by a.id

-- query: erase_chat
-- Rooms that others are in go to the tombstone; all others go with the person. Files that they sent go, also where the message stays.
with n as (
    update rooms r
       set creator_id = :tombstone::uuid
     where r.creator_id = :user_id::uuid
       and exists (select from room_members m where m.room_id = r.id and m.user_id <> :user_id::uuid)
)
update messages m set client_id = gen_random_uuid(), sent_hash = null where m.sender_id = :user_id::uuid
