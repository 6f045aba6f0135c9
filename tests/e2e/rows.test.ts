/** Tracks in lists: waveforms that seek, covers that play, menus; and where else it is told what plays. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { isFull } from '../support/level.ts';
import { until } from '../support/wait.ts';
import { template } from '../support/world.ts';
import { settled, type Eye } from './support/browser.ts';
import { hear, hearIt, listen } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('rows');
const second = await stage.track('carol', 'Second', tones(30, 440), { album: 'Both sides' });
const first = await stage.track('carol', 'First', tones(30, 550));

const queued = (page: Page) => page.evaluate(() => (JSON.parse(sessionStorage.getItem('veza.player') ?? '{}') as { queue?: { title: string }[] }).queue?.map((entry) => entry.title));
const slider = (page: Page, title: string) => page.getByRole('main').getByRole('slider', { name: `Position in ${title}` });

async function openCarol({ page, asking }: Pick<Eye, 'page' | 'asking'>): Promise<void> {
  await page.goto('/u/carol');
  await settled({ page, asking });
}

test("a click or a drag in a row's waveform plays that track from there, and the row shows how far it is", async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await openCarol(eye);
    const box = (await slider(page, 'Second').boundingBox())!;
    const middle = box.y + box.height / 2;
    await page.mouse.click(box.x + box.width / 2, middle);
    await hear(page, 'the second from its middle', (now) => now.track === second.id && now.position > 14 && now.position < 20 && now.left > 0.005);
    await until('the row to follow', async () => Number(await slider(page, 'Second').getAttribute('aria-valuenow')) >= 15);
    assert.equal(await slider(page, 'First').getAttribute('aria-valuenow'), '0');
    await page.mouse.move(box.x + box.width * 0.8, middle);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.1, middle, { steps: 4 });
    await page.mouse.up();
    await hear(page, 'it near its start', (now) => now.track === second.id && now.position > 2 && now.position < 8 && now.left > 0.005);
    await slider(page, 'First').focus();
    await page.keyboard.press('ArrowRight');
    await hear(page, 'the first, 5 s in', (now) => now.track === first.id && now.position >= 5 && now.position < 10 && now.left > 0.005);
  });
});

test('a click on the cover in a list plays, as rows and as cards', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await openCarol(eye);
    const cover = page.getByRole('button', { name: 'Play Second' });
    await cover.click({ position: { x: 6, y: 6 } });
    await hear(page, 'the second', (now) => now.track === second.id && now.left > 0.005);
    await page.goto('/discover');
    await settled(eye);
    await page.getByRole('button', { name: 'As covers' }).click();
    await page.getByRole('button', { name: 'Play First' }).click({ position: { x: 10, y: 10 } });
    await hear(page, 'the first', (now) => now.track === first.id && now.left > 0.005);
  });
});

test('every row has a menu: play next, add to queue, go to track and artist, copy the link', async () => {
  await stage.visit(null, async (eye) => {
    const { page, context } = eye;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await openCarol(eye);
    const choose = async (title: string, item: string) => {
      await page.getByRole('main').getByRole('button', { name: `Tools for ${title}` }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await page.getByRole('button', { name: 'Play First' }).click();
    await hearIt(page);
    await choose('First', 'Add to queue');
    await choose('Second', 'Play next');
    await until('both in the queue', async () => String(await queued(page)) === 'First,Second,Second,First');
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await until('the last to be undone', async () => String(await queued(page)) === 'First,Second,First');
    await choose('Second', 'Copy link');
    await until('the link', async () => (await page.evaluate(() => navigator.clipboard.readText())) === `${new URL(page.url()).origin}/track/${second.id}`);
    await choose('Second', 'Go to the track');
    await page.waitForURL(`**/track/${second.id}`);
    await page.goto('/discover');
    await choose('First', 'Go to the artist');
    await page.waitForURL('**/u/carol');
  });
});

test("the tab's title and the system's controls tell what plays, the album too", async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await openCarol(eye);
    assert.equal(await page.title(), 'carol · Veza');
    await page.getByRole('button', { name: 'Play Second' }).click();
    await hearIt(page);
    assert.equal(await page.title(), '▶ Second · carol');
    assert.equal(await page.evaluate(() => navigator.mediaSession.metadata?.album), 'Both sides');
    await page.keyboard.press('Space');
    await until('the title of the page', async () => (await page.title()) === 'carol · Veza');
  });
});

test('a track that the search found can be played and queued right there, by mouse and by keys', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await page.goto('/discover');
    await settled(eye);
    const search = async (text: string) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill(text);
      await page.getByRole('option', { name: new RegExp(`^${text}`) }).first().waitFor();
      await settled(eye);
      await page.keyboard.press('ArrowUp'); /* past the last, which leads to all results */
      await page.keyboard.press('ArrowUp');
    };
    await search('Second');
    await page.keyboard.press('Shift+Enter');
    await hear(page, 'the second', (now) => now.track === second.id && now.left > 0.005);
    await search('First');
    await page.keyboard.press('Alt+Enter');
    await until('the first to be queued', async () => String(await queued(page)) === 'Second,First');
    await search('Second');
    await page.getByRole('group', { name: /^With/ }).getByRole('button', { name: 'Play next' }).click();
    await until('the second to be next', async () => String(await queued(page)) === 'Second,Second,First');
    await search('First');
    await page.getByRole('option', { name: /^First/ }).locator('[data-act=now]').click();
    await hear(page, 'the first', (now) => now.track === first.id && now.left > 0.005);
    assert.ok((await listen(page))!.playing);
    assert.equal(new URL(page.url()).pathname, '/discover', 'and the page is still the same');
  });
});

/** On the full level the 3,000 of everything that a page must bear. */
const MANY = isFull ? 3000 : 300;

/** So many tracks of mia, who likes and heard them all, comments on one of them, releases and playlists of dave. */
async function fill(): Promise<string> {
  const { mia, dave } = template.ids;
  await stage.world.sql(`
    insert into tracks (creator_id, title, genre, visibility, status, stream_status, duration_ms, created_at)
    select '${mia}', 'Study ' || n, 'Drone', 'public', 'completed', 'ready', 60000, now() - n * interval '1 minute' from generate_series(1, ${MANY}) n;
    insert into track_likes (track_id, user_id, created_at) select id, '${mia}', created_at from tracks where title like 'Study %';
    insert into track_plays (track_id, user_id, duration, played_at, is_counted) select id, '${mia}', 60, created_at, false from tracks where title like 'Study %';
    insert into track_comments (track_id, user_id, content, status, created_at)
    select (select id from tracks where title = 'Study 1'), '${dave}', repeat('Waits ' || n || ' ', 1 + n % 40), 'held', now() - n * interval '1 minute' from generate_series(1, ${MANY}) n;
    insert into releases (user_id, slug, title, kind, visibility, created_at)
    select '${dave}', 'study-' || n, 'Studies ' || repeat('and more ', n % 6) || n, 'ep', 'public', now() - n * interval '1 day' from generate_series(1, ${MANY}) n;
    insert into playlists (user_id, name, updated_at) select '${dave}', 'Studies ' || n, now() - n * interval '1 minute' from generate_series(1, ${MANY}) n;
    analyze`);
  const playlist = await stage.world.sql(`insert into playlists (user_id, name) values ('${mia}', 'All studies') returning id`);
  await stage.world.sql(`insert into playlist_tracks (playlist_id, track_id, position) select '${playlist}', id, row_number() over (order by created_at desc) from tracks where title like 'Study %'`);
  return playlist;
}

const listed = (page: Page) => page.getByRole('main').locator('li[aria-posinset]');
const places = (page: Page) => listed(page).evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('aria-posinset'))));
const toTheEnd = (page: Page) => page.evaluate(() => window.scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));

/** Loads all of a list. */
async function readOn(eye: Eye): Promise<void> {
  const more = eye.page.getByRole('main').getByRole('button', { name: 'Show more' });
  while ((await more.count()) > 0) {
    await more.click();
    await settled(eye);
    await toTheEnd(eye.page);
    await settled(eye);
  }
}

let filled: Promise<string> | undefined;
const LISTS = [
  ['mia', '/library/likes', 'Study'], ['mia', '/library/history', 'Study'], ['mia', '/library/comments', 'Waits'], ['mia', '/playlist/:all', 'Study'],
  ['dave', '/releases', 'Studies'], ['dave', '/playlists', 'Studies'], [null, '/u/mia', 'Study'], [null, '/discover', ''],
] as const;
/* All are the same component: on the short level one whose rows are of one height, and one whose rows are not. */
for (const [who, path, name] of LISTS.filter((list) => isFull || ['/library/comments', '/playlist/:all'].includes(list[1]))) test(`of ${MANY} rows of ${path} only those near what is in sight exist; the end and the beginning are where one scrolls to`, async () => {
  const playlist = await (filled ??= fill());
  await stage.visit(who, async (eye) => {
    const { page } = eye;
    await page.goto(path.replace(':all', playlist));
    await settled(eye);
    await readOn(eye);
    await until('the end', async () => {
      await toTheEnd(page);
      return Math.max(...(await places(page))) >= MANY;
    });
    const rows = await places(page);
    const last = Math.max(...rows);
    assert.ok(rows.length <= 80, `${rows.length} rows`);
    assert.match(await listed(page).last().innerText(), new RegExp(name));
    const { nodes, height } = await page.evaluate(() => ({ nodes: document.querySelectorAll('*').length, height: document.documentElement.scrollHeight }));
    assert.ok(nodes < 6000, `${nodes} elements`);
    await page.evaluate((top) => window.scrollTo({ top, behavior: 'instant' }), height / 2);
    await until('rows in the middle', async () => (await places(page)).some((place) => place > last / 4 && place < (last * 3) / 4));
    const middle = await places(page);
    assert.deepEqual(middle, middle.map((_, i) => middle[0]! + i), 'no row is left out');
    await page.keyboard.press('Home');
    await until('the first row', async () => (await places(page)).includes(1));
  });
});

const playing = async ({ page }: Eye) => {
  await page.getByRole('button', { name: 'Play First' }).click();
  await hearIt(page);
  await page.keyboard.press('Space');
  await page.mouse.move(0, 0);
};

lookAt(stage, [
  { name: 'rows', path: '/u/carol', who: null, first: playing },
  { name: 'row menu', full: true, path: '/u/carol', who: null, inSight: true, first: async ({ page }) => {
    await page.getByRole('button', { name: 'Tools for First' }).click();
    await page.getByRole('menuitem').first().waitFor();
  } },
  { name: 'palette with a track', path: '/discover', who: null, inSight: true, first: async (eye) => {
    await eye.page.keyboard.press('Control+k');
    await eye.page.getByRole('combobox').fill('First');
    await eye.page.getByRole('option', { name: /^First/ }).waitFor();
    await settled(eye);
    await eye.page.keyboard.press('ArrowUp');
    await eye.page.keyboard.press('ArrowUp');
  } },
  { name: 'shortcuts', path: '/discover', who: null, inSight: true, first: async ({ page }) => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
  } },
]);
