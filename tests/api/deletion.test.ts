/** The end of an account: hidden at once, restored for a while, then erased. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { onDisk } from '../support/level.ts';
import { mailsTo, subjectOf } from '../support/mail.ts';
import { makeSound, png, wav } from '../support/media.ts';
import { columnsWith } from '../support/personal.ts';
import { playable, type Track } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { browser, emailOf, PASSWORD, template, World } from '../support/world.ts';

const world = await World.start('deletion', { TRUSTED_PROXIES: '127.0.0.1', LOCKOUT_FAILURES: '4' });
const visitor = world.visitor;
const bob = world.as('bob'), mia = world.as('mia'), root = world.as('root');
const NOBODY = '00000000-0000-4000-8000-000000000000';

interface Somebody {
  id: string;
  name: string;
  email: string;
  ip: string;
  client: Client;
  headers: Record<string, string>;
}

/** A new creator who always comes from one address, with one program. */
async function arrive(name: string, ip: string): Promise<Somebody> {
  const headers = { 'x-forwarded-for': ip, 'user-agent': `Program of ${name}` };
  const email = `${name}.mail@example.org`;
  const reply = await visitor.post('/api/v1/auth/register', { body: { username: name, email, password: PASSWORD }, headers });
  assertStatus(reply, 201);
  const client = visitor.as({ token: reply.body.access_token });
  assertStatus(await client.post('/api/v1/users/me/creator', { headers }), 200);
  return { id: reply.body.user.id!, name, email, ip, client, headers };
}

async function signIn(who: Somebody): Promise<Client> {
  const reply = await visitor.post('/api/v1/auth/login', { body: { email: who.email, password: PASSWORD }, headers: who.headers });
  assertStatus(reply, 200);
  return visitor.as({ token: (reply.body as { access_token: string }).access_token });
}

const remove = (client: Client, body: { password?: string; username?: string } = { password: PASSWORD }) => client.delete('/api/v1/users/me', { body });

/** Lets the grace period pass and the hourly sweep come by. */
async function timePasses(id: string): Promise<void> {
  await world.sql(`update users set deletion_at = now() - interval '61 seconds' where id = '${id}'; update jobs set run_at = now() where kind = 'privacy.sweep'`);
}

const erased = (id: string) => until(`${id} to be erased`, async () => (await world.sql(`select count(*) from users where id = '${id}'`)) === '0', 60);

/** Where a visitor could come across the person or the track: what each address answers. */
async function traces(who: Somebody, track: Track): Promise<Record<string, boolean>> {
  const found = async (method: string, target: string, client = visitor) => (await client.send(method, target)).status === 200;
  const listed = async (target: string) => {
    const reply = await visitor.send<{ items: { id: string }[] }>('GET', target);
    assertStatus(reply, 200);
    return reply.body.items.some(({ id }) => id === who.id || id === track.id);
  };
  return {
    profile: await found('GET', `/api/v1/users/${who.id}`), 'by name': await found('GET', `/api/v1/users/by-username/${who.name}`),
    avatar: await found('GET', `/api/v1/users/${who.id}/avatar/300`), gear: await found('GET', `/api/v1/users/${who.id}/gear`),
    people: await listed('/api/v1/users?limit=100'), search: await listed(`/api/v1/users/search?q=${who.name}`),
    tracks: await listed('/api/v1/tracks?limit=100'), 'their tracks': await listed(`/api/v1/tracks?creator_id=${who.id}`),
    track: await found('GET', `/api/v1/tracks/${track.id}`), cover: await found('GET', `/api/v1/tracks/${track.id}/cover/300`),
    playlist: await found('GET', `/api/v1/tracks/${track.id}/hls/low/playlist.m3u8`), segment: await found('GET', `/hls/${track.id}/low/segment_000.m4s`),
    'somebody signed in': await found('GET', `/api/v1/users/${who.id}`, bob), reposts: await listed(`/api/v1/users/${template.ids.bob}/reposts`),
  };
}
const all = (value: boolean, of: Record<string, boolean>) => Object.fromEntries(Object.keys(of).map((key) => [key, value]));

