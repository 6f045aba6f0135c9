/** Smart playlists: what is in them is decided by rules whenever they are read, for whoever reads them. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type BodyOf, type Client } from '../support/client.ts';
import { playable } from '../support/tracks.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('smart-playlists');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave');
const ids = template.ids;

type Rules = NonNullable<BodyOf<'get', '/api/v1/playlists/{id}'>['rules']>;
type Condition = Rules['conditions'][number];

const [tides, ferry, gulls, night] = await Promise.all([
  playable(carol, { title: 'Tides', artist: 'Mårten', genre: 'Drone' }), playable(carol, { title: 'Ferry at noon', artist: 'Mårten', genre: 'House' }),
  playable(dave, { title: 'Gulls', genre: 'Drone' }), playable(dave, { title: 'Night', artist: 'The Night', genre: 'House' })]);
for (const [client, track, tags] of [[carol, tides, ['sea', 'slow']], [carol, ferry, ['Sea']], [dave, night, ['city']]] as const)
  assertStatus(await client.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { tags: [...tags] } }), 200);
await world.sql(`update tracks set is_explicit = true, created_at = now() - interval '40 days', duration_ms = 600000 where id = '${night.id}'`);
await world.sql(`update tracks set published_at = now() - interval '10 days' where id = '${gulls.id}'`);
await world.sql(`update tracks set created_at = now() - interval '1 hour' where id = '${tides.id}'`);

const all = (conditions: Condition[], more: Partial<Rules> = {}): Rules => ({ match: 'all', conditions, sort: 'title', limit: 100, ...more });
const make = (client: Client, rules: Rules, more: { visibility?: 'public' | 'unlisted' | 'private' } = {}) =>
  client.post('/api/v1/playlists', { body: { name: 'By rules', rules, ...more } });
const made = async (client: Client, rules: Rules, visibility: 'public' | 'unlisted' | 'private' = 'public') => {
  const reply = await make(client, rules, { visibility });
  assertStatus(reply, 201);
  return reply.body.id;
};
const change = (client: Client, id: string, rules: Rules) => client.put('/api/v1/playlists/{id}', { path: { id }, body: { rules } });
const get = async (client: Client, id: string) => {
  const reply = await client.get('/api/v1/playlists/{id}', { path: { id } });
  assertStatus(reply, 200);
  return reply.body;
};
const items = async (client: Client, id: string) => {
  const reply = await client.get('/api/v1/playlists/{id}/tracks', { path: { id } });
  assertStatus(reply, 200);
  return reply.body.items;
};
const titles = async (client: Client, id: string) => (await items(client, id)).map((one) => one.title);
const inList = (value: string): Condition => ({ field: 'playlist', op: 'in', value });

const ferryTides = ['Ferry at noon', 'Tides'];
const cases: [string, Condition, string[]][] = [
  ['genre', { field: 'genre', op: 'is', value: 'drone' }, ['Gulls', 'Tides']],
  ['not a genre', { field: 'genre', op: 'is_not', value: 'Drone' }, ['Ferry at noon', 'Night']],
  ['a genre that nothing has', { field: 'genre', op: 'is', value: 'No such' }, []],
  ['tag, however it is written', { field: 'tag', op: 'is', value: 'SEA' }, ferryTides],
  ['not a tag', { field: 'tag', op: 'is_not', value: 'sea' }, ['Gulls', 'Night']],
  ['artist, without accents', { field: 'artist', op: 'is', value: 'marten' }, ferryTides],
  ['artist: who published it', { field: 'artist', op: 'is', value: 'dave' }, ['Gulls', 'Night']],
  ['not an artist', { field: 'artist', op: 'is_not', value: 'Mårten' }, ['Gulls', 'Night']],
  ['part of an artist', { field: 'artist', op: 'contains', value: 'nigh' }, ['Night']],
  ['not a part of an artist', { field: 'artist', op: 'not_contains', value: 'ART' }, ['Gulls', 'Night']],
  ['title', { field: 'title', op: 'contains', value: 'NOON' }, ['Ferry at noon']],
  ['not in the title', { field: 'title', op: 'not_contains', value: 'i' }, ['Ferry at noon', 'Gulls']],
  ['signs of patterns are letters', { field: 'title', op: 'contains', value: '%' }, []],
  ['released', { field: 'released', op: 'within', value: 5 }, ['Ferry at noon', 'Night', 'Tides']],
  ['released before', { field: 'released', op: 'not_within', value: 5 }, ['Gulls']],
  ['added', { field: 'added', op: 'within', value: 30 }, ['Ferry at noon', 'Gulls', 'Tides']],
  ['added before', { field: 'added', op: 'not_within', value: 30 }, ['Night']],
  ['shorter', { field: 'duration', op: 'less', value: 300 }, ['Ferry at noon', 'Gulls', 'Tides']],
  ['longer', { field: 'duration', op: 'more', value: 300 }, ['Night']],
  ['explicit', { field: 'explicit', op: 'is' }, ['Night']],
  ['not explicit', { field: 'explicit', op: 'is_not' }, ['Ferry at noon', 'Gulls', 'Tides']],
];
for (const [name, condition, expected] of cases)
  test(`a rule about: ${name}`, async () => assert.deepEqual(await titles(alice, await made(alice, all([condition]))), expected));

test('all conditions or any, in the given order, up to the limit; the page counts and adds up what is in it', async () => {
  const drone: Condition = { field: 'genre', op: 'is', value: 'Drone' }, sea: Condition = { field: 'tag', op: 'is', value: 'sea' };
  const both = await made(alice, all([drone, sea]));
  assert.deepEqual(await titles(alice, both), ['Tides']);
  const either = all([drone, sea], { match: 'any' });
  assertStatus(await change(alice, both, either), 200);
  assert.deepEqual(await titles(alice, both), ['Ferry at noon', 'Gulls', 'Tides']);
  const list = await get(alice, both);
  assert.deepEqual([list.is_smart, list.may_edit, list.may_manage, list.track_count, list.covers.length, list.rules], [true, false, true, 3, 3, either]);
  assert.ok(list.duration_ms! > 2000);
  const everything: Condition = { field: 'title', op: 'not_contains', value: 'nothing has this' };
  for (const [sort, expected] of [['oldest', 'Night'], ['longest', 'Night'], ['title', 'Ferry at noon'], ['artist', 'Gulls']] as const) {
    assertStatus(await change(alice, both, all([everything], { sort, limit: 1 })), 200);
    assert.deepEqual(await titles(alice, both), [expected], sort);
  }
  for (const sort of ['newest', 'shortest'] as const) {
    assertStatus(await change(alice, both, all([everything], { sort })), 200);
    assert.equal((await titles(alice, both)).at(-1), 'Night', sort);
  }
  const listed = (await alice.get('/api/v1/playlists')).body.items.find((one) => one.id === both)!;
  assert.deepEqual([listed.is_smart, listed.track_count, listed.duration_ms, listed.covers], [true, null, null, []]);
  const page = await alice.get('/api/v1/playlists/{id}/tracks', { path: { id: both }, query: { limit: 3, total: true } });
  assertStatus(page, 200);
  const next = await alice.get('/api/v1/playlists/{id}/tracks', { path: { id: both }, query: { limit: 3, cursor: page.body.next! } });
  assertStatus(next, 200);
  assert.deepEqual([page.body.items.length, next.body.items.length, page.body.total], [3, 1, 4]);
});

test('liked is about the owner, whoever reads it', async () => {
  assertStatus(await alice.post('/api/v1/tracks/{id}/like', { path: { id: gulls.id } }), 200);
  assertStatus(await bob.post('/api/v1/tracks/{id}/like', { path: { id: tides.id } }), 200);
  const liked = await made(alice, all([{ field: 'liked', op: 'is' }]));
  for (const reader of [alice, bob, world.visitor]) assert.deepEqual(await titles(reader, liked), ['Gulls']);
  assert.deepEqual(await titles(bob, await made(alice, all([{ field: 'liked', op: 'is_not' }]))), ['Ferry at noon', 'Night', 'Tides']);
});

test('a track that the reader may not see is neither shown nor counted, and takes no place of the limit', async () => {
  const hidden = await playable(carol, { title: 'A secret', visibility: 'private', genre: 'Drone' });
  const unlisted = await playable(carol, { title: 'A whisper', visibility: 'unlisted', genre: 'Drone' });
  const drones = await made(carol, all([{ field: 'genre', op: 'is', value: 'Drone' }], { limit: 2 }));
  assert.deepEqual(await titles(carol, drones), ['A secret', 'A whisper']);
  for (const reader of [alice, bob, world.visitor, world.as('root')]) {
    assert.deepEqual((await items(reader, drones)).map((one) => one.track_id), [gulls.id, tides.id]);
    const seen = await get(reader, drones);
    assert.deepEqual([seen.track_count, seen.covers.map((one) => one.id)], [2, [gulls.id, tides.id]]);
    assert.equal(seen.rules, null, 'for the owner');
  }
  const outer = await made(alice, all([inList(drones)]));
  assert.deepEqual(await titles(alice, outer), ['Gulls', 'Tides']);
  assert.deepEqual(await titles(carol, outer), ['A secret', 'A whisper']);
  for (const track of [hidden, unlisted]) assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 204);
});

test('blocks and the wish for no explicit tracks apply as in lists', async () => {
  const house = await made(alice, all([{ field: 'genre', op: 'is', value: 'House' }], { sort: 'oldest', limit: 1 }));
  assert.deepEqual(await titles(bob, house), ['Night']);
  assertStatus(await dave.post('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assert.deepEqual([await titles(bob, house), (await get(bob, house)).track_count], [['Ferry at noon'], 1]);
  assertStatus(await dave.delete('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertStatus(await bob.put('/api/v1/users/settings', { body: { explicit_content: false } }), 200);
  assert.deepEqual(await titles(bob, house), ['Ferry at noon']);
  assertStatus(await bob.put('/api/v1/users/settings', { body: { explicit_content: true } }), 200);
});

test('rules take from playlists, ordinary ones and smart ones, three deep', async () => {
  const plain = await alice.post('/api/v1/playlists', { body: { name: 'Plain' } });
  assertStatus(plain, 201);
  for (const track of [tides, night]) assertStatus(await alice.post('/api/v1/playlists/{id}/tracks', { path: { id: plain.body.id }, body: { track_id: track.id } }), 201);
  const first = await made(alice, all([inList(plain.body.id)]));
  assert.deepEqual(await titles(bob, first), ['Night', 'Tides'], 'a private playlist of the owner');
  const second = await made(alice, all([{ field: 'playlist', op: 'not_in', value: first }]));
  assert.deepEqual(await titles(bob, second), ['Ferry at noon', 'Gulls']);
  const third = await made(alice, all([inList(second), { field: 'genre', op: 'is', value: 'Drone' }]));
  assert.deepEqual(await titles(bob, third), ['Gulls']);
  assertProblem(await make(alice, all([inList(third)])), 422, 'validation');
  assertStatus(await alice.delete('/api/v1/playlists/{id}', { path: { id: plain.body.id } }), 204);
  assert.deepEqual(await titles(bob, first), []);
});

test('a playlist that its owner makes private gives nothing any more to the rules of others, and does not exist for new ones', async () => {
  const source = await made(carol, all([{ field: 'genre', op: 'is', value: 'House' }]), 'unlisted');
  const outer = await made(alice, all([inList(source)]));
  assert.deepEqual(await titles(alice, outer), ['Ferry at noon', 'Night']);
  assertStatus(await carol.put('/api/v1/playlists/{id}', { path: { id: source }, body: { visibility: 'private' } }), 200);
  assert.deepEqual(await titles(alice, outer), []);
  assertProblem(await make(alice, all([inList(source)])), 422, 'validation');
  assertProblem(await make(alice, all([inList(ids.alice)])), 422, 'validation');
});

test('a playlist that would take tracks from itself is refused, also by way of others', async () => {
  const any: Condition = { field: 'explicit', op: 'is_not' };
  const a = await made(alice, all([any])), b = await made(alice, all([inList(a)])), c = await made(bob, all([inList(b)]));
  for (const from of [a, b, c]) assertProblem(await change(alice, a, all([any, { field: 'playlist', op: 'not_in', value: from }])), 409);
  assert.deepEqual((await get(alice, a)).rules, all([any]));
});

test('of two changes at once that would make a circle together, one is refused', async () => {
  for (let round = 0; round < 10; round++) {
    const any: Condition = { field: 'explicit', op: 'is_not' };
    const a = await made(alice, all([any])), b = await made(bob, all([any]));
    const both = await Promise.all([change(alice, a, all([inList(b)])), change(bob, b, all([inList(a)]))]);
    assert.deepEqual(both.map((one) => one.status as number).sort(), [200, 409]);
  }
});

test('nobody adds, moves or removes items; what else one does with a playlist goes on working', async () => {
  const id = await made(alice, all([{ field: 'genre', op: 'is', value: 'Drone' }])), path = { id };
  const [first, second] = (await items(alice, id)).map((one) => one.id) as [string, string];
  for (const refused of [
    await alice.post('/api/v1/playlists/{id}/tracks', { path, body: { track_id: night.id } }),
    await alice.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id, track_id: first } }),
    await alice.put('/api/v1/playlists/{id}/tracks/reorder', { path, body: { item: second, after: null } }),
    await alice.put('/api/v1/playlists/{id}/imports/{item_id}', { path: { id, item_id: first }, body: { track_id: night.id } }),
  ]) assertProblem(refused, 409);
  assertProblem(await bob.post('/api/v1/playlists/{id}/tracks', { path, body: { track_id: night.id } }), 404);
  const renamed = await alice.put('/api/v1/playlists/{id}', { path, body: { name: 'Drones', description: 'Long' } });
  assertStatus(renamed, 200);
  assert.deepEqual([renamed.body.name, renamed.body.rules?.conditions.length], ['Drones', 1]);
  const exported = await bob.send('GET', `/api/v1/playlists/${id}/export/csv`);
  assert.match(exported.bytes.toString(), /Gulls[^]*Tides/);
  assertStatus(await bob.post('/api/v1/playlists/{id}/follow', { path }), 200);
  const link = await alice.post('/api/v1/playlists/{id}/share', { path, body: {} });
  assertStatus(link, 201);
  const shared = await world.visitor.get('/api/v1/playlists/shared/{token}/tracks', { path: { token: link.body.token } });
  assertStatus(shared, 200);
  assert.deepEqual(shared.body.items.map((one) => one.title), ['Gulls', 'Tides']);
  const copy = await bob.post('/api/v1/playlists/{id}/duplicate', { path, body: {} });
  assertStatus(copy, 201);
  assert.deepEqual([copy.body.is_smart, copy.body.may_edit, copy.body.track_count, await titles(bob, copy.body.id)], [false, true, 2, ['Gulls', 'Tides']]);
  assertProblem(await change(bob, copy.body.id, all([{ field: 'liked', op: 'is' }])), 409);
});

test('only the owner changes rules, whoever else administers the playlist', async () => {
  const id = await made(alice, all([{ field: 'genre', op: 'is', value: 'Drone' }]));
  assertStatus(await alice.post('/api/v1/playlists/{id}/collaborators', { path: { id }, body: { user_id: ids.bob, permission: 'admin' } }), 201);
  assertProblem(await change(bob, id, all([{ field: 'liked', op: 'is' }])), 403);
  assert.equal((await get(bob, id)).rules, null);
  assertStatus(await bob.put('/api/v1/playlists/{id}', { path: { id }, body: { name: 'Theirs' } }), 200);
  assert.deepEqual(await titles(bob, id), ['Gulls', 'Tides']);
  assertProblem(await change(dave, id, all([{ field: 'liked', op: 'is' }])), 404);
});

const versions = async (client: Client, id: string) => {
  const reply = await client.get('/api/v1/playlists/{id}/versions', { path: { id } });
  assertStatus(reply, 200);
  return reply.body.items;
};
const restore = (client: Client, id: string, versionId: string) => client.post('/api/v1/playlists/{id}/versions/{versionId}/restore', { path: { id, versionId } });
/** What begins now is a version of its own. */
const later = (id: string) => world.sql(`update playlist_versions set created_at = created_at - interval '11 minutes' where playlist_id = '${id}'`);

