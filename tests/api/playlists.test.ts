/** Playlists: who sees and changes them, and that moves hold whoever moves at the same time. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { isFull } from '../support/level.ts';
import { Live } from '../support/live.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('playlists');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), root = world.as('root');
const ids = template.ids;
const tides = await playable(carol, { title: 'Tides' });
const ferry = await playable(carol, { title: 'Ferry' });

const create = async (client: Client, name: string, more: { is_public?: boolean; visibility?: 'public' | 'unlisted' | 'private'; description?: string } = {}) => {
  const reply = await client.post('/api/v1/playlists', { body: { name, ...more } });
  assertStatus(reply, 201);
  assert.equal(reply.headers.get('location'), `/api/v1/playlists/${reply.body.id}`);
  return reply.body;
};
const add = async (client: Client, id: string, track_id: string) => {
  const reply = await client.post('/api/v1/playlists/{id}/tracks', { path: { id }, body: { track_id } });
  assertStatus(reply, 201);
  return reply.body.item_id;
};
const items = async (client: Client, id: string) => {
  const all = [];
  let cursor: string | null | undefined;
  do {
    const reply = await client.get('/api/v1/playlists/{id}/tracks', { path: { id }, query: { limit: 100, ...(cursor && { cursor }) } });
    assertStatus(reply, 200);
    all.push(...reply.body.items);
    cursor = reply.body.next;
  } while (cursor);
  return all;
};
const order = async (client: Client, id: string) => (await items(client, id)).map((one) => one.id);
const move = (client: Client, id: string, item: string, after: string | null) => client.put('/api/v1/playlists/{id}/tracks/reorder', { path: { id }, body: { item, after } });
const get = (client: Client, id: string) => client.get('/api/v1/playlists/{id}', { path: { id } });

test('a playlist is made, filled, changed and deleted by its owner', async () => {
  const list = await create(alice, 'Late trains', { description: 'For the way home' });
  assert.deepEqual([list.name, list.description, list.is_public, list.track_count, list.owner.username, list.is_mine, list.may_edit],
    ['Late trains', 'For the way home', false, 0, 'alice', true, true]);
  const first = await add(alice, list.id, tides.id), second = await add(alice, list.id, ferry.id), third = await add(alice, list.id, tides.id);
  const all = await items(alice, list.id);
  assert.deepEqual(all.map((one) => [one.id, one.track_id, one.title, one.creator?.username]),
    [[first, tides.id, 'Tides', 'carol'], [second, ferry.id, 'Ferry', 'carol'], [third, tides.id, 'Tides', 'carol']]);
  assert.ok(all[0]!.stream_manifest_url && all[0]!.duration_ms);
  const renamed = await alice.put('/api/v1/playlists/{id}', { path: { id: list.id }, body: { name: 'Early trains', is_public: true } });
  assertStatus(renamed, 200);
  assert.deepEqual([renamed.body.name, renamed.body.description, renamed.body.is_public, renamed.body.track_count], ['Early trains', 'For the way home', true, 3]);
  assertStatus(await alice.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id: list.id, track_id: first } }), 204);
  assert.deepEqual(await order(alice, list.id), [second, third], 'one item');
  assertStatus(await alice.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id: list.id, track_id: tides.id } }), 204);
  assert.deepEqual(await order(alice, list.id), [second], 'every item with the track');
  assertProblem(await alice.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id: list.id, track_id: tides.id } }), 404);
  assert.equal((await get(alice, list.id)).body.track_count, 1);
  const mine = await alice.get('/api/v1/playlists');
  assertStatus(mine, 200);
  assert.deepEqual(mine.body.items.map((one) => one.id), [list.id]);
  assertStatus(await alice.delete('/api/v1/playlists/{id}', { path: { id: list.id } }), 204);
  assertProblem(await get(alice, list.id), 404);
  assert.deepEqual((await alice.get('/api/v1/playlists')).body.items, []);
});

test('a private playlist does not exist for strangers; a public one opens without an account, and only its owner changes it', async () => {
  const hidden = await create(alice, 'Secret');
  const open = await create(alice, 'Open', { is_public: true });
  const inHidden = await add(alice, hidden.id, tides.id), inOpen = await add(alice, open.id, tides.id);
  for (const stranger of [bob, carol, world.visitor]) {
    assertProblem(await get(stranger, hidden.id), 404);
    assertProblem(await stranger.get('/api/v1/playlists/{id}/tracks', { path: { id: hidden.id } }), 404);
    assertStatus(await get(stranger, open.id), 200);
    assert.deepEqual(await order(stranger, open.id), [inOpen]);
  }
  assert.equal((await get(bob, open.id)).body.may_edit, false);
  for (const [id, item] of [[hidden.id, inHidden], [open.id, inOpen]] as const) {
    assertProblem(await bob.put('/api/v1/playlists/{id}', { path: { id }, body: { name: 'Mine now' } }), 404);
    assertProblem(await bob.delete('/api/v1/playlists/{id}', { path: { id } }), 404);
    assertProblem(await bob.post('/api/v1/playlists/{id}/tracks', { path: { id }, body: { track_id: tides.id } }), 404);
    assertProblem(await bob.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id, track_id: item } }), 404);
    assertProblem(await move(bob, id, item, null), 404);
  }
  assertStatus(await get(root, hidden.id), 200);
  assertStatus(await root.delete('/api/v1/playlists/{id}', { path: { id: hidden.id } }), 204);
});

test('a playlist holds ten thousand items, and takes another one when one is removed', async () => {
  const list = await create(alice, 'Full');
  await world.sql(`insert into playlist_tracks (playlist_id, track_id, added_by, position) select '${list.id}', '${tides.id}', '${ids.alice}', n * 4294967296 from generate_series(1, 9999) n`);
  const last = await add(alice, list.id, ferry.id);
  assertProblem(await alice.post('/api/v1/playlists/{id}/tracks', { path: { id: list.id }, body: { track_id: ferry.id } }), 409, 'conflict');
  assert.equal((await get(alice, list.id)).body.track_count, 10_000);
  assertStatus(await alice.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id: list.id, track_id: last } }), 204);
  await add(alice, list.id, ferry.id);
  assertStatus(await alice.delete('/api/v1/playlists/{id}', { path: { id: list.id } }), 204);
});

test('whom the owner has blocked does not see a public playlist', async () => {
  const open = await create(alice, 'Not for Bob', { is_public: true });
  assertStatus(await alice.post('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertProblem(await get(bob, open.id), 404);
  assertStatus(await alice.delete('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertStatus(await get(bob, open.id), 200);
});

test('who works on a playlist together with its owner changes its items, and no more', async () => {
  const list = await create(alice, 'Ours');
  await world.sql(`insert into playlist_collaborators (playlist_id, user_id, permission) values ('${list.id}', '${ids.bob}', 'read')`);
  assert.equal((await get(bob, list.id)).body.may_edit, false);
  assertProblem(await bob.post('/api/v1/playlists/{id}/tracks', { path: { id: list.id }, body: { track_id: tides.id } }), 403, 'forbidden');
  await world.sql(`update playlist_collaborators set permission = 'write' where playlist_id = '${list.id}'`);
  assert.equal((await get(bob, list.id)).body.may_edit, true);
  const item = await add(bob, list.id, tides.id);
  assertStatus(await move(bob, list.id, item, null), 204);
  assertProblem(await bob.put('/api/v1/playlists/{id}', { path: { id: list.id }, body: { is_public: true } }), 403, 'forbidden');
  assertProblem(await bob.delete('/api/v1/playlists/{id}', { path: { id: list.id } }), 404);
});

test('a block ends work on playlists of the one together with the other, both ways, and not on those of a third person', async () => {
  const [hers, his, third] = [await create(alice, 'Hers'), await create(bob, 'His'), await create(carol, 'Of a third person')];
  await world.sql(`insert into playlist_collaborators (playlist_id, user_id, permission) values ('${hers.id}', '${ids.bob}', 'write'), ('${his.id}', '${ids.alice}', 'admin'),
    ('${third.id}', '${ids.alice}', 'write'), ('${third.id}', '${ids.bob}', 'write')`);
  await add(bob, hers.id, tides.id);
  await add(alice, his.id, tides.id);
  assertStatus(await alice.post('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertProblem(await get(bob, hers.id), 404);
  assertProblem(await get(alice, his.id), 404);
  assertProblem(await bob.post('/api/v1/playlists/{id}/tracks', { path: { id: hers.id }, body: { track_id: ferry.id } }), 404);
  assertProblem(await alice.post('/api/v1/playlists/{id}/tracks', { path: { id: his.id }, body: { track_id: ferry.id } }), 404);
  for (const one of [alice, bob]) assert.equal((await get(one, third.id)).body.may_edit, true);
  assert.equal((await get(alice, hers.id)).body.track_count, 1, 'what was added stays');
  assertStatus(await alice.delete('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertProblem(await get(bob, hers.id), 404, undefined, 'and nothing comes back by itself');
});

test('work together also ends where the rows are still there: while one has blocked the other, and while the owner is banned or leaving', async () => {
  const list = await create(alice, 'Not any more');
  await world.sql(`insert into playlist_collaborators (playlist_id, user_id, permission) values ('${list.id}', '${ids.bob}', 'admin')`);
  const item = await add(bob, list.id, tides.id);
  const reads = () => Promise.all([get(bob, list.id), bob.get('/api/v1/playlists/{id}/tracks', { path: { id: list.id } }), bob.get('/api/v1/playlists/{id}/export/json', { path: { id: list.id } }),
    bob.get('/api/v1/playlists/{id}/collaborators', { path: { id: list.id } }), bob.post('/api/v1/playlists/{id}/duplicate', { path: { id: list.id }, body: {} })]);
  const closed = async (why: string) => {
    for (const reply of await reads()) assertProblem(reply, 404, undefined, why);
    assertProblem(await bob.post('/api/v1/playlists/{id}/tracks', { path: { id: list.id }, body: { track_id: ferry.id } }), 404, undefined, why);
    assertProblem(await move(bob, list.id, item, null), 404, undefined, why);
    assertProblem(await bob.put('/api/v1/playlists/{id}', { path: { id: list.id }, body: { visibility: 'public' } }), 404, undefined, why);
    assertProblem(await bob.post('/api/v1/playlists/{id}/collaborators', { path: { id: list.id }, body: { user_id: ids.carol, permission: 'read' } }), 404, undefined, why);
    assert.ok(!(await bob.get('/api/v1/playlists')).body.items.some(({ id }) => id === list.id), why);
    assert.ok(!(await bob.get('/api/v1/playlists/search', { query: { q: 'not any more' } })).body.items.some(({ id }) => id === list.id), why);
  };
  for (const [one, other] of [['alice', 'bob'], ['bob', 'alice']] as const) {
    await world.sql(`insert into user_blocks (blocker_id, blocked_id) values ('${ids[one]}', '${ids[other]}')`);
    await closed(`${one} has blocked ${other}`);
    await world.sql(`delete from user_blocks where blocker_id = '${ids[one]}'`);
  }
  for (const [how, back] of [['is_banned = true', 'is_banned = false'], [`deletion_at = now() + interval '1 day'`, 'deletion_at = null']] as const) {
    await world.sql(`update users set ${how} where id = '${ids.alice}'`);
    await closed(how);
    await world.sql(`update users set ${back} where id = '${ids.alice}'`);
  }
  assert.equal((await get(bob, list.id)).body.may_edit, true);
});

test('a person keeps a thousand playlists and 200,000 items in all, copies, imports and deleted ones included, however many are made at once', async () => {
  const mia = world.as('mia');
  await world.sql(`delete from playlists where user_id = '${ids.mia}'`);
  const list = await create(mia, 'Large');
  const copy = () => mia.post('/api/v1/playlists/{id}/duplicate', { path: { id: list.id }, body: {} });
  const importing = () => {
    const form = new FormData();
    form.set('file', new Blob(['#EXTM3U\n/music/1.mp3\n']), 'one.m3u');
    return mia.post('/api/v1/playlists/import', { body: form as never });
  };
  const making = () => mia.post('/api/v1/playlists', { body: { name: 'One more' } });
  await world.sql(`update playlists set track_count = 100000 where id = '${list.id}'`);
  await world.sql(`insert into playlists (user_id, name, track_count, deleted_at) values ('${ids.mia}', 'Deleted', 1, now())`);
  assert.match(assertProblem(await copy(), 422, 'too_many_playlists').detail!, /200,000/);
  await world.sql(`update playlists set track_count = 0 where user_id = '${ids.mia}'; insert into playlists (user_id, name) select '${ids.mia}', 'n' || n from generate_series(3, 997) n`);
  const made = await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 2 ? making : copy)()));
  assert.deepEqual(made.map(({ status }) => status).sort(), [201, 201, 201, ...Array.from({ length: 9 }, () => 422)]);
  for (const refused of [await copy(), await importing(), await making()]) assertProblem(refused, 422, 'too_many_playlists');
  assert.equal(await world.sql(`select count(*) from playlists where user_id = '${ids.mia}'`), '1000');
  await world.sql(`delete from playlists where user_id = '${ids.mia}'`);
});

test('a copy is private, has the same order, notes its origin, and shows no more than the playlist itself', async () => {
  const draft = await playable(carol, { title: 'Not for all', visibility: 'unlisted' });
  const list = await create(carol, 'To copy', { is_public: true, description: 'Nice' });
  for (const one of [ferry, draft, tides, ferry]) await add(carol, list.id, one.id);
  const copy = await bob.post('/api/v1/playlists/{id}/duplicate', { path: { id: list.id }, body: {} });
  assertStatus(copy, 201);
  assert.equal(copy.headers.get('location'), `/api/v1/playlists/${copy.body.id}`);
  assert.deepEqual([copy.body.name, copy.body.description, copy.body.is_public, copy.body.is_mine, copy.body.track_count, copy.body.origin],
    ['To copy', 'Nice', false, true, 4, { id: list.id, name: 'To copy' }]);
  assert.deepEqual((await items(bob, copy.body.id)).map((one) => one.track_id), [ferry.id, null, tides.id, ferry.id]);
  assertStatus(await carol.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id: list.id, track_id: tides.id } }), 204);
  assert.equal((await items(bob, copy.body.id)).length, 4);
  const named = await carol.post('/api/v1/playlists/{id}/duplicate', { path: { id: list.id }, body: { name: 'Mine too' } });
  assertStatus(named, 201);
  assert.deepEqual([named.body.name, (await items(carol, named.body.id)).map((one) => one.track_id)], ['Mine too', [ferry.id, draft.id, ferry.id]]);
  assertStatus(await carol.put('/api/v1/playlists/{id}', { path: { id: list.id }, body: { is_public: false } }), 200);
  assert.equal((await get(bob, copy.body.id)).body.origin, null, 'one that they may not see any more');
  assertProblem(await bob.post('/api/v1/playlists/{id}/duplicate', { path: { id: list.id }, body: {} }), 404);
});

test('a track that one may not see keeps its place with nothing told of it, and cannot be added', async () => {
  const draft = await playable(carol, { title: 'Draft', is_public: 'false' });
  const list = await create(carol, 'With a draft', { is_public: true });
  const first = await add(carol, list.id, draft.id), second = await add(carol, list.id, tides.id);
  const seen = await items(bob, list.id);
  assert.deepEqual(seen.map((one) => one.id), [first, second]);
  const { id, added_at, is_liked, ...rest } = seen[0]!;
  assert.deepEqual([id, is_liked], [first, false]);
  assert.ok(added_at);
  assert.deepEqual([...new Set(Object.values(rest))], [null]);
  assert.ok(!JSON.stringify(seen[0]).includes('Draft'));
  const own = await create(alice, 'Mine');
  for (const track_id of [draft.id, '00000000-0000-4000-8000-000000000000']) {
    const problem = assertProblem(await alice.post('/api/v1/playlists/{id}/tracks', { path: { id: own.id }, body: { track_id } }), 422);
    assert.equal(problem.errors?.[0]?.field, 'track_id');
  }
});

test('its length and covers are those of what the reader may see, and the list finds those with a track', async () => {
  const draft = await playable(carol, { title: 'Sketch', is_public: 'false' });
  const list = await create(carol, 'Long enough', { is_public: true });
  assert.deepEqual([list.duration_ms, list.covers], [0, []]);
  for (const one of [draft, tides, ferry, tides, ferry, tides]) await add(carol, list.id, one.id);
  const hers = (await get(carol, list.id)).body, his = (await get(bob, list.id)).body;
  const length = 3 * tides.duration_ms! + 2 * ferry.duration_ms!;
  assert.deepEqual([hers.duration_ms, his.duration_ms], [length + draft.duration_ms!, length]);
  assert.deepEqual([hers, his].map((one) => one.covers.map(({ title }) => title)), [['Sketch', 'Tides', 'Ferry', 'Tides'], ['Tides', 'Ferry', 'Tides', 'Ferry']]);
  assert.deepEqual(his.covers[0], { id: tides.id, title: 'Tides', cover_url: tides.cover_url, waveform_url: tides.waveform_url });
  await world.sql(`insert into playlist_tracks (playlist_id, track_id, position) select '${list.id}', '${tides.id}', 4294967296 * (100 + n) from generate_series(1, 495) n`);
  const inList = async () => (await carol.get('/api/v1/playlists')).body.items.find(({ id }) => id === list.id)!;
  assert.deepEqual([(await inList()).track_count, (await inList()).duration_ms], [501, null]);
  assert.equal((await get(carol, list.id)).body.duration_ms, hers.duration_ms! + 495 * tides.duration_ms!);
  await world.sql(`delete from playlist_tracks where playlist_id = '${list.id}' and position = 4294967296 * 595`);
  assert.equal((await inList()).duration_ms, hers.duration_ms! + 494 * tides.duration_ms!);
  const empty = await create(carol, 'Empty');
  const having = async (track_id: string) => (await carol.get('/api/v1/playlists', { query: { track_id } })).body.items.map((one) => one.id);
  assert.deepEqual([await having(draft.id), (await having(tides.id)).includes(empty.id)], [[list.id], false]);
});

test('an item is moved to the front, behind another and behind itself; one that is not there is a conflict', async () => {
  const list = await create(alice, 'Moves');
  const [a, b, c] = [await add(alice, list.id, tides.id), await add(alice, list.id, ferry.id), await add(alice, list.id, tides.id)];
  assertStatus(await move(alice, list.id, c, null), 204);
  assert.deepEqual(await order(alice, list.id), [c, a, b]);
  assertStatus(await move(alice, list.id, c, b), 204);
  assert.deepEqual(await order(alice, list.id), [a, b, c]);
  assertStatus(await move(alice, list.id, a, b), 204);
  assertStatus(await move(alice, list.id, a, a), 204);
  assert.deepEqual(await order(alice, list.id), [b, a, c]);
  const other = await create(alice, 'Other');
  const elsewhere = await add(alice, other.id, tides.id);
  for (const [item, after] of [[elsewhere, a], [a, elsewhere], ['00000000-0000-4000-8000-000000000000', null]] as const)
    assertProblem(await move(alice, list.id, item, after), 409);
  assert.deepEqual(await order(alice, list.id), [b, a, c]);
});

test('moves at the same time all hold, and nothing is lost', async () => {
  const list = await create(alice, 'Crowded');
  const all: string[] = [];
  for (let i = 0; i < 8; i++) all.push(await add(alice, list.id, i % 2 ? tides.id : ferry.id));
  const [anchor, ...rest] = all as [string, ...string[]];
  const [x, y, ...others] = rest as [string, string, ...string[]];
  for (const reply of await Promise.all([move(alice, list.id, x, others[3]!), move(alice, list.id, y, anchor)])) assertStatus(reply, 204);
  const now = await order(alice, list.id);
  assert.equal(now[now.indexOf(others[3]!) + 1], x);
  assert.equal(now[now.indexOf(anchor) + 1], y);
  await Promise.all(Array.from({ length: 60 }, (_, i) => move(alice, list.id, all[(i * 5) % 8]!, i % 7 ? all[(i * 3 + 1) % 8]! : null)));
  const adds = await Promise.all(Array.from({ length: 10 }, () => add(alice, list.id, tides.id)));
  assert.deepEqual([...(await order(alice, list.id))].sort(), [...all, ...adds].sort());
  assert.equal((await get(alice, list.id)).body.track_count, 18);
  assert.equal(await world.sql(`select count(distinct position) from playlist_tracks where playlist_id = '${list.id}'`), '18');
});

test('two who edit at once, each hundreds of times, end with the same order; no item is lost or there twice', async () => {
  const list = await create(alice, 'Converging');
  assertStatus(await invite(alice, list.id, ids.bob, 'write'), 201);
  const there = new Set<string>();
  for (let i = 0; i < 20; i++) there.add(await add(alice, list.id, tides.id));
  const edit = async (client: Client, seed: number) => {
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    for (let step = 0; step < (isFull ? 500 : 60); step++) {
      const known = [...there], one = known[random(known.length)]!;
      const kind = random(4);
      if (kind === 0) there.add(await add(client, list.id, random(2) ? tides.id : ferry.id));
      else if (kind === 1) {
        const reply = await client.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id: list.id, track_id: one } });
        assert.ok([204, 404].includes(reply.status), 'removed, by one or by the other');
        there.delete(one);
      } else assert.ok([204, 409].includes((await move(client, list.id, one, random(5) ? known[random(known.length)]! : null)).status));
    }
  };
  await Promise.all([edit(alice, 5), edit(bob, 17)]);
  const [hers, his] = [await order(alice, list.id), await order(bob, list.id)];
  assert.deepEqual(hers, his);
  assert.deepEqual([...hers].sort(), [...there].sort());
  assert.equal((await get(bob, list.id)).body.track_count, there.size);
});

test('very many moves into one gap keep the order and the numbers small', async () => {
  const list = await create(alice, 'One gap');
  const [a, b, c] = [await add(alice, list.id, tides.id), await add(alice, list.id, ferry.id), await add(alice, list.id, tides.id)];
  /* b and c in turn go right behind a, so the gap behind it halves each time */
  await world.sql(`do $$ begin for i in 1 .. ${isFull ? 5000 : 500} loop
    perform playlist_move('${list.id}', '${b}', '${a}'); perform playlist_move('${list.id}', '${c}', '${a}'); end loop; end $$`);
  assert.deepEqual(await order(alice, list.id), [a, c, b]);
  assert.ok(Number(await world.sql(`select max(position) from playlist_tracks where playlist_id = '${list.id}'`)) < 2 ** 40);
});

