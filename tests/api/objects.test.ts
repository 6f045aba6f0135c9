/** Ids in addresses: what does not exist and what belongs to somebody else look the same. Made from the description. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, type Credentials } from '../support/client.ts';
import { keyOf, operations, responseOf, type Operation } from '../support/document.ts';
import { isForm } from '../support/examples.ts';
import { png } from '../support/media.ts';
import { bearer, request } from '../support/requests.ts';
import { playable } from '../support/tracks.ts';
import { begin, idOf } from '../support/tus.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('objects');

const pathParameters = (operation: Operation) => operation.parameters.filter((parameter) => parameter.in === 'path');
const withId = operations.filter((operation) => pathParameters(operation).some(({ schema }) => schema.format === 'uuid'));

/** Private things, by the beginning of the paths that they are under: the owner's, and values for the path. */
interface Owned {
  under: string;
  path: Record<string, string>;
  strangers: Person[];
}

const track = await playable(world.as('carol'), { title: 'Only mine', is_public: 'false' });
const carol = world.as('carol');
const session = (await carol.get('/api/v1/sessions')).body.items.find((one) => one.is_current)!.id;
const notification = await world.sql(`insert into notifications (user_id, type, title) select id, 'system', 'For Carol' from users where username = 'carol' returning id`);
const passkey = await world.sql(`insert into webauthn_credentials (user_id, credential_id, public_key) select id, 'carols', 'carols' from users where username = 'carol' returning id`);
await world.sql('update sessions set mfa_at = now()'); /* she has a factor now, and has just proven it: only the id is wrong below */
const connection = await world.sql(`insert into federated_identities (user_id, provider, provider_id) select id, 'google', 'carols' from users where username = 'carol' returning id`);
const apiKey = await world.sql(`insert into api_keys (user_id, name, prefix, hashed_key, scopes) select id, 'Hers', 'vz_carol', 'carols', '{}' from users where username = 'carol' returning id`);
const archive = await world.sql(`insert into data_exports (user_id, status) select id, 'failed' from users where username = 'carol' returning id`);
const comment = (await carol.post('/api/v1/tracks/{id}/comments', { path: { id: track.id }, body: { content: 'Note to myself' } })).body;
const playlist = (await carol.post('/api/v1/playlists', { body: { name: 'Only hers' } })).body;
const item = (await carol.post('/api/v1/playlists/{id}/tracks', { path: { id: playlist.id }, body: { track_id: track.id } })).body.item_id;
const release = (await carol.post('/api/v1/releases', { body: { title: 'Only hers', track_ids: [track.id] } })).body;
const link = (await carol.post('/api/v1/playlists/{id}/share', { path: { id: playlist.id }, body: {} })).body;
const filled = (await carol.get('/api/v1/playlists/{id}', { path: { id: playlist.id } })).body;
await carol.put('/api/v1/queue', { body: { version: 0, items: [{ track_id: track.id }] } });
const queued = (await carol.get('/api/v1/queue')).body.current_item!;
const listening = await world.sql(`insert into track_plays (track_id, user_id) select '${track.id}', id from users where username = 'carol' returning id`);
const sending = idOf(await begin(carol, { length: 1000 }));
const inParts = (await carol.post('/api/v1/tracks/initiate', { body: { filename: 'a.wav', total_size: 1000 } as never })).body.upload_id;
const job = await world.sql(`select id from jobs where dedupe_key = 'transcode:${track.id}'`);
const radio = (await carol.post('/api/v1/discover/radio', { body: { track_id: track.id } })).body.id;
const app = (await carol.post('/api/v1/app-passwords', { body: { name: 'Hers' } })).body.id;
const scrobbling = await world.sql(`insert into scrobble_accounts (user_id, service, base_url, sealed) select id, 'lastfm', 'https://example.org/2.0/', 'x' from users where username = 'carol' returning id`);
const libraryImport = await world.sql(`insert into library_imports (user_id, base_url, wants_playlists, wants_stars, state) select id, 'https://example.org', true, true, 'done' from users where username = 'carol' returning id`);
const privateFeed = (await carol.post('/api/v1/feeds', { body: { kind: 'person', of_id: template.ids.carol } })).body.id;
const room = (await carol.post('/api/v1/conversations', { body: { kind: 'private', name: 'Only hers', user_ids: [template.ids.mia] } })).body.id;
const message = (await carol.post('/api/v1/conversations/{id}/messages', { path: { id: room }, body: { client_id: template.ids.carol, content: 'Among us' } })).body.id;
const invitation = (await carol.post('/api/v1/conversations/{id}/invitations', { path: { id: room }, body: { expires_in_s: 3600 } })).body.id;
const attachment = await world.sql(`insert into message_attachments (room_id, user_id, message_id, filename, kind, media_type, size_bytes, file_key)
  select '${room}', id, '${message}', 'a.mid', 'project', 'application/octet-stream', 4, 'chat/none' from users where username = 'carol' returning id`);
