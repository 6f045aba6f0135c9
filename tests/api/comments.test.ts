/** Comments on tracks: who may write, read and delete them, and who is told. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('comments');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia'), root = world.as('root');
const ids = template.ids;
const track = await playable(carol, { title: 'Tides' });
const at = { path: { id: track.id } };
const user = (person: Person) => ({ path: { id: ids[person] } });

const write = async (client: Client, content: string, timestamp?: number) => {
  const reply = await client.post('/api/v1/tracks/{id}/comments', { ...at, body: { content, ...(timestamp !== undefined && { timestamp }) } });
  assertStatus(reply, 201);
  return reply.body;
};
const list = async (client: Client, query = {}) => {
  const reply = await client.get('/api/v1/tracks/{id}/comments', { ...at, query });
  assertStatus(reply, 200);
  return reply.body;
};
const texts = async (client: Client, query = {}) => (await list(client, query)).items.map((one) => one.content);
const remove = (client: Client, id: string) => client.delete('/api/v1/comments/{id}', { path: { id } });
const settled = () => until('the events to be delivered', async () => (await world.sql('select count(*) from bus_waiting')) === '0');
const told = async () => (await carol.get('/api/v1/notifications', { query: { type: 'comment' } })).body.items;

test('a comment stands at a time in the track, and everybody who sees the track reads it', async () => {
  const one = await write(alice, ' What a bass line ', 0.5);
  assert.deepEqual([one.content, one.timestamp, one.track_id, one.author?.username, one.is_mine, one.may_delete, one.is_edited],
    ['What a bass line', 0.5, track.id, 'alice', true, true, false]);
  const whole = await write(bob, 'On the whole: good');
  assert.equal(whole.timestamp, null);
  for (const client of [world.visitor, dave, carol]) assert.deepEqual(await texts(client), ['On the whole: good', 'What a bass line']);
  assert.deepEqual((await list(dave)).items.map((item) => [item.is_mine, item.may_delete]), [[false, false], [false, false]]);
});

test('comments are listed by when they were written or by their time in the track, page by page', async () => {
  await write(dave, 'Near the end', 0.9);
  await write(dave, 'At the start', 0.1);
  assert.deepEqual(await texts(bob, { sort: 'time' }), ['On the whole: good', 'At the start', 'What a bass line', 'Near the end']);
  assert.deepEqual(await texts(bob, { sort: 'oldest' }), ['What a bass line', 'On the whole: good', 'Near the end', 'At the start']);
  const seen: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await list(bob, { sort: 'time', limit: 1, ...(cursor && { cursor }) });
    seen.push(...page.items.map((item) => item.content));
    cursor = page.next;
    if (seen.length === 1) await write(alice, 'Written meanwhile', 0.05);
  } while (cursor);
  assert.deepEqual(seen, ['On the whole: good', 'Written meanwhile', 'At the start', 'What a bass line', 'Near the end']);
});

test('an empty comment, one beyond the end of the track and one that is too long are refused with the field', async () => {
  for (const [body, field] of [
    [{ content: ' \n ' }, 'content'], [{ content: '' }, 'content'], [{ content: 'x'.repeat(2001) }, 'content'],
    [{ content: 'x', timestamp: 3 }, 'timestamp'], [{ content: 'x', timestamp: -1 }, 'timestamp'],
  ] as const) {
    const reply = await alice.post('/api/v1/tracks/{id}/comments', { ...at, body });
    const problem = assertProblem(reply, 422);
    assert.equal(problem.errors?.[0]?.field, field, JSON.stringify(body));
  }
  assert.equal((await write(alice, '<img src=x onerror=alert(1)>\n\u0001'.slice(0, 29))).content, '<img src=x onerror=alert(1)>');
});

test('the author, the owner of the track, moderators and staff delete a comment; nobody else, nor a moderator by an API key', async () => {
  const mine = await write(alice, 'Mine');
  for (const stranger of [bob, dave]) assertProblem(await remove(stranger, mine.id), 404);
  assertProblem(await remove(world.visitor, mine.id), 401);
  const key = await mia.post('/api/v1/developer/api-keys', { body: { name: 'Tool', scopes: ['comments:write'] } });
  assertStatus(key, 201);
  assertProblem(await remove(world.visitor.as({ token: key.body.key }), mine.id), 404);
  assertStatus(await remove(alice, mine.id), 204);
  assertProblem(await remove(alice, mine.id), 404);
  for (const may of [carol, mia, root]) {
    const one = await write(alice, 'Once more');
    assert.equal((await list(may, { limit: 1 })).items[0]!.may_delete, true);
    assertStatus(await remove(may, one.id), 204);
  }
});

test('whom the owner has blocked neither reads nor writes comments, and comments of blocked people are not shown', async () => {
  await write(bob, 'By Bob');
  assertStatus(await carol.post('/api/v1/users/{id}/block', user('bob')), 204);
  assertProblem(await bob.get('/api/v1/tracks/{id}/comments', at), 404);
  assertProblem(await bob.post('/api/v1/tracks/{id}/comments', { ...at, body: { content: 'x' } }), 404);
  assert.ok(!(await texts(carol)).includes('By Bob'), 'they vanish for whoever blocked');
  assert.ok((await texts(dave)).includes('By Bob'));
  assertStatus(await carol.delete('/api/v1/users/{id}/block', user('bob')), 204);
  assertStatus(await bob.post('/api/v1/users/{id}/block', user('dave')), 204);
  assert.ok(!(await texts(dave)).includes('By Bob'), 'nor does the blocked person read those of whoever blocked them');
  assertStatus(await bob.delete('/api/v1/users/{id}/block', user('dave')), 204);
});

test('a private track and one that is not there have no comments for strangers', async () => {
  const hidden = await playable(carol, { title: 'Draft', is_public: 'false' });
  for (const id of [hidden.id, '00000000-0000-4000-8000-000000000000']) {
    assertProblem(await alice.get('/api/v1/tracks/{id}/comments', { path: { id } }), 404);
    assertProblem(await alice.post('/api/v1/tracks/{id}/comments', { path: { id }, body: { content: 'x' } }), 404);
  }
  assertStatus(await carol.post('/api/v1/tracks/{id}/comments', { path: { id: hidden.id }, body: { content: 'Note to myself' } }), 201);
});

test('the owner is told of comments, of many in one notification, and not of their own', async () => {
  await settled();
  await world.sql('delete from notifications');
  await write(carol, 'Thank you all');
  await settled();
  assert.deepEqual(await told(), []);
  for (const one of [alice, alice, bob, dave]) await write(one, 'Again');
  await settled();
  const items = await told();
  assert.deepEqual(items.map((one) => [one.type, one.link, one.actor?.username, one.others]), [['comment', `/track/${track.id}`, 'dave', 2]]);
});

test('the comments of an account that is gone stay, without a name', async () => {
  await world.sql(`update users set deleted_at = now(), is_active = false where id = '${ids.dave}'`);
  const gone = (await list(alice)).items.filter((one) => one.author === null);
  assert.ok(gone.some((one) => one.content === 'Near the end'));
});