test('an unlisted playlist opens by its address; is_public that says how it is changes nothing', async () => {
  const list = await create(alice, 'By address', { visibility: 'unlisted' });
  assert.deepEqual([list.visibility, list.is_public], ['unlisted', false]);
  for (const stranger of [bob, world.visitor]) assert.equal((await get(stranger, list.id)).body.visibility, 'unlisted');
  const change = async (body: { visibility?: 'public' | 'unlisted' | 'private'; is_public?: boolean }) => {
    const reply = await alice.put('/api/v1/playlists/{id}', { path: { id: list.id }, body });
    assertStatus(reply, 200);
    return reply.body.visibility;
  };
  assert.equal(await change({ is_public: false }), 'unlisted');
  assert.equal(await change({ is_public: true }), 'public');
  assert.equal(await change({ is_public: true, visibility: 'unlisted' }), 'unlisted');
  const copy = await bob.post('/api/v1/playlists/{id}/duplicate', { path: { id: list.id }, body: {} });
  assertStatus(await bob.put('/api/v1/playlists/{id}', { path: { id: copy.body.id }, body: { visibility: 'public' } }), 200);
  assert.deepEqual([copy.body.visibility, (await get(world.visitor, copy.body.id)).body.origin], ['private', null], 'a copy does not tell its address');
  assert.equal(await change({ visibility: 'private' }), 'private');
  assertProblem(await get(bob, list.id), 404);
});

