/** Uploads on several nodes of one installation. */
import { strict as assert } from 'node:assert';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { assertStatus, Client } from '../support/client.ts';
import { makeSound, wav } from '../support/media.ts';
import { request11 } from '../support/raw.ts';
import { Server } from '../support/server.ts';
import { begin, headPatiently, offsetOf, patch, sha256, trackOf, TUS } from '../support/tus.ts';
import { pause, until } from '../support/wait.ts';
import { cluster, template, World } from '../support/world.ts';
test('an upload goes on at another node within five seconds, and the writer of the first writes no more byte', async () => {
  const world = await World.start('uploads-nodes'), carol = world.as('carol');
  const other = new Server('uploads-nodes-2', { ...template.settings, DATABASE_URL: cluster.url(world.database) }, world.server.dataDir);
  after(() => other.stop());
  await other.start();
  const there = new Client(other.api, { token: template.tokens.carol });
  const file = wav(makeSound(4)), address = await begin(carol, { length: file.length });
  const dead = connect({ port: world.server.ports.api, host: '127.0.0.1' }).on('error', () => {});
  dead.write(request11(`PATCH ${address}`, { Authorization: `Bearer ${template.tokens.carol}`, 'Tus-Resumable': '1.0.0', 'Upload-Offset': '0',
    'Content-Type': 'application/offset+octet-stream', 'Content-Length': String(file.length) }));
  dead.write(file.subarray(0, 50_000));
  await until('the first bytes', async () => (await carol.send('GET', address, { headers: TUS })).headers.get('upload-offset') === '50000');
  const began = performance.now();
  const told = await headPatiently(there, address);
  assertStatus(told, 200);
  assert.equal(offsetOf(told), 50_000);
  for (let i = 0; i < 10; i++) dead.write(Buffer.alloc(10_000, 255));
  await pause(100);
  const last = await patch(there, address, 50_000, file.subarray(50_000));
  assertStatus(last, 204);
  assert.ok(performance.now() - began < 5000);
  dead.destroy();
  const original = await carol.get('/api/v1/tracks/{id}/download', { path: { id: trackOf(last)! } });
  assert.equal(sha256(original.bytes), sha256(file));
});
