/** Releases: put together from tracks, in order by keyboard and by disc, announced, and played by a guest. */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { isFull } from '../support/level.ts';
import { png } from '../support/media.ts';
import { WORK } from '../support/paths.ts';
import { until } from '../support/wait.ts';
import { choose } from './support/actions.ts';
import { settled, type Eye } from './support/browser.ts';
import { hear } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { Stage, template, tones } from './support/stage.ts';

const stage = await Stage.start('releases');
const carol = stage.world.as('carol');
const tides = await stage.track('carol', 'Tides', tones(20, 440));
const ferry = await stage.track('carol', 'Night ferry', tones(20, 550));
const secret = await stage.track('carol', 'Harbour lights', tones(5, 660), { is_public: 'false' });
const HOUR = 3_600_000;
let draft = ''; /* the address that the first release had before it was public */

const cover = path.join(WORK, `cover-${process.pid}.png`);
writeFileSync(cover, png(640, 640));

type New = NonNullable<NonNullable<Parameters<typeof carol.post<'/api/v1/releases'>>[1]>['body']>;
async function make(body: New, creator = carol): Promise<{ id: string; slug: string }> {
  const made = await creator.post('/api/v1/releases', { body });
  assertStatus(made, 201);
  return made.body;
}
const order = async (id: string) => {
  const reply = await carol.get('/api/v1/releases/{id}/tracks', { path: { id } });
  assertStatus(reply, 200);
  return reply.body.items.map((one) => `${one.disc}.${one.number} ${one.title}`).join(', ');
};
const handle = (page: Page, title: string) => page.getByRole('main').getByRole('button', { name: `Move ${title}` });

async function open({ page, asking }: Pick<Eye, 'page' | 'asking'>, address: string): Promise<void> {
  await page.goto(address);
  await settled({ page, asking });
}

test('a creator puts a release together from tracks, orders it by keyboard and by disc, and publishes it with its cover and credits', async () => {
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    const name = async (title: string) => assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: secret.id }, body: { title } }), 200);
    await name(`Harbour lights ${'over the bay '.repeat(16)}`.trim());
    await open(eye, '/library');
    await page.getByRole('main').getByRole('link', { name: 'Releases' }).click();
    await page.getByRole('main').getByRole('button', { name: 'New release' }).last().click();
    const dialog = page.getByRole('dialog', { name: 'New release' });
    await dialog.getByRole('checkbox', { name: 'Harbour lights' }).waitFor();
    const width = page.viewportSize()!;
    for (const at of [{ width: 360, height: 740 }, width]) {
      await page.setViewportSize(at);
      assert.ok(await dialog.evaluate((one) => one.scrollWidth <= one.clientWidth), `a long title makes the dialog wider at ${at.width} px`);
    }
    await name('Harbour lights');
    await dialog.getByLabel('Title').fill('Late trains');
    for (const title of ['Tides', 'Night ferry', 'Harbour lights']) await dialog.getByRole('checkbox', { name: title }).check();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.waitForURL(/\/release\/late-trains-[0-9a-f]{16}$/);
    draft = new URL(page.url()).pathname;
    const { id } = (await carol.get('/api/v1/releases/by-slug/{slug}', { path: { slug: path.basename(draft) } })).body;
    assert.equal(await order(id), '1.1 Tides, 1.2 Night ferry, 1.3 Harbour lights');

    await handle(page, 'Tides').focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('Tides is now number 2 of 3').waitFor({ state: 'attached' });
    await until('the focus to go with it', () => handle(page, 'Tides').evaluate((one) => one === document.activeElement));
    await until('the server to have it', async () => (await order(id)) === '1.1 Night ferry, 1.2 Tides, 1.3 Harbour lights');
    await page.getByRole('main').getByRole('button', { name: 'Tools for Harbour lights' }).click();
    await page.getByRole('menuitem', { name: 'Move to disc 2' }).click();
    await until('the server to have it', async () => (await order(id)) === '1.1 Night ferry, 1.2 Tides, 2.1 Harbour lights');

    await page.getByRole('button', { name: 'Edit' }).click();
    const form = page.getByRole('dialog', { name: 'Edit the release' });
    await form.locator('input[type=file]').setInputFiles(cover);
    await form.getByLabel('Address').fill('later-trains');
    await form.getByLabel('Who may listen').selectOption('public');
    await form.getByLabel('UPC or EAN').fill('036000291453');
    assert.equal(await form.getByRole('group', { name: 'Formats for listeners' }).count(), 0, 'formats are asked where it is offered');
    await form.getByRole('switch', { name: 'Offer the archive' }).check();
    await form.getByLabel('FLAC').check();
    await form.getByRole('button', { name: 'Add a credit' }).click();
    await form.getByLabel('Name 1').fill('Ana');
    await form.getByLabel('Role 1').selectOption('mastering_engineer');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('This does not look right.').or(form.getByText('This is not one of the choices.')).waitFor();
    await form.getByLabel('UPC or EAN').fill('036000291452');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'hidden' });
    await page.waitForURL('**/release/later-trains');
    await page.getByText('Mastering').waitFor();
    await page.getByText('036000291452').waitFor();
    const offered = (await stage.world.visitor.get('/api/v1/releases/{id}/archives', { path: { id } })).body.items;
    assert.deepEqual(offered.map((one) => one.format), ['original', 'flac'], 'its archive, though none of its tracks is offered alone');
    assert.equal(await page.getByRole('dialog').count(), 0);
  }, { expected: [/status of 422/] });
});

