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

/** The host's browser tells its place in a track that has just ended. */
const ENDED = [/409 \(Conflict\).*\/position\)/];

test('a guest without an account gives a name once, asks for tracks and votes; the host’s browser plays what most want and goes on by itself', async () => {
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await page.goto(path);
    await settled(eye);
    await page.getByRole('heading', { level: 1, name: 'Friday at Alice’s' }).waitFor();
    await page.getByRole('heading', { name: 'Nothing in the queue' }).waitFor();
    await stage.visit(null, async (guest) => {
      await guest.page.goto(path);
      await settled(guest);
      assert.equal(await guest.page.getByRole('heading', { name: 'Settings' }).count(), 0, 'the rules are the host’s');
      await guest.page.getByRole('searchbox', { name: 'Title or artist' }).fill('night');
      await guest.page.getByRole('button', { name: 'Request Harbour' }).waitFor({ state: 'detached' });
      await guest.page.getByRole('button', { name: 'Request Night ferry' }).click();
      await guest.page.getByRole('dialog', { name: 'What is your name?' }).getByLabel('Name').fill('Ann');
      await guest.page.keyboard.press('Enter');
      await waiting(guest.page).filter({ hasText: 'Night ferry' }).getByText('requested by Ann').waitFor();
      await page.getByRole('button', { name: 'Request Harbour' }).click();
      await guest.page.getByRole('button', { name: 'Vote for Harbour, votes: 1' }).click();
      await guest.page.getByRole('button', { name: 'Vote for Harbour, votes: 2', pressed: true }).waitFor();
      await until('the host to see the order', async () => /Harbour/.test(await waiting(page).first().innerText()) && (await waiting(page).count()) === 2);
      await page.getByRole('button', { name: 'Play here' }).click();
      await hear(page, 'the first', (now) => now.track === one.id && now.left > 0.005);
      await hear(page, 'the next one, by itself', (now) => now.track === two.id && now.left > 0.005);
      await guest.page.getByRole('region', { name: 'Now playing' }).getByText('Night ferry').waitFor();
    }, { width: 360, height: 720 });
  }, { expected: ENDED });
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
    await page.getByRole('button', { name: 'Create a new link' }).click();
    await page.waitForURL((url) => url.pathname.startsWith('/listen/') && url.pathname !== path);
    await page.getByRole('heading', { level: 1, name: 'Friday at Alice’s' }).waitFor();
    await stage.visit(null, async (guest) => {
      await guest.page.goto(path);
      await guest.page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    }, { expected: [/403/] });
  }, { expected: [/403/] });
});

const saved = (page: Page) => page.evaluate(() => (JSON.parse(sessionStorage.getItem('veza.player') ?? '{"queue":[]}') as { queue: { title: string }[] }).queue.map((entry) => entry.title).join());
const began = async (body: { name: string }) => {
  const reply = await host.post('/api/v1/queue/session', { body });
  assertStatus(reply, 201);
  return reply.body.token;
};
const asks = async (link: string, track: { id: string }) => assertStatus(await host.post('/api/v1/queue/session/{token}/items', { path: { token: link }, body: { track_id: track.id } }), 201);

test('neither repeat nor a lost request stops a session, and what the host had queued is there afterwards; when it was empty, what is requested next is played', async () => {
  const link = await began({ name: 'Saturday' });
  await asks(link, one);
  await asks(link, three);
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await page.goto('/u/carol');
    await settled(eye);
    await page.getByRole('button', { name: 'Play Night ferry' }).click();
    await hear(page, 'their own', (now) => now.track === two.id && now.left > 0.005);
    const bar = page.getByRole('region', { name: 'Player' });
    await bar.getByRole('button', { name: 'Repeat: off' }).click();
    await bar.getByRole('button', { name: 'Repeat: the whole queue' }).click();
    await bar.getByRole('button', { name: 'Repeat: this track' }).waitFor();
    const own = await until('their queue to be kept', async () => (await saved(page)).includes('Night ferry') && saved(page));
    let lost = 0;
    await page.route('**/queue/session/*/next', (route) => (lost++ === 1 ? route.abort() : route.continue()));
    await page.evaluate((to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }, `/listen/${link}`);
    await page.getByRole('button', { name: 'Play here' }).click();
    await hear(page, 'the first', (now) => now.track === one.id && now.left > 0.005);
    await hear(page, 'the second, though a request was lost', (now) => now.track === three.id && now.left > 0.005);
    assert.ok(lost > 2, `${lost} requests`);
    await page.getByRole('heading', { name: 'Nothing in the queue' }).waitFor();
    await until('their own queue', async () => (await saved(page)) === own);
    await asks(link, one);
    await hear(page, 'what was requested next', (now) => now.track === one.id && now.left > 0.005);
  }, { expected: [/ERR_FAILED/, ...ENDED] });
});

test('a guest keeps their place when the link is a new one, and is told when the host removes them', async () => {
  const link = await began({ name: 'Sunday' });
  await asks(link, two);
  await stage.visit(null, async (guest) => {
    const { page } = guest;
    await page.goto(`/listen/${link}`);
    await settled(guest);
    await page.getByRole('button', { name: 'Request Harbour' }).click();
    await page.getByRole('dialog', { name: 'What is your name?' }).getByLabel('Name').fill('Ben');
    await page.keyboard.press('Enter');
    await waiting(page).filter({ hasText: 'Harbour' }).getByText('requested by Ben').waitFor();
    const renewed = await host.post('/api/v1/queue/session/{token}/link', { path: { token: link } });
    assertStatus(renewed, 201);
    const path = { token: renewed.body.token };
    await page.goto(`/listen/${path.token}`);
    await waiting(page).filter({ hasText: 'Harbour' }).getByRole('button', { name: 'Remove Harbour' }).waitFor();
    await page.getByRole('button', { name: 'Vote for Night ferry, votes: 1' }).click();
    await page.getByRole('button', { name: 'Vote for Night ferry, votes: 2', pressed: true }).waitFor();
    const { items } = (await host.get('/api/v1/queue/session/{token}/guests', { path })).body;
    assert.equal(items.filter((person) => person.user === null).length, 1, 'they are one guest');
    assertStatus(await host.delete('/api/v1/queue/session/{token}/guests/{id}', { path: { ...path, id: items.find((person) => person.name === 'Ben')!.id } }), 204);
    await page.getByRole('status').getByText('The host has removed you from this session.').waitFor();
    await page.getByRole('button', { name: /^Vote for Night ferry/ }).click();
    await page.getByRole('dialog', { name: 'What is your name?' }).waitFor();
  }, { expected: [/403/] });
});
