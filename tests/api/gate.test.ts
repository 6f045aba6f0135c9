/** The gate for uploaded files: what may come in, how much, and what is left of what may not. And the one way out for stored files. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Reply } from '../support/client.ts';
import { onDisk } from '../support/level.ts';
import { makeSound, png, wav } from '../support/media.ts';
import { playable, upload } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('gate');
const carol = world.as('carol'), dave = world.as('dave');
const files = (folder: string, dataDir = world.server.dataDir) => {
  try {
    return readdirSync(path.join(dataDir, 'files', folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== '.backup').map((entry) => path.join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
};
const usedBy = async (person: 'carol' | 'dave') => Number(await world.sql(`select coalesce(sum(q.used_bytes), 0) from user_storage_quotas q join users u on u.id = q.user_id where u.username = '${person}'`));
const ownedBy = async (person: 'carol' | 'dave') => Number(await world.sql(`select coalesce(sum(t.file_size), 0) from tracks t join users u on u.id = t.creator_id where u.username = '${person}'`));
const limit = (person: 'carol' | 'dave', bytes: number) =>
  world.sql(`insert into user_storage_quotas (user_id, max_bytes, is_own) select id, ${bytes}, true from users where username = '${person}' on conflict (user_id) do update set max_bytes = excluded.max_bytes, is_own = true`);

/** Asks again while the server is too busy. */
async function patiently<R extends Reply>(ask: () => Promise<R>): Promise<R> {
  for (;;) {
    const reply = await ask();
    if (reply.status !== 503) return reply;
  }
}

onDisk('a hundred uploads at once never pass the quota, which is right to the byte, and what is deleted makes room', async () => {
  const file = wav(makeSound(0.1)), room = 7;
  await limit('dave', room * file.length + file.length - 1);
  const replies = await Promise.all(Array.from({ length: 100 }, () => patiently(() => upload(dave, { file }))));
  const kept = replies.filter((reply) => reply.status === 201);
  for (const reply of replies) if (reply.status !== 201) assertProblem(reply, 507, 'quota_exceeded');
  assert.equal(kept.length, room);
  assert.equal(await usedBy('dave'), room * file.length);
  assert.equal(files('originals').length, room, 'nothing is left of what was refused');
  assertStatus(await dave.delete('/api/v1/tracks/{id}', { path: { id: kept[0]!.body.id } }), 204);
  await until('the room of the deleted track', async () => (await usedBy('dave')) === (room - 1) * file.length);
  assertStatus(await patiently(() => upload(dave, { file })), 201);
  assertProblem(await patiently(() => upload(dave, { file })), 507, 'quota_exceeded');
  assert.equal(await usedBy('dave'), await ownedBy('dave'));
});

test('rows that come and go in one statement are counted once, also where the person may have more than is usual', async () => {
  const own = await World.start('gate-many'), gib = 2 ** 30;
  const used = async () => (await own.sql('select u.username, q.used_bytes from user_storage_quotas q join users u on u.id = q.user_id order by 1')).split('\n').filter(Boolean);
  await own.sql(`insert into user_storage_quotas (user_id, max_bytes, is_own) select id, ${20 * gib}, true from users where username = 'carol'`);
  const add = (bytes: number) => own.sql(`insert into tracks (creator_id, title, status, file_size) select u.id, n, 'completed', case u.username when 'carol' then ${bytes} else n end
    from users u, generate_series(1, 3) n where u.username in ('carol', 'dave')`);
  await add(6 * gib);
  assert.deepEqual(await used(), [`carol|${18 * gib}`, 'dave|6']);
  await assert.rejects(add(gib), /user_storage_quotas_exceeded|quota of \d+ bytes exceeded/);
  await own.sql("delete from tracks where title in ('1', '3')");
  assert.deepEqual(await used(), [`carol|${6 * gib}`, 'dave|2'], 'nothing of the refused ones');
});

test('the installation\'s quota counts for whoever has none of their own', async () => {
  const small = await World.start('gate-small', { STORAGE_QUOTA_MB: '1' });
  assertStatus(await upload(small.as('carol'), { file: wav(makeSound(3)) }), 201);
  assertProblem(await upload(small.as('carol'), { file: wav(makeSound(4)) }), 507, 'quota_exceeded');
  assertStatus(await upload(small.as('dave'), { file: wav(makeSound(3)) }), 201);
});

