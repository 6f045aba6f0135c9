/** Rooms: who is in them and as what, invitations, bans, blocks, search, files, and what those hear who are away. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { begin, conversation, edit, history, post, react, read, remove, say } from '../support/chat.ts';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { Live } from '../support/live.ts';
import { png } from '../support/media.ts';
import { until } from '../support/wait.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('chat-rooms', { CHAT_NOTIFY_AFTER_S: '0', NOTIFY_MAIL_DELAY_S: '0' });
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia'), root = world.as('root');
const ids = template.ids;

const add = (who: Client, id: string, user_id: string) => who.post('/api/v1/conversations/{id}/members', { path: { id }, body: { user_id } });
const change = (who: Client, id: string, userId: string, body: { role?: 'owner' | 'admin' | 'moderator' | 'member'; timeout_until?: string | null }) =>
  who.patch('/api/v1/conversations/{id}/members/{userId}', { path: { id, userId }, body });
const takeOut = (who: Client, id: string, userId: string) => who.delete('/api/v1/conversations/{id}/members/{userId}', { path: { id, userId } });
const leave = (who: Client, id: string, successor_id?: string) => who.post('/api/v1/conversations/{id}/leave', { path: { id }, body: { ...(successor_id && { successor_id }) } });
const join = (who: Client, id: string) => who.post('/api/v1/conversations/{id}/join', { path: { id } });
const ban = (who: Client, id: string, user_id: string) => who.post('/api/v1/conversations/{id}/bans', { path: { id }, body: { user_id, reason: 'Advertising' } });
const settings = (who: Client, id: string, body: { name?: string; slow_mode_s?: number; is_read_only?: boolean }) => who.put('/api/v1/conversations/{id}', { path: { id }, body });
const roles = async (who: Client, id: string) => {
  const reply = await who.get('/api/v1/conversations/{id}/members', { path: { id }, query: { limit: 100 } });
  assertStatus(reply, 200);
  return Object.fromEntries(reply.body.items.map(({ person, role }) => [person.username, role]));
};
const gone = async (who: Client, id: string) => {
  assertProblem(await who.get('/api/v1/conversations/{id}', { path: { id } }), 404, 'not_found');
  assertProblem(await who.get('/api/v1/conversations/{id}/history', { path: { id } }), 404, 'not_found');
  assertProblem(await who.get('/api/v1/conversations/{id}/members', { path: { id } }), 404, 'not_found');
  assertProblem(await post(who, id, 'Still here?'), 404, 'not_found');
};
const block = (blocker: Person, blocked: Person) => world.sql(`insert into user_blocks (blocker_id, blocked_id) values ('${ids[blocker]}', '${ids[blocked]}')`);
const unblock = () => world.sql('delete from user_blocks');
const room = (kind: 'private' | 'public', name: string, ...people: Person[]) => begin(alice, { kind, name, user_ids: people.map((one) => ids[one]) });

test('a private room is not there for strangers, staff among them; a public one is found and joined, and read by its members only', async () => {
  const hidden = await room('private', 'Hidden', 'bob'), open = await room('public', 'Open to all');
  for (const who of [dave, mia, root]) await gone(who, hidden.id);
  assertProblem(await join(dave, hidden.id), 404, 'not_found');
  const found = await dave.get('/api/v1/conversations', { query: { public: true, q: 'open to' } });
  assertStatus(found, 200);
  assert.deepEqual(found.body.items.map(({ id, role, last_message }) => [id, role, last_message]), [[open.id, null, null]]);
  assertProblem(await dave.get('/api/v1/conversations/{id}/history', { path: { id: open.id } }), 404, 'not_found');
  for (const _ of [1, 2]) assertStatus(await join(dave, open.id), 200);
  assert.deepEqual(await roles(dave, open.id), { alice: 'owner', dave: 'member' });
  assert.equal((await conversation(dave, open.id)).member_count, 2);
});

test('who was taken out, was banned or left reads and hears nothing more, by an old link to a file either', async () => {
  const { id } = await room('public', 'Leaving', 'bob', 'carol', 'dave');
  const live = await Live.open(bob);
  await live.subscribe(`room:${id}`);
  assertStatus(await takeOut(alice, id, ids.bob), 204);
  await live.hears('chat.membership', ({ happened, room_id }) => happened === 'left' && room_id === id);
  await live.hears('ended', ({ topic }) => topic === `room:${id}`);
  assertProblem(await post(bob, id, 'Me again'), 404, 'not_found');
  assertStatus(await join(bob, id), 200);
  assertStatus(await ban(alice, id, ids.bob), 204);
  assertProblem(await join(bob, id), 404, 'not_found');
  await gone(bob, id);
  assertProblem(await add(carol, id, ids.bob), 409, 'conflict');
  const bans = await alice.get('/api/v1/conversations/{id}/bans', { path: { id } });
  assertStatus(bans, 200);
  assert.deepEqual(bans.body.items.map(({ person, reason }) => [person.username, reason]), [['bob', 'Advertising']]);
  assertProblem(await carol.get('/api/v1/conversations/{id}/bans', { path: { id } }), 403, 'forbidden');
  assertStatus(await alice.delete('/api/v1/conversations/{id}/bans/{userId}', { path: { id, userId: ids.bob } }), 204);
  assertStatus(await join(bob, id), 200);
  assertStatus(await leave(carol, id), 204);
  assertProblem(await carol.get('/api/v1/conversations/{id}/history', { path: { id } }), 404, 'not_found');
  const done = await alice.get('/api/v1/conversations/{id}/actions', { path: { id } });
  assertStatus(done, 200);
  assert.deepEqual(done.body.items.map(({ action, subject }) => [action, subject?.username]), [['unbanned', 'bob'], ['banned', 'bob'], ['removed', 'bob']]);
  live.end();
});

test('roles: owners give all, admins those below theirs, and nobody acts on their own rank or above', async () => {
  const { id } = await room('private', 'Ranks', 'bob', 'carol', 'dave', 'mia');
  assertStatus(await change(alice, id, ids.bob, { role: 'admin' }), 200);
  assertStatus(await change(bob, id, ids.carol, { role: 'moderator' }), 200);
  for (const [who, person, role] of [[bob, 'alice', 'member'], [bob, 'dave', 'admin'], [bob, 'dave', 'owner'], [carol, 'dave', 'moderator'], [dave, 'mia', 'moderator'], [bob, 'bob', 'owner']] as const)
    assertProblem(await change(who, id, ids[person], { role }), 403, 'forbidden', `${person} ${role}`);
  for (const [who, person] of [[carol, 'bob'], [carol, 'alice'], [dave, 'mia'], [bob, 'alice']] as const) {
    assertProblem(await takeOut(who, id, ids[person]), 403, 'forbidden');
    assertProblem(await ban(who, id, ids[person]), 403, 'forbidden');
    assertProblem(await change(who, id, ids[person], { timeout_until: new Date(Date.now() + 60_000).toISOString() }), 403, 'forbidden');
  }
  assertProblem(await settings(carol, id, { name: 'Mine' }), 403, 'forbidden');
  assert.equal((await settings(bob, id, { name: 'Ours' })).body.name, 'Ours');
  assertProblem(await bob.delete('/api/v1/conversations/{id}', { path: { id } }), 403, 'forbidden');
  assertProblem(await change(alice, id, ids.alice, { role: 'member' }), 409, 'conflict');
  assert.deepEqual(await roles(dave, id), { alice: 'owner', bob: 'admin', carol: 'moderator', dave: 'member', mia: 'member' });
});

test('a room always has an owner: who the last one names, else the eldest admin, moderator or member; also when the account is erased', async () => {
  const { id } = await room('private', 'Heirs', 'bob', 'carol', 'dave', 'mia');
  assertStatus(await leave(alice, id, ids.dave), 204);
  assert.equal((await roles(dave, id)).dave, 'owner');
  await change(dave, id, ids.carol, { role: 'moderator' });
  assertStatus(await leave(dave, id), 204);
  assert.deepEqual(await roles(carol, id), { bob: 'member', carol: 'owner', mia: 'member' });
  const person = await world.sql(`insert into users (username, email, password_hash) values ('heir', 'heir@example.org', 'x') returning id`);
  await world.sql(`insert into room_members (room_id, user_id, role) values ('${id}', '${person}', 'owner'); update room_members set role = 'member' where room_id = '${id}' and user_id = '${ids.carol}'`);
  await change(bob, id, ids.bob, {});
  await world.sql(`update room_members set role = 'admin' where room_id = '${id}' and user_id = '${ids.mia}'; delete from users where id = '${person}'`);
  assert.equal((await roles(bob, id)).mia, 'owner');
  for (const who of [mia, bob, carol]) assertStatus(await leave(who, id), 204);
  await until('the empty room to be gone', async () => (await world.sql(`select count(*) from rooms where id = '${id}'`)) === '0');
});

test('slow mode, read-only rooms and time-outs hold members back, and not moderators', async () => {
  const { id } = await room('private', 'Slow', 'bob', 'carol');
  await change(alice, id, ids.carol, { role: 'moderator' });
  await settings(alice, id, { slow_mode_s: 600 });
  await say(bob, id, 'First');
  assertProblem(await post(bob, id, 'Second'), 429, 'too_many_requests');
  for (const _ of [1, 2]) await say(carol, id, 'I moderate');
  await settings(alice, id, { slow_mode_s: 0, is_read_only: true });
  assertProblem(await post(bob, id, 'Read only'), 403, 'forbidden');
  assert.equal((await conversation(bob, id)).may_write, false);
  await say(carol, id, 'Announcement');
  await settings(alice, id, { is_read_only: false });
  assertStatus(await change(carol, id, ids.bob, { timeout_until: new Date(Date.now() + 3_600_000).toISOString() }), 200);
  const [mine] = (await history(bob, id)).items;
  assertProblem(await post(bob, id, 'Timed out'), 403, 'forbidden');
  assertProblem(await edit(bob, id, mine!.id, 'Timed out'), 403, 'forbidden');
  assertProblem(await react(bob, id, mine!.id, '👍'), 403, 'forbidden');
  assertStatus(await change(carol, id, ids.bob, { timeout_until: null }), 200);
  await say(bob, id, 'Back');
});

test('@all in a room of a hundred needs a role and a word that it is meant; elsewhere everybody may', async () => {
  const { id } = await room('private', 'All', 'bob');
  assert.equal((await say(bob, id, 'Hello @all')).mentions_all, true);
  assert.equal((await say(bob, id, 'mail@all.example, @allround, @@all')).mentions_all, false);
  assert.equal((await conversation(alice, id)).mention_count, 1);
  await world.sql(`update rooms set member_count = 100 where id = '${id}'`);
  assert.equal((await say(bob, id, 'Hello @all')).mentions_all, false);
  assertProblem(await post(alice, id, 'Hello @all'), 409, 'conflict');
  assert.equal((await say(alice, id, 'Hello @all', { confirm_all: true })).mentions_all, true);
  assert.equal((await conversation(bob, id)).level, 'mentions');
});

test('a moderator deletes what others wrote, which is noted; others delete their own only', async () => {
  const { id } = await room('private', 'Deleting', 'bob', 'carol');
  const message = await say(bob, id, 'Rude'), live = await Live.open(carol);
  await live.subscribe(`room:${id}`);
  assertProblem(await remove(carol, id, message.id), 403, 'forbidden');
  assertStatus(await remove(alice, id, message.id), 204);
  assert.equal((await live.hears('chat.deleted')).by_moderator, true);
  assertProblem(await remove(alice, id, message.id), 404, 'not_found');
  assertProblem(await edit(bob, id, message.id, 'Back again'), 404, 'not_found');
  const done = await alice.get('/api/v1/conversations/{id}/actions', { path: { id } });
  assert.deepEqual(done.body.items.map(({ action, message_id }) => [action, message_id]), [['message_deleted', message.id]]);
  assert.equal(await world.sql(`select count(*) from audit_logs where target like '%${message.id}' and actor_id = '${ids.alice}' and status = 204`), '1');
  live.end();
});

test('pins: moderators of a room, both people of a direct conversation', async () => {
  const { id } = await room('private', 'Pins', 'bob'), direct = await begin(alice, { kind: 'direct', user_ids: [ids.mia] });
  const message = await say(bob, id, 'Keep this');
  const pin = (who: Client, room: string, messageId: string) => who.put('/api/v1/conversations/{id}/messages/{messageId}/pin', { path: { id: room, messageId } });
  assertProblem(await pin(bob, id, message.id), 403, 'forbidden');
  assertStatus(await pin(alice, id, message.id), 204);
  const list = await bob.get('/api/v1/conversations/{id}/pins', { path: { id } });
  assertStatus(list, 200);
  assert.deepEqual(list.body.items.map(({ id: one }) => one), [message.id]);
  assertStatus(await alice.delete('/api/v1/conversations/{id}/messages/{messageId}/pin', { path: { id, messageId: message.id } }), 204);
  assert.deepEqual((await bob.get('/api/v1/conversations/{id}/pins', { path: { id } })).body.items, []);
  assertStatus(await pin(mia, direct.id, (await say(alice, direct.id, 'Pin me')).id), 204);
});

test('an invitation is shown without changing anything, brings in so many, and ends with its time, its maker or a ban', async () => {
  const { id } = await room('private', 'Invited', 'bob');
  const invite = async (who: Client, body: { max_uses?: number; expires_in_s?: number } = {}) => who.post('/api/v1/conversations/{id}/invitations', { path: { id }, body: { expires_in_s: 3600, ...body } });
  const show = (who: Client, token: string) => who.get('/api/v1/conversations/join/{token}', { path: { token } });
  const use = (who: Client, token: string) => who.post('/api/v1/conversations/join/{token}', { path: { token } });
  assertProblem(await invite(bob), 403, 'forbidden');
  const made = await invite(alice, { max_uses: 1 });
  assertStatus(made, 201);
  const { token, id: invitationId } = made.body;
  const seen = await show(carol, token);
  assertStatus(seen, 200);
  assert.deepEqual([seen.body.name, seen.body.is_member, seen.body.is_open, seen.body.inviter?.username], ['Invited', false, true, 'alice']);
  await gone(carol, id);
  assertStatus(await use(bob, token), 200); /* a member already: no use */
  const both = await Promise.all([use(carol, token), use(dave, token)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 410]);
  const list = await alice.get('/api/v1/conversations/{id}/invitations', { path: { id } });
  assert.deepEqual(list.body.items.map(({ use_count, is_open }) => [use_count, is_open]), [[1, false]]);
  assertStatus(await alice.delete('/api/v1/conversations/{id}/invitations/{invitationId}', { path: { id, invitationId } }), 204);
  assertProblem(await show(mia, token), 404, 'not_found');
  const late = (await invite(alice)).body.token;
  await world.sql(`update room_invitations set expires_at = now() - interval '1 second'`);
  assertProblem(await use(mia, late), 410, 'token_invalid');
  const open = (await invite(alice)).body.token;
  await block('alice', 'mia');
  for (const reply of [await show(mia, open), await use(mia, open)]) assertProblem(reply, 404, 'not_found');
  await unblock();
  assertStatus(await ban(alice, id, ids.mia), 204);
  for (const reply of [await show(mia, open), await use(mia, open)]) assertProblem(reply, 404, 'not_found');
  assert.equal(await world.sql(`select count(*) from room_invitations where token_hash = '${open}' or token::text is not null`), '0');
});