test('a guest finds a release on the profile, plays it in its order, and sees of a hidden track only its place; its old address leads to it', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await open(eye, '/u/carol');
    await page.getByRole('main').getByRole('link', { name: 'Late trains' }).click();
    await page.getByRole('heading', { level: 1, name: 'Late trains' }).waitFor();
    await page.getByText('Not out yet, or not available').waitFor();
    assert.equal(await page.getByText('Harbour lights').count(), 0);
    await page.getByRole('button', { name: 'Play Late trains' }).click();
    await hear(page, 'the first in its order', (now) => now.track === ferry.id && now.left > 0.005);
    await page.getByRole('button', { name: 'Next track' }).first().click();
    await hear(page, 'the second', (now) => now.track === tides.id && now.left > 0.005);
    await page.goto(draft);
    await page.waitForURL('**/release/later-trains');
    await page.getByRole('button', { name: 'Download', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Download' });
    await dialog.getByText('2 of 3 tracks').first().waitFor();
    await dialog.getByRole('button', { name: 'Prepare: Original' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('link', { name: 'Download: Original' }).click()]);
    assert.match(download.suggestedFilename(), / - Late trains\.zip$/);
    const saved = path.join(WORK, `archive-${process.pid}.zip`);
    await download.saveAs(saved);
    assert.match(execFileSync('unzip', ['-t', saved], { encoding: 'utf8' }), /No errors detected/);
    await page.keyboard.press('Escape');
  });
});

/** Two that nobody can hear yet, beside one that plays. */
async function unfinished(title: string): Promise<{ id: string; slug: string; running: string }> {
  const [running, failed] = (await stage.world.sql(`
    insert into tracks (creator_id, title, status, failure_code) values ('${template.ids.carol}', 'Slack water', 'processing', null), ('${template.ids.carol}', 'Spring flood, ${'and the long way home '.repeat(6)}', 'failed', 'corrupt') returning id`)).split('\n') as [string, string];
  return { ...(await make({ title, track_ids: [ferry.id, running, failed] })), running };
}

async function wantPublic(page: Page): Promise<void> {
  await choose(page, 'Edit');
  const form = page.getByRole('dialog', { name: 'Edit the release' });
  await form.getByLabel('Who may listen').selectOption('public');
  await form.getByRole('button', { name: 'Save' }).click();
}

for (const width of isFull ? [1280, 360] : [360]) test(`publishing while a track is processed or failed asks and names them, and the release opens for everybody, at ${width} px`, async () => {
  const { id, slug, running } = await unfinished(`Half a tide ${width}`);
  const visibility = async () => (await carol.get('/api/v1/releases/{id}', { path: { id } })).body.visibility;
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await open(eye, `/release/${slug}`);
    await page.getByText('Failed: This file is damaged: its sound could not be decoded.').waitFor();
    await wantPublic(page);
    const form = page.getByRole('dialog', { name: 'Edit the release' });
    const question = page.getByRole('dialog', { name: '2 tracks are not ready' });
    await question.getByRole('listitem').filter({ hasText: 'Slack water' }).getByText('Processing').waitFor();
    await question.getByRole('listitem').filter({ hasText: 'Spring flood' }).getByText('Failed: This file is damaged: its sound could not be decoded.').waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await form.getByRole('button', { name: 'Save' }).click();
    await question.getByRole('button', { name: 'Go back' }).click();
    await question.waitFor({ state: 'detached' });
    assert.deepEqual([await form.getByLabel('Who may listen').inputValue(), await visibility()], ['public', 'private'], 'what was chosen stays, and nothing is published');

    await stage.world.sql(`update tracks set status = 'completed' where id = '${running}'`);
    await form.getByLabel('Who may listen').selectOption('scheduled');
    await form.getByLabel('Public from').fill('2099-01-01T00:00');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog', { name: '1 track is not ready' }).getByRole('button', { name: 'Publish anyway' }).click();
    await form.waitFor({ state: 'detached' });
    await until('the server to have it', async () => (await visibility()) === 'scheduled');
    await wantPublic(page);
    await page.getByRole('dialog', { name: '1 track is not ready' }).getByRole('button', { name: 'Publish anyway' }).click();
    await form.waitFor({ state: 'detached' });
    await page.waitForURL(`**/release/half-a-tide-${width}`);

    await choose(page, 'Edit');
    await form.getByLabel('Label').fill('Small hours');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('dialog').count(), 0, 'what is public already is not asked about again');
  }, { width, height: 740 });
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    for (const address of [`/release/half-a-tide-${width}`, `/release/${slug}`]) {
      await open(eye, address);
      await page.getByRole('heading', { level: 1, name: `Half a tide ${width}` }).waitFor();
      await page.getByText('Not out yet, or not available').first().waitFor();
    }
    assert.equal(await page.getByText('Spring flood').count(), 0);
    await page.getByRole('button', { name: 'Play Half a tide' }).click();
    await hear(page, 'what is ready', (now) => now.track === ferry.id && now.left > 0.005);
  }, { width, height: 740 });
});

