/** The page of a queue that several people fill: a guest without an account asks and votes, the host plays. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { settled } from './support/browser.ts';
import { hear } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('listen');
const one = await stage.track('carol', 'Harbour', tones(6, 440));
const two = await stage.track('carol', 'Night ferry', tones(60, 660));
const three = await stage.track('dave', 'ليل طويل في الشمال', tones(2, 550));
const host = stage.world.as('alice');
const begun = await host.post('/api/v1/queue/session', { body: { name: 'Friday at Alice’s', order: 'votes' } });
assertStatus(begun, 201);
const { token } = begun.body;
const path = `/listen/${token}`;
const waiting = (page: Page) => page.getByRole('list').filter({ has: page.getByRole('button', { name: /^Vote for/ }) }).getByRole('listitem');

test('a guest without an account gives a name once, asks for tracks and votes; the host’s browser plays what most want and goes on by itself', async () => {
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await page.goto(path);
    await settled(eye);
    await page.getByRole('heading', { level: 1, name: 'Friday at Alice’s' }).waitFor();
    await page.getByRole('heading', { name: 'Nothing waits' }).waitFor();
    await stage.visit(null, async (guest) => {
      await guest.page.goto(path);
      await settled(guest);
      assert.equal(await guest.page.getByRole('heading', { name: 'What holds here' }).count(), 0, 'the rules are the host’s');
      await guest.page.getByRole('searchbox', { name: 'Title or artist' }).fill('night');
      await guest.page.getByRole('button', { name: 'Ask for Harbour' }).waitFor({ state: 'detached' });
      await guest.page.getByRole('button', { name: 'Ask for Night ferry' }).click();
      await guest.page.getByRole('dialog', { name: 'Who are you?' }).getByLabel('Name').fill('Ann');
      await guest.page.keyboard.press('Enter');
      await waiting(guest.page).filter({ hasText: 'Night ferry' }).getByText('asked for by Ann').waitFor();
      await page.getByRole('button', { name: 'Ask for Harbour' }).click();
      await guest.page.getByRole('button', { name: 'Vote for Harbour, votes: 1' }).click();
      await guest.page.getByRole('button', { name: 'Vote for Harbour, votes: 2', pressed: true }).waitFor();
      await until('the host to see the order', async () => /Harbour/.test(await waiting(page).first().innerText()) && (await waiting(page).count()) === 2);
      await page.getByRole('button', { name: 'Play here' }).click();
      await hear(page, 'the first', (now) => now.track === one.id && now.left > 0.005);
      await hear(page, 'the next one, by itself', (now) => now.track === two.id && now.left > 0.005);
      await guest.page.getByRole('region', { name: 'Playing now' }).getByText('Night ferry').waitFor();
    }, { width: 360, height: 720 });
  });
});

const ask = async () => {
  for (const track of [one, three]) await host.post('/api/v1/queue/session/{token}/items', { path: { token }, body: { track_id: track.id } });
};
lookAt(stage, [
  { name: 'listen-host', path, who: 'alice', first: async ({ page }) => { await ask(); await waiting(page).nth(1).waitFor({ timeout: 40_000 }); } },
  { name: 'listen-guest', path, who: null, first: async ({ page }) => waiting(page).nth(1).waitFor() },
  { name: 'listen-name', path, who: null, inSight: true, first: async ({ page }) => { await waiting(page).nth(1).getByRole('button').first().click(); await page.getByRole('dialog').waitFor(); } },
]);

test('a link that was withdrawn says so, and the host goes on with the new one', async () => {
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await page.goto(path);
    await settled(eye);
    await page.getByRole('button', { name: 'Make a new link' }).click();
    await page.waitForURL((url) => url.pathname.startsWith('/listen/') && url.pathname !== path);
    await page.getByRole('heading', { level: 1, name: 'Friday at Alice’s' }).waitFor();
    await stage.visit(null, async (guest) => {
      await guest.page.goto(path);
      await guest.page.getByRole('heading', { name: 'This link was withdrawn' }).waitFor();
    }, { expected: [/403/] });
  }, { expected: [/403/] });
});