test('who is blocked writes to the other nowhere in person: no direct message, no adding, mention, reaction or notification; the old thread stays', async () => {
  const direct = await begin(bob, { kind: 'direct', user_ids: [ids.carol] }), both = await room('private', 'Both', 'bob', 'carol');
  const old = await say(bob, direct.id, 'Before'), hers = await say(carol, both.id, 'Mine');
  await block('carol', 'bob');
  for (const who of [bob, carol]) {
    assertProblem(await post(who, direct.id, 'After'), 403, 'forbidden');
    assert.equal((await conversation(who, direct.id)).may_write, false);
    assert.deepEqual((await history(who, direct.id)).items.map(({ content }) => content), ['Before']);
  }
  const neutral = (await post(bob, direct.id, 'After')).problem!.detail;
  assert.doesNotMatch(neutral, /block/i);
  assertStatus(await bob.post('/api/v1/conversations', { body: { kind: 'direct', user_ids: [ids.carol] } }), 200); /* the old one */
  const own = await begin(bob, { kind: 'private', name: 'Of Bob' });
  assertProblem(await add(bob, own.id, ids.carol), 422, 'validation');
  assertProblem(await bob.post('/api/v1/conversations', { body: { kind: 'private', name: 'X', user_ids: [ids.carol] } }), 422, 'validation');
  assertProblem(await react(bob, both.id, hers.id, '👍'), 403, 'forbidden');
  assertProblem(await react(carol, direct.id, old.id, '👍'), 403, 'forbidden');
  assert.deepEqual((await say(bob, both.id, 'Hello @carol')).mentions, []);
  assert.equal((await conversation(carol, both.id)).unread_count, 0);
  await unblock();
  assert.equal((await conversation(carol, both.id)).unread_count, 1);
  await say(bob, direct.id, 'Again');
});