const picture = png(400, 400);
const zip = Buffer.concat([Buffer.from('504b030414000000', 'hex'), Buffer.alloc(200, 'z')]);
const hostile: [string, Buffer, boolean][] = [
  ['nothing', Buffer.alloc(0), false],
  ['an SVG with a script', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), false],
  ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), false],
  ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n'), false],
  ['a GIF', Buffer.from('GIF89a' + '\0'.repeat(50), 'latin1'), false],
  ['a zip', zip, false],
  ['a recording', wav(makeSound(0.2)), false],
  ['the first bytes of a picture', picture.subarray(0, 20), false],
  ['half of a picture\'s signature', picture.subarray(0, 4), false],
  ['a page that begins like a picture', Buffer.concat([picture.subarray(0, 8), Buffer.from('<script>alert(1)</script>')]), false],
  ['a picture', picture, true],
  ['a picture with a zip behind it', Buffer.concat([picture, zip]), true],
];
const disguises = [['cover.png', 'image/png'], ['cover.html', 'text/html'], ['cover', 'application/octet-stream']] as const;

test('a picture is what its bytes say, whatever its name and type; nothing of what was sent is served, and nothing is left of what is refused', async () => {
  const track = await playable(carol, { title: 'Dressed', is_public: 'true' });
  const me = { path: { id: template.ids.carol } };
  const places: [string, string, (form: FormData) => Promise<Reply<unknown>>, (reply: Reply<unknown>) => string][] = [
    ['avatar', 'avatars', (form) => carol.post('/api/v1/users/{id}/avatar', { ...me, body: form as never }), (reply) => (reply.body as { avatar: string }).avatar],
    ['banner', 'banners', (form) => carol.post('/api/v1/users/{id}/banner', { ...me, body: form as never }), (reply) => (reply.body as { banner_url: string }).banner_url],
    ['cover', 'covers', (form) => carol.put('/api/v1/tracks/{id}/cover', { path: { id: track.id }, body: form as never }), (reply) => (reply.body as { cover_url: string }).cover_url],
  ];
  for (const [part, folder, send, addressOf] of places)
    for (const [what, bytes, good] of hostile)
      for (const [name, type] of good || what === 'nothing' ? disguises : disguises.slice(0, 1)) {
        const before = files(folder).length, form = new FormData();
        form.set(part, new Blob([new Uint8Array(bytes)], { type }), name);
        const reply = await patiently(() => send(form));
        if (!good) {
          assert.equal(assertProblem(reply, 422, 'validation', `${what} as ${part}`).errors?.[0]?.field, part);
          assert.equal(files(folder).length, before, what);
          continue;
        }
        assertStatus(reply, 200, `${what} as ${part} named ${name}`);
        const served = await world.visitor.send('GET', addressOf(reply));
        assertStatus(served, 200);
        assert.equal(served.headers.get('content-type'), 'image/webp');
        assert.equal(served.bytes.indexOf('zzzz'), -1, 'made anew');
      }
  assert.equal(await usedBy('carol'), await ownedBy('carol'), 'pictures are made anew and do not count');
});

test('a server that is killed in the middle of an upload leaves nothing', async () => {
  const own = await World.start('gate-killed');
  const { api, pid } = own.server.ports;
  const front = '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n';
  const outgoing = httpRequest(`http://127.0.0.1:${api}/api/v1/tracks`, { method: 'POST', headers: { authorization: `Bearer ${template.tokens.carol}`, 'content-type': 'multipart/form-data; boundary=edge', 'content-length': '90000000' } });
  const ended = new Promise<void>((resolve) => outgoing.on('error', () => resolve()).on('close', () => resolve()));
  outgoing.write(front);
  outgoing.write(Buffer.alloc(20_000_000));
  const received = () => spawnSync('ls', ['-lL', `/proc/${pid}/fd`], { encoding: 'utf8' }).stdout.split('\n').some((line) => Number(line.split(/\s+/)[4]) >= 10_000_000);
  await until('half of the file to lie on the disk', () => received());
  await own.server.stop('SIGKILL');
  await ended;
  assert.deepEqual(files('', own.server.dataDir), []);
});

test('a server that is killed before a picture is anybody\'s leaves files that are swept, and no others', async () => {
  const own = await World.start('gate-picture');
  const set = (side: number) => {
    const form = new FormData();
    form.set('avatar', new Blob([new Uint8Array(png(side, side))]), 'a.png');
    return own.as('carol').post('/api/v1/users/{id}/avatar', { path: { id: template.ids.carol }, body: form as never });
  };
  const pictures = () => files('avatars', own.server.dataDir).sort();
  assertStatus(await set(300), 200);
  const good = pictures();
  const held = await own.hold(`select from users where id = '${template.ids.carol}' for no key update`);
  const lost = set(310).catch(() => 'killed');
  await until('the files of the second picture', () => pictures().length === 2 * good.length);
  await own.server.stop('SIGKILL');
  await lost;
  await held.letGo();
  await own.server.start();
  assert.equal(pictures().length, 2 * good.length);
  await own.sql("update jobs set run_at = now() where kind = 'picture_sweep'");
  await until('the sweep', () => pictures().length === good.length);
  await until('all sweeps to end', async () => (await own.sql("select count(*) from jobs where kind = 'picture_sweep' and state <> 'done'")) === '0');
  assert.deepEqual(pictures(), good);
});

