/** How people, genres and tracks are shown: one name, genres that exist, sound in every row, on every screen. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { full } from '../support/level.ts';
import { template } from '../support/world.ts';
import { until } from '../support/wait.ts';
import { settled } from './support/browser.ts';
import { hear } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('faces');
const LONG = 'An unusually long title that somebody gave to a recording of the sea at night, in which nothing happens for a while, then a ship passes, and then it is quiet again until the sun comes up over the harbour and the gulls begin to cry in earnest, part two';
await stage.world.as('dave').put('/api/v1/users/{id}', { path: { id: template.ids.dave }, body: { first_name: 'Åse', last_name: 'Nordlys', bio: 'أصوات من الشمال', location: 'القاهرة' } });
for (const [title, genre] of [['Fjord', 'Electronic'], [LONG, 'Electronic'], ['ليل', 'Classical'], ['Skerry', 'Zeuhl']] as const) await stage.track('dave', title, tones(20, 440), { genre });
for (const genre of ['Ambient', 'Dub', 'Folk', 'House', 'Jazz', 'Techno']) await stage.track('carol', `Study in ${genre}`, tones(2, 550), { genre });
for (const person of ['alice', 'dave'] as const) await stage.world.as(person).post('/api/v1/users/{id}/follow', { path: { id: template.ids.carol } });

const main = (page: Page) => page.getByRole('main');

test('a person is called by one name everywhere, the user name small beside it', async () => {
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await page.goto('/discover');
    await settled(eye);
    const row = main(page).getByRole('article').filter({ hasText: 'Fjord' });
    await row.getByRole('link', { name: 'Åse Nordlys' }).waitFor();
    await row.getByRole('button', { name: 'Play Fjord' }).click();
    await page.getByRole('region', { name: 'Player' }).getByRole('link', { name: 'Åse Nordlys' }).waitFor();
    await until('the title of the page', async () => /Åse Nordlys/.test(await page.title()));
    await row.getByRole('link', { name: 'Fjord' }).click();
    await page.waitForURL('**/track/**');
    await main(page).getByRole('link', { name: '@dave' }).click();
    await page.waitForURL('**/u/dave');
    await page.getByRole('heading', { level: 1, name: 'Åse Nordlys' }).waitFor();
    await main(page).getByText('@dave', { exact: true }).waitFor();
    await page.goto('/notifications');
    await main(page).getByText('Åse Nordlys and 1 other follow you').waitFor();
  });
  await stage.visit('dave', async (eye) => {
    await eye.page.goto('/dashboard');
    await settled(eye);
    await eye.page.getByRole('button', { name: 'Account of Åse Nordlys' }).click();
    await eye.page.getByRole('menu').getByText('@dave').waitFor();
  });
});

test('genres are those that tracks have, with how many, in the language of the page; the chosen one is in sight on a phone', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await page.goto('/discover?genre=zeuhl');
    await settled(eye);
    const group = page.getByRole('group', { name: 'Genres' });
    assert.deepEqual((await group.getByRole('button').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ')),
      ['Tout', 'Électronique 2', 'Ambient 1', 'Classique 1', 'Dub 1', 'Folk 1', 'House 1', 'Jazz 1', 'Techno 1', 'Zeuhl 1']);
    const chosen = group.getByRole('button', { pressed: true });
    assert.match(await chosen.innerText(), /Zeuhl/);
    const box = (await chosen.boundingBox())!;
    assert.ok(box.x >= 0 && box.x + box.width <= 360, `the chosen one is in sight: ${JSON.stringify(box)}`);
    assert.equal(await page.evaluate(() => window.scrollY), 0);
    await group.getByRole('button', { name: /Électronique/ }).click();
    await page.waitForURL('**/discover?genre=Electronic');
    await page.getByRole('heading', { level: 1, name: 'Électronique' }).waitFor();
    await main(page).getByRole('link', { name: 'Fjord' }).waitFor();
    await main(page).getByRole('link', { name: 'Study in Dub' }).waitFor({ state: 'hidden' });
  }, { width: 360, height: 720, language: 'fr' });
});

full("on a phone too, a touch in a row's waveform plays from there and the row shows how far it is", async () => {
  for (const path of ['/u/dave', '/dashboard', '/library']) await stage.visit('dave', async (eye) => {
    const { page } = eye;
    await page.goto(path);
    await settled(eye);
    const wave = main(page).getByRole('slider', { name: 'Position in Fjord' });
    await wave.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const box = (await wave.boundingBox())!;
    assert.ok(box.width > 250 && box.height >= 24, `wide enough to aim: ${path} ${JSON.stringify(box)}`);
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    await hear(page, `${path}: Fjord from its middle`, (now) => now.position > 9 && now.position < 15 && now.left > 0.005);
    await until('the row to follow', async () => Number(await wave.getAttribute('aria-valuenow')) >= 10);
  }, { width: 360, height: 720 });
});

