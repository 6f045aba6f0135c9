/** Who may see and change a track of somebody else: each kind of person on each route that is about a track, on both servers. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Credentials, type Reply } from '../support/client.ts';
import { keyOf, operations, type Operation } from '../support/document.ts';
import { png } from '../support/media.ts';
import { request } from '../support/requests.ts';
import { playable, uploadForm, type Track } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { login, PASSWORD, template, World } from '../support/world.ts';

const world = await World.start('staff');
const api = world.visitor, carol = world.as('carol'), root = world.as('root');
const PATH = { version: '', quality: 'low', segment: 'segment_000.m4s', size: '300' };

async function staleAdministrator(): Promise<string> {
  const reply = await login(world, 'root');
  const mine = (await api.get('/api/v1/sessions', { as: { token: reply.body.access_token } })).body.items.find((one) => one.is_current)!.id;
  await world.sql(`update sessions set mfa_at = now() - interval '43201 seconds' where id = '${mine}'`);
  return reply.body.access_token;
}

async function bareAdministrator(): Promise<string> {
  const reply = await api.post('/api/v1/auth/register', { body: { username: 'bare', email: 'bare@example.org', password: PASSWORD } });
  await world.sql(`update users set role = 'admin' where username = 'bare'`);
  return reply.body.access_token;
}

async function keyOfAdministrator(): Promise<string> {
  const reply = await root.post('/api/v1/developer/api-keys', { body: { name: 'Everything', scopes: ['tracks:read', 'tracks:write', 'comments:write', 'users:write'] } });
  assertStatus(reply, 201);
  return reply.body.key;
}

await world.sql(`update sessions set mfa_at = now() where user_id = '${template.ids.mia}'`);
const people = {
  visitor: undefined,
  user: template.tokens.bob,
  owner: template.tokens.carol,
  'API key of an administrator': await keyOfAdministrator(),
  'administrator without a second factor': await bareAdministrator(),
  'administrator with an old proof': await staleAdministrator(),
  'administrator with a fresh proof': template.tokens.root,
  'moderator with a fresh proof': template.tokens.mia,
};
type Kind = keyof typeof people;
const mayAll = (kind: Kind) => kind === 'owner' || kind === 'administrator with a fresh proof';

const hidden = await playable(carol, { title: 'Only mine', is_public: 'false', cover: png(400, 400) });
const open = await playable(carol, { title: 'For all, not to keep', cover: png(400, 400) });

type Rule = 'see' | 'react' | 'download' | 'own' | 'change' | 'administer' | 'elsewhere'; /* to react one must be signed in, and may see it */
/** What each route asks for. A new route about a track belongs here. */
const rules: Record<string, Rule> = {
  'GET /api/v1/tracks/{id}': 'see',
  'PUT /api/v1/tracks/{id}': 'change',
  'DELETE /api/v1/tracks/{id}': 'change',
  'POST /api/v1/tracks/{id}/restore': 'administer',
  'POST /api/v1/tracks/{id}/reprocess': 'change',
  'GET /api/v1/tracks/{id}/status': 'see',
  'GET /api/v1/tracks/{id}/waveform': 'see',
  'PUT /api/v1/tracks/{id}/cover': 'change',
  'DELETE /api/v1/tracks/{id}/cover': 'change',
  'GET /api/v1/tracks/{id}/cover/{size}': 'see',
  'GET /api/v1/tracks/{id}/download': 'download',
  'GET /api/v1/tracks/{id}/downloads': 'see',
  'POST /api/v1/tracks/{id}/downloads/{format}': 'download',
  'GET /api/v1/tracks/{id}/shares': 'own',
  'POST /api/v1/tracks/{id}/share': 'own',
  'POST /api/v1/tracks/{id}/play': 'see',
  'GET /api/v1/tracks/{id}/comments': 'see',
  'POST /api/v1/tracks/{id}/comments': 'react',
  'POST /api/v1/tracks/{id}/like': 'react',
  'DELETE /api/v1/tracks/{id}/like': 'react',
  'GET /api/v1/tracks/{id}/likes': 'react',
  'GET /api/v1/tracks/{id}/repost': 'see',
  'POST /api/v1/tracks/{id}/not-this': 'react',
  'DELETE /api/v1/tracks/{id}/not-this': 'react',
  'GET /api/v1/tracks/{id}/audio.m4a': 'see',
  'POST /api/v1/tracks/{id}/repost': 'react',
  'DELETE /api/v1/tracks/{id}/repost': 'react',
  'GET /api/v1/tracks/{id}/analysis': 'see',
  'GET /api/v1/tracks/{id}/lyrics': 'see',
  'PUT /api/v1/tracks/{id}/lyrics': 'change',
  'GET /api/v1/tracks/{id}/history': 'see',
  'GET /api/v1/tracks/{id}/stats': 'see',
  'GET /api/v1/tracks/{id}/versions': 'see',
  'POST /api/v1/tracks/{id}/versions': 'elsewhere', /* track-versions.test.ts: only its owner */
  'POST /api/v1/tracks/{id}/versions/{version_id}/restore': 'elsewhere',
  'GET /api/v1/tracks/{id}/versions/{version_id}/file': 'elsewhere',
  'POST /api/v1/tracks/{id}/stems': 'elsewhere', /* stems.test.ts: the owner, those invited, all where they are open */
  'GET /api/v1/tracks/{id}/stems': 'elsewhere',
  'GET /api/v1/tracks/{id}/stems/{name}/download': 'elsewhere',
  'PUT /api/v1/tracks/{id}/stems/{stem_id}': 'elsewhere',
  'DELETE /api/v1/tracks/{id}/stems/{stem_id}': 'elsewhere',
  'GET /api/v1/tracks/{id}/stems/{stem_id}/segments/{number}': 'elsewhere',
  'GET /api/v1/tracks/{id}/stems/{stem_id}/waveform': 'elsewhere',
  'GET /api/v1/tracks/{id}/stem-guests': 'own',
  'POST /api/v1/tracks/{id}/stem-guests': 'elsewhere',
  'DELETE /api/v1/tracks/{id}/stem-guests/{user_id}': 'elsewhere',
  'GET /api/v1/tracks/{id}/hls/info': 'see',
  'GET /api/v1/tracks/{id}/hls/status': 'see',
  'GET /api/v1/tracks/{id}/hls/master.m3u8': 'see',
  'GET /api/v1/tracks/{id}/hls/{quality}/playlist.m3u8': 'see',
  'GET /api/v1/tracks/{id}/hls/{quality}/{segment}': 'see',
  'GET /api/v1/tracks/{id}/hls/{version}/master.m3u8': 'see',
  'GET /api/v1/tracks/{id}/hls/{version}/{quality}/playlist.m3u8': 'see',
  'GET /api/v1/tracks/{id}/hls/{version}/{quality}/{segment}': 'see',
  'GET /hls/{track_id}/{version}/master.m3u8': 'see',
  'GET /hls/{track_id}/{version}/{quality}/playlist.m3u8': 'see',
  'GET /hls/{track_id}/{version}/{quality}/{segment}': 'see',
  'GET /hls/{track_id}/master.m3u8': 'see',
  'GET /hls/{track_id}/{quality}/playlist.m3u8': 'see',
  'GET /hls/{track_id}/{quality}/{segment}': 'see',
};

