/** The feed as home page, pages of genres and tags, radio, "not this", bells, mutes and a way between two tracks. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template } from '../support/world.ts';
import { settled } from './support/browser.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('discover');
const { ids } = template;
const alice = stage.world.as('alice');
const ferry = await stage.track('carol', 'Night ferry', tones(6, 440), { genre: 'Deep house', tags: 'harbour,night' });
await stage.track('dave', 'Day ferry', tones(6, 450), { genre: 'House', tags: 'harbour' });
await stage.track('dave', 'Between the ferries', tones(6, 445), { genre: 'House' });
assertStatus(await stage.world.as('carol').post('/api/v1/releases', { body: { kind: 'album', title: 'Crossings', licence: 'all_rights_reserved', visibility: 'public', track_ids: [ferry.id] } as never }), 201);
const queued = (page: Page) => page.evaluate(() => (JSON.parse(sessionStorage.getItem('veza.player') ?? '{}') as { queue?: { title: string }[] }).queue?.map((entry) => entry.title) ?? []);

test('who follows nobody reads what to do; then the feed has what is new, with why', async () => {
  await stage.visit('alice', async ({ page, asking }) => {
    await page.goto('/dashboard');
    await settled({ page, asking });
    await page.getByRole('heading', { name: 'Nobody you follow has published anything yet' }).waitFor();
    await page.getByRole('link', { name: 'Find something to follow' }).click();
    await page.waitForURL('**/discover');
    await page.getByRole('navigation', { name: 'All genres' }).getByRole('link', { name: 'Electronic' }).click();
    await page.waitForURL('**/discover/genre/electronic');
    await page.getByRole('navigation', { name: 'Within Electronic' }).getByRole('link', { name: 'House' }).click();
    await page.getByRole('heading', { name: 'House', level: 1 }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Night ferry' }).first().waitFor();
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await page.getByRole('button', { name: 'Following' }).waitFor();
    await page.goto('/u/carol');
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await page.getByRole('button', { name: 'Bell: tell me of each release' }).click();
    await page.getByRole('button', { name: 'The bell is on: switch it off' }).waitFor();
    await until('the bell to be on', async () => (await alice.get('/api/v1/users/{id}', { path: { id: ids.carol } })).body.has_bell);
    await page.goto('/dashboard');
    const feed = page.getByRole('region', { name: 'What is new' });
    await feed.getByRole('link', { name: 'Crossings' }).waitFor();
    await feed.getByText('New release').waitFor();
    assert.equal(await feed.getByText('New in House, which you follow').count(), 2);
  });
});

test('a tag has a page, is muted there, and shown again in the settings', async () => {
  await stage.visit('alice', async ({ page, asking }) => {
    await page.goto(`/discover/tag/Harbour`);
    await settled({ page, asking });
    await page.getByRole('heading', { name: '#harbour' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Day ferry' }).first().waitFor();
    await page.getByRole('button', { name: 'Rising' }).click();
    await page.getByText('Nothing rises here this week').waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Do not show me this' }).click();
    await page.getByText('You have muted this.').waitFor();
    await page.goto('/settings/privacy');
    await page.getByRole('button', { name: 'Show #harbour again' }).click();
    await page.getByText('You have muted nothing.').waitFor();
  });
});

test('radio begins from the menu of a track, and "not this" takes one out of what is recommended', async () => {
  await stage.visit('alice', async ({ page, asking }) => {
    await page.goto('/discover/genre/house');
    await settled({ page, asking });
    await page.getByRole('main').getByRole('button', { name: 'Tools for Night ferry' }).click();
    await page.getByRole('menuitem', { name: 'Start radio' }).click();
    await until('the radio to be in the queue', async () => new Set(await queued(page)).size === 3, 20);
    assert.equal((await queued(page))[0], 'Night ferry');
    await page.getByText(/some come again soon/).waitFor();
    await page.goto(`/track/${ferry.id}`);
    const more = page.getByRole('region', { name: 'More like this' });
    await more.getByText(/Day ferry/).first().waitFor();
    await more.getByRole('button', { name: 'Not this: Day ferry' }).click();
    await until('it to be gone', async () => (await more.getByText('Day ferry').count()) === 0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await more.getByText(/Day ferry/).first().waitFor();
  });
});

test('a way leads from one track to another', async () => {
  await stage.visit('alice', async ({ page, asking }) => {
    await page.goto(`/discover/path/${ferry.id}`);
    await settled({ page, asking });
    await page.getByRole('textbox', { name: 'To which track?' }).fill('day ferry');
    await page.getByRole('button', { name: 'Choose Day ferry' }).click();
    await page.getByRole('button', { name: /^Play these [23] tracks$/ }).waitFor();
  });
});

lookAt(stage, [
  { name: 'feed', full: true, path: '/dashboard', who: 'alice' },
  { name: 'discover', path: '/discover', who: 'alice' },
  { name: 'genre', full: true, path: '/discover/genre/house', who: 'alice' },
  { name: 'tag', path: '/discover/tag/harbour', who: null },
  { name: 'path', path: `/discover/path/${ferry.id}`, who: 'alice' },
  { name: 'muted', path: '/settings/privacy', who: 'alice' },
]);
