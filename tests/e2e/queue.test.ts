/** What playing something does to the queue. */
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from '../support/wait.ts';
import { settled, type Eye } from './support/browser.ts';
import { hear, hearIt } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('queue');
/* In lists the newest comes first. */
const [second, first, slow, ferry] = [
  await stage.track('carol', 'Second', tones(20, 440)),
  await stage.track('carol', 'First', tones(20, 550)),
  await stage.track('dave', 'Slow boat', tones(20, 660), { artist: 'An orchestra with a name that goes on for a while' }),
  await stage.track('dave', 'Night ferry', tones(20, 770)),
];

const queued = (page: Page) => page.evaluate(() => (JSON.parse(sessionStorage.getItem('veza.player') ?? '{}') as { queue?: { title: string }[] }).queue?.map((entry) => entry.title));

async function playAllOfCarol(page: Page): Promise<void> {
  await page.goto('/u/carol');
  await page.getByRole('button', { name: 'Play First' }).click();
  await hear(page, 'the first', (now) => now.track === first.id && now.left > 0.005);
}

test('a track played from its page plays now, and what was queued goes on after it; undo brings back what played, where it was', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await playAllOfCarol(page);
    const before = await hear(page, 'some of it', (now) => now.position > 1);
    await page.goto(`/track/${ferry.id}`);
    await settled({ page, asking });
    await page.getByRole('button', { name: 'Play Night ferry' }).click();
    await hear(page, 'the ferry', (now) => now.track === ferry.id && now.left > 0.005);
    await until('the queue to go on', async () => String(await queued(page)) === 'First,Night ferry,Second');
    await page.getByRole('button', { name: 'Undo' }).click();
    await hear(page, 'the first where it was', (now) => now.track === first.id && now.position >= before.position - 0.5);
    await until('the queue as it was', async () => String(await queued(page)) === 'First,Second');
    await page.getByRole('main').getByRole('button', { name: 'Play Night ferry' }).click();
    await hear(page, 'the ferry again', (now) => now.track === ferry.id && now.left > 0.005);
    await page.keyboard.press('Shift+ArrowRight');
    await hear(page, 'what was queued', (now) => now.track === second.id && now.left > 0.005);
  });
});

test('where nothing is queued, more from the same person follows a track that is played from its page', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.goto(`/track/${ferry.id}`);
    await settled({ page, asking });
    await page.getByRole('button', { name: 'Play Night ferry' }).click();
    await hearIt(page);
    await page.locator('[data-player-bar]').waitFor();
    await page.keyboard.press('Shift+ArrowRight');
    await hear(page, 'more from Dave', (now) => now.track === slow.id && now.left > 0.005);
  });
});

test('a list that replaces the queue can be undone', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await playAllOfCarol(page);
    await page.goto('/u/dave');
    await settled({ page, asking });
    await page.getByRole('button', { name: 'Play Slow boat' }).click();
    await hear(page, 'the boat', (now) => now.track === slow.id && now.left > 0.005);
    await page.getByText('The queue was replaced').first().waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await hear(page, 'the first again, which stood still since the page was loaded anew', (now) => now.track === first.id && !now.playing);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await hear(page, 'the first', (now) => now.track === first.id && now.left > 0.005);
  });
});

test('the queue is put in another order with the arrow keys and with the mouse', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await playAllOfCarol(page);
    await page.goto(`/track/${ferry.id}`);
    await settled({ page, asking });
    await page.getByRole('main').getByRole('button', { name: 'Add to queue' }).click();
    await page.getByRole('button', { name: 'Open the queue' }).click();
    const handle = (title: string) => page.getByRole('complementary', { name: 'Queue' }).getByRole('button', { name: new RegExp(`^Move ${title}`) });
    await handle('Night ferry').focus();
    await page.keyboard.press('ArrowUp');
    await page.getByText('Night ferry is now number 2 of 3').waitFor({ state: 'attached' });
    await until('it to have moved', async () => String(await queued(page)) === 'First,Night ferry,Second');
    await until('the focus to go with it', () => handle('Night ferry').evaluate((one) => one === document.activeElement));
    const from = (await handle('Second').boundingBox())!, to = (await handle('First').boundingBox())!;
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2 - 10, { steps: 6 });
    await page.mouse.up();
    await until('it to be the first', async () => String(await queued(page)) === 'Second,First,Night ferry');
  });
});

async function fourQueued(eye: Eye): Promise<void> {
  const { page } = eye;
  await page.getByRole('button', { name: 'Play Second' }).first().click();
  await hear(page, 'it', (now) => now.track === second.id && now.left > 0.005);
  await page.keyboard.press('Space');
  await page.locator('[data-player-bar]').waitFor(); /* it has the keys, and is loaded after the first sound */
  await settled(eye);
}

lookAt(stage, [
  { name: 'queue panel', path: '/discover', who: 'mia', inSight: true, first: async (eye) => {
    await fourQueued(eye);
    await eye.page.keyboard.press('q');
    await eye.page.getByRole('complementary', { name: 'Queue' }).waitFor();
  } },
  { name: 'queue in the full player', path: '/discover', who: 'mia', inSight: true, first: async (eye) => {
    await fourQueued(eye);
    await eye.page.getByRole('button', { name: 'Open now playing' }).click();
    const dialog = eye.page.getByRole('dialog');
    await dialog.getByRole('region', { name: 'Queue' }).filter({ visible: true }).scrollIntoViewIfNeeded();
    await dialog.evaluate((one) => one.scrollTo({ top: one.scrollHeight, behavior: 'instant' }));
  } },
]);