const share = async (client: Client, id: string, expires_at: string | null = null) => {
  const reply = await client.post('/api/v1/playlists/{id}/share', { path: { id }, body: { expires_at } });
  assertStatus(reply, 201);
  return reply.body;
};
const links = async (client: Client, id: string) => {
  const reply = await client.get('/api/v1/playlists/{id}/share', { path: { id } });
  assertStatus(reply, 200);
  return reply.body.items;
};
const shared = (client: Client, token: string) => client.get('/api/v1/playlists/shared/{token}', { path: { token } });
const sharedItems = (client: Client, token: string) => client.get('/api/v1/playlists/shared/{token}/tracks', { path: { token } });

test('a link opens a private playlist without an account, and of its tracks those that one may hear anyway and unlisted ones of its owner', async () => {
  const hidden = await playable(carol, { title: 'Only for Carol', visibility: 'private' }), byAddress = await playable(carol, { title: 'By link', visibility: 'unlisted' });
  const others = await playable(world.as('dave'), { title: 'Of Dave, by link', visibility: 'unlisted' });
  const list = await create(carol, 'For friends');
  for (const { id } of [tides, hidden, byAddress, others]) await add(carol, list.id, id);
  const { token, access_count } = await share(carol, list.id);
  assert.match(token, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(access_count, 0);
  assertStatus(await shared(bob, token), 200);
  const before = (await links(carol, list.id))[0]!.access_count;
  for (const reader of [world.visitor, bob]) {
    const seen = await shared(reader, token);
    assertStatus(seen, 200);
    assert.deepEqual([seen.body.name, seen.body.track_count, seen.body.may_edit, seen.body.is_mine], ['For friends', 4, false, false]);
    const rows = await sharedItems(reader, token);
    assertStatus(rows, 200);
    assert.deepEqual(rows.body.items.map((one) => one.title), ['Tides', null, 'By link', null]);
    assert.ok(!rows.bytes.includes('Only for Carol'));
    assertStatus(await reader.send('GET', rows.body.items[2]!.stream_manifest_url!), 200);
    assertProblem(await get(reader, list.id), 404);
    assertProblem(await reader.get('/api/v1/playlists/{id}/tracks', { path: { id: list.id } }), 404);
    assertProblem(await reader.get('/api/v1/tracks/{id}', { path: { id: hidden.id } }), 404);
  }
  const [link, ...none] = await links(carol, list.id);
  assert.deepEqual([none, link!.access_count, link!.expires_at], [[], before + 2, null]);
  assert.ok(Date.parse(link!.last_used_at!) >= Date.parse(link!.created_at));
  assert.ok(!('token' in link!));
});

test('of a link only the hash is kept, and the log does not tell it', async () => {
  const list = await create(alice, 'Kept secret');
  const { token } = await share(alice, list.id), from = world.server.log().length;
  assertStatus(await shared(bob, token), 200);
  await world.visitor.send('GET', `/p/${token}`);
  await world.server.logged(/playlists\/shared\/\{token\}/, from);
  assert.ok(!world.server.log().includes(token));
  assert.ok(!(await world.sql(`select string_agg(l::text, ' ') from playlist_share_links l`)).includes(token));
  assert.ok(!(await world.sql(`select string_agg(l::text, ' ') from audit_logs l`)).includes(token));
});

test('after it was revoked or its time has passed, a link opens nothing', async () => {
  const list = await create(alice, 'For a while');
  await add(alice, list.id, tides.id);
  const past = new Date(Date.now() - 1000).toISOString(), later = new Date(Date.now() + 60_000).toISOString();
  const closed = async (token: string) => {
    for (const reader of [world.visitor, bob, alice]) {
      assertProblem(await shared(reader, token), 404);
      assertProblem(await sharedItems(reader, token), 404);
    }
  };
  assertProblem(await alice.post('/api/v1/playlists/{id}/share', { path: { id: list.id }, body: { expires_at: past } }), 422);
  const one = await share(alice, list.id, later), two = await share(alice, list.id);
  assert.equal(Date.parse(one.expires_at!), Date.parse(later));
  await world.sql(`update playlist_share_links set expires_at = now() - interval '1 second' where id = '${one.id}'`);
  await closed(one.token);
  const path = { id: list.id, share_id: one.id };
  assertProblem(await alice.put('/api/v1/playlists/{id}/share/{share_id}', { path, body: { expires_at: past } }), 422);
  const longer = await alice.put('/api/v1/playlists/{id}/share/{share_id}', { path, body: { expires_at: null } });
  assertStatus(longer, 200);
  assert.equal(longer.body.expires_at, null);
  assertStatus(await shared(bob, one.token), 200);
  assertStatus(await alice.delete('/api/v1/playlists/{id}/share/{share_id}', { path }), 204);
  await closed(one.token);
  assertStatus(await shared(bob, two.token), 200, 'the other one');
  const other = await create(alice, 'Another');
  assertProblem(await alice.delete('/api/v1/playlists/{id}/share/{share_id}', { path: { id: other.id, share_id: two.id } }), 404);
  assertStatus(await alice.post('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertProblem(await shared(bob, two.token), 404);
  assertStatus(await alice.delete('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertStatus(await alice.delete('/api/v1/playlists/{id}', { path: { id: list.id } }), 204);
  await closed(two.token);
  await closed('A'.repeat(43));
});

test('only its owner makes, reads and revokes the links of a playlist, 50 at most', async () => {
  const list = await create(alice, 'Links', { visibility: 'public' });
  await world.sql(`insert into playlist_collaborators (playlist_id, user_id, permission) values ('${list.id}', '${ids.bob}', 'write')`);
  const { id: share_id } = await share(alice, list.id);
  for (const stranger of [bob, carol]) {
    assertProblem(await stranger.post('/api/v1/playlists/{id}/share', { path: { id: list.id }, body: {} }), 404);
    assertProblem(await stranger.get('/api/v1/playlists/{id}/share', { path: { id: list.id } }), 404);
    assertProblem(await stranger.delete('/api/v1/playlists/{id}/share/{share_id}', { path: { id: list.id, share_id } }), 404);
  }
  await world.sql(`insert into playlist_share_links (playlist_id, user_id, token_hash) select '${list.id}', '${ids.alice}', 'fill ' || n from generate_series(2, 50) n`);
  assertProblem(await alice.post('/api/v1/playlists/{id}/share', { path: { id: list.id }, body: {} }), 409, 'conflict');
});

const follow = (client: Client, id: string) => client.post('/api/v1/playlists/{id}/follow', { path: { id } });
const unfollow = (client: Client, id: string) => client.delete('/api/v1/playlists/{id}/follow', { path: { id } });
const followed = async (client: Client) => (await client.get('/api/v1/playlists/followed')).body.items.map((one) => one.id);

test('a playlist that one follows is listed as long as one may see it, and how many follow it only its owner reads', async () => {
  const list = await create(carol, 'Worth following', { is_public: true });
  for (const once of [1, 2]) {
    const reply = await follow(bob, list.id);
    assertStatus(reply, 200);
    assert.deepEqual(reply.body, { playlist_id: list.id, is_following: true }, `time ${once}`);
  }
  assertStatus(await follow(alice, list.id), 200);
  assertProblem(await follow(carol, list.id), 409, 'conflict');
  assert.deepEqual([await followed(bob), await followed(carol)], [[list.id], []]);
  const seen = async (client: Client) => (({ is_following, follower_count }) => [is_following, follower_count])((await get(client, list.id)).body);
  assert.deepEqual([await seen(bob), await seen(carol), await seen(world.visitor)], [[true, null], [false, 2], [false, null]]);
  const change = (visibility: 'private' | 'unlisted') => carol.put('/api/v1/playlists/{id}', { path: { id: list.id }, body: { visibility } });
  assertStatus(await change('private'), 200);
  assert.deepEqual(await followed(bob), []);
  assertStatus(await change('unlisted'), 200);
  assert.deepEqual(await followed(bob), [list.id]);
  const hidden = await create(carol, 'Not to be followed');
  assertProblem(await follow(bob, hidden.id), 404);
  assertProblem(await unfollow(bob, hidden.id), 404);
  await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? follow : unfollow)(bob, list.id)));
  assertStatus(await unfollow(bob, list.id), 200);
  assert.deepEqual([await followed(bob), (await get(carol, list.id)).body.follower_count], [[], 1]);
  assertStatus(await follow(bob, list.id), 200);
  assertStatus(await change('private'), 200);
  assertStatus(await unfollow(bob, list.id), 200, 'also of one that one may not see any more');
});

test('a block ends following of playlists', async () => {
  const list = await create(carol, 'Until blocked', { is_public: true });
  assertStatus(await follow(bob, list.id), 200);
  assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertStatus(await carol.delete('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assert.deepEqual([await followed(bob), (await get(carol, list.id)).body.follower_count], [[], 0]);
});

test('followers are told once of new tracks that everybody hears, unless they do not want it', async () => {
  const list = await create(carol, 'Told of', { is_public: true });
  const draft = await playable(carol, { title: 'Not told of', visibility: 'private' });
  const mia = world.as('mia');
  for (const one of [bob, alice, mia]) assertStatus(await follow(one, list.id), 200);
  assertStatus(await alice.put('/api/v1/notifications/preferences', { body: { notify_on_playlist: false } }), 200);
  const told = async (client: Client) => (await client.get('/api/v1/notifications', { query: { type: 'playlist' } })).body.items.map((one) => [one.title, one.link, one.actor?.username, one.read]);
  await add(carol, list.id, draft.id);
  for (const one of [tides, ferry, tides]) await add(carol, list.id, one.id);
  const expected = [['carol added to Told of', `/playlist/${list.id}`, 'carol', false]];
  for (const one of [bob, mia]) await until('them to be told', async () => (await told(one)).length > 0);
  await until('the events to be delivered', async () => (await world.sql('select count(*) from bus_waiting')) === '0');
  assert.deepEqual([await told(bob), await told(mia), await told(alice), await told(carol)], [expected, expected, [], []]);
  assertStatus(await alice.put('/api/v1/notifications/preferences', { body: { notify_on_playlist: true } }), 200);
});

test('playlists are found by the words of their names, without case and accents: public ones, and those that one works on', async () => {
  const open = await create(carol, 'Été à la Plage', { is_public: true }), hidden = await create(carol, 'Plage, été privé'), unlisted = await create(carol, 'Plage par lien, été', { visibility: 'unlisted' });
  await world.sql(`insert into playlist_collaborators (playlist_id, user_id, permission) values ('${hidden.id}', '${ids.alice}', 'read')`);
  const found = async (client: Client, q: string) => {
    const reply = await client.get('/api/v1/playlists/search', { query: { q } });
    assertStatus(reply, 200);
    return reply.body.items.map((one) => one.id);
  };
  assert.deepEqual(await found(bob, 'plage ete'), [open.id]);
  assert.deepEqual(await found(alice, 'PLAGE'), [hidden.id, open.id]);
  const [best, ...others] = await found(carol, 'été');
  assert.deepEqual([best, others.sort()], [open.id, [unlisted.id, hidden.id].sort()], 'the name that begins so comes first');
  for (const q of ['%', '_', 'pxlg%', "'"]) assert.deepEqual(await found(bob, q), [], q);
});

test('everybody has one playlist of favorites, which is there again after it was deleted', async () => {
  const mine = await Promise.all(Array.from({ length: 6 }, () => bob.get('/api/v1/playlists/favoris')));
  for (const reply of mine) assertStatus(reply, 200);
  const [id, ...others] = new Set(mine.map((reply) => reply.body.id));
  assert.deepEqual([others, mine[0]!.body.name, mine[0]!.body.visibility, mine[0]!.body.is_default_favorites], [[], 'Favorites', 'private', true]);
  await add(bob, id!, tides.id);
  assert.equal((await bob.get('/api/v1/playlists/favoris')).body.track_count, 1);
  assertProblem(await get(alice, id!), 404);
  assertStatus(await bob.delete('/api/v1/playlists/{id}', { path: { id: id! } }), 204);
  await world.sql(`update user_profiles set language = 'fr' where user_id = '${ids.bob}'`);
  const again = await bob.get('/api/v1/playlists/favoris');
  assert.deepEqual([again.body.id === id, again.body.name, again.body.track_count], [false, 'Favoris', 0]);
});

const collaborators = async (client: Client, id: string) => {
  const reply = await client.get('/api/v1/playlists/{id}/collaborators', { path: { id } });
  assertStatus(reply, 200);
  return reply.body.items.map((one) => [one.person?.username, one.permission]);
};
const invite = (client: Client, id: string, user_id: string, permission: 'read' | 'write' | 'admin') => client.post('/api/v1/playlists/{id}/collaborators', { path: { id }, body: { user_id, permission } });
const permit = (client: Client, id: string, userId: string, permission: 'read' | 'write' | 'admin') => client.put('/api/v1/playlists/{id}/collaborators/{userId}', { path: { id, userId }, body: { permission } });
const takeOut = (client: Client, id: string, userId: string) => client.delete('/api/v1/playlists/{id}/collaborators/{userId}', { path: { id, userId } });

test('the owner lets others read, change or administer a playlist; each may what that says, and no more', async () => {
  const list = await create(alice, 'Together'), dave = world.as('dave');
  assertStatus(await invite(alice, list.id, ids.bob, 'read'), 201);
  assertStatus(await invite(alice, list.id, ids.carol, 'admin'), 201);
  assert.deepEqual(await collaborators(bob, list.id), [['bob', 'read'], ['carol', 'admin']]);
  assertStatus(await get(bob, list.id), 200);
  const adds = (client: Client) => client.post('/api/v1/playlists/{id}/tracks', { path: { id: list.id }, body: { track_id: tides.id } });
  assertProblem(await adds(bob), 403, 'forbidden');
  assertProblem(await adds(dave), 404);
  assertStatus(await permit(carol, list.id, ids.bob, 'write'), 200);
  const item = await add(bob, list.id, tides.id);
  assert.deepEqual((await items(alice, list.id)).map((one) => [one.id, one.added_by?.username]), [[item, 'bob']]);
  const rename = (client: Client) => client.put('/api/v1/playlists/{id}', { path: { id: list.id }, body: { name: 'Together, still' } });
  assertProblem(await rename(bob), 403, 'forbidden');
  assertStatus(await rename(carol), 200);
  for (const refused of [await invite(bob, list.id, ids.dave, 'read'), await permit(bob, list.id, ids.bob, 'admin'), await invite(carol, list.id, ids.dave, 'admin'), await permit(carol, list.id, ids.bob, 'admin'),
    await permit(carol, list.id, ids.carol, 'read'), await invite(carol, list.id, ids.carol, 'write'), await takeOut(bob, list.id, ids.carol)]) assertProblem(refused, 403, 'forbidden');
  assertProblem(await carol.delete('/api/v1/playlists/{id}', { path: { id: list.id } }), 404);
  assertProblem(await carol.post('/api/v1/playlists/{id}/share', { path: { id: list.id }, body: {} }), 404);
  assertStatus(await invite(carol, list.id, ids.dave, 'write'), 201);
  assertStatus(await takeOut(carol, list.id, ids.dave), 204);
  assertProblem(await invite(carol, list.id, ids.alice, 'read'), 409, 'conflict');
  const stranger = await invite(alice, list.id, '00000000-0000-4000-8000-000000000000', 'read');
  assert.equal(assertProblem(stranger, 422).errors?.[0]?.field, 'user_id');
  assertProblem(await world.as('mia').get('/api/v1/playlists/{id}/collaborators', { path: { id: list.id } }), 404);
  assert.deepEqual(await collaborators(alice, list.id), [['bob', 'write'], ['carol', 'admin']]);
});

test('whoever was taken out is refused, what they added stays, and whoever leaves finds nothing any more', async () => {
  const list = await create(alice, 'For a time');
  assertStatus(await invite(alice, list.id, ids.bob, 'write'), 201);
  assertStatus(await invite(alice, list.id, ids.carol, 'write'), 201);
  const item = await add(bob, list.id, tides.id);
  assertStatus(await takeOut(alice, list.id, ids.bob), 204);
  assertProblem(await bob.post('/api/v1/playlists/{id}/tracks', { path: { id: list.id }, body: { track_id: tides.id } }), 403, 'forbidden');
  assertProblem(await move(bob, list.id, item, null), 403, 'forbidden');
  assertProblem(await bob.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id: list.id, track_id: item } }), 403, 'forbidden');
  assertProblem(await get(bob, list.id), 404);
  assertProblem(await takeOut(bob, list.id, ids.carol), 404);
  assertProblem(await takeOut(alice, list.id, ids.bob), 404, undefined, 'once');
  assert.deepEqual(await order(alice, list.id), [item]);
  assertStatus(await takeOut(carol, list.id, ids.carol), 204);
  assertProblem(await carol.post('/api/v1/playlists/{id}/tracks', { path: { id: list.id }, body: { track_id: tides.id } }), 404);
  assertStatus(await invite(alice, list.id, ids.bob, 'write'), 201);
  assertStatus(await get(bob, list.id), 200);
});

test('who works on a playlist is told so, and hears of the changes of others until they are taken out', async () => {
  const list = await create(alice, 'Heard');
  await world.sql(`delete from notifications where user_id = '${ids.bob}'`);
  assertStatus(await invite(alice, list.id, ids.bob, 'write'), 201);
  await until('him to be told', async () => (await bob.get('/api/v1/notifications', { query: { type: 'playlist_shared' } })).body.items.length === 1);
  const live = await Live.open(bob);
  assert.equal((await live.subscribe(`playlist:${list.id}`)).type, 'subscribed');
  const count = () => live.all('playlist.changed').filter((one) => one.playlist_id === list.id).length;
  const changes: (() => Promise<unknown>)[] = [
    () => add(alice, list.id, tides.id), () => add(alice, list.id, ferry.id), async () => move(alice, list.id, (await order(alice, list.id))[1]!, null),
    () => alice.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id: list.id, track_id: tides.id } }), () => alice.put('/api/v1/playlists/{id}', { path: { id: list.id }, body: { name: 'Heard of' } })];
  for (const [i, change] of changes.entries()) {
    await change();
    await until(`change ${i}`, () => count() === i + 1);
  }
  assertProblem(await move(alice, list.id, '00000000-0000-4000-8000-000000000000', null), 409);
  assertStatus(await takeOut(alice, list.id, ids.bob), 204);
  await live.hears('ended', ({ topic }) => topic === `playlist:${list.id}`);
  const before = count();
  await add(alice, list.id, tides.id);
  await until('the events to be delivered', async () => (await world.sql('select count(*) from bus_waiting')) === '0');
  assert.equal(count(), before);
  live.end();
});

