/** Lyrics: plain, LRC in its dialects, and with times of words; who may read and write them. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('lyrics');
const { visitor } = world, alice = world.as('alice'), carol = world.as('carol');
const add = (visibility: string) => world.sql(`insert into tracks (creator_id, title, status, visibility) values ('${template.ids.carol}', 'Song', 'completed', '${visibility}') returning id`);
const song = await add('public'), secret = await add('private');

const put = async (content: string) => {
  const reply = await carol.put('/api/v1/tracks/{id}/lyrics', { path: { id: song }, body: { content } });
  assertStatus(reply, 200);
  return reply.body;
};
const timed = async (content: string) => (await put(content)).lines.map(({ at_ms, text }) => [at_ms, text]);
const texts = async (content: string) => (await put(content)).lines.map(({ text }) => text);

test('plain lyrics keep all their lines, also what looks like a mark', async () => {
  const { is_synced, lines, content } = await put('One\n\n[Chorus]\n[Verse 2: Ada]\n  Two\n');
  assert.equal(is_synced, false);
  assert.equal(content, 'One\n\n[Chorus]\n[Verse 2: Ada]\n  Two\n', 'as they were entered');
  assert.deepEqual(lines.map(({ at_ms, text }) => [at_ms, text]), ['One', '', '[Chorus]', '[Verse 2: Ada]', '  Two'].map((text) => [null, text]));
});

for (const [what, content, expected] of [
  ['minutes and seconds', '[00:12]First\n[01:02]Second', [[12_000, 'First'], [62_000, 'Second']]],
  ['tenths, hundredths and thousandths', '[00:12.5]a\n[00:12.51]b\n[00:12.512]c', [[12_500, 'a'], [12_510, 'b'], [12_512, 'c']]],
  ['hundredths after a colon or comma', '[00:12:50]a\n[00:13,25]b', [[12_500, 'a'], [13_250, 'b']]],
  ['hours', '[01:00:03.4]late', [[3_603_400, 'late']]],
  ['more than 99 minutes', '[123:04.00]long', [[7_384_000, 'long']]],
  ['several times a line', '[00:10][00:50.1]  Again  \n[00:30] between', [[10_000, 'Again'], [30_000, 'between'], [50_100, 'Again']]],
  ['an offset forwards', '[offset:+500]\n[00:10]x', [[9500, 'x']]],
  ['an offset backwards, and one that would go below zero', '[offset: -250]\n[00:10]x', [[10_250, 'x']]],
  ['an offset of more than there is', '[OFFSET:90000]\n[00:10]x', [[0, 'x']]],
  ['a byte order mark and lines of Windows', '\uFEFF[00:01]a\r\n[00:02]b\r\n', [[1000, 'a'], [2000, 'b']]],
  ['lines of old Macs', '[00:01]a\r[00:02]b', [[1000, 'a'], [2000, 'b']]],
  ['lines about the file', '[ar:Ada]\n[ti: Song: the second]\n[al:x]\n[by:y]\n[length:03:07]\n[re:z]\n[ve:1]\n[#:note]\n[00:01]a', [[1000, 'a']]],
  ['pauses and empty lines', '[00:01]a\n\n[00:02]\n[00:03]b', [[1000, 'a'], [2000, ''], [3000, 'b']]],
  ['lines without a time', '[00:01]a\n(translated)\n[00:03]b', [[1000, 'a'], [1000, '(translated)'], [3000, 'b']]],
  ['times out of order', '[00:03]c\n[00:01]a\n[00:02]b', [[1000, 'a'], [2000, 'b'], [3000, 'c']]],
  ['inner spaces', '[00:01]a   b', [[1000, 'a   b']]],
] as const) {
  test(`LRC with ${what}`, async () => {
    assert.deepEqual(await timed(content), expected);
    assert.equal((await visitor.get('/api/v1/tracks/{id}/lyrics', { path: { id: song } })).body.is_synced, true);
  });
}

test('times of words say where in the line each begins, also where the line comes several times', async () => {
  for (const [open, close] of ['<>', '[]']) {
    const at = (time: string) => `${open}${time}${close}`;
    const { lines } = await put(`[00:20.00] When ${at('00:20.50')}the   ${at('00:21.00')}🌅sun ${at('00:22.00')}`);
    assert.deepEqual(lines.map(({ at_ms, text }) => [at_ms, text]), [[20_000, 'When the   🌅sun']]);
    assert.deepEqual(lines[0]!.words, [{ at_ms: 20_500, start: 5, text: 'the   ' }, { at_ms: 21_000, start: 11, text: '🌅sun ' }]);
  }
  const { lines } = await put('[offset:1000]\n[00:10.00][01:00.00]<00:10.00>One <00:10.40>two');
  assert.deepEqual(lines.map(({ at_ms, words }) => [at_ms, words?.map((word) => [word.at_ms, word.text])]),
    [[9000, [[9000, 'One '], [9400, 'two']]], [59_000, [[59_000, 'One '], [59_400, 'two']]]]);
});

test('hostile lyrics are stored or refused, and take no time', async () => {
  for (const content of ['[', '[00:', '[99999999:00]x', '[00:00.0000]x', '[offset:99999999999999]\n[00:01]x', '<00:01>', '[00:01]<script>alert(1)</script>', '[00:01]' + '<'.repeat(900), '[]'.repeat(400), "'; drop table track_lyrics; --"])
    await put(content);
  assert.deepEqual(await texts('[00:01]<script>alert(1)</script>'), ['<script>alert(1)</script>']);
  const began = Date.now();
  const long = Array.from({ length: 999 }, (_, i) => `[${String(i % 90).padStart(2, '0')}:00.00]line ${i}`).join('\n');
  assert.equal((await put(long)).lines.length, 999);
  assertProblem(await carol.put('/api/v1/tracks/{id}/lyrics', { path: { id: song }, body: { content: `${'[0:1]'.repeat(190)}y\n`.repeat(20) } }), 422, 'validation');
  assertProblem(await carol.put('/api/v1/tracks/{id}/lyrics', { path: { id: song }, body: { content: `[00:01]${'y'.repeat(1000)}` } }), 422, 'validation');
  assertProblem(await carol.put('/api/v1/tracks/{id}/lyrics', { path: { id: song }, body: { content: 'y'.repeat(20_001) } }), 422, 'validation');
  assert.ok(Date.now() - began < 20_000, `${Date.now() - began} ms`);
});

test('whoever may see the track reads them, its owner writes them, and nothing is left when they are emptied', async () => {
  await put('[00:01]a');
  for (const client of [visitor, alice, carol]) assert.equal((await client.get('/api/v1/tracks/{id}/lyrics', { path: { id: song } })).body.lines.length, 1);
  assertProblem(await visitor.put('/api/v1/tracks/{id}/lyrics', { path: { id: song }, body: { content: 'x' } }), 401);
  assertProblem(await alice.put('/api/v1/tracks/{id}/lyrics', { path: { id: song }, body: { content: 'x' } }), 404);
  for (const client of [visitor, alice]) assertProblem(await client.get('/api/v1/tracks/{id}/lyrics', { path: { id: secret } }), 404);
  assert.deepEqual(await put(' \n\t'), { track_id: song, content: null, is_synced: false, lines: [], updated_at: null });
  assert.equal(await world.sql('select count(*) from track_lyrics'), '0');
});