const owned: Owned[] = [
  { under: '/api/v1/conversations/', path: { id: room, messageId: message, invitationId: invitation, userId: template.ids.mia }, strangers: ['alice', 'root'] },
  { under: '/api/v1/chat/rooms/', path: { roomId: room, messageId: message, attachmentId: attachment }, strangers: ['alice', 'root'] },
  { under: '/api/v1/feeds/', path: { id: privateFeed, track_id: track.id }, strangers: ['alice', 'root'] },
  { under: '/api/v1/imports/', path: { id: libraryImport }, strangers: ['alice', 'root'] },
  { under: '/api/v1/scrobbling/', path: { id: scrobbling }, strangers: ['alice', 'root'] },
  { under: '/api/streams/jobs/', path: { id: job }, strangers: ['alice', 'dave'] },
  { under: '/v1/stream/job/', path: { id: job }, strangers: ['alice', 'dave'] },
  { under: '/v1/stream/hls/', path: { job_id: job, segment: 'low-segment_000.m4s' }, strangers: ['alice', 'dave'] },
  { under: '/api/v1/uploads/', path: { id: sending }, strangers: ['alice', 'root'] },
  { under: '/api/v1/tracks/resume/', path: { uploadId: inParts }, strangers: ['alice', 'root'] },
  { under: '/api/v1/tracks/quota/', path: { id: template.ids.carol }, strangers: ['alice', 'mia'] },
  { under: '/api/v1/users/me/exports/', path: { id: archive }, strangers: ['alice', 'root'] },
  { under: '/api/v1/tracks/', path: { id: track.id, quality: 'low', segment: 'segment_000.m4s', size: '300' }, strangers: ['alice', 'dave'] },
  { under: '/api/v1/comments/', path: { id: comment.id }, strangers: ['alice', 'dave'] },
  { under: '/api/v1/playlists/', path: { id: playlist.id, track_id: item, share_id: link.id, userId: template.ids.mia }, strangers: ['alice', 'dave'] },
  { under: '/api/v1/releases/by-slug/', path: { slug: release.slug }, strangers: ['alice', 'dave'] },
  { under: '/api/v1/releases/', path: { id: release.id, track_id: track.id, size: '300' }, strangers: ['alice', 'dave'] },
  { under: '/api/v1/history/tracks/', path: { id: track.id }, strangers: ['alice', 'dave'] },
  { under: '/api/v1/history/', path: { id: listening }, strangers: ['alice', 'root'] },
  { under: '/api/v1/queue/items/', path: { id: queued }, strangers: ['alice', 'root'] },
  { under: '/api/v1/queue/session/', path: { token: 'anothers', id: queued }, strangers: ['alice', 'root'] },
  { under: '/hls/', path: { track_id: track.id, quality: 'low', segment: 'segment_000.m4s' }, strangers: ['alice', 'dave'] },
  { under: '/api/v1/sessions/', path: { session_id: session }, strangers: ['alice', 'root'] },
  { under: '/api/v1/notifications/', path: { id: notification }, strangers: ['alice', 'root'] },
  { under: '/api/v1/auth/passkeys/', path: { id: passkey }, strangers: ['alice', 'root'] },
  { under: '/api/v1/auth/oauth/connections/', path: { id: connection }, strangers: ['alice', 'root'] },
  { under: '/api/v1/discover/radio/', path: { id: radio }, strangers: ['alice', 'root'] },
  { under: '/api/v1/app-passwords/', path: { id: app }, strangers: ['alice', 'root'] },
  { under: '/api/v1/developer/api-keys/', path: { id: apiKey }, strangers: ['alice', 'root'] },
];
/** Things that everybody may see. */
const open = ['/api/v1/users/', '/api/v1/roles/'];