const versions = async (client: Client, id: string) => {
  const reply = await client.get('/api/v1/playlists/{id}/versions', { path: { id }, query: { limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items;
};
const restore = (client: Client, id: string, versionId: string) => client.post('/api/v1/playlists/{id}/versions/{versionId}/restore', { path: { id, versionId } });
const rename = async (client: Client, id: string, body: { name?: string; description?: string | null; visibility?: 'public' | 'private' }) =>
  assertStatus(await client.put('/api/v1/playlists/{id}', { path: { id }, body }), 200);
/** What begins now is a version of its own. */
const later = (id: string) => world.sql(`update playlist_versions set created_at = created_at - interval '11 minutes' where playlist_id = '${id}'`);
const remove = async (client: Client, id: string, track_id: string) => assertStatus(await client.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id, track_id } }), 204);

test('each person\'s edits of ten minutes are one version, which tells who changed what and when, and any of them is restored with its order', async () => {
  const list = await create(alice, 'Versions', { description: 'First' });
  assert.deepEqual(await versions(alice, list.id), []);
  const [a, b, c] = [await add(alice, list.id, tides.id), await add(alice, list.id, ferry.id), await add(alice, list.id, tides.id)];
  assertStatus(await move(alice, list.id, c, null), 204);
  assertStatus(await invite(alice, list.id, ids.bob, 'write'), 201);
  await remove(bob, list.id, a);
  const d = await add(bob, list.id, ferry.id);
  assertStatus(await move(bob, list.id, d, null), 204);
  await rename(alice, list.id, { name: 'Renamed', description: null, visibility: 'public' });
  const all = await versions(bob, list.id);
  assert.deepEqual(all.map((one) => [one.version, one.person?.username, one.added, one.removed, one.moved, one.fields, one.track_count, one.restored, one.is_current]), [
    [4, 'alice', 0, 0, 0, ['description', 'name', 'visibility'], 3, null, true],
    [3, 'bob', 1, 1, 1, [], 3, null, false],
    [2, 'alice', 3, 0, 1, [], 3, null, false],
    [1, 'alice', 0, 0, 0, [], 0, null, false]]);
  const [, byBob, byAlice, empty] = all;

  const back = await restore(bob, list.id, byAlice!.id);
  assertStatus(back, 200);
  assert.deepEqual([back.body.name, back.body.track_count], ['Renamed', 3], 'who may write restores what is in it, and no more');
  assert.deepEqual((await items(alice, list.id)).map((one) => [one.id, one.track_id, one.added_by?.username]), [[c, tides.id, 'alice'], [a, tides.id, 'alice'], [b, ferry.id, 'alice']]);
  assertStatus(await restore(alice, list.id, empty!.id), 200);
  assert.deepEqual(await order(alice, list.id), []);
  const whole = (await get(alice, list.id)).body;
  assert.deepEqual([whole.name, whole.description, whole.visibility, whole.track_count], ['Versions', 'First', 'public', 0], 'who may see it stays as it is');
  const now = await versions(alice, list.id);
  assert.deepEqual(now.slice(0, 2).map((one) => [one.person?.username, one.restored, one.added, one.removed, one.fields]), [['alice', 1, 0, 3, ['description', 'name']], ['bob', 2, 1, 1, []]]);
  assertStatus(await restore(alice, list.id, byBob!.id), 200);
  assert.deepEqual(await order(alice, list.id), [d, c, b]);
  assertStatus(await restore(alice, list.id, now[0]!.id), 200);
  assert.deepEqual(await order(alice, list.id), [], 'restoring is undone as well');
  assertStatus(await restore(alice, list.id, (await versions(alice, list.id))[0]!.id), 200, 'how it is: nothing changes');
  assert.equal((await versions(alice, list.id)).length, 8);
});