test('a direct conversation that was left comes back with the next message; deleting it deletes what one wrote', async () => {
  const { id } = await begin(dave, { kind: 'direct', user_ids: [ids.bob] });
  const listed = async (who: Client) => (await who.get('/api/v1/conversations', { query: { limit: 100 } })).body.items.some((one) => one.id === id);
  assert.deepEqual([await listed(dave), await listed(bob)], [true, false]); /* the other sees it with the first message */
  await say(dave, id, 'From Dave');
  await say(bob, id, 'From Bob');
  assertStatus(await leave(bob, id), 204);
  assert.deepEqual([await listed(bob), (await bob.get('/api/v1/chat/stats')).status], [false, 200]);
  await say(dave, id, 'More');
  assert.equal(await listed(bob), true);
  assertStatus(await dave.delete('/api/v1/conversations/{id}', { path: { id } }), 204);
  assert.deepEqual((await history(bob, id)).items.map(({ content }) => content), ['', 'From Bob', '']);
  assert.equal(await listed(dave), false);
});

test('search finds parts of words and writing without spaces, and neither what was deleted or changed nor rooms that one has left', async () => {
  const { id } = await room('private', 'Search', 'bob'), other = await room('private', 'Elsewhere', 'bob');
  const deleted = await say(alice, id, 'Forgettable synthesizer'), changed = await say(alice, id, 'Wrong synthesizer');
  await say(alice, id, 'Über die Synthesizer');
  await say(bob, id, '東京のシンセサイザー https://example.org/a');
  await say(bob, other.id, 'A synthesizer there');
  await say(alice, id, '100 % _ of it');
  await remove(alice, id, deleted.id);
  await edit(alice, id, changed.id, 'Right guitar');
  const inRoom = async (query: object, who = bob) => {
    const reply = await who.get('/api/v1/chat/rooms/{roomId}/messages/search', { path: { roomId: id }, query });
    assertStatus(reply, 200);
    return reply.body.items.map(({ content }) => content);
  };
  const anywhere = async (query: object, who = bob) => {
    const reply = await who.get('/api/v1/chat/search', { query });
    assertStatus(reply, 200);
    return reply.body.items.map(({ content }) => content);
  };
  assert.deepEqual(await inRoom({ q: 'nthesi' }), ['Über die Synthesizer']);
  assert.deepEqual(await inRoom({ q: 'UBER synth' }), ['Über die Synthesizer']);
  assert.deepEqual(await inRoom({ q: '東京' }), ['東京のシンセサイザー https://example.org/a']);
  assert.deepEqual(await inRoom({ q: '京' }), ['東京のシンセサイザー https://example.org/a']);
  assert.deepEqual(await inRoom({ q: '京東' }), []);
  assert.deepEqual(await inRoom({ q: 'wrong' }), []);
  assert.deepEqual(await inRoom({ q: '% _' }), ['100 % _ of it']);
  assert.deepEqual(await inRoom({ has: 'link' }), ['東京のシンセサイザー https://example.org/a']);
  assert.deepEqual(await inRoom({ from: 'BOB' }), ['東京のシンセサイザー https://example.org/a']);
  assert.deepEqual(await anywhere({ q: 'synth' }), ['A synthesizer there', 'Über die Synthesizer']);
  assert.deepEqual(await anywhere({ q: 'synth', in: other.id }), ['A synthesizer there']);
  assert.deepEqual(await anywhere({ q: 'synth', before: '2020-01-01T00:00:00Z' }), []);
  assert.deepEqual(await anywhere({ q: 'synth' }, carol), []);
  await leave(bob, other.id);
  assert.deepEqual(await anywhere({ q: 'synth' }), ['Über die Synthesizer']);
});