async function publish(who: Somebody, title = 'Heard by all'): Promise<Track> {
  const track = await playable(who.client, { title, file: wav(makeSound(1, { seed: 3 })), cover: png(300, 300), is_downloadable: 'true' });
  const form = new FormData();
  form.set('avatar', new Blob([new Uint8Array(png(300, 300))], { type: 'image/png' }), 'me.png');
  assertStatus(await who.client.post('/api/v1/users/{id}/avatar', { path: { id: who.id }, body: form as never, headers: who.headers }), 200);
  const banner = new FormData();
  banner.set('banner', new Blob([new Uint8Array(png(900, 300))], { type: 'image/png' }), 'top.png');
  assertStatus(await who.client.post('/api/v1/users/{id}/banner', { path: { id: who.id }, body: banner as never, headers: who.headers }), 200);
  return track;
}

test('deleting an account takes its password, its owner or an administrator', async () => {
  const who = await arrive('wanda', '203.0.113.20');
  assert.equal(assertProblem(await remove(who.client, {}), 422, 'validation').errors?.[0]?.field, 'password');
  assert.equal(assertProblem(await remove(who.client, { username: 'wanda' }), 422, 'validation').errors?.[0]?.field, 'password');
  assertProblem(await remove(who.client, { password: 'not my password' }), 403, 'password_wrong');
  for (const other of [bob, mia]) assertProblem(await other.delete('/api/v1/users/{id}', { path: { id: who.id }, body: { password: PASSWORD } }), 404, 'not_found');
  assertProblem(await root.delete('/api/v1/users/{id}', { path: { id: NOBODY }, body: {} }), 404, 'not_found');
  assertProblem(await who.client.delete('/api/v1/users/{id}', { path: { id: who.id }, body: { password: 'not my password' } }), 403, 'password_wrong');
  assertProblem(await who.client.post('/api/v1/users/me/restore'), 409, 'conflict');
  assert.equal((await who.client.get('/api/v1/auth/me')).body.deletion_at, null);
  const proven = await world.sql(`select mfa_at from sessions where user_id = '${template.ids.root}' and mfa_at is not null`);
  await world.sql(`update sessions set mfa_at = now() - interval '43201 seconds' where user_id = '${template.ids.root}'`);
  assertProblem(await root.delete('/api/v1/users/{id}', { path: { id: who.id }, body: {} }), 403, 'mfa_required', 'that is administration');
  await world.sql(`update sessions set mfa_at = '${proven}' where user_id = '${template.ids.root}'`);
  assertStatus(await root.delete('/api/v1/users/{id}', { path: { id: who.id }, body: {} }), 200);
  assertProblem(await who.client.get('/api/v1/auth/me'), 401);
});

test('guessing the password of a deletion locks the account like guessing at the door', async () => {
  const who = await arrive('walter', '203.0.113.21');
  let answer = await remove(who.client, { password: 'guess' });
  for (let i = 0; i < 6 && answer.status === 403; i++) answer = await remove(who.client, { password: `guess ${i}` });
  assertProblem(answer, 429, 'account_locked');
  assertProblem(await who.client.delete('/api/v1/users/{id}', { path: { id: who.id }, body: { password: PASSWORD } }), 429, 'account_locked');
});

test('an account without a password is deleted by typing its name', async () => {
  const who = await arrive('ottilie', '203.0.113.22');
  await world.sql(`update users set password_hash = null where id = '${who.id}'`);
  assert.equal(assertProblem(await remove(who.client, { username: 'somebody' }), 422).errors?.[0]?.field, 'username');
  assert.equal(assertProblem(await remove(who.client, { password: '' as never }), 422).errors?.[0]?.field, 'password');
  assert.equal(assertProblem(await remove(who.client, {}), 422).errors?.[0]?.field, 'username');
  assertStatus(await remove(who.client, { username: 'Ottilie' }), 200);
});

