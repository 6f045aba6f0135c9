/** Addresses of streams: with a version the bytes never change, without one they are those that play at the moment. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { makeSound, wav } from '../support/media.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('versions');
const carol = world.as('carol'), visitor = world.visitor, streamVisitor = world.streamVisitor;
const FILES = ['master.m3u8', 'low/playlist.m3u8', 'low/init.mp4', 'low/segment_000.m4s'];
const FOR_EVER = 'max-age=31536000, immutable';

const versionOf = async (id: string) => (await carol.get('/api/v1/tracks/{id}', { path: { id } })).body.stream_manifest_url!.split('/')[6]!;
const places = (id: string): [Client, string][] => [[visitor, `/api/v1/tracks/${id}/hls`], [streamVisitor, `/hls/${id}`]];

test('what an address with a version gives is kept for ever, and what one without gives for a minute; both give the same', async () => {
  const track = await playable(carol, { is_public: 'true' });
  const version = await versionOf(track.id);
  for (const [client, folder] of places(track.id))
    for (const file of FILES)
      for (const round of [1, 2]) { /* from the disk and from memory */
        const fixed = await client.send('GET', `${folder}/${version}/${file}`), current = await client.send('GET', `${folder}/${file}`);
        assertStatus(fixed, 200, file);
        assert.equal(fixed.headers.get('cache-control'), `public, ${FOR_EVER}`, `${file}, time ${round}`);
        assert.equal(current.headers.get('cache-control'), 'public, max-age=60', `${file}, time ${round}`);
        assert.ok(fixed.bytes.equals(current.bytes), file);
        assert.equal(fixed.headers.get('etag'), current.headers.get('etag'));
      }
});

test('a player that follows the address of a track asks for nothing but files that are kept for ever', async () => {
  const track = await playable(carol, { is_public: 'true' });
  const asked: string[] = [];
  const get = async (url: URL) => {
    const reply = await visitor.send('GET', url.pathname);
    assertStatus(reply, 200, url.pathname);
    assert.ok(reply.headers.get('cache-control')!.endsWith(FOR_EVER), url.pathname);
    asked.push(url.pathname);
    return reply.bytes.toString().split('\n').flatMap((line) => (line && !line.startsWith('#') ? [line] : /URI="([^"]+)"/.exec(line)?.slice(1) ?? [])).map((name) => new URL(name, url));
  };
  for (const playlist of await get(new URL(track.stream_manifest_url!, 'http://x')))
    for (const segment of await get(playlist)) assertStatus(await visitor.send('GET', segment.pathname), 200, segment.pathname);
  assert.equal(asked.length, 5);
});

test('once a track was processed again, addresses of the version before lead to the one that plays, also for who is signed in', async () => {
  const track = await playable(carol, { is_public: 'true', file: wav(makeSound(3)) });
  const before = await versionOf(track.id);
  for (const [client, folder] of places(track.id)) assertStatus(await client.send('GET', `${folder}/${before}/low/init.mp4`), 200);
  assertStatus(await carol.post('/api/v1/tracks/{id}/reprocess', { path: { id: track.id } }), 202);
  await until('another version to play', async () => (await versionOf(track.id)) !== before);
  const now = await versionOf(track.id);
  for (const [client, folder] of places(track.id))
    for (const file of FILES)
      for (const as of [{}, { token: template.tokens.carol }]) {
        const moved = await client.send('GET', `${folder}/${before}/${file}?a=b`, { as });
        assertStatus(moved, 307, file);
        assert.equal(moved.headers.get('location'), `${folder}/${now}/${file}?a=b`);
        assert.equal(moved.headers.get('cache-control'), 'private, no-store');
        assert.equal(moved.headers.get('access-control-allow-origin'), '*');
        assertStatus(await client.send('GET', moved.headers.get('location')!, { as }), 200, file);
        assertStatus(await client.send('GET', `${folder}/${file}`, { as }), 200, file);
        assertStatus(await client.send('GET', `${folder}/0123456789abcdef/${file}`, { as }), 307, file);
      }
});

test('a version tells strangers nothing about a private track, and its owner\'s browser alone keeps its files', async () => {
  const track = await playable(carol, { is_public: 'false' });
  const version = await versionOf(track.id);
  for (const [client, folder] of places(track.id))
    for (const file of FILES) {
      for (const of of [version, '0123456789abcdef']) {
        assertProblem(await client.send('GET', `${folder}/${of}/${file}`), 404, 'not_found');
        assertProblem(await client.send('GET', `${folder}/${of}/${file}`, { as: { token: template.tokens.dave } }), 404, 'not_found');
      }
      const own = await client.send('GET', `${folder}/${version}/${file}`, { as: { token: template.tokens.carol } });
      assertStatus(own, 200, file);
      assert.equal(own.headers.get('cache-control'), 'private, max-age=31536000');
    }
});

test('what is no version is not found', async () => {
  const track = await playable(carol, { is_public: 'true' });
  for (const [client, folder] of places(track.id))
    for (const wrong of ['0123456789abcde', '0123456789abcdef0', '0123456789ABCDEF', '..', '%2e%2e', 'master'])
      for (const file of FILES) assert.ok([400, 404].includes((await client.send('GET', `${folder}/${wrong}/${file}`, { undescribed: 'refused before a route is found' })).status), `${wrong}/${file}`);
});