const upload = (who: Client, roomId: string, name: string, bytes: Uint8Array) => {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(bytes)]), name);
  return who.post('/api/v1/chat/rooms/{roomId}/attachments', { path: { roomId }, body: form as never });
};
const FILE = '/api/v1/chat/rooms/{roomId}/attachments/{attachmentId}';
const download = (who: Client, roomId: string, attachmentId: string) => who.get(FILE, { path: { roomId, attachmentId } });

test('a file is for members only, from when it is sent until its message is deleted, and then its bytes are gone', async () => {
  const { id } = await room('private', 'Files', 'bob', 'carol'), picture = png(40, 40);
  const uploaded = await upload(alice, id, 'Cover <1>.png', picture);
  assertStatus(uploaded, 201);
  assert.deepEqual([uploaded.body.kind, uploaded.body.media_type, uploaded.body.size_bytes], ['image', 'image/png', picture.length]);
  const file = uploaded.body.id!;
  assertStatus(await download(alice, id, file), 200);
  assertProblem(await download(bob, id, file), 404, 'not_found');
  assertProblem(await post(bob, id, 'Not mine', { attachment_ids: [file] }), 422, 'validation');
  const used = async () => (await world.sql(`select coalesce(sum(used_bytes), 0) from user_storage_quotas where user_id = '${ids.alice}'`));
  assert.equal(await used(), String(picture.length));
  const message = await say(alice, id, '', { attachment_ids: [file] });
  assert.deepEqual(message.attachments.map(({ filename, kind }) => [filename, kind]), [['Cover <1>.png', 'image']]);
  const got = await download(bob, id, file);
  assertStatus(got, 200);
  assert.deepEqual(got.bytes, Buffer.from(picture));
  assert.match(got.headers.get('content-disposition') ?? '', /^attachment/);
  assertProblem(await post(alice, id, 'Twice', { attachment_ids: [file] }), 422, 'validation');
  await leave(carol, id);
  for (const who of [carol, dave, root]) assertProblem(await download(who, id, file), 404, 'not_found');
  const [key] = (await world.sql(`select file_key from message_attachments where id = '${file}'`)).split('\n');
  assert.ok((await world.server.storedKeys()).includes(key!), 'the file is stored');
  await remove(alice, id, message.id);
  assertProblem(await download(alice, id, file), 404, 'not_found');
  await until('the bytes to be gone', async () => !(await world.server.storedKeys()).includes(key!));
  assert.equal(await used(), '0');
});