test('file names of all kinds are sent so that no header breaks and every client finds a name', async () => {
  const cases: [string, RegExp][] = [
    ['plain.wav', /^attachment; filename="plain\.wav"$/],
    ['été à Nîmes.wav', /^attachment; filename="_t_ _ N_mes\.wav"; filename\*=UTF-8''%C3%A9t%C3%A9%20%C3%A0%20N%C3%AEmes\.wav$/],
    ['a"; filename="b.exe', /^attachment; filename="a__ filename=_b\.exe\.wav"; filename\*=UTF-8''a%22%3B%20filename%3D%22b\.exe\.wav$/],
    ['100%.wav', /^attachment; filename="100_\.wav"; filename\*=UTF-8''100%25\.wav$/],
    ['\u{1F3B5}\u202Egnp.wav', /^attachment; filename="_gnp\.wav"; filename\*=UTF-8''%F0%9F%8E%B5gnp\.wav$/],
    ['../../etc/passwd', /^attachment; filename="passwd\.wav"$/],
  ];
  for (const [filename, wanted] of cases) {
    const reply = await patiently(() => upload(carol, { filename, title: 'Named' }));
    assertStatus(reply, 201);
    const file = await carol.get('/api/v1/tracks/{id}/download', { path: { id: reply.body.id } });
    assertStatus(file, 200);
    assert.match(file.headers.get('content-disposition') ?? '', wanted, filename);
    assert.equal(file.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(file.headers.get('cache-control'), 'private, no-cache');
  }
});

test('a private file answers ranges as RFC 9110 says', async () => {
  const sound = wav(makeSound(1)), size = sound.length;
  const track = await patiently(() => upload(carol, { file: sound, title: 'In parts' }));
  const get = (headers: Record<string, string>) => carol.send('GET', `/api/v1/tracks/${track.body.id}/download`, { headers });
  const etag = (await get({})).headers.get('etag')!;
  const parts: [string, number, number][] = [['bytes=0-0', 0, 1], ['bytes=10-19', 10, 20], [`bytes=${size - 1}-`, size - 1, size], ['bytes=-7', size - 7, size], [`bytes=-${size + 5}`, 0, size],
    [`bytes=5-${size * 2}`, 5, size]];
  for (const [range, from, to] of parts) {
    const reply = await get({ range });
    assertStatus(reply, 206, range);
    assert.equal(reply.headers.get('content-range'), `bytes ${from}-${to - 1}/${size}`);
    assert.ok(reply.bytes.equals(sound.subarray(from, to)), range);
  }
  for (const range of [`bytes=${size}-`, 'bytes=-0', `bytes=${size + 1}-${size + 9}`]) assertProblem(await get({ range }), 416, 'range_not_satisfiable', range);
  for (const range of ['bytes=0-1,4-5', 'bytes=9-3', 'bytes=x-y', 'lines=0-1', 'bytes=']) {
    const reply = await get({ range });
    assertStatus(reply, 200, range);
    assert.ok(reply.bytes.equals(sound), range);
  }
  for (const [condition, status] of [[etag, 206], ['"another"', 200], [`W/${etag}`, 200], ['Sat, 01 Jan 2000 00:00:00 GMT', 200]] as const)
    assertStatus(await get({ range: 'bytes=0-3', 'if-range': condition }), status, condition);
});

test('no descriptor is left of uploads that are refused, of files that are sent, and of clients that leave', async () => {
  const track = await playable(carol, { is_public: 'true', is_downloadable: 'true', file: wav(makeSound(20)) });
  const version = track.stream_manifest_url!.split('/')[6]!;
  const opened = () => readdirSync(`/proc/${world.server.ports.pid}/fd`).length;
  const round = async () => {
    for (let i = 0; i < 10; i++) {
      const form = new FormData();
      form.set('cover', new Blob(['no picture at all']), 'x.png');
      assertProblem(await carol.put('/api/v1/tracks/{id}/cover', { path: { id: track.id }, body: form as never }), 422);
      assertProblem(await upload(carol, { file: Buffer.from('no sound') }), 422);
      await carol.send('GET', `/api/v1/tracks/${track.id}/download`, { headers: { range: 'bytes=5-9' } });
      await carol.send('GET', `/api/v1/tracks/${track.id}/hls/${version}/low/init.mp4`);
      await new Promise<void>((resolve) => {
        const leaving = httpRequest(`${world.server.api}/api/v1/tracks/${track.id}/download`, (response) => response.once('data', () => leaving.destroy()));
        leaving.on('error', () => resolve()).on('close', () => resolve()).end();
      });
    }
  };
  await round();
  const before = opened();
  await round();
  await round();
  await until('descriptors to be closed', () => opened() <= before + 2);
});