function coverForm(): FormData {
  const form = new FormData();
  form.set('cover', new Blob([new Uint8Array(png(400, 400))], { type: 'image/png' }), 'cover.png');
  return form;
}

/** What a kind of person is answered for somebody else's track. */
function expected(operation: Operation, rule: Rule, kind: Kind, track: Track): number {
  const isPublic = track === open;
  const good = Math.min(...Object.keys(operation.responses).map(Number)); /* what is described as success */
  if (kind === 'API key of an administrator' && operation.path.endsWith('/play')) return 403; /* no scope opens it to keys */
  switch (rule) {
    case 'see': return isPublic || mayAll(kind) ? good : 404;
    case 'react': return kind === 'visitor' ? 401 : isPublic || mayAll(kind) ? good : 404;
    case 'own': return kind === 'owner' ? good : kind === 'visitor' ? 401 : 404;
    case 'download': return mayAll(kind) ? good : isPublic ? 403 : 404;
    case 'change': return mayAll(kind) ? good : kind === 'visitor' ? 401 : 404;
    case 'elsewhere': return 0;
    case 'administer': return kind === 'visitor' ? 401 : kind === 'administrator with a fresh proof' ? 404 : 403;
  }
}

/** The ways in which somebody can say who they are on this route. */
async function waysOf(operation: Operation, kind: Kind): Promise<[string, Credentials][]> {
  const token = people[kind];
  if (!token) return [['', {}]];
  const ways: [string, Credentials][] = [['by header', { token }]];
  if (operation.method === 'GET' && !token.startsWith('vz_')) ways.push(['by cookie', { cookies: { veza_access: token } }]);
  if (operation.servers && !token.startsWith('vz_')) ways.push(['by stream token', { token: (await api.post('/api/v1/auth/stream-token', { as: { token } })).body.token }]);
  return ways;
}