test('versions are for those who may write; restoring reaches all who look at the playlist', async () => {
  const list = await create(alice, 'Whose versions', { is_public: true }), other = await create(alice, 'Another one');
  await add(alice, list.id, tides.id);
  await add(alice, other.id, tides.id);
  assertStatus(await invite(alice, list.id, ids.carol, 'read'), 201);
  const [last, first] = await versions(alice, list.id), elsewhere = (await versions(alice, other.id))[0]!;
  for (const [client, status] of [[bob, 404], [carol, 403]] as const) {
    assertProblem(await client.get('/api/v1/playlists/{id}/versions', { path: { id: list.id } }), status);
    assertProblem(await restore(client, list.id, first!.id), status);
  }
  assertProblem(await restore(alice, list.id, elsewhere.id), 404);
  assertProblem(await restore(alice, list.id, '00000000-0000-4000-8000-000000000000'), 404);
  const live = await Live.open(bob);
  assert.equal((await live.subscribe(`playlist:${list.id}`)).type, 'subscribed');
  assertStatus(await restore(alice, list.id, first!.id), 200);
  await live.hears('playlist.changed', ({ playlist_id }) => playlist_id === list.id);
  live.end();
  assert.deepEqual(await order(bob, list.id), []);
  assertStatus(await restore(alice, list.id, last!.id), 200);
  assert.equal((await order(bob, list.id)).length, 1);
});