/** Somebody with every right, so that nothing but the id is wrong. */
const somebody = (operation: Operation): Credentials => (operation['x-auth'] === 'public' ? {} : bearer(operation['x-auth'] === 'admin' ? 'root' : operation['x-auth'] === 'moderator' ? 'mia' : 'carol'));

/** A file is looked at before what it is for: with a good one, nothing but the id is wrong. */
function pictureFor(operation: Operation, picture = png(400, 400)): { form?: FormData } {
  if (!isForm(operation)) return {};
  const form = new FormData();
  for (const name of operation.requestBody!.content['multipart/form-data']!.schema.required!) form.set(name, new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'picture.png');
  return { form };
}

/** What a secret or a signature opens: tests of their own say what is refused without (stream-callbacks, stream-files). */
const isSealed = ({ path }: Operation) => path.startsWith('/api/v1/internal/') || path === '/stream/{filename}' || path.startsWith('/rest/');

for (const operation of operations) {
  if (!pathParameters(operation).length || !responseOf(operation, 404) || isSealed(operation)) continue;
  test(`${keyOf(operation)} answers 404 for what does not exist`, async () => {
    assertProblem(await request(world.visitor, operation, { as: somebody(operation), path: { segment: 'segment_000.m4s', username: 'nobody.here' }, ...pictureFor(operation) }), 404, 'not_found');
  });
  const uuids = pathParameters(operation).filter(({ schema }) => schema.format === 'uuid');
  if (!uuids.length) continue;
  test(`${keyOf(operation)} answers 404 for what cannot exist`, async () => {
    for (const wrong of ['1', 'null', '00000000-0000-4000-8000-00000000000g', "' or ''='", '%', `${track.id} `])
      for (const { name } of uuids) assertProblem(await request(world.visitor, operation, { as: somebody(operation), path: { segment: 'segment_000.m4s', [name]: wrong } }), 404, 'not_found', wrong);
  });
}

for (const operation of withId) {
  if (operation['x-auth'] === 'admin' || isSealed(operation)) continue; /* whose it is does not matter: access.test.ts closes it to all others */
  const mine = owned.find(({ under }) => operation.path.startsWith(under));
  if (!mine) {
    test(`${keyOf(operation)} is about something that everybody may see, or has an owner here`, () => {
      assert.ok(open.some((under) => operation.path.startsWith(under)), 'add what it is about to `owned` or `open` in this file');
    });
    continue;
  }
  test(`${keyOf(operation)} hides what belongs to somebody else`, async () => {
    for (const stranger of mine.strangers) assertProblem(await request(world.visitor, operation, { as: bearer(stranger), path: mine.path, ...pictureFor(operation) }), 404, 'not_found', stranger);
    if (operation['x-auth'] === 'optional') assertProblem(await request(world.visitor, operation, { as: {}, path: mine.path }), 404, 'not_found', 'a visitor');
  });
}

/* what a sound is, only the media worker can tell, and it is asked once the track is known */
const takesPicture = (operation: Operation) => isForm(operation) && !operation.requestBody!.content['multipart/form-data']!.schema.required!.includes('file');

for (const operation of withId.filter(takesPicture)) {
  test(`${keyOf(operation)} refuses a bad picture alike, whether what it is for exists or not`, async () => {
    for (const path of [{ id: track.id }, { id: template.ids.carol }, {}]) {
      const reply = await request(world.visitor, operation, { as: bearer('alice'), path, ...pictureFor(operation, Buffer.from('no picture')) });
      assert.deepEqual(assertProblem(reply, 422, 'validation').errors?.map(({ code }) => code), ['image_unreadable']);
    }
  });
}

test('after all that the track, the comment and the playlist are as they were', async () => {
  assert.deepEqual((await carol.get('/api/v1/tracks/{id}', { path: { id: track.id } })).body, track);
  assert.deepEqual((await carol.get('/api/v1/tracks/{id}/comments', { path: { id: track.id } })).body.items, [comment]);
  assert.deepEqual((await carol.get('/api/v1/playlists/{id}', { path: { id: playlist.id } })).body, filled);
  assert.deepEqual((await carol.get('/api/v1/playlists/{id}/tracks', { path: { id: playlist.id } })).body.items.map((one) => one.id), [item]);
});
