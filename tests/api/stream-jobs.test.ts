/** Jobs of the stream server: to process a track again, to look how far it is, and to hear what came out. */
import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus, Client } from '../support/client.ts';
import { decode, makeSound, wav } from '../support/media.ts';
import { playable, rendition } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('stream-jobs');
const carol = world.as('carol'), dave = world.as('dave'), { tokens } = template;
const stream = new Client(world.server.stream);
const track = await playable(carol, { file: wav(makeSound(8)), is_public: 'false' });
const jobId = await world.sql(`select id from jobs where kind = 'transcode' and payload ->> 'track_id' = '${track.id}'`);

async function streamToken(person: 'carol' | 'dave'): Promise<string> {
  const reply = await world.as(person).post('/api/v1/auth/stream-token', {});
  assertStatus(reply, 200);
  return reply.body.token;
}

test('the owner has a track processed again, and looks how far it is', async () => {
  const as = { token: await streamToken('carol') };
  const reply = await stream.post('/v1/stream/transcode', { body: { track_id: track.id }, as });
  assertStatus(reply, 202);
  assert.equal(reply.body.job_id, jobId);
  const state = await until('the job to be done', async () => {
    const { body } = await stream.get('/v1/stream/job/{id}', { path: { id: jobId }, as });
    assert.ok(body.is_playable, 'the track plays meanwhile');
    return body.state === 'done' && body;
  }, 60);
  assert.equal(state.progress, 1);
  const detail = await stream.get('/api/streams/jobs/{id}/status', { path: { id: jobId }, as });
  assertStatus(detail, 200);
  assert.equal(detail.body.playlist, `/hls/${track.id}/master.m3u8`);
  assert.deepEqual((detail.body.qualities as { name: string }[]).map((one) => one.name), ['low', 'medium', 'high', 'lossless']);
  for (const [key, value] of Object.entries(state)) assert.deepEqual(detail.body[key as keyof typeof detail.body], value, key);
});

test('for others a private track has no job', async () => {
  const as = { token: await streamToken('dave') };
  assertProblem(await stream.post('/v1/stream/transcode', { body: { track_id: track.id }, as }), 404);
  for (const target of [`/v1/stream/job/${jobId}`, `/api/streams/jobs/${jobId}/status`, `/v1/stream/hls/${jobId}/index.m3u8`, `/v1/stream/hls/${jobId}/low-init.mp4`]) {
    assertProblem(await stream.send('GET', target, { as }), 404);
    assertProblem(await stream.send('GET', target), 404);
  }
  assertProblem(await stream.post('/v1/stream/transcode', { body: { track_id: track.id } }), 401);
  assertProblem(await dave.get('/v1/stream/job/{id}', { path: { id: jobId } }), 404);
  const other = await world.sql(`insert into jobs (kind, payload) values ('retention', '{}') returning id`);
  assertProblem(await stream.send('GET', `/v1/stream/job/${other.split('\n')[0]}`, { as: { token: tokens.carol } }), 404);
});

test('the playlists of a job lead to the very sound of the track, for any player', async () => {
  const as = { token: await streamToken('carol') }, folder = `/v1/stream/hls/${jobId}`;
  const get = async (name: string) => {
    const reply = await stream.send('GET', `${folder}/${name}`, { as });
    assertStatus(reply, 200, name);
    return reply;
  };
  const master = (await get('index.m3u8')).bytes.toString();
  assert.deepEqual(master.split('\n').filter((line) => line && !line.startsWith('#')).sort(), ['high', 'lossless', 'low', 'medium'].map((quality) => `index.m3u8?quality=${quality}`));
  const playlist = (await get('index.m3u8?quality=lossless')).bytes.toString();
  const names = [playlist.match(/#EXT-X-MAP:URI="([^"]+)"/)![1]!, ...playlist.split('\n').filter((line) => line && !line.startsWith('#'))];
  const parts: Buffer[] = [];
  for (const name of names) parts.push((await get(name)).bytes);
  const whole = await rendition(carol, track.id, 'lossless');
  assert.deepEqual(Buffer.concat(parts), whole.bytes);
  const file = path.join(world.server.dataDir, 'by-job.mp4');
  writeFileSync(file, whole.bytes);
  assert.equal((await decode(file)).length, 8 * 44100 * 4);
  assertProblem(await stream.send('GET', `${folder}/low-segment_099.m4s`, { as }), 404);
  await world.sql(`update tracks set stream_status = 'pending' where id = '${track.id}'`);
  assertProblem(await stream.send('GET', `${folder}/index.m3u8`, { as }), 409, 'stream_not_ready');
  assertProblem(await stream.send('GET', `${folder}/low-init.mp4`, { as }), 409, 'stream_not_ready');
  await world.sql(`update tracks set stream_status = 'ready' where id = '${track.id}'`);
});

test('an owner with 500 uploads does not hold up the one of somebody else', async () => {
  /* In a transaction that is undone, so that nobody takes them while their order is looked at. */
  const order = await world.sql(`begin;
    insert into jobs (kind, payload, dedupe_key, seconds) select 'transcode', jsonb_build_object('track_id', gen_random_uuid(), 'user_id', '${template.ids.carol}'), gen_random_uuid()::text, 3 from generate_series(1, 500);
    insert into jobs (kind, payload, dedupe_key, seconds) values ('transcode', jsonb_build_object('track_id', gen_random_uuid(), 'user_id', '${template.ids.dave}'), 'of dave', 3);
    select count(*) from jobs o, jobs d where d.dedupe_key = 'of dave' and o.state = 'queued' and o.kind = 'transcode' and (o.priority, o.turn) < (d.priority, d.turn);
    rollback`);
  assert.ok(Number(order.trim()) <= 1, `${order} jobs of the first owner go before it`);
});