test('random edits of two, with gaps that fill up, are restored to what each version left, and each restored one again', async () => {
  const list = await create(alice, 'Random');
  assertStatus(await invite(alice, list.id, ids.bob, 'write'), 201);
  await add(alice, list.id, tides.id);
  const left = new Map<string, string[]>();
  let seed = 11;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let step = 0; step < (isFull ? 65 : 30); step++) { /* each restored one is a version too, and 200 are kept */
    const now = await order(alice, list.id), client = step % 2 ? alice : bob;
    if (random(4) === 0) await later(list.id);
    const kind = random(5);
    if (kind < 2 || now.length < 3) await add(client, list.id, random(2) ? tides.id : ferry.id);
    else if (kind === 2) await remove(client, list.id, now[random(now.length)]!);
    else if (kind === 3) assertStatus(await move(client, list.id, now[random(now.length)]!, random(3) ? now[random(now.length)]! : null), 204);
    else { /* numbers run out, and all items get new ones */
      const [x, y] = [now[1]!, now[2]!];
      await world.sql(`do $$ begin for i in 1 .. 20 loop perform playlist_move('${list.id}', '${x}', '${now[0]}', '${step % 2 ? ids.alice : ids.bob}');
        perform playlist_move('${list.id}', '${y}', '${now[0]}', '${step % 2 ? ids.alice : ids.bob}'); end loop; end $$`);
    }
    left.set((await versions(alice, list.id))[0]!.id, await order(alice, list.id));
  }
  assert.ok(left.size > 8);
  for (const [id, expected] of [...left, ...[...left].reverse()]) {
    assertStatus(await restore(alice, list.id, id), 200);
    assert.deepEqual(await order(alice, list.id), expected);
  }
  assert.equal((await get(alice, list.id)).body.track_count, (await order(alice, list.id)).length);
});