test('a deleted account is hidden from everybody at once, can be signed in to, and comes back whole', async () => {
  const who = await arrive('vera', '203.0.113.23');
  const track = await publish(who);
  await world.sql(`insert into gear_items (user_id, name, category, is_public) values ('${who.id}', 'A microphone', 'micro', true);
    insert into track_reposts (user_id, track_id) values ('${template.ids.bob}', '${track.id}')`);
  const before = await traces(who, track);
  assert.deepEqual(before, all(true, before));
  const key = (await who.client.post('/api/v1/developer/api-keys', { body: { name: 'Mine', scopes: ['users:read'] } as never })).body as { key: string };
  const byKey = visitor.as({ token: key.key });
  assertStatus(await byKey.get('/api/v1/users/me/blocks'), 200);
  const cookies = await browser(visitor, who.email);
  const ticket = await who.client.post('/api/v1/ws/ticket');
  const socket = new WebSocket(`${world.server.api.replace('http', 'ws')}/api/v1/ws?token=${ticket.body.ticket}`);
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('open', resolve));

  const reply = await remove(who.client);
  assertStatus(reply, 200);
  const days = (Date.parse(reply.body.deletion_at) - Date.now()) / 86_400_000;
  assert.ok(days > 29.9 && days < 30.1, `${days} days`);
  await until('the stream server to hear', async () => (await visitor.send('GET', `/hls/${track.id}/low/segment_000.m4s`)).status === 404, 2);
  const after = await traces(who, track);
  assert.deepEqual(after, all(false, after), 'nothing is left for others to see');
  for (const client of [who.client, visitor.as(cookies), byKey]) assertProblem(await client.get('/api/v1/users/me/blocks'), 401);
  assert.equal(await closed, 1008);
  assertStatus(await root.get('/api/v1/users/{id}', { path: { id: who.id } }), 200);
  const peaks = await root.get('/api/v1/tracks/{id}/waveform', { path: { id: track.id } });
  assertStatus(peaks, 200);
  assert.equal(peaks.headers.get('cache-control'), 'private, no-cache', 'what staff may still have, no cache gives to others');

  const mail = await until('the mail', () => mailsTo(world.server, who.email).find((one) => subjectOf(one) === 'Your account will be deleted'));
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(reply.body.deletion_at));
  assert.ok(mail.includes(`on ${day} all that is yours`) && mail.includes('/login'), mail);
  const back = await signIn(who);
  const me = await back.get('/api/v1/auth/me');
  assert.equal(Date.parse(me.body.deletion_at!), Date.parse(reply.body.deletion_at));
  const again = await remove(back);
  assert.equal(again.body.deletion_at, reply.body.deletion_at, 'asking again does not put it off');
  const restored = await (await signIn(who)).post('/api/v1/users/me/restore');
  assertStatus(restored, 200);
  assert.equal(restored.body.deletion_at, null);
  const now = await traces(who, track);
  assert.deepEqual(now, all(true, now));
  assertStatus(await byKey.get('/api/v1/users/me/blocks'), 200);
  await world.sql(`update users set deletion_at = now() - interval '1 second' where id = '${who.id}'`);
  assertProblem(await (await signIn(who)).post('/api/v1/users/me/restore'), 409, 'conflict', 'the time has come');
  await timePasses(who.id).then(() => world.sql(`update users set deletion_at = null where id = '${who.id}'`));
  await until('the sweep', async () => (await world.sql(`select run_at > now() + interval '50 minutes' from jobs where kind = 'privacy.sweep'`)) === 't');
  assertStatus(await visitor.get('/api/v1/users/{id}', { path: { id: who.id } }), 200);
});

const storedNames = () => world.server.storedKeys();