test('what is no picture, sound, PDF or project is refused; a project is kept as it is', async () => {
  const { id } = await room('private', 'Kinds', 'bob');
  assertProblem(await upload(alice, id, 'page.html', Buffer.from('<script>alert(1)</script>')), 422, 'validation');
  assertProblem(await upload(alice, id, 'picture.png', Buffer.from('no picture')), 422, 'validation');
  for (const [name, bytes, kind, type] of [['Song.als', 'anything', 'project', 'application/octet-stream'], ['a.bin', '%PDF-1.7', 'pdf', 'application/pdf'], ['b', 'fLaC....', 'audio', 'audio/flac'],
    ['fake.als', '<html>', 'project', 'application/octet-stream']] as const) {
    const reply = await upload(alice, id, name, Buffer.from(bytes));
    assertStatus(reply, 201);
    assert.deepEqual([reply.body.kind, reply.body.media_type], [kind, type]);
    assert.equal((await download(alice, id, reply.body.id!)).headers.get('content-type'), type);
  }
});

test('a file that nobody sent goes after a day, and can be taken back before', async () => {
  const { id } = await room('private', 'Staged', 'bob');
  const [old, back, kept] = await Promise.all(['a.mid', 'b.mid', 'c.mid'].map(async (name) => (await upload(bob, id, name, Buffer.from('MThd'))).body.id!));
  assertStatus(await bob.delete(FILE, { path: { roomId: id, attachmentId: back! } }), 204);
  await world.sql(`update message_attachments set created_at = now() - interval '25 hours' where id = '${old}'; update jobs set run_at = now(), state = 'queued' where kind = 'chat.sweep_staged'`);
  await until('the old file to go', async () => (await world.sql(`select string_agg(id::text, ',') from message_attachments where user_id = '${ids.bob}'`)) === kept);
});

