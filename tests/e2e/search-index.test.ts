/** For administrators: what finds, what it lacks, and that its index can be made anew. */
import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Elasticsearch } from '../support/elasticsearch.ts';
import { pause, until } from '../support/wait.ts';
import { template } from '../support/world.ts';
import { settled } from './support/browser.ts';
import { lookAt } from './support/look.ts';
import { enterAsRoot } from './support/people.ts';
import { Stage } from './support/stage.ts';

const elastic = await new Elasticsearch().start();
const stage = await Stage.start('search-index', { ELASTICSEARCH_URL: elastic.url() });
after(() => elastic.stop());
const isReady = () => stage.world.sql('select is_live and next_index is null and not exists (select from search_changes where attempts < 5) from search_index').then((ready) => ready === 't');
await until('the index to be ready', isReady, 60);
await stage.world.sql(`insert into tracks (creator_id, title, status, visibility) select '${template.ids.dave}', 'Tide ' || n, 'completed', 'public' from generate_series(1, 2500) n`);
await until('all to be in the index', isReady, 60);

const open = async (page: Page) => {
  await enterAsRoot(stage.world, page);
  await page.getByRole('button', { name: 'Account of root' }).click();
  await page.getByRole('menuitem', { name: 'Search index' }).click();
  await page.getByRole('heading', { level: 1, name: 'Search index' }).waitFor();
};

test('an administrator has the index made anew, sees how far it is, and what Elasticsearch refused', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await open(page);
    await page.getByText('Elasticsearch proposes what is found, PostgreSQL decides who may see it.').waitFor();
    await page.getByText('Nothing waits.').waitFor();
    elastic.instead = async ({ path, body }) => {
      if (path === '/_bulk' && JSON.stringify(body).includes('-next')) await pause(1000);
      return undefined;
    };
    await page.getByRole('button', { name: 'Make the index anew' }).click();
    const bar = page.getByRole('progressbar', { name: 'The index is being made anew' });
    await until('the bar to move', async () => Number(await bar.getAttribute('aria-valuenow')) > 0);
    elastic.instead = undefined;
    await page.getByRole('button', { name: 'Make the index anew' }).waitFor();
    elastic.poison = 'kraken';
    await stage.world.sql(`insert into tracks (creator_id, title, status, visibility) values ('${template.ids.dave}', 'Kraken', 'completed', 'public')`);
    await until('it to be given up', async () => {
      await stage.world.sql(`update search_changes set next_at = now()`);
      return (await stage.world.sql('select count(*) from search_changes where attempts = 5')) === '1';
    }, 30, 500);
    await page.reload();
    await page.getByText('400 document_parsing_exception').waitFor();
    await elastic.stop();
    await stage.world.visitor.get('/api/v1/search', { query: { q: 'tide' } });
    await page.reload();
    await page.getByText('Elasticsearch does not answer.').waitFor();
    await elastic.start();
    await settled(eye);
  }, { expected: [/status of 401/, /status of 403/] });
});

test('nobody else has this page', async () => {
  await stage.visit('alice', async ({ page }) => {
    await page.goto('/admin/search');
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Make the index anew' }).count(), 0);
  }, { expected: [/status of 403/] });
});

lookAt(stage, [{ name: 'search index', path: '/', who: null, alone: true, expected: [/status of 401/, /status of 403/], first: async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Make the index anew' }).waitFor();
} }]);
