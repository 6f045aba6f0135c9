/** Replies, changes and the owner's decisions about comments. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('comment-threads');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia'), root = world.as('root');
const track = await playable(carol, { title: 'Tides' });

const post = (client: Client, content: string, more: { parent_id?: string; timestamp?: number } = {}, id = track.id) =>
  client.post('/api/v1/tracks/{id}/comments', { path: { id }, body: { content, ...more } });
async function write(...given: Parameters<typeof post>) {
  const reply = await post(...given);
  assertStatus(reply, 201);
  return reply.body;
}
const list = async (client: Client, id = track.id) => (await client.get('/api/v1/tracks/{id}/comments', { path: { id }, query: { total: true } })).body;
const replies = async (client: Client, id: string) => (await client.get('/api/v1/comments/{id}/replies', { path: { id } })).body.items;
const remove = (client: Client, id: string) => client.delete('/api/v1/comments/{id}', { path: { id } });
const edit = (client: Client, id: string, content: string) => client.put('/api/v1/comments/{id}', { path: { id }, body: { content } });
const decide = (client: Client, id: string, status: 'shown' | 'hidden') => client.put('/api/v1/comments/{id}/status', { path: { id }, body: { status } });
const field = (reply: Parameters<typeof assertProblem>[0]) => assertProblem(reply, 422).errors![0]!.field;
const delivered = () => until('the events to be delivered', async () => (await world.sql('select count(*) from bus_waiting')) === '0');
const told = async (client: Client, type: string) => (await client.get('/api/v1/notifications', { query: { type } })).body.items.map((one) => `${one.actor?.username} ${one.others}`);
const settings = (body: { comments_open?: boolean; comments_days?: number | null }, id: string) => carol.put('/api/v1/tracks/{id}', { path: { id }, body });
const update = async (...given: Parameters<typeof settings>) => assertStatus(await settings(...given), 200);

test('replies stand below the comment, oldest first, also those to a reply, and whoever is answered is told', async () => {
  const top = await write(alice, 'What a bass line', { timestamp: 0.5 });
  const first = await write(bob, 'Played by hand?', { parent_id: top.id });
  const second = await write(alice, 'I think so', { parent_id: first.id });
  assert.deepEqual([first.parent_id, second.parent_id, first.timestamp], [top.id, top.id, null]);
  assert.deepEqual((await replies(dave, top.id)).map((one) => one.content), ['Played by hand?', 'I think so']);
  const all = await list(dave);
  assert.deepEqual(all.items.map((one) => [one.content, one.reply_count]), [['What a bass line', 2]]);
  assert.equal(all.total, 1);
  await delivered();
  assert.deepEqual(await told(alice, 'reply'), ['bob 0']);
  assert.deepEqual(await told(bob, 'reply'), ['alice 0']);
  assert.equal(field(await post(bob, 'x', { parent_id: top.id, timestamp: 0.1 })), 'timestamp');
  assert.equal(field(await post(bob, 'x', { parent_id: track.id })), 'parent_id');
  const other = await playable(carol, { title: 'Other' });
  assert.equal(field(await post(bob, 'x', { parent_id: top.id }, other.id)), 'parent_id');
  for (const [visibility, expected] of [['private', []], ['unlisted', ['bob 0']], ['public', ['bob 0']]] as const) {
    assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { visibility } }), 200);
    assert.deepEqual(await told(alice, 'reply'), expected, `of replies to a track that is ${visibility}`);
  }
});

test('a deleted comment keeps its place while it has replies, without its text and author, and goes with the last one', async () => {
  const top = await write(alice, 'Secret of mine');
  const ours = await Promise.all([bob, dave, bob].map((client, i) => write(client, `Reply ${i}`, { parent_id: top.id })));
  assertStatus(await edit(alice, top.id, 'Secret of ours'), 200);
  assertStatus(await remove(alice, top.id), 204);
  const left = (await list(bob)).items.find((one) => one.id === top.id)!;
  assert.deepEqual([left.content, left.author, left.is_deleted, left.reply_count, left.may_edit, left.may_delete, left.may_moderate], ['', null, true, 3, false, false, false]);
  assert.equal(await world.sql(`select count(*) from track_comment_texts where comment_id = '${top.id}'`), '0', 'earlier texts go too');
  assertProblem(await remove(alice, top.id), 404);
  assertProblem(await edit(alice, top.id, 'Back'), 404);
  assertProblem(await decide(carol, top.id, 'hidden'), 404);
  assert.equal(field(await post(dave, 'x', { parent_id: top.id })), 'parent_id');
  await write(dave, 'Still here', { parent_id: ours[0]!.id });
  const last = await replies(dave, top.id);
  assert.equal(last.length, 4);
  assert.deepEqual((await Promise.all(last.map((one) => remove(carol, one.id)))).map((reply) => reply.status), [204, 204, 204, 204], 'at the same time');
  assert.equal(await world.sql(`select count(*) from track_comments where id = '${top.id}'`), '0');
});

test('a reply and the deletion of what it answers at the same time: none that was accepted is lost', async () => {
  for (let i = 0; i < 10; i++) {
    const top = await write(alice, `Round ${i}`);
    const [answered] = await Promise.all([post(bob, 'I answer', { parent_id: top.id }), remove(alice, top.id)]);
    if (answered.status === 201) assert.equal((await replies(dave, top.id))[0]!.id, answered.body.id);
    else assert.equal(field(answered), 'parent_id');
  }
});

test('an author changes a comment for a day; what it said before is for the author, moderators and staff', async () => {
  const one = await write(bob, 'Frist!');
  assert.equal(one.may_edit, true);
  const reply = await edit(bob, one.id, ' First! ');
  assertStatus(reply, 200);
  assert.deepEqual([reply.body.content, reply.body.is_edited, reply.body.id], ['First!', true, one.id]);
  assert.equal((await edit(bob, one.id, 'First!')).body.edited_at, reply.body.edited_at, 'the same text is no change');
  const texts = (client: Client) => client.get('/api/v1/comments/{id}/texts', { path: { id: one.id } });
  for (const client of [bob, mia, root]) assert.deepEqual((await texts(client)).body.items.map((text) => text.content), ['Frist!']);
  for (const client of [alice, carol]) {
    assertProblem(await texts(client), 404);
    assertProblem(await edit(client, one.id, 'Mine now'), 404);
  }
  assertProblem(await world.visitor.get('/api/v1/comments/{id}/texts', { path: { id: one.id } }), 401);
  assert.equal(field(await edit(bob, one.id, ' \n ')), 'content');
  for (let i = 1; i < 20; i++) assertStatus(await edit(bob, one.id, `Take ${i}`), 200);
  assertProblem(await edit(bob, one.id, 'Once more'), 409, 'conflict');
  await world.sql(`update track_comments set created_at = created_at - interval '24 hours 1 second' where id = '${one.id}'`);
  const late = await edit(bob, one.id, 'Too late');
  assertProblem(late, 409, 'conflict');
  assert.equal((await list(bob)).items.find((item) => item.id === one.id)!.may_edit, false);
});

test('the owner hides and shows comments: others neither read nor count what is hidden, its author sees that it is', async () => {
  const one = await write(bob, 'Buy cheap strings');
  const count = async () => (await world.visitor.get('/api/v1/tracks/{id}/stats', { path: { id: track.id } })).body.comment_count;
  const before = await count();
  for (const client of [alice, bob]) assertProblem(await decide(client, one.id, 'hidden'), 404);
  const hidden = await decide(carol, one.id, 'hidden');
  assertStatus(hidden, 200);
  assert.equal(hidden.body.status, 'hidden');
  const status = async (client: Client) => (await list(client)).items.find((item) => item.id === one.id)?.status;
  assert.deepEqual(await Promise.all([world.visitor, dave, alice, bob, carol, mia, root].map(status)), [undefined, undefined, undefined, 'hidden', 'hidden', 'hidden', 'hidden']);
  assert.equal(await count(), before! - 1);
  assertProblem(await alice.get('/api/v1/comments/{id}/replies', { path: { id: one.id } }), 404);
  assert.equal(field(await post(alice, 'x', { parent_id: one.id })), 'parent_id');
  assertStatus(await decide(mia, one.id, 'shown'), 200);
  assert.equal(await status(dave), 'shown');
});

test('comments are closed for a track, or when it is older than some days: for all but its owner and staff, what is there stays', async () => {
  const old = await playable(carol, { title: 'Old' });
  await write(bob, 'Before', {}, old.id);
  await update({ comments_open: false }, old.id);
  assert.equal(assertProblem(await post(bob, 'After', {}, old.id), 403, 'forbidden').detail, 'Comments on this track are closed.');
  await write(carol, 'By me', {}, old.id);
  assert.equal((await list(bob, old.id)).items.length, 2);
  await update({ comments_open: true, comments_days: 30 }, old.id);
  await write(bob, 'Open again', {}, old.id);
  await world.sql(`update tracks set created_at = now() - interval '31 days' where id = '${old.id}'`);
  assertProblem(await post(bob, 'Late', {}, old.id), 403, 'forbidden');
  await update({ comments_days: null }, old.id);
  await write(bob, 'For ever', {}, old.id);
  assertProblem(await settings({ comments_days: 0 }, old.id), 422);
});

test('the first comment of a person waits for approval where the owner wants that; a reply is told only when it is approved', async () => {
  assertStatus(await carol.put('/api/v1/users/settings', { body: { hold_first_comments: true } }), 200);
  await write(alice, 'I am known here');
  const top = await write(alice, 'Who else listens?');
  await world.sql(`delete from track_comments where user_id = '${template.ids.dave}'`);
  const first = await write(dave, 'I do', { parent_id: top.id });
  assert.equal(first.status, 'held');
  const again = await write(dave, 'Nobody sees me');
  assert.equal(again.status, 'held', 'until one is shown');
  await delivered();
  assert.deepEqual((await told(alice, 'reply')).filter((one) => one.startsWith('dave')), []);
  assert.deepEqual((await replies(bob, top.id)).length, 0);
  assert.deepEqual((await replies(dave, top.id)).map((one) => one.status), ['held']);
  const counted = async (client: Client) => (await list(client)).items.find((one) => one.id === top.id)!.reply_count;
  assert.deepEqual(await Promise.all([dave, carol, bob].map(counted)), [1, 1, 0]);
  const held = async (client: Client) => (await client.get('/api/v1/comments/held')).body.items.map((one) => `${one.track_title}: ${one.content}`);
  assert.deepEqual(await held(carol), ['Tides: Nobody sees me', 'Tides: I do']);
  assert.deepEqual(await held(dave), []);
  assertStatus(await decide(carol, first.id, 'shown'), 200);
  assertStatus(await decide(carol, first.id, 'shown'), 200);
  await delivered();
  assert.equal((await told(alice, 'reply')).filter((one) => one.startsWith('dave')).length, 1);
  assert.deepEqual((await replies(bob, top.id)).map((one) => one.content), ['I do']);
  assert.equal((await write(dave, 'Known now')).status, 'shown');
  assert.equal((await write(carol, 'Mine')).status, 'shown');
  assertStatus(await carol.put('/api/v1/users/settings', { body: { hold_first_comments: false } }), 200);
});

test('whom one blocks cannot answer, and is not told of replies', async () => {
  const top = await write(alice, 'To everybody');
  const one = await write(bob, 'From Bob', { parent_id: top.id });
  const user = (person: Person) => ({ path: { id: template.ids[person] } });
  assertStatus(await alice.post('/api/v1/users/{id}/block', user('bob')), 204);
  assert.equal(field(await post(bob, 'Again', { parent_id: top.id })), 'parent_id');
  assert.deepEqual((await replies(alice, top.id)).map((reply) => reply.id), []);
  assert.deepEqual((await replies(dave, top.id)).map((reply) => reply.id), [one.id]);
  assertStatus(await alice.delete('/api/v1/users/{id}/block', user('bob')), 204);
});

test('the number of replies is how many of them the reader is shown, and moderators are shown all', async () => {
  const top = await write(alice, 'How many answer'), user = (person: Person) => ({ path: { id: template.ids[person] } });
  const [first] = [await write(bob, 'One', { parent_id: top.id }), await write(dave, 'Two', { parent_id: top.id })];
  const expected = async (people: [Client, number][]) => {
    for (const [client, count] of people) {
      assert.equal((await list(client)).items.find((item) => item.id === top.id)!.reply_count, count);
      assert.equal((await replies(client, top.id)).length, count);
    }
  };
  assertStatus(await alice.post('/api/v1/users/{id}/block', user('bob')), 204);
  assertStatus(await bob.post('/api/v1/users/{id}/block', user('mia')), 204);
  await expected([[alice, 1], [dave, 2], [world.visitor, 2], [mia, 2], [root, 2]]);
  assertStatus(await decide(mia, first.id, 'hidden'), 200);
  await expected([[alice, 1], [dave, 1], [world.visitor, 1], [carol, 2], [mia, 2], [root, 2]]);
  assertStatus(await bob.delete('/api/v1/users/{id}/block', user('mia')), 204);
  assertStatus(await alice.delete('/api/v1/users/{id}/block', user('bob')), 204);
});