test('a long list that is edited item by item keeps a row for each edit, and the oldest versions go where many items change again and again', async () => {
  const list = await create(alice, 'Long and edited');
  await world.sql(`insert into playlist_tracks (playlist_id, track_id, added_by, position) select '${list.id}', '${tides.id}', '${ids.alice}', n * 4294967296 from generate_series(1, 9000) n`);
  const rows = async () => Number(await world.sql(`select count(*) from playlist_version_items i join playlist_versions v on v.id = i.version_id where v.playlist_id = '${list.id}'`));
  const digest = () => world.sql(`select md5(string_agg(i.id::text, ' ' order by i.position)) from playlist_tracks i where i.playlist_id = '${list.id}'`);
  for (let i = 0; i < 20; i++) await add(alice, list.id, ferry.id);
  assert.equal(await rows(), 20);
  const before = await digest();
  await later(list.id);
  await remove(alice, list.id, tides.id);
  const without = await digest();
  assert.deepEqual([await rows(), (await get(alice, list.id)).body.track_count], [9020, 20]);
  const [, full] = await versions(alice, list.id), started = Date.now();
  assertStatus(await restore(alice, list.id, full!.id), 200);
  console.log(`9,000 items restored in ${Date.now() - started} ms`);
  assert.equal(await digest(), before);
  for (let i = 0; i < 5; i++) {
    assertStatus(await restore(alice, list.id, (await versions(alice, list.id))[1]!.id), 200);
    assert.equal(await digest(), i % 2 ? before : without);
    assert.ok((await rows()) <= 50_000);
  }
  const kept = await versions(alice, list.id);
  assert.deepEqual([kept.length, kept.some(({ id }) => id === full!.id)], [6, false]);
  assertProblem(await restore(alice, list.id, full!.id), 404);
  await world.sql(`insert into playlist_versions (playlist_id, user_id, version, track_count, created_at) select '${list.id}', '${ids.alice}', 1000 + n, 20, now() - interval '1 day' from generate_series(1, 220) n`);
  await add(alice, list.id, ferry.id);
  assert.equal(await world.sql(`select count(*) from playlist_versions where playlist_id = '${list.id}'`), '200');
  assertStatus(await alice.delete('/api/v1/playlists/{id}', { path: { id: list.id } }), 204);
});