test('deleting a room ends it for all at once, and its messages and files go', async () => {
  const { id } = await room('private', 'Deleted', 'bob');
  const file = (await upload(alice, id, 'a.mid', Buffer.from('MThd'))).body.id!;
  await say(alice, id, 'With a file', { attachment_ids: [file] });
  const key = await world.sql(`select file_key from message_attachments where id = '${file}'`);
  assertStatus(await alice.delete('/api/v1/conversations/{id}', { path: { id } }), 204);
  await gone(bob, id);
  await gone(alice, id);
  assertProblem(await download(bob, id, file), 404, 'not_found');
  await until('rows and bytes to be gone', async () => (await world.sql(`select count(*) from messages where room_id = '${id}'`)) === '0' && !(await world.server.storedKeys()).includes(key));
  assert.equal(await world.sql(`select count(*) from realtime_topics where name = 'room:${id}'`), '0');
});

test('who does not read a message is told once, without what it says; reading it takes the notification back', async () => {
  const { id } = await room('private', 'Told', 'dave'), direct = await begin(alice, { kind: 'direct', user_ids: [ids.dave] });
  await dave.post('/api/v1/notifications/read-all').catch(() => undefined);
  const told = async () => {
    const reply = await dave.get('/api/v1/notifications', { query: { unread: true } });
    assertStatus(reply, 200);
    return reply.body.items.filter(({ data }) => [id, direct.id].includes((data as { room_id?: string }).room_id ?? '')).map(({ type, title, content }) => [type, title, content]).sort();
  };
  await say(alice, id, 'Secret text');
  await say(alice, direct.id, 'Secret text');
  await until('two notifications', async () => (await told()).length === 2);
  assert.deepEqual(await told(), [['message', 'alice wrote to you', ''], ['room_message', 'alice wrote in Told', '']]);
  await say(alice, id, 'Secret @dave');
  await until('the mention', async () => (await told()).some(([type]) => type === 'mention'));
  for (const secret of ['Secret']) assert.equal(await world.sql(`select count(*) from notifications n where n::text like '%${secret}%'`), '0');
  assert.equal(await world.sql(`select count(*) from outbox o where o.payload::text like '%Secret%'`), '0');
  await read(dave, id, 99);
  await until('those of the room to be read', async () => (await told()).length === 1);
  assertStatus(await dave.put('/api/v1/conversations/{id}/level', { path: { id: direct.id }, body: { level: 'none' } }), 200);
  await read(dave, direct.id, 99);
  const last = await say(alice, direct.id, 'Muted');
  await until('the job to have run', async () => Number(await world.sql(`select notified_seq from rooms where id = '${direct.id}'`)) >= last.seq);
  assert.deepEqual(await told(), []);
});