test('a long title is clamped to three lines where it stands large and to two in rows, and can be read whole', async () => {
  const lines = (page: Page) => page.getByRole('heading', { name: LONG }).first().evaluate((element) => {
    const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(element);
    return Math.round((element.getBoundingClientRect().height - parseFloat(paddingTop) - parseFloat(paddingBottom)) / parseFloat(lineHeight));
  });
  for (const width of [1280, 360]) await stage.visit(null, async (eye) => {
    const { page } = eye;
    await page.goto('/discover');
    await settled(eye);
    assert.ok((await lines(page)) <= 2, 'in a row');
    assert.equal(await page.getByRole('heading', { name: LONG }).getAttribute('title'), LONG);
    await page.getByRole('link', { name: LONG }).click();
    await page.waitForURL('**/track/**');
    await settled(eye);
    assert.ok((await lines(page)) <= 3, 'on its page');
    await page.getByRole('definition').filter({ hasText: LONG }).waitFor();
  }, { width, height: 800 });
});

test('a title that is written from right to left begins where the titles of other rows begin', async () => {
  await stage.visit('dave', async (eye) => {
    const { page } = eye;
    await page.goto('/library');
    await settled(eye);
    const begin = (title: string) => main(page).getByRole('link', { name: title }).evaluate((link) => {
      const text = document.createRange();
      text.selectNodeContents(link);
      return Math.round(text.getBoundingClientRect().left);
    });
    assert.equal(await begin('ليل'), await begin('Fjord'));
  }, { width: 360, height: 720 });
});

test('on a phone held sideways, everything of the open player is in sight or a scroll away', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await page.goto('/discover');
    await settled(eye);
    await page.getByRole('button', { name: 'Play Fjord' }).click();
    await page.getByRole('button', { name: 'Open now playing' }).click();
    const player = page.getByRole('dialog');
    await player.getByRole('heading', { name: 'Fjord' }).waitFor();
    await page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity).map((one) => one.finished)).then(() => true));
    const names = ['Close now playing', 'Previous', 'Pause', 'Next', 'Shuffle', 'Repeat'];
    for (const part of [...names.map((name) => player.getByRole('button', { name: new RegExp(`^${name}`) }).first()), player.getByRole('slider', { name: 'Position in Fjord' }), player.getByRole('heading', { name: 'Fjord' })]) {
      const box = (await part.boundingBox())!;
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 740 && box.y + box.height <= 360, `${String(part)} ${JSON.stringify(box)}`);
    }
    assert.ok(await player.evaluate((element) => element.scrollWidth <= element.clientWidth), 'nothing to the side');
    await player.getByRole('heading', { name: 'Queue' }).scrollIntoViewIfNeeded();
    assert.ok(await player.getByRole('heading', { name: 'Queue' }).isVisible());
  }, { width: 740, height: 360 });
});

test('the seek bar is wide enough to aim at 820 and 1024 px', async () => {
  for (const width of [820, 1024]) await stage.visit(null, async (eye) => {
    const { page } = eye;
    await page.goto('/discover');
    await settled(eye);
    await page.getByRole('button', { name: 'Play Fjord' }).click();
    const box = (await page.getByRole('region', { name: 'Player' }).getByRole('slider', { name: 'Position in Fjord' }).boundingBox())!;
    assert.ok(box.width >= 300 && box.height >= 24, JSON.stringify(box));
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await hear(page, 'it from its middle', (now) => now.position > 9 && now.position < 15);
  }, { width, height: 800 });
});

test('forced colours leave play, volume and the waveform to be seen', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await page.emulateMedia({ forcedColors: 'active' });
    await page.goto('/discover');
    await settled(eye);
    await page.getByRole('button', { name: 'Play Fjord' }).click();
    const bar = page.getByRole('region', { name: 'Player' });
    const differs = (name: string, role: 'button' | 'slider') => bar.getByRole(role, { name }).evaluate((element) => {
      const ground = getComputedStyle(document.body).backgroundColor;
      return getComputedStyle(element).backgroundColor !== ground && getComputedStyle(element).backgroundColor !== 'rgba(0, 0, 0, 0)';
    });
    assert.ok(await differs('Pause', 'button'), 'the play button is a shape');
    assert.ok(await differs('Volume', 'slider'), 'so is the thumb of the volume');
    const colours = await bar.getByRole('slider', { name: 'Position in Fjord' }).locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set<string>();
      for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) seen.add(`rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`);
      const probe = document.createElement('p');
      document.body.append(probe);
      const of = (colour: string) => { probe.style.color = colour; return getComputedStyle(probe).color; };
      return { seen: [...seen], rest: of('CanvasText'), ground: of('Canvas') };
    });
    assert.ok(colours.seen.includes(colours.rest) && !colours.seen.includes(colours.ground), JSON.stringify(colours));
  });
});

lookAt(stage, [
  { name: 'faces-discover', path: '/discover?genre=Zeuhl', who: null },
  { name: 'faces-everything', full: true, path: '/discover', who: null },
  { name: 'faces-profile', path: '/u/dave', who: 'alice' },
  { name: 'faces-people', full: true, path: '/dashboard', who: 'dave' },
  { name: 'faces-library', full: true, path: '/library', who: 'dave' },
]);