test('what was filled in stays, and what was deleted for good does not come back, whichever version is restored', async () => {
  const list = await create(carol, 'Changing by itself'), gone = await playable(carol, { title: 'Soon gone' });
  await world.sql(`insert into playlist_tracks (playlist_id, wanted, position) values ('${list.id}', '{"title": "Waited for"}', 4294967296)`);
  const [waiting] = await order(carol, list.id), b = await add(carol, list.id, gone.id), c = await add(carol, list.id, ferry.id);
  const [filled] = await versions(carol, list.id);
  await later(list.id);
  assertStatus(await move(carol, list.id, waiting!, c), 204);
  await remove(carol, list.id, b);
  await world.sql(`update playlist_tracks set track_id = '${tides.id}', wanted = null where id = '${waiting}'; delete from tracks where id = '${gone.id}'`);
  assertStatus(await restore(carol, list.id, filled!.id), 200);
  assert.deepEqual((await items(carol, list.id)).map((one) => [one.id, one.track_id]), [[waiting, tides.id], [c, ferry.id]]);
});

const figures = async (client: Client, id: string, days = 7) => {
  const reply = await client.get('/api/v1/playlists/{id}/analytics', { path: { id }, query: { days } });
  assertStatus(reply, 200);
  return reply.body;
};

test('its owner, and nobody else, reads what came of a playlist: openings by page and link, followers day by day, and the use of each link', async () => {
  const list = await create(carol, 'Figures', { is_public: true }), dave = world.as('dave');
  const opened = (client: Client) => client.post('/api/v1/playlists/{id}/opened', { path: { id: list.id } });
  assertStatus(await invite(carol, list.id, ids.dave, 'admin'), 201);
  for (const reader of [bob, world.visitor, alice, carol, dave]) assertStatus(await opened(reader), 204);
  const { token, id: linkId } = await share(carol, list.id), other = await share(carol, list.id);
  for (const reader of [bob, world.visitor]) assertStatus(await shared(reader, token), 200);
  for (const one of [bob, alice]) assertStatus(await follow(one, list.id), 200);
  assertStatus(await unfollow(alice, list.id), 200);
  await world.sql(`insert into playlist_days (playlist_id, day, openings, followed) values ('${list.id}', (now() at time zone 'UTC')::date - 3, 4, 2), ('${list.id}', (now() at time zone 'UTC')::date - 40, 9, 9);
    update playlists set follower_count = 12 where id = '${list.id}'`);
  const now = await figures(carol, list.id);
  assert.deepEqual([now.follower_count, now.openings, now.link_openings], [12, 9, 2]);
  assert.deepEqual(now.days.map((one) => [one.openings, one.link_openings, one.followed, one.unfollowed, one.followers]),
    [[0, 0, 0, 0, 9], [0, 0, 0, 0, 9], [0, 0, 0, 0, 9], [4, 0, 2, 0, 11], [0, 0, 0, 0, 11], [0, 0, 0, 0, 11], [5, 2, 2, 1, 12]]);
  assert.equal(now.days.at(-1)!.day, new Date().toISOString().slice(0, 10));
  assert.deepEqual(now.links.map((one) => [one.id, one.access_count]), [[linkId, 2], [other.id, 0]]);
  assert.equal((await figures(carol, list.id, 365)).openings, 18);
  for (let i = 0; i < 5; i++) for (const reader of [bob, world.visitor]) {
    assertStatus(await opened(reader), 204);
    assertStatus(await shared(reader, token), 200);
  }
  const again = await figures(carol, list.id);
  assert.deepEqual([again.openings, again.link_openings], [9, 2], 'once an hour');
  await world.sql(`update playlist_openings set opened_at = opened_at - interval '61 minutes' where playlist_id = '${list.id}' and user_id = '${ids.bob}'`);
  for (let i = 0; i < 2; i++) assertStatus(await opened(bob), 204);
  assert.equal((await figures(carol, list.id)).openings, 10);
  for (const stranger of [bob, dave, world.as('root')]) assertProblem(await stranger.get('/api/v1/playlists/{id}/analytics', { path: { id: list.id } }), 404);
  assertProblem(await carol.get('/api/v1/playlists/{id}/analytics', { path: { id: list.id }, query: { days: 366 } }), 422);
  const hidden = await create(carol, 'No figures');
  assertProblem(await bob.post('/api/v1/playlists/{id}/opened', { path: { id: hidden.id } }), 404);
  await world.sql(`delete from playlists where id = '${list.id}'`);
});

test('the editors choose public playlists, which everybody finds while they are public', async () => {
  const [first, second, hidden] = [await create(carol, 'Chosen first', { is_public: true }), await create(bob, 'Chosen second', { is_public: true }), await create(bob, 'Hidden')];
  const choose = (client: Client, id: string, is_editorial: boolean) => client.put('/api/v1/playlists/{id}/editorial', { path: { id }, body: { is_editorial } });
  const listed = async (client: Client) => (await client.get('/api/v1/discover/playlists/editorial')).body.items.map((one) => one.id);
  for (const client of [carol, bob]) assertProblem(await choose(client, first.id, true), 403, 'forbidden');
  assert.equal((await get(bob, first.id)).body.is_editorial, false);
  for (const { id } of [first, second]) assertStatus(await choose(root, id, true), 200);
  assertProblem(await choose(root, hidden.id, true), 404);
  assert.equal((await get(world.visitor, first.id)).body.is_editorial, true);
  for (const client of [world.visitor, alice]) assert.deepEqual(await listed(client), [second.id, first.id]);
  assertStatus(await bob.put('/api/v1/playlists/{id}', { path: { id: second.id }, body: { visibility: 'unlisted' } }), 200);
  assert.deepEqual(await listed(world.visitor), [first.id]);
  assertProblem(await choose(root, second.id, true), 409, 'conflict');
  assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: ids.alice } }), 204);
  assert.deepEqual([await listed(alice), await listed(world.visitor)], [[], [first.id]]);
  assertStatus(await carol.delete('/api/v1/users/{id}/block', { path: { id: ids.alice } }), 204);
  assertStatus(await choose(root, second.id, false), 200, 'also of one that is not public any more');
  assertStatus(await bob.put('/api/v1/playlists/{id}', { path: { id: second.id }, body: { visibility: 'public' } }), 200);
  assert.deepEqual(await listed(bob), [first.id]);
  const copy = await bob.post('/api/v1/playlists/{id}/duplicate', { path: { id: first.id }, body: {} });
  assert.equal(copy.body.is_editorial, false, 'a copy is not chosen');
});

test('the public playlists of a person are listed for everybody who may see that person', async () => {
  const open = await create(carol, 'On the shelf', { visibility: 'public' });
  for (const visibility of ['unlisted', 'private'] as const) await create(carol, `${visibility} on no shelf`, { visibility });
  const later = await create(carol, 'On another shelf', { visibility: 'public' });
  const shelf = async (client: Client) => {
    const reply = await client.get('/api/v1/users/{id}/playlists', { path: { id: ids.carol } });
    assertStatus(reply, 200);
    return reply.body.items.filter((one) => one.name.endsWith('shelf')).map((one) => one.id);
  };
  for (const client of [world.visitor, bob, carol]) assert.deepEqual(await shelf(client), [later.id, open.id]);
  assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertProblem(await bob.get('/api/v1/users/{id}/playlists', { path: { id: ids.carol } }), 404);
  assertStatus(await carol.delete('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
});