test('a direct conversation has two people for ever and nothing to set; participants are members', async () => {
  const { id } = await begin(alice, { kind: 'direct', user_ids: [ids.bob] }), group = await room('private', 'Participants');
  for (const reply of [await add(alice, id, ids.carol), await settings(alice, id, { name: 'Two' }), await takeOut(alice, id, ids.bob), await ban(alice, id, ids.bob),
    await alice.post('/api/v1/conversations/{id}/invitations', { path: { id }, body: { expires_in_s: 60 } }), await alice.post('/api/v1/conversations/{id}/participants', { path: { id }, body: { user_id: ids.carol } }),
    await alice.delete('/api/v1/conversations/{id}/participants/{userId}', { path: { id, userId: ids.bob } })]) assertProblem(reply, 409, 'conflict');
  assertStatus(await alice.post('/api/v1/conversations/{id}/participants', { path: { id: group.id }, body: { user_id: ids.bob } }), 201);
  assertProblem(await bob.post('/api/v1/conversations/{id}/participants', { path: { id: group.id }, body: { user_id: ids.carol } }), 403, 'forbidden');
  assertStatus(await add(alice, group.id, ids.carol), 201);
  assertProblem(await bob.post('/api/v1/conversations/{id}/members', { path: { id: group.id }, body: { user_id: ids.carol } }), 403, 'forbidden');
  assertProblem(await bob.delete('/api/v1/conversations/{id}/participants/{userId}', { path: { id: group.id, userId: ids.alice } }), 403, 'forbidden');
  assertProblem(await alice.post('/api/v1/conversations/{id}/bans', { path: { id: group.id }, body: { user_id: randomUUID() } }), 422, 'validation');
  assertProblem(await bob.delete('/api/v1/conversations/{id}/bans/{userId}', { path: { id: group.id, userId: ids.carol } }), 403, 'forbidden');
  assertProblem(await bob.get('/api/v1/conversations/{id}/actions', { path: { id: group.id } }), 403, 'forbidden');
  assertProblem(await bob.post('/api/v1/conversations/{id}/leave', { path: { id: group.id }, body: { successor_id: ids.alice } }), 422, 'validation');
  const message = await say(bob, group.id, 'Text');
  assertProblem(await edit(bob, group.id, message.id, ' '), 422, 'validation');
  assertProblem(await bob.delete('/api/v1/conversations/{id}/messages/{messageId}/pin', { path: { id: group.id, messageId: message.id } }), 403, 'forbidden');
  assertStatus(await alice.delete('/api/v1/conversations/{id}/participants/{userId}', { path: { id: group.id, userId: ids.bob } }), 204);
});

test('rooms, pins, invitations and waiting files have bounds', async () => {
  const { id } = await room('public', 'Bounds');
  await world.sql(`update rooms set member_count = 5000 where id = '${id}'`);
  assertProblem(await join(bob, id), 409, 'conflict');
  const { token } = (await alice.post('/api/v1/conversations/{id}/invitations', { path: { id }, body: { expires_in_s: 60 } })).body;
  assertProblem(await bob.post('/api/v1/conversations/join/{token}', { path: { token } }), 409, 'conflict');
  await world.sql(`update rooms set member_count = 1 where id = '${id}'`);
  const message = await say(alice, id, 'One more pin');
  await world.sql(`insert into messages (room_id, sender_id, seq, content, is_pinned, pinned_at) select '${id}', '${ids.alice}', 1 + n, 'Pinned', true, now() from generate_series(1, 100) n;
    update rooms set last_seq = 101 where id = '${id}'`);
  assertProblem(await alice.put('/api/v1/conversations/{id}/messages/{messageId}/pin', { path: { id, messageId: message.id } }), 409, 'conflict');
  await world.sql(`insert into message_attachments (room_id, user_id, filename, kind, media_type, size_bytes, file_key)
    select '${id}', '${ids.alice}', 'a.mid', 'project', 'application/octet-stream', 4, 'chat/none/' || n from generate_series(1, 50) n`);
  assertProblem(await upload(alice, id, 'a.mid', Buffer.from('MThd')), 409, 'conflict');
  await world.sql("delete from message_attachments where file_key like 'chat/none/%'");
  await join(bob, id);
  await change(alice, id, ids.bob, { timeout_until: new Date(Date.now() + 60_000).toISOString() });
  assertProblem(await upload(bob, id, 'a.mid', Buffer.from('MThd')), 403, 'forbidden');
  await world.sql(`insert into rooms (name, creator_id) select 'Owned ' || n, '${ids.carol}' from generate_series(1, 200) n; insert into room_members (room_id, user_id, role) select id, '${ids.carol}', 'owner' from rooms where name like 'Owned %'`);
  assertProblem(await carol.post('/api/v1/conversations', { body: { kind: 'public', name: 'One too many' } }), 409, 'conflict');
  await world.sql(`delete from rooms where name like 'Owned %'`);
});