test('changes of rules are in the history, and restoring a version brings its rules back, with name and description', async () => {
  const drone = all([{ field: 'genre', op: 'is', value: 'Drone' }]), house = all([{ field: 'genre', op: 'is', value: 'House' }]);
  const sea = all([{ field: 'tag', op: 'is', value: 'sea' }], { limit: 7 });
  const id = await made(alice, drone);
  assert.deepEqual(await versions(alice, id), []);
  assertStatus(await change(alice, id, drone), 200);
  assert.deepEqual(await versions(alice, id), [], 'the same rules are no change');
  assertStatus(await change(alice, id, house), 200);
  assertStatus(await change(alice, id, sea), 200);
  const name = (await get(alice, id)).name;
  await later(id);
  assertStatus(await alice.put('/api/v1/playlists/{id}', { path: { id }, body: { name: 'House', rules: house } }), 200);
  const all3 = await versions(alice, id);
  assert.deepEqual(all3.map((one) => [one.version, one.person?.username, one.fields, one.is_current]), [
    [3, 'alice', ['name', 'rules'], true], [2, 'alice', ['rules'], false], [1, 'alice', [], false]]);
  const [, second, first] = all3;

  const back = await restore(alice, id, second!.id);
  assertStatus(back, 200);
  assert.deepEqual([back.body.rules, back.body.name, await titles(alice, id)], [sea, name, ['Ferry at noon', 'Tides']]);
  assert.deepEqual((await versions(alice, id)).slice(0, 1).map((one) => [one.restored, one.fields, one.added, one.removed]), [[2, ['name', 'rules'], 0, 0]]);
  assertStatus(await restore(alice, id, all3[0]!.id), 200);
  assert.deepEqual([(await get(alice, id)).rules, (await get(alice, id)).name], [house, 'House'], 'restoring is undone');
  assertStatus(await restore(alice, id, first!.id), 200);
  assert.deepEqual([(await get(alice, id)).rules, await titles(alice, id)], [drone, ['Gulls', 'Tides']], 'as it was before the first change');
});

