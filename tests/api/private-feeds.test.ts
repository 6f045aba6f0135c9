/** Private feeds: for a podcast app that sends no headers, with what the person who made one may hear, until it is deleted. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { columnsWith } from '../support/personal.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';
import { all, one, readXml } from '../support/xml.ts';

const world = await World.start('private-feeds');
const carol = world.as('carol'), alice = world.as('alice'), dave = world.as('dave');
const ids = template.ids;
const secret = await playable(carol, { title: 'Not for all', is_public: 'false' }), open = await playable(carol, { title: 'For all', is_public: 'true' });
const playlist = (await carol.post('/api/v1/playlists', { body: { name: 'Mine' } })).body;
for (const { id } of [secret, open]) assertStatus(await carol.post('/api/v1/playlists/{id}/tracks', { path: { id: playlist.id }, body: { track_id: id } }), 201);
const release = (await carol.post('/api/v1/releases', { body: { title: 'Draft', track_ids: [secret.id] } })).body;

const make = async (client: Client, kind: 'person' | 'release' | 'playlist', of_id: string) => {
  const reply = await client.post('/api/v1/feeds', { body: { kind, of_id } });
  assertStatus(reply, 201);
  return reply.body;
};
/** As a podcast app: no cookie, no header. */
const bare = (path: string) => fetch(world.server.api + path.replace(/^https?:\/\/[^/]+/, ''));
const feed = async (path: string) => {
  const reply = await bare(path);
  assert.equal(reply.status, 200, path);
  return { reply, items: all(one(readXml(await reply.text()), 'channel'), 'item').map((item) => ({ title: one(item, 'title').text, url: one(item, 'enclosure').attributes['url']! })) };
};
const titles = async (path: string) => (await feed(path)).items.map(({ title }) => title).toSorted();

test('a private playlist, release and profile are heard by its address alone; no cache or search engine keeps it', async () => {
  for (const [kind, of_id, expected] of [['playlist', playlist.id, ['For all', 'Not for all']], ['release', release.id, ['Not for all']], ['person', ids.carol, ['For all', 'Not for all']]] as const) {
    const made = await make(carol, kind, of_id);
    assert.deepEqual([made.kind, made.of_id, made.last_used_at], [kind, of_id, null]);
    const { reply, items } = await feed(made.path);
    assert.deepEqual(items.map(({ title }) => title).toSorted(), expected, kind);
    assert.equal(reply.headers.get('x-robots-tag'), 'noindex');
    assert.equal(reply.headers.get('referrer-policy'), 'no-referrer', 'its address is its key');
    assert.match(reply.headers.get('cache-control')!, /private/);
    assert.equal(reply.headers.get('access-control-allow-origin'), null);
    for (const { url } of items) {
      const sound = await bare(url);
      assert.equal(sound.status, 200, url);
      assert.equal(sound.headers.get('content-type'), 'audio/mp4');
      assert.match(sound.headers.get('cache-control')!, /no-store|private/);
      assert.ok((await sound.arrayBuffer()).byteLength > 1000, 'it has sound');
      const part = await fetch(world.server.api + url.replace(/^https?:\/\/[^/]+/, ''), { headers: { range: 'bytes=0-9' } });
      assert.equal(part.status, 206);
    }
  }
  const listed = (await carol.get('/api/v1/feeds')).body.items;
  assert.deepEqual(listed.map(({ title }) => title), ['carol', 'Draft', 'Mine']);
  assert.ok(listed.every(({ last_used_at }) => last_used_at !== null), 'when it was used');
});

test('an app asks again with the tag that it has, for a part, past the end, and for what is still processed', async () => {
  const made = await make(carol, 'release', release.id), { url } = (await feed(made.path)).items[0]!;
  const sound = url.replace(/^https?:\/\/[^/]+/, '');
  for (const path of [made.path, sound]) {
    const whole = await world.visitor.send('GET', path);
    assertStatus(whole, 200);
    const same = await world.visitor.send('GET', path, { headers: { 'If-None-Match': whole.headers.get('etag')! } } as never);
    assert.deepEqual([same.status, same.bytes.length], [304, 0], path);
  }
  assert.equal((await world.visitor.send('GET', sound, { headers: { Range: 'bytes=0-9' } } as never)).bytes.length, 10);
  assertProblem(await world.visitor.send('GET', sound, { headers: { Range: 'bytes=900000000-' } } as never), 416, 'range_not_satisfiable');
  await world.sql(`update tracks set status = 'processing', stream_status = 'pending' where id = '${secret.id}'`);
  assertProblem(await world.visitor.send('GET', sound), 409, 'stream_not_ready');
  await world.sql(`update tracks set status = 'completed', stream_status = 'ready' where id = '${secret.id}'`);
});