const versionOf = (track: Track) => track.stream_manifest_url!.split('/')[6]!;
const aboutTracks = operations.filter((one) => /^(\/api\/v1\/tracks\/\{id\}|\/hls\/\{)/.test(one.path));

test('each route about a track is in the table', () => {
  assert.deepEqual(aboutTracks.map(keyOf).sort(), Object.keys(rules).sort());
});

for (const operation of aboutTracks.filter((one) => rules[keyOf(one)] !== 'elsewhere' && (one.method !== 'DELETE' || rules[keyOf(one)] === 'react'))) {
  for (const kind of Object.keys(people) as Kind[]) {
    test(`${keyOf(operation)} by ${kind}`, async () => {
      if (/\/(like|repost|not-this)$/.test(operation.path)) await world.sql('delete from track_likes; delete from track_reposts; delete from user_mutes'); /* one's own is taken back also where the track is hidden by now (likes.test.ts) */
      for (const track of [hidden, open])
        for (const [way, as] of await waysOf(operation, kind))
          for (const round of [1, 2]) { /* the second finds warm caches */
            const reply = await request(api, operation, { as, path: { ...PATH, id: track.id, track_id: track.id, version: versionOf(track) }, ...(operation.path.endsWith('/cover') ? { form: coverForm() } : operation.method === 'PUT' ? { body: operation.path.endsWith('/lyrics') ? { content: 'La' } : { genre: 'Ambient' } } : {}) });
            const status = reply.status === 307 ? 200 : reply.status; /* it was processed again: who may see it is led to what plays now */
            assert.equal(status, expected(operation, rules[keyOf(operation)]!, kind, track), `${track.title} ${way}, time ${round}: ${reply.problem?.code}`);
          }
    });
  }
}

for (const kind of Object.keys(people) as Kind[]) {
  if (mayAll(kind)) continue;
  test(`DELETE /api/v1/tracks/{id}, and its cover, by ${kind}`, async () => {
    for (const track of [hidden, open]) {
      for (const path of ['/api/v1/tracks/{id}', '/api/v1/tracks/{id}/cover'] as const) {
        const reply: Reply = await api.delete(path, { path: { id: track.id }, as: people[kind] ? { token: people[kind] } : {} });
        assert.equal(reply.status, kind === 'visitor' ? 401 : 404, `${path} ${track.title}`);
      }
      assertStatus(await carol.get('/api/v1/tracks/{id}', { path: { id: track.id } }), 200, 'it is still there');
    }
  });
}

test('lists of tracks show a private one to its owner alone, and nobody finds it by its words', async () => {
  for (const [kind, token] of Object.entries(people)) {
    const as = token ? { token } : {};
    for (const query of [{}, { q: 'Only mine' }, { creator_id: template.ids.carol }])
      assert.ok(!(await api.get('/api/v1/tracks', { as, query })).body.items.some((one) => one.id === hidden.id), kind);
  }
  assert.ok((await carol.get('/api/v1/tracks', { query: { mine: true } })).body.items.some((one) => one.id === hidden.id));
});

test('a role that was lent gives staff power only with a proof, and none when it ends', async () => {
  const id = await world.sql(`insert into user_roles (user_id, role_id, role) select '${template.ids.dave}', id, name from roles where name = 'admin' returning id`);
  const dave = world.as('dave');
  assertProblem(await dave.get('/api/v1/tracks/{id}', { path: { id: hidden.id } }), 404);
  await world.sql(`update sessions set mfa_at = now() where user_id = '${template.ids.dave}'`);
  assertStatus(await dave.get('/api/v1/tracks/{id}', { path: { id: hidden.id } }), 200);
  await world.sql(`delete from user_roles where id = '${id}'`);
  assertProblem(await dave.get('/api/v1/tracks/{id}', { path: { id: hidden.id } }), 404);
});

const hasFile = async (track: Track) => (await world.server.storedKeys()).includes(`originals/${track.id}`);
const toldOf = async (type: string, track: Track) => (await carol.get('/api/v1/notifications', { query: { type } })).body.items.find((one) => (one.data as { track_id?: string }).track_id === track.id);

test('what an administrator deletes is gone for everybody, its owner is told, and it can be restored for 30 days', async () => {
  const track = await playable(carol, { title: 'Taken away' }), at = { path: { id: track.id } };
  const sound = `/hls/${track.id}/low/segment_000.m4s`;
  const before = await world.streamVisitor.send('GET', sound);
  assertStatus(before, 200);
  assertStatus(await root.delete('/api/v1/tracks/{id}', at), 204);
  for (const client of [api, carol, root]) assertProblem(await client.get('/api/v1/tracks/{id}', at), 404);
  await until('the stream server to hear', async () => (await world.streamVisitor.send('GET', sound)).status === 404, 5);
  assertProblem(await carol.delete('/api/v1/tracks/{id}', at), 404);

  const told = await until('the notification', () => toldOf('track.removed', track));
  assert.deepEqual(told.data, { track_id: track.id, title: 'Taken away', until: await world.sql(`select to_char(now() at time zone 'UTC' + interval '30 days', 'YYYY-MM-DD')`) });
  const removed = (await root.get('/api/v1/tracks/removed')).body.items.find((one) => one.id === track.id);
  assert.equal(removed?.creator.username, 'carol');
  assert.equal(removed?.removed_by?.username, 'root');

  assertProblem(await carol.post('/api/v1/tracks/{id}/restore', at), 403, 'forbidden');
  const back = await root.post('/api/v1/tracks/{id}/restore', at);
  assertStatus(back, 200);
  assert.equal(back.body.status, 'completed');
  assert.deepEqual((await world.streamVisitor.send('GET', sound)).bytes, before.bytes, 'it sounds as before');
  assertStatus(await carol.get('/api/v1/tracks/{id}', at), 200);
  assert.equal((await until('the notification', () => toldOf('track.restored', track))).link, `/track/${track.id}`, 'to its page');
  assertProblem(await root.post('/api/v1/tracks/{id}/restore', at), 404);
  assert.ok(await hasFile(track));

  assertStatus(await root.delete('/api/v1/tracks/{id}', at), 204);
  await world.sql(`update tracks set restorable_until = now() where id = '${track.id}'; update jobs set run_at = now() where dedupe_key = 'track_sweep:${track.id}'`);
  assertProblem(await root.post('/api/v1/tracks/{id}/restore', at), 404, 'not_found', 'the 30 days are over');
  await until('its files to be deleted', async () => !(await hasFile(track)), 30);
  assert.ok(!(await root.get('/api/v1/tracks/removed')).body.items.some((one) => one.id === track.id));
});

test('a track that was still being processed when an administrator deleted it is processed when it is restored', async () => {
  const { id } = (await carol.post('/api/v1/tracks', { body: uploadForm({ title: 'Half done' }) })).body;
  assertStatus(await root.delete('/api/v1/tracks/{id}', { path: { id } }), 204);
  const restored = await root.post('/api/v1/tracks/{id}/restore', { path: { id } });
  assertStatus(restored, 200);
  await until('it to be playable', async () => (await carol.get('/api/v1/tracks/{id}', { path: { id } })).body.status === 'completed', 60);
});

test('what its owner deletes is gone for good, and administrators cannot restore it', async () => {
  const track = await playable(carol, { title: 'Mine to delete' }), at = { path: { id: track.id } };
  assertStatus(await carol.delete('/api/v1/tracks/{id}', at), 204);
  assertProblem(await root.post('/api/v1/tracks/{id}/restore', at), 404);
  await until('its files to be deleted', async () => !(await hasFile(track)), 30);
});
