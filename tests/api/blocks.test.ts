/** What a block means for sound: the API server and two stream servers agree, whatever they have in memory. */
import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';
import { assertStatus, Client, type Credentials } from '../support/client.ts';
import { exchange } from '../support/raw.ts';
import { Server } from '../support/server.ts';
import { playable } from '../support/tracks.ts';
import { cluster, template, World } from '../support/world.ts';

const world = await World.start('blocks');
const other = new Server('blocks-2', { ...template.settings, DATABASE_URL: cluster.url(world.database) }, world.server.dataDir);
after(() => other.stop());
await other.start({}, ['stream']);

const carol = world.as('carol'), dave = world.as('dave');
const track = await playable(carol, { title: 'Not for Dave' });
const files = ['master.m3u8', 'low/playlist.m3u8', 'low/init.mp4', 'low/segment_000.m4s'];
const servers: [string, Client, string][] = [
  ['the API server', world.visitor, `/api/v1/tracks/${track.id}/hls/`],
  ['the stream server', world.streamVisitor, `/hls/${track.id}/`],
  ['a stream server of its own', new Client(other.stream), `/hls/${track.id}/`],
];

const key = await dave.post('/api/v1/developer/api-keys', { body: { name: 'Player', scopes: ['tracks:read'] } });
assertStatus(key, 201);
const streamToken = async (client: Client) => (await client.post('/api/v1/auth/stream-token')).body.token;
const blocked: [string, Credentials, boolean][] = [
  ['by header', { token: template.tokens.dave }, true],
  ['by cookie', { cookies: { veza_access: template.tokens.dave } }, true],
  ['by cookie beside others', { cookies: { theme: 'dark', veza_access: template.tokens.dave, a: 'b' } }, true],
  ['by API key', { token: key.body.key }, true],
  ['by stream token', { token: await streamToken(dave) }, false],
];
const others: [string, Credentials, boolean][] = [
  ['a visitor', {}, true],
  ['a visitor with cookies of other pages', { cookies: { theme: 'dark' } }, true],
  ['somebody else by header', { token: template.tokens.alice }, true],
  ['somebody else by cookie', { cookies: { veza_access: template.tokens.alice } }, true],
  ['somebody else by stream token', { token: await streamToken(world.as('alice')) }, false],
  ['the creator', { token: template.tokens.carol }, true],
];

/** Everybody asks for everything. The API takes no stream tokens. */
async function ask(who: [string, Credentials, boolean][], status: number): Promise<void> {
  for (const [server, client, under] of servers)
    for (const [name, as, atApi] of who)
      for (const file of files) {
        if (!atApi && server === 'the API server') continue;
        assert.equal((await client.send('GET', under + file, { as })).status, status, `${file} of ${server}, ${name}`);
      }
}

test('a blocked person hears nothing from the next request on, on both servers, while everybody else does; an unblocked one hears at once', async () => {
  for (let round = 0; round < 3; round++) {
    await ask([...others, ...blocked], 200);
    assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: template.ids.dave } }), 204);
    await ask(blocked, 404);
    await ask(others, 200); /* which warms what is remembered */
    await ask(blocked, 404);
    assertStatus(await carol.delete('/api/v1/users/{id}/block', { path: { id: template.ids.dave } }), 204);
  }
  await ask(blocked, 200);
});

test('what a blocked person hears as a visitor they no longer hear on the same connection when they say who they are', async () => {
  assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: template.ids.dave } }), 204);
  const head = `GET /hls/${track.id}/low/init.mp4 HTTP/1.1\r\nHost: x\r\n`;
  const { text } = await exchange(world.server.ports.stream, { write: [`${head}\r\n${head}Cookie: veza_access=${template.tokens.dave}\r\n\r\n${head}Connection: close\r\n\r\n`], untilClosed: true });
  assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
});