test('whoever else administers a smart playlist sees that its rules were changed, and restores what is not theirs to change without them', async () => {
  const id = await made(alice, all([{ field: 'liked', op: 'is' }]));
  const house = all([{ field: 'genre', op: 'is', value: 'House' }]);
  assertStatus(await alice.post('/api/v1/playlists/{id}/collaborators', { path: { id }, body: { user_id: ids.bob, permission: 'admin' } }), 201);
  const { name } = await get(alice, id);
  assertStatus(await alice.put('/api/v1/playlists/{id}', { path: { id }, body: { name: 'Other', rules: house } }), 200);
  const seen = await versions(bob, id);
  assert.deepEqual(seen.map((one) => one.fields), [['name', 'rules'], []]);
  assert.doesNotMatch(JSON.stringify(seen), /liked|House/, 'what the rules were is the owner\'s');
  assertStatus(await restore(bob, id, seen[1]!.id), 200);
  const now = await get(alice, id);
  assert.deepEqual([now.name, now.rules], [name, house]);
  assert.deepEqual((await versions(bob, id))[0]!.fields, ['name']);
  assertProblem(await restore(dave, id, seen[1]!.id), 404);
});

test('rules that may not be given any more do not come back, and nothing else of that version either', async () => {
  const any = all([{ field: 'explicit', op: 'is_not' }]);
  const plain = await alice.post('/api/v1/playlists', { body: { name: 'Gone soon' } });
  assertStatus(plain, 201);
  const a = await made(alice, any), b = await made(alice, all([inList(a)])), missing = await made(alice, all([inList(plain.body.id)]));
  assertStatus(await alice.delete('/api/v1/playlists/{id}', { path: { id: plain.body.id } }), 204);
  assertStatus(await alice.put('/api/v1/playlists/{id}', { path: { id: missing }, body: { name: 'Renamed', rules: any } }), 200);
  assertProblem(await restore(alice, missing, (await versions(alice, missing))[1]!.id), 409);
  assert.deepEqual([(await get(alice, missing)).name, (await get(alice, missing)).rules, (await versions(alice, missing)).length], ['Renamed', any, 2]);
  assertStatus(await change(alice, b, any), 200);
  assertStatus(await change(alice, a, all([inList(b)])), 200);
  assertProblem(await restore(alice, b, (await versions(alice, b))[1]!.id), 409);
  assert.deepEqual((await get(alice, b)).rules, any);
});