/** Somebody who left something wherever one can. */
async function settle(name: string, ip: string): Promise<{ who: Somebody; track: Track; marker: string }> {
  const who = await arrive(name, ip), marker = `${name}-bio-marker`;
  const track = await publish(who, `${marker} song`);
  const me = `'${who.id}'`, theirs = await world.sql(`insert into tracks (creator_id, title, status) values ('${template.ids.dave}', 'Theirs', 'completed') returning id`);
  const body = { first_name: marker, bio: marker, location: marker, social_links: { web: `https://${marker}.example` } };
  assertStatus(await who.client.put('/api/v1/users/{id}', { path: { id: who.id }, body, headers: who.headers }), 200);
  assertStatus(await who.client.put('/api/v1/users/me/presence', { body: { status: 'online', status_message: marker } }), 200);
  assertStatus(await who.client.post('/api/v1/users/{id}/follow', { path: { id: template.ids.bob }, headers: who.headers }), 200);
  assertStatus(await who.client.post('/api/v1/tracks/{id}/play', { path: { id: theirs }, body: { session: randomUUID(), sequence: 0 }, headers: who.headers }), 204);
  assertStatus(await visitor.post('/api/v1/auth/password/reset-request', { body: { email: who.email }, headers: who.headers }), 202);
  await visitor.post('/api/v1/auth/login', { body: { email: who.email, password: 'wrong' }, headers: who.headers });
  assertStatus(await root.post('/api/v1/users/{id}/roles', { path: { id: who.id }, body: { role_id: await world.sql(`select id from roles where name = 'moderator'`) } as never }), 201);
  const room = await world.sql(`insert into rooms (creator_id, name) values (${me}, 'A room') returning id`);
  await world.sql(`
    insert into room_members (room_id, user_id) values ('${room}', ${me}), ('${room}', '${template.ids.bob}');
    insert into messages (room_id, sender_id, seq, content) values ('${room}', ${me}, 1, 'Hello from ${track.id}');
    insert into track_comments (track_id, user_id, content) values ('${theirs}', ${me}, 'Well done');
    insert into track_comments (track_id, user_id, content) values ('${track.id}', '${template.ids.bob}', 'On yours');
    insert into track_plays (track_id, user_id, device, ip_address) values ('${theirs}', ${me}, '${marker}', '192.0.2.9');
    insert into track_positions (track_id, user_id, position_ms) values ('${theirs}', ${me}, 1);
    insert into playlists (user_id, name) values (${me}, '${marker}');
    insert into gear_items (user_id, name, category, notes, serial_number) values (${me}, '${marker}', 'micro', '${marker}', '${marker}');
    insert into live_streams (user_id, title, stream_key, streamer_name) values (${me}, '${marker}', '${marker}', '${marker}');
    insert into user_files (user_id, filename, s3_key) values (${me}, '${marker}', '${marker}');
    insert into federated_identities (user_id, provider, provider_id, email, display_name) values (${me}, 'google', '${marker}', '${who.email}', '${marker}');
    insert into webauthn_credentials (user_id, credential_id, public_key, name) values (${me}, '${marker}', '${marker}', '${marker}');
    insert into notifications (user_id, type, title, content) values (${me}, 'system', '${marker}', '${marker}');
    insert into reports (reporter_id, reported_user_id, content_type, content_id, reason) values ('${template.ids.bob}', ${me}, 'user', ${me}, 'Rude');
    insert into royalty_records (content_id, creator_id, period, royalty_amount_cents) values ('${track.id}', ${me}, '2026-01', 1234);
    insert into royalty_payouts (payout_id, creator_id, amount_cents, period, notes) values ('payout-' || gen_random_uuid(), ${me}, 1234, '2026-01', '${marker}');
    insert into seller_stripe_accounts (user_id, stripe_account_id) values (${me}, '${marker}');
    insert into track_history (track_id, user_id, action, old_value, new_value) values ('${track.id}', ${me}, 'updated', '${marker}', '${marker} song')`);
  const archive = await who.client.post('/api/v1/users/me/export', { headers: who.headers });
  await until('the archive', async () => (await who.client.get('/api/v1/users/me/exports/{id}', { path: { id: archive.body.id } })).body.status === 'completed', 60);
  return { who, track, marker };
}

