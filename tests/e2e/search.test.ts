/** The page of the search: what is typed, kinds, filters, corrections and reasons. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { template } from '../support/world.ts';
import { settled } from './support/browser.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('search');
const world = stage.world;
await world.as('bob').put('/api/v1/users/{id}', { path: { id: template.ids.bob }, body: { first_name: 'Lighthouse', last_name: 'Nordlys' } });
const keeper = await stage.track('dave', 'Lighthouse Keeper', tones(2, 770), { artist: 'Mira Solberg', genre: 'Ambient', bpm: '90', musical_key: 'Em' });
await stage.track('dave', 'Lighthouse Nights', tones(2, 550), { artist: 'Mira Solberg', genre: 'Techno', bpm: '128', musical_key: 'Am' });
await world.as('carol').post('/api/v1/playlists', { body: { name: 'Lighthouse evenings', visibility: 'public' } });

test('what is typed is found by kind, a filter narrows it, Back takes it back, and a hit leads to its page', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.goto('/search');
    await settled({ page, asking });
    await page.getByRole('searchbox').fill('lighthouse');
    const main = page.getByRole('main');
    for (const heading of ['Tracks', 'People', 'Playlists']) await main.getByRole('heading', { name: heading, exact: true }).waitFor();
    assert.match(page.url(), /\/search\?q=lighthouse$/);
    await main.getByRole('button', { name: /^Ambient/ }).click();
    await main.getByText('Lighthouse Nights').first().waitFor({ state: 'detached' });
    await main.getByText('Lighthouse Keeper').first().waitFor();
    await page.goBack();
    await main.getByText('Lighthouse Nights').first().waitFor();
    await main.getByRole('link', { name: /Lighthouse Keeper/ }).first().click();
    await page.waitForURL(`**/track/${keeper.id}`);
  });
});

test('the kind whose best hit fits best comes first, and minutes and a licence narrow what is found', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.goto('/search?q=lighthouse%20nordlys');
    await settled({ page, asking });
    const main = page.getByRole('main'), headings = () => main.getByRole('heading', { level: 2 }).allTextContents();
    assert.equal((await headings())[0], 'People');
    await page.getByRole('searchbox').fill('lighthouse keeper');
    await main.getByText('Lighthouse Keeper').first().waitFor();
    assert.equal((await headings())[0], 'Tracks');
    await main.getByLabel('Minutes, at least').fill('1');
    await main.getByText('Nothing found').waitFor();
    assert.match(page.url(), /minutes_from=1/);
    await main.getByRole('button', { name: 'Clear filters' }).click();
    await main.getByText('Lighthouse Keeper').first().waitFor();
    await main.getByLabel('Licence').selectOption('cc0');
    await main.getByText('Nothing found').waitFor();
  });
});

test('a typing error is forgiven, each hit says why it is there, and what is not found is corrected', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.goto('/search?q=lighthuose');
    await settled({ page, asking });
    const main = page.getByRole('main');
    await main.getByRole('button', { name: 'Why is it here?' }).click();
    await main.getByText('1 typing error').first().waitFor();
    await page.getByRole('searchbox').fill('mirra solbarg');
    await main.getByText('Did you mean').or(main.getByText('Lighthouse Keeper').first()).first().waitFor();
  });
});

test('a late answer to an earlier text never replaces a newer one', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.route('**/api/v1/search?*q=lighthouse+k&*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue().catch(() => undefined);
    });
    await page.goto('/search');
    await settled({ page, asking });
    await page.getByRole('searchbox').fill('lighthouse k');
    await page.waitForURL('**/search?q=lighthouse+k');
    await page.getByRole('searchbox').fill('lighthouse n');
    const main = page.getByRole('main');
    await main.getByText('Lighthouse Nights').first().waitFor();
    await settled({ page, asking });
    assert.equal(await main.getByText('Lighthouse Keeper').count(), 0);
  });
});

lookAt(stage, [
  { name: 'search', path: '/search?q=lighthouse', who: null },
  { name: 'search-tracks', path: '/search?q=lighthouse&type=tracks&key=9A', who: 'alice' },
  { name: 'search-start', full: true, path: '/search', who: null },
  { name: 'search-nothing', path: '/search?q=zzzzzzqq', who: null },
]);
