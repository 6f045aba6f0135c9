/** Signed links: downloads go to the stream server, which asks nobody but the link. */
import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';
import { assertProblem, assertStatus, Client } from '../support/client.ts';
import { makeSound, wav } from '../support/media.ts';
import { Server } from '../support/server.ts';
import { playable } from '../support/tracks.ts';
import { cluster, template, World } from '../support/world.ts';

const STREAM_URL = 'https://music.example/media', SECRET = 'the first secret of this installation, long enough';
const world = await World.start('stream-files', { STREAM_URL, APP_SECRET: SECRET });
const carol = world.as('carol'), stream = new Client(world.server.stream);
const file = wav(makeSound(5, { seed: 3 }));
const track = await playable(carol, { file, filename: 'Été "mix" 1.wav', is_public: 'false' });
const at = { path: { id: track.id } };

/** Where the API sends whoever downloads the track, as the stream server is asked for it behind its proxy. */
async function link(client = carol): Promise<string> {
  const reply = await client.get('/api/v1/tracks/{id}/download', at);
  assertStatus(reply, 307);
  assert.match(reply.headers.get('cache-control')!, /no-store/);
  const address = reply.headers.get('location')!;
  assert.ok(address.startsWith(`${STREAM_URL}/stream/`), address);
  return address.slice(STREAM_URL.length);
}

/** The same link with another value. */
function changed(address: string, name: string, value: (before: string) => string): string {
  const [path, query] = address.split('?') as [string, string], parameters = new URLSearchParams(query);
  parameters.set(name, value(parameters.get(name)!));
  return `${path}?${parameters.toString()}`;
}

test('a link gives the file to whoever has it, under its name, whole and in parts', async () => {
  const address = await link(), reply = await stream.send('GET', address);
  assertStatus(reply, 200);
  assert.deepEqual(reply.bytes, file);
  assert.equal(reply.headers.get('content-type'), 'audio/wav');
  assert.equal(reply.headers.get('content-disposition'), `attachment; filename="_t_ _mix_ 1.wav"; filename*=UTF-8''%C3%89t%C3%A9%20%22mix%22%201.wav`);
  const [, seconds] = reply.headers.get('cache-control')!.match(/^private, max-age=(\d+)$/)!;
  assert.ok(Number(seconds) > 280 && Number(seconds) <= 300, 'no cache keeps it for longer than the link lives');
  const etag = reply.headers.get('etag')!;
  const part = await stream.send('GET', address, { headers: { range: 'bytes=100-199' } });
  assertStatus(part, 206);
  assert.deepEqual(part.bytes, file.subarray(100, 200));
  assert.equal(part.headers.get('content-range'), `bytes 100-199/${file.length}`);
  const head = await stream.send('HEAD', address);
  assertStatus(head, 200);
  assert.equal(head.headers.get('content-length'), String(file.length));
  assertStatus(await stream.send('GET', address, { headers: { 'if-none-match': etag } }), 304);
  assertProblem(await stream.send('GET', address, { headers: { range: `bytes=${file.length}-` } }), 416);
});

test('a download that broke off goes on with a new link', async () => {
  const first = await stream.send('GET', await link(), { headers: { range: 'bytes=0-999' } }), etag = first.headers.get('etag')!;
  const rest = await stream.send('GET', await link(), { headers: { range: 'bytes=1000-', 'if-range': etag } });
  assertStatus(rest, 206);
  assert.deepEqual(Buffer.concat([first.bytes, rest.bytes]), file);
  assertStatus(await stream.send('GET', await link(), { headers: { range: 'bytes=1000-', 'if-range': '"another"' } }), 200);
});

test('a link that was changed by one bit is refused, wherever', async () => {
  const address = await link();
  const flip = (text: string, i: number) => text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ 1) + text.slice(i + 1);
  for (const name of ['expires', 'type', 'name', 'signature'])
    for (const i of [0, 3]) assertProblem(await stream.send('GET', changed(address, name, (before) => flip(before, i))), 403, 'forbidden', `${name} ${i}`);
  assertProblem(await stream.send('GET', changed(address, 'signature', (before) => before.toUpperCase())), 403);
  assertProblem(await stream.send('GET', changed(address, 'signature', (before) => before.slice(1))), 403);
  const [path, query] = address.split('?') as [string, string];
  assertProblem(await stream.send('GET', `${flip(path, path.length - 1)}?${query}`), 403);
  assertProblem(await stream.send('GET', path), 422);
  const shuffled = [...new URLSearchParams(query)].reverse();
  assertStatus(await stream.send('GET', `${path}?${new URLSearchParams(shuffled).toString()}`), 200, 'their order is no matter');
});

test('a link is made for those who may download, and for nobody else', async () => {
  assertProblem(await world.as('dave').get('/api/v1/tracks/{id}/download', at), 404);
  assertProblem(await world.visitor.get('/api/v1/tracks/{id}/download', at), 404);
});

test('a link expires, and outlives the secret that it was signed with when the one of before is named', async () => {
  const old = await link();
  const node = async (name: string, more: Record<string, string>) => {
    const server = new Server(name, { ...template.settings, DATABASE_URL: cluster.url(world.database), STREAM_URL, ...more }, world.server.dataDir);
    after(() => server.stop());
    await server.start({}, ['stream']);
    return new Client(server.stream);
  };
  const other = await node('stream-files-other', { APP_SECRET: 'another secret of this installation, long enough' });
  assertProblem(await other.send('GET', old), 403);
  const rotated = await node('stream-files-rotated', { APP_SECRET: 'another secret of this installation, long enough', APP_SECRET_PREVIOUS: SECRET });
  assertStatus(await rotated.send('GET', old), 200);
  const expired = await linkThatExpired();
  assertProblem(await stream.send('GET', expired), 410, 'token_invalid');
  const gone = await link();
  await world.server.overwrite(gone.split('?')[0]!.slice('/stream/'.length).replaceAll('~', '/'));
  assertProblem(await stream.send('GET', gone), 404);
});

/** Signed as the server signs, for a time that is over: with the key that it derives from its secret. */
async function linkThatExpired(): Promise<string> {
  const { createHash, createHmac } = await import('node:crypto');
  const key = createHmac('sha256', createHash('sha256').update(SECRET).digest()).update('stream links').digest();
  const address = await link(), [path, query] = address.split('?') as [string, string], given = new URLSearchParams(query);
  const sign = (expires: string) => createHmac('sha256', key).update([path, expires, given.get('type'), given.get('name')].join('\n')).digest('hex');
  assert.equal(sign(given.get('expires')!), given.get('signature'), 'the test signs as the server does');
  const at = (expires: number) => `${path}?${new URLSearchParams({ expires: String(expires), type: given.get('type')!, name: given.get('name')!, signature: sign(String(expires)) }).toString()}`;
  const now = Math.floor(Date.now() / 1000), late = await stream.send('GET', at(now - 30));
  assertStatus(late, 200, 'clocks may differ by a minute');
  assert.match(late.headers.get('cache-control')!, /no-store/);
  return at(now - 61);
}
