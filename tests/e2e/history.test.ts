/** What was heard counts, and is found again: plays, the history of a person, the place in a long track, and what goes on after a queue. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template } from '../support/world.ts';
import { settled, type Eye } from './support/browser.ts';
import { hear, hearIt } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('history');
const { world } = stage;
const alice = world.as('alice'), bob = world.as('bob');
/* Each by somebody else: nothing of theirs follows by itself. */
const second = await stage.track('dave', 'Ember', tones(6, 330), { genre: 'Ambient' });
const first = await stage.track('carol', 'Glow', tones(6, 440), { genre: 'Ambient' });
const long = await stage.track('mia', 'All night', tones(60, 220));
await world.sql(`update tracks set duration_ms = 1260000 where id = '${long.id}'`); /* the server takes it for one of 21 minutes */

const plays = async (id: string) => Number(await world.sql(`select play_count from tracks where id = '${id}'`));
const stopped = async () => (await alice.get('/api/v1/history/tracks/{id}', { path: { id: long.id } })).body.position_ms / 1000;

async function playIt({ page, asking }: Eye, title: string, id: string) {
  await page.goto(`/track/${id}`);
  await settled({ page, asking });
  await page.getByRole('button', { name: `Play ${title}` }).first().click();
  return hearIt(page);
}

test('half of a short track counts once, also over a pause and a reload, and stands in the history', async () => {
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await playIt(eye, 'Glow', first.id);
    await hear(page, 'two seconds', (now) => now.position > 2);
    await page.reload();
    await settled(eye);
    assert.equal(await plays(first.id), 0);
    const bar = page.locator('[data-player-bar]');
    await bar.getByRole('button', { name: 'Play', exact: true }).click();
    await until('the play', async () => (await plays(first.id)) === 1);
    assert.equal(await world.sql(`select count(distinct id) from play_sessions where track_id = '${first.id}'`), '1', 'the reload went on with the same listening');
    await hear(page, 'what goes on after it', (now) => now.track === second.id && now.position > 0.2, 30);
    await page.goto('/library/history');
    await page.getByRole('heading', { name: 'Glow' }).waitFor();
    await page.getByRole('button', { name: 'Tools for Glow' }).click();
    await page.getByRole('menuitem', { name: 'Remove from history' }).click();
    await page.getByRole('heading', { name: 'Glow' }).waitFor({ state: 'detached' });
    await until('the server to forget it', async () => (await alice.get('/api/v1/history')).body.items.every((item) => item.title !== 'Glow'));
    assert.equal(await plays(first.id), 1, 'it stays counted');
  });
});

test('muted sound is not heard, and without autoplay the queue ends', async () => {
  assertStatus(await alice.put('/api/v1/users/settings', { body: { autoplay: false } }), 200);
  const before = await plays(first.id);
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await playIt(eye, 'Glow', first.id);
    await page.keyboard.press('m');
    await hear(page, 'its end', (now) => !now.playing && now.position > 5.5, 30);
    await page.waitForTimeout(500);
    await hear(page, 'nothing else', (now) => !now.playing && now.track === first.id);
  });
  assert.equal(await plays(first.id), before);
  assertStatus(await alice.put('/api/v1/users/settings', { body: { autoplay: true } }), 200);
});

test('similar music goes on after a queue that another device or a reload restored, and is marked in the queue', async () => {
  const bar = (page: Page) => page.locator('[data-player-bar]');
  const play = (page: Page) => bar(page).getByRole('button', { name: 'Play', exact: true }).click();
  const row = (page: Page, title: string) => page.getByRole('complementary', { name: 'Queue' }).getByRole('listitem').filter({ hasText: title });
  const isMarked = async (page: Page, title: string) => /Autoplay/.test(await row(page, title).innerText());
  const queueOnServer = async () => (await bob.get('/api/v1/queue/items')).body.items.map((item) => item.title).join();
  await stage.visit('bob', async (eye) => {
    await playIt(eye, 'Glow', first.id);
    await hear(eye.page, 'some of it', (now) => now.position > 2);
    await eye.page.keyboard.press('Space');
    await until('the server to have the queue', async () => (await queueOnServer()) === 'Glow');
  });
  await stage.visit('bob', async (eye) => {
    const { page } = eye;
    await page.goto('/library');
    await settled(eye);
    await bar(page).getByRole('link', { name: 'Glow' }).waitFor();
    await play(page);
    await hear(page, 'what goes on', (now) => now.track === second.id && now.position > 0.2, 30);
    await bar(page).getByRole('button', { name: 'Open the queue' }).click();
    assert.deepEqual([await isMarked(page, 'Glow'), await isMarked(page, 'Ember')], [false, true]);
    await until('the server to have it too', async () => (await queueOnServer()).startsWith('Glow,Ember'));
    await page.keyboard.press('Space');
    await bar(page).getByRole('slider', { name: 'Position in Ember' }).press('End');
    await page.reload();
    await settled(eye);
    await bar(page).getByRole('link', { name: 'Ember' }).waitFor();
    await bar(page).getByRole('button', { name: 'Open the queue' }).click();
    await until('the mark', () => isMarked(page, 'Ember'));
    await play(page);
    await hear(page, 'it anew, which was at its end', (now) => now.track === second.id && now.position < 3 && now.left > 0.005);
  });
});

test('where one stopped in a long track, another device goes on', async () => {
  const at = await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await playIt(eye, 'All night', long.id);
    await page.locator('#main').getByRole('slider', { name: 'Position in All night' }).first().focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
    await hear(page, 'twenty seconds in', (now) => now.position > 21);
    await page.evaluate(() => addEventListener('pagehide', () => localStorage.setItem('left', String(window.__veza_audio?.position()))));
    await page.goto('/health');
    return Number(await page.evaluate(() => localStorage.getItem('left')));
  });
  await until('the place', async () => Math.abs((await stopped()) - at) < 1);
  const place = await stopped();
  const { version } = (await alice.get('/api/v1/queue')).body;
  assertStatus(await alice.put('/api/v1/queue', { body: { version, items: [] } }), 200); /* the queue knows the place too */
  await stage.visit('alice', async (eye) => {
    await playIt(eye, 'All night', long.id);
    const { position } = await hear(eye.page, 'the same place', (now) => now.position > place - 1);
    assert.ok(position < place + 4, `${position} after ${place}`);
    await eye.page.getByText(/^“All night” goes on at 0:\d\d$/).waitFor();
    await eye.page.getByRole('button', { name: 'From the beginning' }).click();
    await hear(eye.page, 'the beginning', (now) => now.position < 10);
  });
});

test('a history with tracks that are there, and one that is hidden by now, for the pictures', async () => {
  const hidden = await stage.track('dave', 'Hidden by now', tones(2, 220), { is_public: 'false' });
  await world.sql(`insert into track_plays (track_id, user_id, played_at) select t, '${template.ids.alice}', now() - interval '1 hour' * n
    from unnest('{${first.id},${hidden.id},${long.id},${second.id}}'::uuid[]) with ordinality x (t, n)`);
  assert.equal((await alice.get('/api/v1/history', { query: { total: true } })).body.total! >= 4, true);
});

lookAt(stage, [
  { name: 'history', path: '/library/history', who: 'alice', first: async ({ page }: { page: Page }) => void (await page.getByRole('heading', { name: 'All night' }).first().waitFor()) },
  { name: 'history-empty', full: true, path: '/library/history', who: 'bob' },
  { name: 'settings-listening', path: '/settings/privacy', who: 'alice' },
]);