test('an announced release counts down, and its track can be played when the moment comes, without a reload', async () => {
  const { id, slug } = await make({ title: 'In a moment', visibility: 'public', track_ids: [secret.id], access: 'release', release_at: new Date(Date.now() + HOUR).toISOString(), release_zone: 'UTC' });
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await open(eye, `/release/${slug}`);
    await page.getByText(/^Comes out on/).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Play In a moment' }).count(), 0);
    assertStatus(await carol.put('/api/v1/releases/{id}', { path: { id }, body: { release_at: new Date(Date.now() + 6000).toISOString() } }), 200);
    await page.reload();
    await page.getByText(/^Comes out on/).waitFor();
    await page.getByRole('heading', { level: 3, name: 'Harbour lights' }).waitFor({ timeout: 30_000 });
    await page.getByText(/^Comes out on/).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Play In a moment' }).waitFor();
  });
});

await make({ title: 'Only announced, with a title that goes on for a while', kind: 'ep', visibility: 'public', artist: 'Carol & the long names', description: 'Soon.\nVery soon.', licence: 'cc_by_sa',
  label: 'Small hours', release_at: '2099-12-24T18:00:00Z', release_zone: 'Europe/Paris', credits: [{ name: 'Ana', role: 'producer' }, { name: 'Bo', role: 'producer' }] });
const asked = await unfinished('Asked about');
const long = await make({ title: 'Three discs', visibility: 'public' }, stage.world.as('dave'));
await stage.world.sql(`
  insert into tracks (creator_id, title, visibility, status, duration_ms) select user_id, 'Part ' || n, 'public', 'completed', 60000 * n from releases, generate_series(1, 60) n where id = '${long.id}';
  insert into release_tracks (release_id, track_id, disc, position) select '${long.id}', id, 1 + (duration_ms / 60000 - 1) / 20, duration_ms from tracks where title like 'Part %'`);

lookAt(stage, [
  { name: 'release guest', path: '/release/later-trains', who: null },
  { name: 'release own', path: '/release/later-trains', who: 'carol' },
  { name: 'release own discs', full: true, path: '/release/three-discs', who: 'dave' },
  { name: 'release announced', path: '/release/only-announced-with-a-title-that-goes-on-for-a-while', who: null },
  ...(isFull ? [{ name: 'release missing', path: '/release/no-such', who: null, expected: [/404/] }] : []),
  { name: 'releases', path: '/releases', who: 'carol' },
  ...(isFull ? [{ name: 'releases empty', path: '/releases', who: 'mia' as const }] : []),
  { name: 'release profile', full: true, path: '/u/carol', who: null },
  { name: 'release download', path: '/release/later-trains', who: 'carol', inSight: true, first: async ({ page }) => {
    await choose(page, 'Download');
    await page.getByRole('dialog', { name: 'Download' }).getByText('ZIP').first().waitFor();
  } },
  { name: 'release edit', path: '/release/later-trains', who: 'carol', inSight: true, first: async ({ page }) => {
    await choose(page, 'Edit');
    await page.getByRole('dialog', { name: 'Edit the release' }).waitFor();
  } },
  { name: 'release unready', full: true, path: `/release/${asked.slug}`, who: 'carol' },
  { name: 'release publish question', path: `/release/${asked.slug}`, who: 'carol', inSight: true, first: async ({ page }) => {
    await wantPublic(page);
    await page.getByRole('dialog', { name: '2 tracks are not ready' }).waitFor();
  } },
  { name: 'release new', path: '/releases', who: 'carol', inSight: true, first: async ({ page }) => {
    await page.getByRole('button', { name: 'New release' }).first().click();
    await page.getByRole('dialog').getByRole('checkbox').first().waitFor();
  } },
]);