test('one may make a feed of what one may see, and it shows what one may hear by then', async () => {
  assertProblem(await alice.post('/api/v1/feeds', { body: { kind: 'playlist', of_id: playlist.id } }), 404);
  assertProblem(await alice.post('/api/v1/feeds', { body: { kind: 'release', of_id: release.id } }), 404);
  const ofCarol = await make(alice, 'person', ids.carol);
  assert.deepEqual(await titles(ofCarol.path), ['For all'], 'her private track is not for alice');
  await world.sql(`insert into playlist_collaborators (playlist_id, user_id, permission) values ('${playlist.id}', '${ids.alice}', 'read')`);
  const shared = await make(alice, 'playlist', playlist.id);
  assert.deepEqual(await titles(shared.path), ['For all']);
  const { items } = await feed(shared.path);
  assert.equal((await bare(items[0]!.url)).status, 200);
  assert.equal((await bare(items[0]!.url.replace(open.id, secret.id))).status, 404, 'the private one of the same playlist');
  await world.sql(`delete from playlist_collaborators where playlist_id = '${playlist.id}'`);
  assert.equal((await bare(shared.path)).status, 404, 'shared no more');
  assert.equal((await bare(items[0]!.url)).status, 404);
  await world.sql(`insert into user_blocks (blocker_id, blocked_id) values ('${ids.carol}', '${ids.alice}')`);
  assert.equal((await bare(ofCarol.path)).status, 404, 'carol blocked alice');
  await world.sql(`update playlists set visibility = 'public' where id = '${playlist.id}'; update tracks set visibility = 'public' where id = '${secret.id}'`);
  assert.equal((await bare(shared.path)).status, 404, 'nor what carol shows to everybody else');
  const ofDave = (await dave.post('/api/v1/playlists', { body: { name: 'With hers', visibility: 'public' } as never })).body;
  assertStatus(await dave.post('/api/v1/playlists/{id}/tracks', { path: { id: ofDave.id }, body: { track_id: open.id } }), 201);
  assert.deepEqual(await titles((await make(alice, 'playlist', ofDave.id)).path), [], 'nor hers among others');
  await world.sql(`update playlists set visibility = 'private' where id = '${playlist.id}'; update tracks set visibility = 'private' where id = '${secret.id}'`);
  await world.sql('delete from user_blocks');
});

test('a token opens its feed and nothing else; wrong, of another feed, deleted, or of an account that is closed it opens nothing', async () => {
  const draft = await make(carol, 'release', release.id), mine = await make(carol, 'playlist', playlist.id);
  const token = new URL(draft.path, 'http://x').searchParams.get('token')!;
  assert.equal((await bare(`/api/v1/feeds/${draft.id}/tracks/${open.id}/audio.m4a?token=${token}`)).status, 404, 'carol\'s, and not in the release');
  for (const path of [`/api/v1/feeds/${mine.id}/rss?token=${token}`, `/api/v1/feeds/${draft.id}/rss?token=${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, `/api/v1/tracks/${secret.id}/audio.m4a?token=${token}`,
    `/api/v1/tracks/${secret.id}/audio.m4a?share=${token}`]) assert.ok([404, 422].includes((await bare(path)).status), path);
  assert.equal((await bare(`/api/v1/feeds/${draft.id}/rss`)).status, 422);
  assert.deepEqual(await columnsWith(world, token), [], 'only its hash is kept');
  assert.ok(!world.server.log().includes(token), 'no log has it');
  assertProblem(await dave.delete('/api/v1/feeds/{id}', { path: { id: draft.id } }), 404);
  assertStatus(await carol.delete('/api/v1/feeds/{id}', { path: { id: draft.id } }), 204);
  assert.equal((await bare(draft.path)).status, 404);
  await world.sql(`update users set is_active = false where id = '${ids.carol}'`);
  await until('the closed account\'s feed to be gone', async () => (await bare(mine.path)).status === 404, 10);
  await world.sql(`update users set is_active = true where id = '${ids.carol}'`);
  await until('it to be back', async () => (await bare(mine.path)).status === 200, 10);
  await world.sql(`update users set deletion_at = now() + interval '10 days' where id = '${ids.carol}'`);
  await until('that of an account that is to be erased to be gone', async () => (await bare(mine.path)).status === 404, 10);
  await world.sql(`update users set deletion_at = null where id = '${ids.carol}'`);
});

test('there is a most of it', async () => {
  for (let n = (await dave.get('/api/v1/feeds')).body.items.length; n < 50; n++) await make(dave, 'person', ids.dave);
  assertProblem(await dave.post('/api/v1/feeds', { body: { kind: 'person', of_id: ids.dave } }), 409, 'conflict');
});
