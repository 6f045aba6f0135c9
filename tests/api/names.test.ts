/** The one name by which people are shown, and that the name of a private profile is told nowhere. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('names');
const visitor = world.visitor;
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia'), root = world.as('root');
const ids = template.ids;
const me = (person: Person) => ({ path: { id: ids[person] } });
const trackId = await world.sql(`insert into tracks (creator_id, title, genre, status) values ('${ids.dave}', 'Tide', 'Ambient', 'completed') returning id`);

async function name(person: Person, first_name: string | null, last_name: string | null, is_public = true): Promise<string> {
  const reply = await world.as(person).put('/api/v1/users/{id}', { ...me(person), body: { first_name, last_name, is_public } });
  assertStatus(reply, 200);
  return reply.body.display_name;
}

test('the display name is first and last name, and the user name where there is none', async () => {
  assert.equal(await name('dave', 'Zoë', 'Quibble'), 'Zoë Quibble');
  assert.equal(await name('dave', 'Zoë', null), 'Zoë');
  assert.equal(await name('dave', null, 'Quibble'), 'Quibble');
  assert.equal(await name('dave', null, null), 'dave');
  for (const blank of ['', '   ']) assert.equal(await name('dave', blank, null), 'dave', JSON.stringify(blank));
  assert.equal(await name('dave', ' \u200FZoë\uFEFF ', '\u200B Quibble'), 'Zoë Quibble', 'nothing that cannot be seen');
  assert.equal(await name('dave', 'علی\u200Cرضا', '👩\u200D🎤'), 'علی\u200Cرضا 👩\u200D🎤', 'joiners stay');
});

test('everything that shows a person gives the display name beside the user name', async () => {
  await name('dave', 'Zoë', 'Quibble');
  await mia.delete('/api/v1/users/{id}/follow', me('carol'));
  const ticket = await carol.post('/api/v1/ws/ticket');
  const socket = new WebSocket(`${world.server.api.replace('http', 'ws')}/api/v1/ws?token=${ticket.body.ticket}`);
  const heard: { type: string; notification?: { actor: unknown } }[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as never));
  await until('the greeting', () => heard.length > 0);
  assertStatus(await dave.post('/api/v1/users/{id}/follow', me('carol')), 200);
  const shown = { id: ids.dave, username: 'dave', avatar: null, display_name: 'Zoë Quibble' };

  assert.deepEqual((await until('the message', () => heard.find((one) => one.type === 'notification'))).notification?.actor, shown);
  socket.terminate();
  assert.deepEqual((await carol.get('/api/v1/notifications')).body.items[0]?.actor, shown);
  assert.deepEqual((await visitor.get('/api/v1/tracks/{id}', { path: { id: trackId } })).body.creator, shown);
  assert.deepEqual((await visitor.get('/api/v1/tracks', { query: { q: 'quibble tide' } })).body.items.map((one) => one.creator), [shown]);
  assert.equal((await dave.get('/api/v1/auth/me')).body.display_name, 'Zoë Quibble');
  for (const path of ['/api/v1/users/{id}', '/api/v1/users/by-username/{username}'] as const)
    assert.equal((await visitor.get(path, { path: { id: ids.dave, username: 'dave' } as never })).body.display_name, 'Zoë Quibble');
  assert.equal((await visitor.get('/api/v1/users/search', { query: { q: 'zoe' } })).body.items[0]?.display_name, 'Zoë Quibble');
  assertStatus(await dave.delete('/api/v1/users/{id}/follow', me('carol')), 200);
});

test('the name of a profile that is private is told nowhere: no list, no track, no notification, no search', async () => {
  await name('dave', 'Zoë', 'Quibble');
  assertStatus(await alice.post('/api/v1/users/{id}/block', me('dave')), 204);
  assertStatus(await dave.post('/api/v1/users/{id}/follow', me('carol')), 200);
  await until('the notification', async () => (await carol.get('/api/v1/notifications')).body.items.length > 0);
  assert.equal(await name('dave', 'Zoë', 'Quibble', false), 'dave', 'the owner sees what others see');

  const told = async (client: Client, path: string) => String(JSON.stringify((await client.send('GET', path)).body));
  for (const [who, client] of Object.entries({ visitor, alice, bob, carol, mia, root })) {
    for (const path of ['/api/v1/users', '/api/v1/users/search?q=quibble', '/api/v1/users/search?q=zoe', '/api/v1/users/suggestions', '/api/v1/users/me/blocks', '/api/v1/users/by-username/dave',
      '/api/v1/tracks', '/api/v1/tracks?q=tide', '/api/v1/tracks?username=dave', `/api/v1/tracks/${trackId}`, `/api/v1/users/${ids.carol}/likes`, '/api/v1/notifications', `/api/v1/users/${ids.dave}`]) {
      if (client === root && /users\/(by-username|[0-9a-f-]{36}$)/.test(path)) continue; /* an administrator sees the whole profile */
      assert.doesNotMatch(await told(client, path), /quibble|zoë/i, `${who} ${path}`);
    }
    for (const q of ['quibble', 'Zoë', 'zoe quibble', 'tide quibble'])
      assert.equal((await client.get('/api/v1/tracks', { query: { q, total: true } })).body.total, 0, `${who} finds no track by ${q}`);
    assert.equal((await client.get('/api/v1/tracks', { query: { q: 'dave tide', total: true } })).body.total, 1, `${who} finds it by the user name`);
  }
  assert.deepEqual((await visitor.get('/api/v1/tracks/{id}', { path: { id: trackId } })).body.creator.display_name, 'dave');
  assert.deepEqual((await alice.get('/api/v1/users/me/blocks')).body.items.map((one) => [one.username, one.display_name]), [['dave', 'dave']]);

  assert.equal(await name('dave', 'Zoë', 'Quibble'), 'Zoë Quibble', 'and it is back when the profile is public again');
  assert.equal((await visitor.get('/api/v1/tracks', { query: { q: 'zoe tide', total: true } })).body.total, 1);
  assertStatus(await alice.delete('/api/v1/users/{id}/block', me('dave')), 204);
});