test('of a change and a restoring at once that would make a circle together, one is refused', async () => {
  const any = all([{ field: 'explicit', op: 'is_not' }]);
  for (let round = 0; round < 10; round++) {
    const a = await made(alice, any), b = await made(alice, all([inList(a)]));
    assertStatus(await change(alice, b, any), 200);
    const old = (await versions(alice, b))[1]!.id;
    const both = await Promise.all([change(alice, a, all([inList(b)])), restore(alice, b, old)]);
    assert.deepEqual(both.map((one) => one.status as number).sort(), [200, 409]);
  }
});

test('rules that are not what they should be are refused', async () => {
  const genre = { field: 'genre', op: 'is', value: 'Drone' };
  const twenty = Array.from({ length: 20 }, () => genre);
  const bad: unknown[] = [
    null, [], 'all', 1, {}, { match: 'all' }, { ...all([]) }, { match: 'none', conditions: [genre], sort: 'title', limit: 5 },
    { match: 'all', conditions: [...twenty, genre], sort: 'title', limit: 5 }, { match: 'all', conditions: [genre], sort: 'random()', limit: 5 },
    ...[0, 501, -1, 1.5, '5', null].map((limit) => ({ match: 'all', conditions: [genre], sort: 'title', limit })),
    { match: 'all', conditions: [genre], sort: 'title', limit: 5, more: true },
    ...[
      null, 'genre', {}, { field: 'genre' }, { field: 'secret', op: 'is', value: 'x' }, { ...genre, op: 'less' }, { ...genre, value: 5 }, { ...genre, value: '' },
      { ...genre, value: 'x'.repeat(101) }, { ...genre, value: 'a\u0000b' }, { ...genre, value: { toString: 'x' } }, { ...genre, extra: 1 },
      { field: 'duration', op: 'less', value: '60' }, { field: 'duration', op: 'less', value: -1 }, { field: 'duration', op: 'less', value: 1e12 },
      { field: 'added', op: 'within', value: 0 }, { field: 'added', op: 'within', value: 1e9 }, { field: 'playlist', op: 'in', value: "' or true --" },
      { field: 'playlist', op: 'in', value: null }, { field: 'liked', op: 'is', value: ids.bob }, { field: '__proto__', op: 'is', value: 'x' },
    ].map((one) => ({ match: 'all', conditions: [one], sort: 'title', limit: 5 })),
  ];
  for (const rules of bad) assertProblem(await make(alice, rules as Rules), 422);
  assertStatus(await make(alice, { match: 'any', conditions: twenty, sort: 'title', limit: 500 } as Rules), 201);
  for (const value of ["'; drop table tracks --", '$1', ':viewer', '\\', '{', '"', 'Ünï', '😀'])
    assert.deepEqual(await titles(alice, await made(alice, all([{ field: 'title', op: 'contains', value }]))), [], value);
});
