/** Uploads as large as they come: the server's memory does not notice. VEZA_TEST_UPLOAD_MB sets the size (2048 for the real thing). */
import { strict as assert } from 'node:assert';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertProblem, assertStatus, Client } from '../support/client.ts';
import { onDisk } from '../support/level.ts';
import { makeSound, png, wav, wavHeader } from '../support/media.ts';
import { Server } from '../support/server.ts';
import { finished, rendition, upload } from '../support/tracks.ts';
import { pause, until } from '../support/wait.ts';
import { cluster, template, World } from '../support/world.ts';

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

const kept = () => readdirSync(path.join(world.server.dataDir, 'files'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== '.backup').length; /* an empty lock stays */

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
  assert.deepEqual(list.body.items, []);
});

test('an address that must be verified first may not upload before', async () => {
  const strict = await World.start('verified', { REQUIRE_VERIFIED_EMAIL: 'true' });
  await strict.sql("update users set is_verified = false where username = 'carol'");
  assertProblem(await upload(strict.as('carol')), 403, 'email_not_verified');
  assertStatus(await upload(strict.as('dave')), 201);
});

/** PostgreSQL's socket, with somebody in between who can cut the line to the client while the server goes on. */
async function cuttable() {
  const folder = mkdtempSync('/tmp/veza-api-proxy-');
  const lines = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(`${cluster.folder}/.s.PGSQL.5432`);
    lines.add(client.on('error', () => {}).on('close', () => lines.delete(client)));
    client.pipe(server.on('error', () => {})).pipe(client);
  });
  await new Promise<void>((resolve) => proxy.listen(`${folder}/.s.PGSQL.5432`, resolve));
  after(() => {
    proxy.close();
    for (const line of lines) line.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, cut: () => { for (const line of lines) line.destroy(); } };
}

onDisk('when nobody knows whether the track was created, its file stays until the sweep has looked', async () => {
  const { folder, cut } = await cuttable();
  const own = await World.start('unknown');
  const server = new Server('unknown-api', { ...template.settings, DATABASE_URL: `host=${folder} user=app dbname=${own.database}` }, own.server.dataDir);
  after(() => server.stop());
  const carol = new Client((await server.start({}, ['api'])).api, { token: template.tokens.carol });
  await own.sql(`create function slow_commit() returns trigger language plpgsql as $$ begin perform pg_sleep(1.5); return null; end $$;
    create constraint trigger slow after insert on tracks deferrable initially deferred for each row execute function slow_commit()`);
  const sleeping = () => own.sql(`select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = '${own.database}' and query not like '%pg_stat_activity%'`);
  const originals = () => (existsSync(`${own.server.dataDir}/files/originals`) ? readdirSync(`${own.server.dataDir}/files/originals`) : []);

  const committed = upload(carol, { file: wav(makeSound(3)) });
  await until('the commit', async () => (await sleeping()) !== '0');
  cut();
  assertProblem(await committed, 503, 'unavailable');
  const id = await until('the track that was created all the same', () => own.sql('select id from tracks'));
  assert.deepEqual(originals(), [id]);
  assert.equal((await finished(own.as('carol'), id)).status, 'completed');
  assert.ok((await rendition(own.as('carol'), id, 'low')).segments.length > 0);

  const undone = upload(carol, { file: wav(makeSound(3)) });
  await until('the commit', async () => (await sleeping()) !== '0');
  await own.sql(`select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = '${own.database}'`);
  assertProblem(await undone, 503, 'unavailable');
  assert.equal(originals().length, 2);
  await own.sql(`update jobs set run_at = now() where kind = 'track_sweep'`);
  await until('the sweep', () => originals().length === 1);
  assert.deepEqual(originals(), (await own.sql('select id from tracks')).split('\n'));
});

onDisk('two avatars at once leave the files of one', async () => {
  const form = () => {
    const data = new FormData();
    data.set('avatar', new Blob([new Uint8Array(png(400, 400))], { type: 'image/png' }), 'me.png');
    return data;
  };
  const path_ = { path: { id: template.ids.alice } };
  for (let round = 0; round < 3; round++) {
    const replies = await Promise.all(Array.from({ length: 4 }, () => world.as('alice').post('/api/v1/users/{id}/avatar', { ...path_, body: form() })));
    for (const reply of replies) assertStatus(reply, 200);
    const { avatar } = (await world.as('alice').get('/api/v1/users/{id}', path_)).body;
    assert.deepEqual(readdirSync(`${world.server.dataDir}/files/avatars/${template.ids.alice}`), [avatar!.split('?v=')[1]]);
    assertStatus(await world.as('alice').send('GET', avatar!), 200);
  }
});

/** A form as somebody writes it who sends a byte at a time. */
function slowly(parts: string[], piece: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const whole = Buffer.from(`${parts.map((part) => `--edge\r\nContent-Disposition: form-data; ${part}\r\n`).join('')}--edge--\r\n`, 'latin1');
    const outgoing = httpRequest(`${world.server.api}/api/v1/tracks`, { method: 'POST', headers: { authorization: `Bearer ${template.tokens.carol}`,
      'content-type': 'multipart/form-data; boundary=edge', 'content-length': String(whole.length) } }, (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)));
    outgoing.on('error', reject).setNoDelay(true);
    const more = (at: number): void => {
      if (at >= whole.length) outgoing.end();
      else outgoing.write(whole.subarray(at, at + piece), () => setImmediate(more, at + piece));
    };
    more(0);
  });
}

test('long text that comes in small pieces costs no more memory than its length', async () => {
  const file = `name="file"; filename="a.wav"\r\n\r\n${wav(makeSound(0.5)).toString('latin1')}`;
  assert.equal(await slowly([`name="description"\r\n\r\n${'words '.repeat(1600)}`, file], 2), 201);
});

test('more parts than a form may have are refused', async () => {
  const parts = (count: number) => Array.from({ length: count }, (_, i) => `name="field${i}"\r\n\r\nvalue`);
  assert.equal(await slowly(parts(64), 4096), 422);
  assert.equal(await slowly(parts(65), 4096), 413);
});

test('the name of a file keeps its quotes, as browsers send them', async () => {
  const reply = await upload(world.as('carol'), { filename: 'The "real" thing 100%.wav' });
  assertStatus(reply, 201);
  assert.equal(reply.body.title, 'The "real" thing 100%');
});