test('genres are those of public tracks, whatever their case, the most used first, without those of whoever blocked the viewer', async () => {
  const put = (creator: Person, genre: string, more = `'public', 'completed', null`) =>
    world.sql(`insert into tracks (creator_id, title, genre, visibility, status, deleted_at) values ('${ids[creator]}', 'G', '${genre}', ${more})`);
  for (const genre of ['Drone', 'drone', 'Drone', 'Dub']) await put('carol', genre);
  await put('carol', 'Hidden', `'private', 'completed', null`);
  await put('carol', 'Unready', `'public', 'processing', null`);
  await put('carol', 'Gone', `'public', 'completed', now()`);
  await put('carol', '');
  const genres = async (client: Client) => {
    const reply = await client.get('/api/v1/genres', { query: { limit: 100 } });
    assertStatus(reply, 200);
    return reply.body.items.map((one) => [one.name, one.track_count]);
  };
  assert.deepEqual(await genres(visitor), [['Drone', 3], ['Ambient', 1], ['Dub', 1]]);
  for (const [genre, count] of await genres(bob)) assert.equal((await bob.get('/api/v1/tracks', { query: { genre: String(genre), total: true } })).body.total, count, String(genre));
  assertStatus(await dave.post('/api/v1/users/{id}/block', me('bob')), 204);
  assert.deepEqual(await genres(bob), [['Drone', 3], ['Dub', 1]]);
  assertStatus(await dave.delete('/api/v1/users/{id}/block', me('bob')), 204);
});

test('a name of which nothing can be seen is refused, with where it stands: of people, tracks, playlists, releases, passwords of apps, and of what is read from files', async () => {
  const refused = async (unseen: string) => {
    const replies = [
      ['first_name', await bob.put('/api/v1/users/{id}', { ...me('bob'), body: { first_name: unseen } })],
      ['last_name', await bob.put('/api/v1/users/{id}', { ...me('bob'), body: { first_name: 'Bob', last_name: unseen } })],
      ['title', await dave.put('/api/v1/tracks/{id}', { path: { id: trackId }, body: { title: unseen } })],
      ['name', await bob.post('/api/v1/playlists', { body: { name: unseen } })],
      ['title', await dave.post('/api/v1/releases', { body: { title: unseen } })],
      ['name', await bob.post('/api/v1/app-passwords', { body: { name: unseen } })],
      ['genre', await dave.put('/api/v1/tracks/{id}', { path: { id: trackId }, body: { genre: unseen } })],
      ['tags[0]', await dave.put('/api/v1/tracks/{id}', { path: { id: trackId }, body: { tags: [unseen] } })],
    ] as const;
    for (const [field, reply] of replies) {
      const problem = assertProblem(reply, 422, 'validation');
      assert.equal(problem.errors![0]!.field, field, JSON.stringify(unseen));
    }
  };
  for (const unseen of ['\u200B', '\u200D\u200C', '\u2060 \uFEFF', '\u3164', '\u2800\u2800', '\u00AD', '\u00A0', '\u{E0001}\u{E0041}', '\uFE0F', '\u115F\u1160', '\u061C \u200F']) await refused(unseen);
  assertProblem(await dave.put('/api/v1/tracks/{id}', { path: { id: trackId }, body: { title: '   ' } }), 422, 'validation');
  for (const seen of ['.', '👩\u200D🎤', 'علی\u200Cرضا', '❤\uFE0F', '\u0301']) assertStatus(await bob.post('/api/v1/playlists', { body: { name: seen } }), 201);
});
