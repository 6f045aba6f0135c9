/** Feeds: what podcast clients are told of people, releases and playlists, and the file that they fetch. */
import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseRssFeed } from 'feedsmith';
import { assertProblem, assertStatus } from '../support/client.ts';
import { decode, makeSound, wav } from '../support/media.ts';
import { WORK } from '../support/paths.ts';
import { HOSTILE, makePages } from '../support/public-pages.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { World } from '../support/world.ts';
import { all, one, readXml, type Element } from '../support/xml.ts';

const SITE = 'https://veza.example';
const world = await World.start('feeds', { FRONTEND_URL: SITE });
const carol = world.as('carol');
const made = await makePages(world, 'carol', HOSTILE);
const me = (await carol.get('/api/v1/auth/me')).body;

const FEEDS = [`/api/v1/users/${me.id}/rss`, `/api/v1/releases/${made.public.release}/rss`, `/api/v1/playlists/${made.public.playlist}/rss`];

async function look(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const reply = await fetch(world.server.api + path, { headers, method });
  return { status: reply.status, text: await reply.text(), headers: reply.headers };
}

const items = async (path: string): Promise<Element[]> => all(one(readXml((await look(path)).text), 'channel'), 'item');

test('a feed has what podcast clients want of it, whatever it is called', async () => {
  for (const feed of FEEDS) {
    const { status, text, headers } = await look(feed);
    assert.equal(status, 200, feed);
    assert.match(headers.get('content-type')!, /^application\/rss\+xml/);
    assert.match(headers.get('last-modified')!, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    const channel = one(readXml(text), 'channel');
    assert.ok(one(channel, 'title').text.length > 0 && one(channel, 'description').text.length > 0);
    assert.match(one(channel, 'language').text, /^(en|fr|es)$/);
    for (const name of ['itunes:author', 'itunes:type', 'itunes:explicit']) assert.ok(one(channel, name).text, name);
    const [item, ...others] = all(channel, 'item');
    assert.equal(others.length, 0, 'what is not public is no item');
    assert.equal(one(item!, 'title').text, `public ${HOSTILE}`);
    assert.equal(one(item!, 'link').text, `${SITE}/track/${made.public.track}`);
    assert.deepEqual([one(item!, 'guid').text, one(item!, 'guid').attributes['isPermaLink']], [`urn:uuid:${made.public.track}`, 'false']);
    assert.equal(one(item!, 'itunes:duration').text, '2');
    const { url, length, type } = one(item!, 'enclosure').attributes as { url: string; length: string; type: string };
    assert.deepEqual([url, type], [`${SITE}/api/v1/tracks/${made.public.track}/audio.m4a`, 'audio/mp4']);
    const whole = await fetch(url.replace(SITE, world.server.api));
    assert.equal((await whole.arrayBuffer()).byteLength, Number(length), 'its length is that of the file');
    const parsed = parseRssFeed(text);
    assert.equal(parsed.items?.[0]?.title, `public ${HOSTILE}`);
    assert.equal(parsed.items?.[0]?.enclosures?.[0]?.length, Number(length));
  }
});

test('a feed that has not changed is not sent again, and one that has is', async () => {
  for (const feed of FEEDS) {
    const first = await look(feed);
    const again = () => look(feed, { 'If-None-Match': first.headers.get('etag')! });
    assert.deepEqual([(await again()).status, (await again()).text], [304, '']);
  }
  const guids = async () => Promise.all(FEEDS.map(async (feed) => one((await items(feed))[0]!, 'guid').text));
  const before = await guids(), tags = await Promise.all(FEEDS.map(async (feed) => (await look(feed)).headers.get('etag')));
  await carol.put('/api/v1/tracks/{id}', { path: { id: made.public.track }, body: { title: 'Called otherwise' } });
  assert.deepEqual(await guids(), before, 'a guid stays when the title changes');
  for (const [n, feed] of FEEDS.entries()) assert.equal((await look(feed, { 'If-None-Match': tags[n]! })).status, 200, feed);
});

test('unlisted, private, deleted and unknown things have no feed, and nobody is told which of these they are', async () => {
  const gone = (await carol.post('/api/v1/playlists', { body: { name: 'Gone', visibility: 'public' } })).body.id;
  assert.equal((await look(`/api/v1/playlists/${gone}/rss`)).status, 200);
  await carol.delete('/api/v1/playlists/{id}', { path: { id: gone } });
  const nobody = '00000000-0000-4000-8000-000000000000';
  const dave = (await world.as('dave').get('/api/v1/auth/me')).body.id;
  await world.as('dave').put('/api/v1/users/{id}', { path: { id: dave }, body: { is_public: false } as never }).catch(() => undefined);
  await world.sql(`update users set is_public = false where id = '${dave}'`);
  const paths = [`/api/v1/releases/${made.unlisted.release}/rss`, `/api/v1/releases/${made.private.release}/rss`, `/api/v1/releases/${nobody}/rss`,
    `/api/v1/playlists/${made.unlisted.playlist}/rss`, `/api/v1/playlists/${made.private.playlist}/rss`, `/api/v1/playlists/${gone}/rss`, `/api/v1/users/${dave}/rss`, `/api/v1/users/${nobody}/rss`];
  for (const path of paths) {
    for (const client of [world.visitor, carol]) {
      const reply = await client.send('GET', path);
      const problem = assertProblem(reply, 404, 'not_found', path);
      assert.doesNotMatch(JSON.stringify(problem), /Gone|unlisted|private/);
    }
  }
});

test('the sound of a track is one file that decodes to the whole of it, takes ranges and HEAD, and needs no account', async () => {
  const sound = makeSound(23, { seed: 9 });
  const track = await playable(carol, { file: wav(sound), filename: 'long.wav', title: 'Long', is_public: 'true' });
  const address = `/api/v1/tracks/${track.id}/audio.m4a`;
  const whole = await fetch(world.server.api + address), bytes = Buffer.from(await whole.arrayBuffer());
  assert.deepEqual([whole.status, whole.headers.get('content-type'), whole.headers.get('content-length')], [200, 'audio/mp4', String(bytes.length)]);
  const folder = path.join(WORK, 'feeds');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'whole.m4a');
  writeFileSync(file, bytes);
  const samples = (await decode(file)).length / 4;
  assert.ok(Math.abs(samples / 44100 - 23) < 0.1, `${samples} samples`);
  const head = await fetch(world.server.api + address, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')], [200, String(bytes.length), 'bytes']);
  for (const [from, to] of [[0, 0], [100, 70_000], [bytes.length - 5000, bytes.length - 1]] as const) {
    const part = await fetch(world.server.api + address, { headers: { Range: `bytes=${from}-${to}` } });
    assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes ${from}-${to}/${bytes.length}`]);
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(from, to + 1)), `${from} to ${to}`);
  }
  assertProblem(await world.visitor.send('GET', address, { headers: { Range: `bytes=${bytes.length}-` } } as never), 416, 'range_not_satisfiable');
  const same = await fetch(world.server.api + address, { headers: { 'If-None-Match': whole.headers.get('etag')! } });
  assert.equal(same.status, 304);

  await carol.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { visibility: 'private' } });
  assertProblem(await world.visitor.send('GET', address), 404, 'not_found');
  const own = await carol.send('GET', address);
  assert.equal(own.status, 200);
  assert.match(own.headers.get('cache-control')!, /^private/);
  const link = await carol.post('/api/v1/tracks/{id}/share', { path: { id: track.id }, body: {} });
  assertStatus(link, 201);
  assert.equal((await fetch(`${world.server.api}${address}?share=${link.body.token}`)).status, 200);
});

test('a track that is still processed has no such file', async () => {
  const track = await playable(carol, { file: wav(makeSound(2, { seed: 4 })), filename: 'x.wav', title: 'Waits', is_public: 'true' });
  await world.sql(`update tracks set stream_status = 'pending' where id = '${track.id}'`).catch(() => world.sql(`update tracks set status = 'processing' where id = '${track.id}'`));
  const reply = await until('the file to be refused', async () => {
    const found = await carol.send('GET', `/api/v1/tracks/${track.id}/audio.m4a`);
    return found.status !== 200 && found;
  });
  assertProblem(reply, 409, 'stream_not_ready');
});

test('a feed that did not change is not sent again, whatever it is of', async () => {
  for (const feed of FEEDS) {
    const whole = await world.visitor.send('GET', feed);
    assert.equal(whole.status, 200, feed);
    assert.equal((await world.visitor.send('GET', feed, { headers: { 'If-None-Match': whole.headers.get('etag')! } } as never)).status, 304, feed);
  }
});