test('a file comes in parts, and not again when one has it; there is none without room in the quota', async () => {
  const { id } = await room('private', 'Parts'), bytes = png(60, 60);
  const uploaded = await upload(alice, id, 'a.png', bytes);
  assertStatus(uploaded, 201);
  const file = uploaded.body.id!;
  const part = (headers: Record<string, string>) => alice.get(FILE, { path: { roomId: id, attachmentId: file }, headers });
  const some = await part({ range: 'bytes=1-4' });
  assertStatus(some, 206);
  assert.deepEqual(some.bytes, Buffer.from(bytes).subarray(1, 5));
  assertStatus(await part({ 'if-none-match': some.headers.get('etag')! }), 304);
  assertProblem(await part({ range: 'bytes=999999-' }), 416, 'range_not_satisfiable');
  await world.sql(`update user_storage_quotas set max_bytes = used_bytes + 10, is_own = true where user_id = '${ids.alice}'`);
  assertProblem(await upload(alice, id, 'b.png', bytes), 507, 'quota_exceeded');
  await world.sql(`update user_storage_quotas set is_own = false where user_id = '${ids.alice}'`);
});

test('with CHAT_JWT_SECRET the token opens /chat/ws once, and neither /ws nor the API', async () => {
  const { createHmac } = await import('node:crypto');
  const signed = await World.start('chat-jwt', { CHAT_JWT_SECRET: 'c'.repeat(40) });
  const { body } = await signed.as('alice').post('/api/v1/chat/token');
  const { token } = body;
  assert.equal(body.expires_in, 60);
  const [head, payload] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as Record<string, unknown>;
  assert.deepEqual([claims.iss, claims.aud, (claims.exp as number) - (claims.iat as number)], ['veza-chat', 'veza-chat/ws', 60]);
  assertProblem(await signed.visitor.get('/api/v1/conversations', { as: { token } }), 401, 'unauthenticated');
  const opened = async (path: string) => {
    const live = await Live.at(signed.visitor, path);
    return until('an answer', () => (live.closed ? 'closed' : live.all('subscribed').length ? (live.end(), 'open') : undefined));
  };
  assert.equal(await opened(`/api/v1/ws?token=${token}`), 'closed');
  const forge = (claimed: object, key = 'c'.repeat(40), header = head!) => {
    const text = `${header}.${Buffer.from(JSON.stringify(claimed)).toString('base64url')}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  for (const forged of [forge(claims, 'd'.repeat(40)), forge({ ...claims, jti: randomUUID() }), forge({ ...claims, aud: 'veza-platform' }), forge({ ...claims, exp: 1 }), `${none}.${payload}.`, forge(claims, undefined, none),
    template.tokens.alice])
    assert.equal(await opened(`/api/v1/chat/ws?token=${forged}`), 'closed');
  assert.equal(await opened(`/api/v1/chat/ws?token=${token}`), 'open');
  assert.equal(await opened(`/api/v1/chat/ws?token=${token}`), 'closed');
  const ticket = (await signed.as('alice').post('/api/v1/ws/ticket')).body.ticket;
  assert.equal(await opened(`/api/v1/chat/ws?token=${ticket}`), 'closed');
});

test('whoever deletes a direct conversation in which they wrote very much deletes all of it, and nothing that they write afterwards', async () => {
  const { id } = await begin(carol, { kind: 'direct', user_ids: [ids.mia] });
  await world.sql(`select count(s.message) from generate_series(1, 450) i
    cross join lateral chat_send('${id}', '${ids.carol}', gen_random_uuid(), 'Line ' || i, null, null, '{}', null, 'text', 20) s`);
  assertStatus(await carol.delete('/api/v1/conversations/{id}', { path: { id } }), 204);
  const later = await say(carol, id, 'Said later');
  await until('all to be deleted', async () => (await world.sql(`select count(*) from messages where room_id = '${id}' and not is_deleted`)) === '1');
  assert.equal(await world.sql(`select id from messages where room_id = '${id}' and (not is_deleted or content <> '')`), later.id);
});