onDisk('after the erasure no column of any table, and no file, tells of the person', async () => {
  const { who, track, marker } = await settle('yolanda', '203.0.113.77');
  const markers = [who.email, who.name, who.ip, marker, who.id];
  for (const one of markers) assert.notDeepEqual(await columnsWith(world, one), [], `${one} is there before`);
  const names = await storedNames();
  assert.ok(names.some((name) => name.includes(who.id)) && names.some((name) => name.includes(track.id)));
  assertStatus(await remove(who.client), 200);
  await timePasses(who.id);
  await erased(who.id);
  for (const one of markers) assert.deepEqual(await columnsWith(world, one), [], one);
  assert.deepEqual((await storedNames()).filter((name) => name.includes(who.id) || name.includes(track.id)), []);
  const left = await world.sql(`select u.username || '|' || u.email || '|' || concat(u.first_name, u.bio, u.avatar, u.password_hash) from users u where u.username like 'deleted-%'`);
  assert.match(left, /^deleted-[0-9a-f]{12}\|deleted-[0-9a-f]{12}@invalid\|$/);
  const tombstone = `(select id from users where username like 'deleted-%')`;
  const kept = await world.sql(`select (select content from track_comments where user_id = ${tombstone}), (select amount_cents from royalty_payouts where creator_id = ${tombstone}),
    (select royalty_amount_cents from royalty_records where creator_id = ${tombstone}), (select name from rooms where creator_id = ${tombstone}),
    (select count(*) > 3 from audit_logs where actor_id = ${tombstone} and ip is null and user_agent is null), (select count(*) from messages where sender_id is null)`);
  assert.equal(kept, 'Well done|1234|1234|A room|t|1', 'what others or the law need stays, without a name');
  assert.equal((await visitor.get('/api/v1/auth/check-username', { query: { username: who.name } })).body.available, true);
  assertStatus(await visitor.post('/api/v1/auth/register', { body: { username: who.name, email: who.email, password: PASSWORD } }), 201);
});

onDisk('an erasure that is killed half-way goes on', async () => {
  const { who, track, marker } = await settle('zenobia', '203.0.113.78');
  assertStatus(await remove(who.client), 200);
  const first = await world.hold(`select from users where id = '${who.id}' for update`);
  await world.sql(`update jobs set run_at = now() + interval '1 day' where kind = 'privacy.sweep';
    insert into jobs (kind, payload, dedupe_key) values ('privacy.erase', jsonb_build_object('user_id', '${who.id}'), 'erase:${who.id}')`);
  /* Not due yet for the first job: nothing happens. */
  await until('the first job', async () => (await world.sql(`select state from jobs where dedupe_key = 'erase:${who.id}'`)) === 'done');
  assert.ok((await storedNames()).some((name) => name.includes(track.id)));
  await first.letGo();
  await world.sql(`update users set deletion_at = now() - interval '61 seconds' where id = '${who.id}'`);
  const second = await world.hold(`select from users where id = '${who.id}' for update`);
  await world.sql(`update jobs set run_at = now() where kind = 'privacy.sweep'`);
  await until('the files to be gone and the rows to wait', async () => !(await storedNames()).some((name) => name.includes(track.id) || name.includes(who.id)) &&
    (await world.sql(`select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%gen_random_uuid%'`)) === '1');
  await world.server.stop('SIGKILL');
  await world.sql(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`);
  await second.letGo();
  assert.equal(await world.sql(`select count(*) from users where id = '${who.id}'`), '1');
  await world.server.start();
  await erased(who.id);
  for (const one of [who.email, who.name, who.ip, marker, who.id]) assert.deepEqual(await columnsWith(world, one), [], one);
});

test('the audit log forgets nobody but those who are to be erased', async () => {
  const lines = () => world.sql(`select count(*), count(ip) from audit_logs where actor_id = '${template.ids.root}'`);
  const before = await lines();
  for (const [person, tombstone] of [[template.ids.root, template.ids.bob], [template.ids.root, NOBODY], [NOBODY, NOBODY]])
    await assert.rejects(world.sql(`select audit_forget('${person}', '${tombstone}')`), /nobody is to be erased/);
  await assert.rejects(world.sql(`update audit_logs set ip = null where actor_id = '${template.ids.root}'`), /append-only/);
  assert.equal(await lines(), before);
});

test('an account that nobody deletes is not touched by the sweep', async () => {
  await world.sql(`update jobs set run_at = now() where kind = 'privacy.sweep'`);
  await until('the sweep', async () => (await world.sql(`select run_at > now() + interval '50 minutes' from jobs where kind = 'privacy.sweep'`)) === 't');
  assertStatus(await world.visitor.get('/api/v1/users/by-username/{username}', { path: { username: 'carol' } }), 200);
  assert.equal(await world.sql(`select count(*) from users where email = '${emailOf('carol')}' and deletion_at is null`), '1');
});
