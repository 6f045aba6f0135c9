/** Replies to visitors that come from memory: each event drops those with the tags that it declares, and no others. Made from the description and from the table of events. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertStatus } from '../support/client.ts';
import { keyOf, operations, type Operation } from '../support/document.ts';
import { goodPath, goodQuery } from '../support/examples.ts';
import { ROOT } from '../support/paths.ts';
import { finished, playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { emailOf, PASSWORD, template, World } from '../support/world.ts';

const world = await World.start('cached');
const { ids } = template;
const root = world.as('root');
let dave = world.as('dave');
const song = await playable(dave, { title: 'Kept for a moment', genre: 'Drone' });
assertStatus(await dave.put('/api/v1/tracks/{id}', { path: { id: song.id }, body: { is_public: true } }), 200);

const release = (await dave.post('/api/v1/releases', { body: { title: 'Kept too', visibility: 'public', track_ids: [song.id] } })).body;

const purges = new Map([...readFileSync(path.join(ROOT, 'src/modules/events/events.c'), 'utf8').matchAll(/^ {4}\{"([a-z_.]+)",(?:(?!^ {4}\{").)*?\.purges = "([a-z ]+)"/gms)].map(([, name, tags]) => [name!, tags!.split(' ')]));
const cached = operations.filter((operation) => operation['x-cached']);
const tagged = (tags: string[]) => cached.filter((operation) => operation['x-cached']!.tags.some((tag) => tags.includes(tag)));

let round = 0;
const address = (operation: Operation) => goodPath(operation, { id: operation.path.includes('/tracks/') ? song.id : operation.path.startsWith('/api/v1/releases/') ? release.id : ids.dave, slug: release.slug, username: 'dave' });
const read = (operation: Operation, mark: string) => world.visitor.send('GET', address(operation) + goodQuery(operation, { round: mark, ...(operation.path.endsWith('/search') && { q: 'dave' }) }));
const isHit = async (operation: Operation, mark: string) => (await read(operation, mark)).headers.get('x-cache') === 'HIT';
/** Refusals are not kept: what cannot be seen now will be asked for anew. */
const isKept = async (operation: Operation, mark: string) => {
  const reply = await read(operation, mark);
  return reply.status === 404 || reply.headers.get('x-cache') === 'HIT';
};

/** Replies are kept until the clock comes to the next multiple of their seconds. */
const term = (seconds: number) => Math.floor(Date.now() / (1000 * seconds));

/** Reads each under an address that was never asked for, until it comes from memory; tells whether what is there may have ended by itself since. */
async function warm(list: Operation[], mark: string): Promise<(seconds?: number) => boolean> {
  const began = new Map([5, 60].map((seconds) => [seconds, term(seconds)]));
  for (const operation of list) await until(`${keyOf(operation)} to be kept`, () => isKept(operation, mark), 4);
  return (seconds = 5) => term(seconds) !== began.get(seconds);
}

/** What cannot be dropped by these events, and stays for a minute. */
const steady = operations.find(({ path: at }) => at === '/api/v1/announcements/active')!;

/** Each is a request that writes the event, so that what was kept is gone before its reply comes. */
const requests: Record<string, () => Promise<void>> = {
  'track.updated': async () => assertStatus(await dave.put('/api/v1/tracks/{id}', { path: { id: song.id }, body: { artist: 'Dave B.', genre: 'Noise' } }), 200),
  'release.updated': async () => assertStatus(await dave.put('/api/v1/releases/{id}', { path: { id: release.id }, body: { label: 'Small hours' } }), 200),
  'transcoding.requested': async () => assertStatus(await dave.post('/api/v1/tracks/{id}/reprocess', { path: { id: song.id } }), 202),
  'user.updated': async () => assertStatus(await dave.put('/api/v1/users/{id}', { path: { id: ids.dave }, body: { bio: 'Now with a bio' } }), 200),
  'track.removed': async () => assertStatus(await root.delete('/api/v1/tracks/{id}', { path: { id: song.id } }), 204),
  'track.restored': async () => assertStatus(await root.post('/api/v1/tracks/{id}/restore', { path: { id: song.id } }), 200),
  'user.deletion_requested': async () => assertStatus(await dave.delete('/api/v1/users/me', { body: { password: PASSWORD } }), 200),
  'user.restored': async () => assertStatus(await dave.post('/api/v1/users/me/restore', {}), 200),
  'release.deleted': async () => assertStatus(await dave.delete('/api/v1/releases/{id}', { path: { id: release.id } }), 204),
  'track.deleted': async () => assertStatus(await dave.delete('/api/v1/tracks/{id}', { path: { id: song.id } }), 204),
};
/** Before one of them, while nothing is kept. */
const before: Record<string, () => Promise<unknown>> = {
  'track.removed': () => finished(dave, song.id), /* what it was to be processed for once more */
  'user.restored': async () => {
    const reply = await world.visitor.post('/api/v1/auth/login', { body: { email: emailOf('dave'), password: PASSWORD } });
    assert.ok('access_token' in reply.body);
    dave = world.visitor.as({ token: reply.body.access_token });
  },
};

test('every tag of a reply that is kept is dropped by some event, but for that of announcements, which no request writes', () => {
  const dropped = new Set([...purges.values()].flat()), kept = new Set(cached.flatMap((operation) => operation['x-cached']!.tags));
  assert.ok(purges.size >= 11 && cached.length >= 9, 'the table and the description were read');
  assert.deepEqual([...kept].filter((tag) => !dropped.has(tag)), ['announcements']);
  assert.deepEqual([...dropped].filter((tag) => !kept.has(tag)), []);
  for (const operation of cached) assert.ok(operation['x-cached']!.tags.length, keyOf(operation));
  for (const name of Object.keys(requests)) assert.ok(purges.has(name), name);
});

for (const [name, tags] of purges) {
  test(`${name}, written by another process, drops what is kept under ${tags.join(' and ')}, and nothing else`, async () => {
    for (let tries = 10; ; tries--) {
      const mark = `told${++round}`, list = tagged(tags), others = cached.filter((operation) => !list.includes(operation)), ended = await warm([steady, ...list, ...others], mark);
      await world.sql(`insert into outbox (name, key, payload) values ('${name}', gen_random_uuid(), '{}')`);
      for (const operation of list) await until(`${keyOf(operation)} to be read anew`, async () => !(await isHit(operation, mark)), 4);
      const stayed = await Promise.all([...others].map((operation) => isKept(operation, mark)));
      const steadyStayed = await isHit(steady, mark);
      if (ended() && tries > 1) continue;
      assert.ok(!ended(), 'within the time that replies are kept');
      assert.deepEqual(stayed, others.map(() => true), 'the others are kept');
      assert.ok(steadyStayed);
      return;
    }
  });
}

for (const [name, cause] of Object.entries(requests)) {
  test(`after the reply to a request that writes ${name}, no visitor is shown what was kept before it`, async () => {
    await before[name]?.();
    const mark = `asked${++round}`, list = tagged(purges.get(name)!);
    const ended = await warm([steady, ...list], mark);
    await cause();
    for (const operation of list) {
      const next = await read(operation, mark);
      assert.notEqual(next.headers.get('x-cache'), 'HIT', keyOf(operation));
      const now = await read(operation, `${mark}new`);
      assert.equal(next.status, now.status, keyOf(operation));
      if (next.status === 200 && name !== 'transcoding.requested') /* the work goes on while we look */
        assert.deepEqual(next.body, now.body, keyOf(operation));
    }
    assert.ok((await isHit(steady, mark)) || ended(60));
  });
}
