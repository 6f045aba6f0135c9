/** Uploads as large as they come: the server's memory does not notice. VEZA_TEST_UPLOAD_MB sets the size (2048 for the real thing). */
import { strict as assert } from 'node:assert';
import { readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { wavHeader } from '../support/media.ts';
import { pause, until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const MEGABYTE = 1024 * 1024;
const SIZE = Number(process.env['VEZA_TEST_UPLOAD_MB'] ?? 300) * MEGABYTE;
const world = await World.start('upload');

/** Streams a form with a WAV of silence; `until` bytes of it, then hangs up when that is not all. */
function stream(bytes: number, hangUpAt = Infinity): Promise<{ status: number; body: string }> {
  const front = `--edge\r\nContent-Disposition: form-data; name="title"\r\n\r\nVery long\r\n--edge\r\nContent-Disposition: form-data; name="file"; filename="long.wav"\r\n\r\n`;
  const header = wavHeader(bytes - 44, { sampleRate: 192_000, channels: 2, bits: 16 });
  const end = '\r\n--edge--\r\n';
  const silence = Buffer.alloc(MEGABYTE);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${world.server.api}/api/v1/tracks`, { method: 'POST', headers: { authorization: `Bearer ${template.tokens.carol}`, 'content-type': 'multipart/form-data; boundary=edge',
      'content-length': String(front.length + bytes + end.length) } }, (response) => {
      let body = '';
      response.on('data', (part: Buffer) => { body += part.toString(); }).on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on('error', reject);
    outgoing.write(front);
    outgoing.write(header);
    let left = bytes - 44, sent = 44;
    const more = (): void => {
      while (left > 0) {
        if (sent >= hangUpAt) {
          outgoing.destroy(new Error('hung up'));
          return;
        }
        const part = left >= silence.length ? silence : silence.subarray(0, left);
        left -= part.length;
        sent += part.length;
        if (!outgoing.write(part)) {
          outgoing.once('drain', more);
          return;
        }
      }
      outgoing.end(end);
    };
    more();
  });
}

const kept = () => readdirSync(path.join(world.server.dataDir, 'files'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

test(`an upload of ${SIZE / MEGABYTE} MB leaves the server's memory as it was`, async (t) => {
  await world.as('carol').get('/api/v1/auth/me');
  const before = world.server.memory('VmRSS');
  let highest = before, watching = true;
  const watcher = (async () => {
    while (watching) {
      highest = Math.max(highest, world.server.memory('VmRSS'));
      await pause(20);
    }
  })();
  const begin = performance.now();
  const { status, body } = await stream(SIZE);
  watching = false;
  await watcher;
  t.diagnostic(`${(SIZE / MEGABYTE / ((performance.now() - begin) / 1000)).toFixed(0)} MB/s, memory ${before} kB before, ${highest} kB at most`);
  assert.equal(status, 201, body);
  const track = JSON.parse(body) as { id: string; file_size: number };
  assert.equal(track.file_size, SIZE);
  assert.ok(highest - before < 24 * 1024, `memory grew by ${highest - before} kB`);
  assert.equal((await world.as('carol').delete('/api/v1/tracks/{id}', { path: { id: track.id } })).status, 204);
  await until('the file to go', () => kept() === 0);
});

test('an upload that breaks off leaves nothing behind', async () => {
  await assert.rejects(stream(40 * MEGABYTE, 20 * MEGABYTE), /hung up/);
  await pause(200);
  assert.equal(kept(), 0);
  const list = await world.as('carol').get('/api/v1/tracks', { query: { mine: true } });
  assert.equal(list.body.total, 0);
});

test('an address that must be verified first may not upload before', async () => {
  const strict = await World.start('verified', { REQUIRE_VERIFIED_EMAIL: 'true' });
  await strict.sql("update users set is_verified = false where username = 'carol'");
  const { upload } = await import('../support/tracks.ts');
  const { assertProblem, assertStatus } = await import('../support/client.ts');
  assertProblem(await upload(strict.as('carol')), 403, 'email_not_verified');
  assertStatus(await upload(strict.as('dave')), 201);
});
